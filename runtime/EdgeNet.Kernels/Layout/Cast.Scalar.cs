using System.Numerics;

namespace EdgeNet.Kernels;

/// <summary>
/// Conversion between float, int, long, byte and sbyte. ONNX and TFLite <c>CAST</c>. Floats truncate towards zero, what is out of range
/// saturates, NaN becomes zero: the same on every machine.
/// </summary>
public static partial class Cast
{
    /// <summary>Converts elements begin..end. A bool kept as a byte converts from as the number it is.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void Scalar<TIn, TOut>(ReadOnlySpan<TIn> input, Span<TOut> output, int begin, int end)
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut> =>
        Unary.Scalar<TIn, TOut, Convert<TIn, TOut>>(default, input, output, begin, end);

    /// <summary>Elements begin..end as bools kept as bytes: 1 where they are not zero (NaN included), else 0.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void ToBoolScalar<TIn>(ReadOnlySpan<TIn> input, Span<byte> output, int begin, int end)
        where TIn : unmanaged, INumber<TIn> =>
        Unary.Scalar<TIn, byte, IsNotZero<TIn>>(default, input, output, begin, end);

    private readonly struct Convert<TIn, TOut> : IUnaryOperator<TIn, TOut>
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut>
    {
        public TOut Invoke(TIn x) => TOut.CreateSaturating(x);
    }

    private readonly struct IsNotZero<TIn> : IUnaryOperator<TIn, byte>
        where TIn : unmanaged, INumber<TIn>
    {
        public byte Invoke(TIn x) => (byte)(TIn.IsZero(x) ? 0 : 1);
    }
}
