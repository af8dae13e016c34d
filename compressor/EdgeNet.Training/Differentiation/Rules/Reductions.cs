using System.Numerics;

namespace EdgeNet.Training;

/// <summary>The reductions.</summary>
internal static class Reductions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly struct Mean : IReduction<T>
    {
        public static bool GradientReadsElements => false;
        public static bool GradientReadsResult => false;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => result / T.CreateChecked(count);
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => dy / new Vector<T>(count);
    }

    public readonly struct Sum : IReduction<T>
    {
        public static bool GradientReadsElements => false;
        public static bool GradientReadsResult => false;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => dy;
    }

    public readonly struct SumSquare : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => false;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x * x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => (x + x) * dy;
    }

    public readonly struct L1 : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => false;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + Vector.Abs(x);
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => (Vector.GreaterThan(x, Vector<T>.Zero) & dy) - (Vector.LessThan(x, Vector<T>.Zero) & dy);
    }

    /// <summary>The length of nothing but zeros has no gradient; 0 is taken.</summary>
    public readonly struct L2 : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => true;
        public static T Start => T.Zero;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x * x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;
        public static T End(T result, int count) => T.Sqrt(result);
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => ~Vector.Equals(y, Vector<T>.Zero) & (dy * x / y);
    }

    /// <summary><see cref="ExtremeReducing{T, TReduction}"/>.</summary>
    public readonly struct Max : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => true;
        public static T Start => T.NegativeInfinity;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => Vector.Max(result, x);
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => Vector.Max(a, b);
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => Vector.Equals(x, y) & dy;
    }

    /// <summary><see cref="ExtremeReducing{T, TReduction}"/>.</summary>
    public readonly struct Min : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => true;
        public static T Start => T.PositiveInfinity;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => Vector.Min(result, x);
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => Vector.Min(a, b);
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => Vector.Equals(x, y) & dy;
    }

    /// <summary><see cref="ProductReducing{T}"/>.</summary>
    public readonly struct Product : IReduction<T>
    {
        public static bool GradientReadsElements => true;
        public static bool GradientReadsResult => true;
        public static T Start => T.One;
        public static Vector<T> Step(Vector<T> result, Vector<T> x) => result * x;
        public static Vector<T> Join(Vector<T> a, Vector<T> b) => a * b;
        public static T End(T result, int count) => result;
        public static Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count) => dy * y / x;
    }
}
