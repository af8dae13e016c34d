using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The functions of two numbers and their slopes.</summary>
internal static class PairFunctions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static Vector<T> Zero => Vector<T>.Zero;

    private static Vector<T> One => Vector<T>.One;

    public readonly struct Add : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a + b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => One;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => One;
    }

    public readonly struct Sub : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a - b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => One;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => -One;
    }

    public readonly struct Mul : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => slope != argument;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a * b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => b;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => a;
    }

    public readonly struct Div : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => slope == 1 || argument == 1;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => a / b;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => One / b;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => -a / (b * b);
    }

    /// <summary>The quotient of integers: towards zero, and zero where the divisor is.</summary>
    public readonly struct WholeQuotient : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b)
        {
            Vector<T> quotient = a / b;
            Vector<T> truncated = Vector.ConditionalSelect(Vector.LessThan(quotient, Zero), Elementary.Ceiling(quotient), Elementary.Floor(quotient));
            return Vector.ConditionalSelect(Vector.Equals(b, Zero), Zero, truncated);
        }
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Zero;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Zero;
    }

    public readonly struct Pow : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => true;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => Lanes.Each(a, b, Math.Pow);
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Lanes.Each(a, b, (x, y) => y == 0 ? 0 : y * Math.Pow(x, y - 1));

        // 0 to any power above 0 stays 0, though its logarithm is infinite.
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Lanes.Each(a, b, (x, y) => x == 0 && y > 0 ? 0 : Math.Pow(x, y) * Math.Log(x));
    }

    /// <summary>A power of integers: towards zero.</summary>
    public readonly struct WholePower : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => Lanes.Each(a, b, (x, y) => Math.Truncate(Math.Pow(x, y)));
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Zero;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Zero;
    }

    /// <summary>The larger; of equal ones both have half of the gradient.</summary>
    public readonly struct Max : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => true;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => Vector.Max(a, b);
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Share(Vector.GreaterThan(a, b), a, b);
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Share(Vector.GreaterThan(b, a), a, b);
    }

    /// <summary>The smaller; of equal ones both have half of the gradient.</summary>
    public readonly struct Min : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => true;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => Vector.Min(a, b);
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Share(Vector.LessThan(a, b), a, b);
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Share(Vector.LessThan(b, a), a, b);
    }

    public readonly struct PRelu : IPairFunction<T>
    {
        public static bool SlopeReads(int slope, int argument) => slope == 0 || argument == 0;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => Vector.ConditionalSelect(Vector.LessThan(a, Zero), a * b, a);
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Vector.ConditionalSelect(Vector.GreaterThan(a, Zero), One, b);
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Vector.Min(a, Zero);
    }

    /// <summary>A comparison, or a logical op, whose result is 1 where it holds.</summary>
    public readonly struct Holds<TPredicate> : IPairFunction<T> where TPredicate : struct, IPredicate
    {
        public static bool SlopeReads(int slope, int argument) => false;
        public static Vector<T> Value(Vector<T> a, Vector<T> b) => TPredicate.Of(a, b) & One;
        public static Vector<T> SlopeA(Vector<T> a, Vector<T> b) => Zero;
        public static Vector<T> SlopeB(Vector<T> a, Vector<T> b) => Zero;
    }

    public interface IPredicate
    {
        /// <summary>All bits of the lanes where it holds.</summary>
        static abstract Vector<T> Of(Vector<T> a, Vector<T> b);
    }

    public readonly struct Equal : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.Equals(a, b); }

    public readonly struct Less : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.LessThan(a, b); }

    public readonly struct LessOrEqual : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.LessThanOrEqual(a, b); }

    public readonly struct Greater : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.GreaterThan(a, b); }

    public readonly struct GreaterOrEqual : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.GreaterThanOrEqual(a, b); }

    public readonly struct And : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => ~(Vector.Equals(a, Zero) | Vector.Equals(b, Zero)); }

    public readonly struct Or : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => ~(Vector.Equals(a, Zero) & Vector.Equals(b, Zero)); }

    public readonly struct Xor : IPredicate { public static Vector<T> Of(Vector<T> a, Vector<T> b) => Vector.Equals(a, Zero) ^ Vector.Equals(b, Zero); }

    private static Vector<T> Share(Vector<T> wins, Vector<T> a, Vector<T> b) =>
        (wins & One) + (Vector.Equals(a, b) & new Vector<T>(T.CreateChecked(0.5)));
}
