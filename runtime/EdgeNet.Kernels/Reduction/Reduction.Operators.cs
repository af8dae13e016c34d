using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

// The reductions. Those of fp32 accumulate in double and round once; those of integers wrap around.
public static partial class Reduction
{
    /// <summary>The mean in fp32; NaN of nothing.</summary>
    public readonly struct Mean : IReduction<float, double>
    {
        static bool IReduction<float, double>.IsVectorized => true;

        public double Start => 0;
        public double Step(double sum, float x) => sum + x;
        public float End(double sum, int count) => (float)(sum / count);

        public float VectorStart => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Step<TVector>(TVector sum, TVector x) where TVector : struct, IFloatVector<TVector> => sum + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector End<TVector>(TVector sum, int count) where TVector : struct, IFloatVector<TVector> => sum / TVector.Create(count);
    }

    /// <summary>The sum in fp32.</summary>
    public readonly struct Sum : IReduction<float, double>
    {
        static bool IReduction<float, double>.IsVectorized => true;

        public double Start => 0;
        public double Step(double sum, float x) => sum + x;
        public float End(double sum, int count) => (float)sum;

        public float VectorStart => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Step<TVector>(TVector sum, TVector x) where TVector : struct, IFloatVector<TVector> => sum + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector End<TVector>(TVector sum, int count) where TVector : struct, IFloatVector<TVector> => sum;
    }

    /// <summary>The product in fp32.</summary>
    public readonly struct Prod : IReduction<float, double>
    {
        public double Start => 1;
        public double Step(double sum, float x) => sum * x;
        public float End(double sum, int count) => (float)sum;
    }

    /// <summary>The sum of squares in fp32.</summary>
    public readonly struct SumSquare : IReduction<float, double>
    {
        public double Start => 0;
        public double Step(double sum, float x) => sum + (double)x * x;
        public float End(double sum, int count) => (float)sum;
    }

    /// <summary>The sum of magnitudes in fp32.</summary>
    public readonly struct L1 : IReduction<float, double>
    {
        public double Start => 0;
        public double Step(double sum, float x) => sum + Math.Abs(x);
        public float End(double sum, int count) => (float)sum;
    }

    /// <summary>The root of the sum of squares in fp32.</summary>
    public readonly struct L2 : IReduction<float, double>
    {
        public double Start => 0;
        public double Step(double sum, float x) => sum + (double)x * x;
        public float End(double sum, int count) => (float)Math.Sqrt(sum);
    }

    /// <summary>The logarithm of the sum in fp32.</summary>
    public readonly struct LogSum : IReduction<float, double>
    {
        public double Start => 0;
        public double Step(double sum, float x) => sum + x;
        public float End(double sum, int count) => (float)Math.Log(sum);
    }

    /// <summary>The largest element of any number type; NaN wins. Of nothing: the lowest value (negative infinity of fp32).</summary>
    public readonly struct Max<T> : IReduction<T, T> where T : unmanaged, INumber<T>
    {
        static bool IReduction<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Start => T.CreateSaturating(double.NegativeInfinity);
        public T Step(T sum, T x) => T.Max(sum, x);
        public T End(T sum, int count) => sum;

        public float VectorStart => float.NegativeInfinity;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Step<TVector>(TVector sum, TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Max(sum, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector End<TVector>(TVector sum, int count) where TVector : struct, IFloatVector<TVector> => sum;
    }

    /// <summary>The smallest element of any number type; NaN wins. Of nothing: the highest value (infinity of fp32).</summary>
    public readonly struct Min<T> : IReduction<T, T> where T : unmanaged, INumber<T>
    {
        static bool IReduction<T, T>.IsVectorized => typeof(T) == typeof(float);

        public T Start => T.CreateSaturating(double.PositiveInfinity);
        public T Step(T sum, T x) => T.Min(sum, x);
        public T End(T sum, int count) => sum;

        public float VectorStart => float.PositiveInfinity;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Step<TVector>(TVector sum, TVector x) where TVector : struct, IFloatVector<TVector> => TVector.Min(sum, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector End<TVector>(TVector sum, int count) where TVector : struct, IFloatVector<TVector> => sum;
    }

    /// <summary>The sum of integers.</summary>
    public readonly struct IntegerSum<T> : IReduction<T, T> where T : unmanaged, IBinaryInteger<T>
    {
        public T Start => T.Zero;
        public T Step(T sum, T x) => sum + x;
        public T End(T sum, int count) => sum;
    }

    /// <summary>The product of integers.</summary>
    public readonly struct IntegerProd<T> : IReduction<T, T> where T : unmanaged, IBinaryInteger<T>
    {
        public T Start => T.One;
        public T Step(T sum, T x) => sum * x;
        public T End(T sum, int count) => sum;
    }

    /// <summary>The sum of squares of integers.</summary>
    public readonly struct IntegerSumSquare<T> : IReduction<T, T> where T : unmanaged, IBinaryInteger<T>
    {
        public T Start => T.Zero;
        public T Step(T sum, T x) => sum + x * x;
        public T End(T sum, int count) => sum;
    }
}
