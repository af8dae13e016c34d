using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeNet.Training;

/// <summary>The functions of one number and their slopes. Where a slope jumps, it is that of the flatter side.</summary>
internal static class Functions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static Vector<T> Zero => Vector<T>.Zero;

    private static Vector<T> One => Vector<T>.One;

    private static Vector<T> Number(double x) => new(T.CreateChecked(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Select(Vector<T> condition, Vector<T> a, Vector<T> b) => Vector.ConditionalSelect(condition, a, b);

    public readonly struct Relu : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Vector.Max(x, Zero);
        public Vector<T> Slope(Vector<T> at) => Vector.GreaterThan(at, Zero) & One;
    }

    public readonly struct Clip(double minimum, double maximum) : IFunction<T>
    {
        private readonly T _minimum = T.CreateChecked(minimum), _maximum = T.CreateChecked(maximum);
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Vector.Min(Vector.Max(x, new(_minimum)), new(_maximum));
        public Vector<T> Slope(Vector<T> at) => Vector.GreaterThan(at, new(_minimum)) & Vector.LessThan(at, new(_maximum)) & One;
    }

    public readonly struct Sigmoid : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Sigmoid(x);
        public Vector<T> Slope(Vector<T> at) => at * (One - at);
    }

    public readonly struct HardSigmoid(double alpha, double beta) : IFunction<T>
    {
        private readonly T _alpha = T.CreateChecked(alpha), _beta = T.CreateChecked(beta);
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Vector.Max(Zero, Vector.Min(One, x * _alpha + new Vector<T>(_beta)));
        public Vector<T> Slope(Vector<T> at) => Vector.GreaterThan(at, Zero) & Vector.LessThan(at, One) & new Vector<T>(_alpha);
    }

    public readonly struct HardSwish : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => x * (Vector.Max(Zero, Vector.Min(Number(6), x + Number(3))) / Number(6));
        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> between = (at + at + Number(3)) / Number(6);
            return Select(Vector.GreaterThan(at, Number(3)), One, Vector.GreaterThan(at, Number(-3)) & between);
        }
    }
}
