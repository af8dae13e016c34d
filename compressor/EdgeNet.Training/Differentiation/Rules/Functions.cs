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
            return Select(Vector.GreaterThanOrEqual(at, Number(3)), One, Vector.GreaterThan(at, Number(-3)) & between);
        }
    }

    public readonly struct Abs : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Vector.Abs(x);
        public Vector<T> Slope(Vector<T> at) => SignOf(at);
    }

    public readonly struct Neg : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => -x;
        public Vector<T> Slope(Vector<T> at) => -One;
    }

    public readonly struct Sign : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Select(Vector.Equals(x, x), SignOf(x), x);
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    public readonly struct Floor : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Floor(x);
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    public readonly struct Ceil : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Ceiling(x);
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    public readonly struct Round : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Round(x);
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    public readonly struct Not : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Vector.Equals(x, Zero) & One;
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    /// <summary>To an integer type: towards zero, saturated; not a number becomes 0.</summary>
    public readonly struct Truncate(double minimum, double maximum) : IFunction<T>
    {
        private readonly T _minimum = T.CreateChecked(minimum), _maximum = T.CreateChecked(maximum);
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x)
        {
            Vector<T> truncated = Select(Vector.LessThan(x, Zero), Elementary.Ceiling(x), Elementary.Floor(x));
            return Select(Vector.Equals(x, x), Vector.Min(Vector.Max(truncated, new(_minimum)), new(_maximum)), Zero);
        }
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    /// <summary>To a truth value.</summary>
    public readonly struct NotZero : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => ~Vector.Equals(x, Zero) & One;
        public Vector<T> Slope(Vector<T> at) => Zero;
    }

    public readonly struct LeakyRelu(double alpha) : IFunction<T>
    {
        private readonly T _alpha = T.CreateChecked(alpha);
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Select(Vector.LessThan(x, Zero), x * _alpha, x);
        public Vector<T> Slope(Vector<T> at) => Select(Vector.GreaterThan(at, Zero), One, new(_alpha));
    }

    public readonly struct ThresholdedRelu(double alpha) : IFunction<T>
    {
        private readonly T _alpha = T.CreateChecked(alpha);
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Vector.GreaterThan(x, new(_alpha)) & x;
        public Vector<T> Slope(Vector<T> at) => Vector.GreaterThan(at, new(_alpha)) & One;
    }

    /// <summary>Gamma × (x above zero, else Alpha × (e^(x ÷ Scale) − 1)): ELU, SELU and CELU.</summary>
    public readonly struct ExponentialUnit(double alpha, double gamma, double scale) : IFunction<T>
    {
        private readonly T _gamma = T.CreateChecked(gamma), _depth = T.CreateChecked(gamma * alpha), _scale = T.CreateChecked(1 / scale), _slope = T.CreateChecked(gamma * alpha / scale);
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Select(Vector.GreaterThan(x, Zero), x * _gamma, Elementary.Expm1(Vector.Min(x, Zero) * _scale) * _depth);
        public Vector<T> Slope(Vector<T> at) => Select(Vector.GreaterThan(at, Zero), new(_gamma), Elementary.Exp(Vector.Min(at, Zero) * _scale) * _slope);
    }

    public readonly struct Tanh : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Tanh(x);
        public Vector<T> Slope(Vector<T> at) => One - at * at;
    }

    public readonly struct Exp : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Elementary.Exp(x);
        public Vector<T> Slope(Vector<T> at) => at;
    }

    public readonly struct Log : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Elementary.Log(x);
        public Vector<T> Slope(Vector<T> at) => One / at;
    }

    public readonly struct Sqrt : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => Vector.SquareRoot(x);
        public Vector<T> Slope(Vector<T> at) => Number(0.5) / at;
    }

    public readonly struct Reciprocal : IFunction<T>
    {
        public static bool SlopeOfResult => true;
        public Vector<T> Value(Vector<T> x) => One / x;
        public Vector<T> Slope(Vector<T> at) => -(at * at);
    }

    public readonly struct Erf : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Elementary.Erf(x);
        public Vector<T> Slope(Vector<T> at) => Elementary.Exp(-(at * at)) * Number(2 / Math.Sqrt(Math.PI));
    }

    public readonly struct Gelu : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => x * Normal(x);
        public Vector<T> Slope(Vector<T> at) => Normal(at) + at * Elementary.Exp(at * at * Number(-0.5)) * Number(1 / Math.Sqrt(2 * Math.PI));

        /// <summary>Φ.</summary>
        private static Vector<T> Normal(Vector<T> x) => Number(0.5) * (One + Elementary.Erf(x * Number(Math.Sqrt(0.5))));
    }

    public readonly struct GeluTanh : IFunction<T>
    {
        private const double Cubic = 0.044715;
        private static readonly double s_root = Math.Sqrt(2 / Math.PI);
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Number(0.5) * x * (One + Bend(x));
        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> tanh = Bend(at), inner = Number(s_root) + Number(3 * Cubic * s_root) * at * at;
            return Number(0.5) * (One + tanh + at * (One - tanh * tanh) * inner);
        }

        private static Vector<T> Bend(Vector<T> x) => Elementary.Tanh(Number(s_root) * (x + Number(Cubic) * x * x * x));
    }

    public readonly struct Softplus : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Elementary.Softplus(x);
        public Vector<T> Slope(Vector<T> at) => Elementary.Sigmoid(at);
    }

    public readonly struct Softsign : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => x / (One + Vector.Abs(x));
        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> size = One + Vector.Abs(at);
            return One / (size * size);
        }
    }

    public readonly struct Mish : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => x * Elementary.Tanh(Elementary.Softplus(x));
        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> tanh = Elementary.Tanh(Elementary.Softplus(at));
            return tanh + at * (One - tanh * tanh) * Elementary.Sigmoid(at);
        }
    }

    public readonly struct Sin : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Elementary.Sin(x);
        public Vector<T> Slope(Vector<T> at) => Elementary.Cos(at);
    }

    public readonly struct Cos : IFunction<T>
    {
        public static bool SlopeOfResult => false;
        public Vector<T> Value(Vector<T> x) => Elementary.Cos(x);
        public Vector<T> Slope(Vector<T> at) => -Elementary.Sin(at);
    }

    private static Vector<T> SignOf(Vector<T> x) => (Vector.GreaterThan(x, Zero) & One) - (Vector.LessThan(x, Zero) & One);
}
