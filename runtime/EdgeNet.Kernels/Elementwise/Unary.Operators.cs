using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

// The operators. Those of any number wrap around where integers overflow; those of fp32 compute in double and round once.
public static partial class Unary
{
    /// <summary>max(x, 0). NaN stays NaN.</summary>
    public readonly record struct Relu<T> : IUnaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IUnaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T x) => x < T.Zero ? T.Zero : x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            TVector.Select(TVector.Less(x, default), default, x);
    }

    /// <summary>|x|.</summary>
    public readonly record struct Abs<T> : IUnaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IUnaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T x) => x < T.Zero ? -x : T.IsZero(x) ? T.Zero : x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Abs(x);
    }

    /// <summary>-x.</summary>
    public readonly record struct Neg<T> : IUnaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IUnaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T x) => -x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => -x;
    }

    /// <summary>-1, 0 or 1; NaN stays NaN.</summary>
    public readonly record struct Sign<T> : IUnaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        public T Invoke(T x) => x > T.Zero ? T.One : x < T.Zero ? -T.One : x;
    }

    /// <summary>min(max(x, Minimum), Maximum): Maximum wins where they cross. NaN stays NaN.</summary>
    public readonly record struct Clip<T>(T Minimum, T Maximum) : IUnaryOperator<T, T> where T : unmanaged, INumber<T>
    {
        static bool IUnaryOperator<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Invoke(T x) => x > Maximum || (x < Minimum && Minimum > Maximum) ? Maximum : x < Minimum ? Minimum : x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector>
        {
            TVector low = TVector.Create(float.CreateTruncating(Minimum)), high = TVector.Create(float.CreateTruncating(Maximum));
            TVector raised = TVector.Select(TVector.Less(x, low), low, x);
            return TVector.Select(TVector.Less(high, raised), high, raised);
        }
    }

    /// <summary>x, or Alpha·x below zero.</summary>
    public readonly record struct LeakyRelu(float Alpha) : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => x < 0 ? Alpha * x : x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            TVector.Select(TVector.Less(x, default), TVector.Create(Alpha) * x, x);
    }

    /// <summary>x, or Alpha·(eˣ - 1) below zero.</summary>
    public readonly record struct Elu(float Alpha) : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => x < 0 ? (float)(Alpha * PortableMath.Expm1(x)) : x;
    }

    /// <summary>Gamma·x, or Gamma·Alpha·(eˣ - 1) below zero.</summary>
    public readonly record struct Selu(float Alpha, float Gamma) : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => x > 0 ? Gamma * x : (float)((double)Gamma * Alpha * PortableMath.Expm1(x));
    }

    /// <summary>x, or Alpha·(e^(x / Alpha) - 1) below zero.</summary>
    public readonly record struct Celu(float Alpha) : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => x < 0 ? (float)(Alpha * PortableMath.Expm1((double)x / Alpha)) : x;
    }

    /// <summary>x above Alpha, else zero.</summary>
    public readonly record struct ThresholdedRelu(float Alpha) : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => x > Alpha ? x : 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            TVector.Select(TVector.Less(TVector.Create(Alpha), x), x, default);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public readonly record struct Sigmoid : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => (float)(1 / (1 + Math.Exp(-x)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => FloatFunctions.Sigmoid(x);
    }

    /// <summary>max(0, min(1, Alpha·x + Beta)), in fp32. ONNX defaults 0.2 and 0.5.</summary>
    public readonly record struct HardSigmoid(float Alpha, float Beta) : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => MathF.Max(0, MathF.Min(1, Alpha * x + Beta));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            TVector.Max(default, TVector.Min(TVector.Create(1), TVector.Create(Alpha) * x + TVector.Create(Beta)));
    }

    /// <summary>x · max(0, min(1, x / 6 + 1 / 2)).</summary>
    public readonly record struct HardSwish : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => (float)(x * Math.Max(0, Math.Min(1, x / 6.0 + 0.5)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            x * (TVector.Max(default, TVector.Min(TVector.Create(6), x + TVector.Create(3))) / TVector.Create(6));
    }

    /// <summary>x / (1 + e^(-Alpha·x)); SiLU for Alpha = 1.</summary>
    public readonly record struct Swish(float Alpha) : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => (float)(x / (1 + Math.Exp(-(double)Alpha * x)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> =>
            x * FloatFunctions.Sigmoid(TVector.Create(Alpha) * x);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public readonly record struct Tanh : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => (float)Math.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => FloatFunctions.Tanh(x);
    }

    /// <summary>eˣ.</summary>
    public readonly record struct Exp : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => (float)Math.Exp(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => FloatFunctions.Exp(x);
    }

    /// <summary>The natural logarithm.</summary>
    public readonly record struct Log : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)Math.Log(x);
    }

    /// <summary>The square root, correctly rounded.</summary>
    public readonly record struct Sqrt : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => MathF.Sqrt(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Sqrt(x);
    }

    /// <summary>1 / √x.</summary>
    public readonly record struct ReciprocalSqrt : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)(1 / Math.Sqrt(x));
    }

    /// <summary>1 / x.</summary>
    public readonly record struct Reciprocal : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => 1 / x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Create(1) / x;
    }

    /// <summary>x².</summary>
    public readonly record struct Square : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => x * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => x * x;
    }

    /// <summary>The largest integer not above x.</summary>
    public readonly record struct Floor : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => MathF.Floor(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Floor(x);
    }

    /// <summary>The smallest integer not below x.</summary>
    public readonly record struct Ceil : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => MathF.Ceiling(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Ceiling(x);
    }

    /// <summary>The nearest integer, halves to even.</summary>
    public readonly record struct Round : IUnaryOperator<float, float>
    {
        static bool IUnaryOperator<float, float>.IsVectorized => true;

        public float Invoke(float x) => MathF.Round(x, MidpointRounding.ToEven);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TVector>(TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Round(x);
    }

    /// <summary>The error function.</summary>
    public readonly record struct Erf : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)PortableMath.Erf(x);
    }

    /// <summary>x·Φ(x), by the error function.</summary>
    public readonly record struct Gelu : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)PortableMath.Gelu(x);
    }

    /// <summary>The tanh approximation of <see cref="Gelu"/>.</summary>
    public readonly record struct GeluTanh : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)(0.5 * x * (1 + Math.Tanh(0.79788456080286536 * (x + 0.044715 * x * x * x))));
    }

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public readonly record struct Softplus : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)PortableMath.Softplus(x);
    }

    /// <summary>x / (1 + |x|).</summary>
    public readonly record struct Softsign : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)(x / (1 + Math.Abs((double)x)));
    }

    /// <summary>x · tanh(softplus(x)).</summary>
    public readonly record struct Mish : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)(x * Math.Tanh(PortableMath.Softplus(x)));
    }

    /// <summary>The sine.</summary>
    public readonly record struct Sin : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)Math.Sin(x);
    }

    /// <summary>The cosine.</summary>
    public readonly record struct Cos : IUnaryOperator<float, float>
    {
        public float Invoke(float x) => (float)Math.Cos(x);
    }

    /// <summary>Logical not of a bool kept as a byte.</summary>
    public readonly record struct Not : IUnaryOperator<byte, byte>
    {
        public byte Invoke(byte x) => (byte)(x == 0 ? 1 : 0);
    }
}
