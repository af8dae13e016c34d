using System.Numerics;

namespace EdgeNet.Kernels;

/// <summary>
/// Real values to codes: round half to even of x / scale, in fp32, plus zero point, clamped. ONNX <c>QuantizeLinear</c>,
/// TFLite <c>QUANTIZE</c>. NaN counts as zero.
/// </summary>
public static partial class QuantizeF32ToS8
{
    /// <summary>The reference. Scales and zero points are indexed by <see cref="QuantizationAxis"/>.</summary>
    /// <exception cref="ArgumentException">A span does not fit the axis, or the range does not fit the elements.</exception>
    public static void Scalar(
        QuantizationAxis axis, ReadOnlySpan<float> scales, ReadOnlySpan<int> zeroPoints, ReadOnlySpan<float> input, Span<sbyte> output,
        int begin, int end)
    {
        axis.Check(scales.Length, zeroPoints.Length, input.Length, output.Length, begin, end);
        for (int i = begin; i < end; i++)
        {
            int channel = axis.ChannelOf(i);
            int zero = zeroPoints.IsEmpty ? 0 : zeroPoints[channel];
            output[i] = (sbyte)Requantization.Code(input[i] / scales[channel], zero, sbyte.MinValue, sbyte.MaxValue);
        }
    }
}

/// <summary>Real values to unsigned codes, as <see cref="QuantizeF32ToS8"/>.</summary>
public static partial class QuantizeF32ToU8
{
    /// <summary>The reference. Scales and zero points are indexed by <see cref="QuantizationAxis"/>.</summary>
    /// <exception cref="ArgumentException">A span does not fit the axis, or the range does not fit the elements.</exception>
    public static void Scalar(
        QuantizationAxis axis, ReadOnlySpan<float> scales, ReadOnlySpan<int> zeroPoints, ReadOnlySpan<float> input, Span<byte> output,
        int begin, int end)
    {
        axis.Check(scales.Length, zeroPoints.Length, input.Length, output.Length, begin, end);
        for (int i = begin; i < end; i++)
        {
            int channel = axis.ChannelOf(i);
            int zero = zeroPoints.IsEmpty ? 0 : zeroPoints[channel];
            output[i] = (byte)Requantization.Code(input[i] / scales[channel], zero, byte.MinValue, byte.MaxValue);
        }
    }
}

/// <summary>
/// Codes (sbyte, byte or int) to real values: (q - zero point) · scale in fp32. ONNX <c>DequantizeLinear</c>, TFLite
/// <c>DEQUANTIZE</c>.
/// </summary>
public static partial class DequantizeToF32
{
    /// <summary>The reference. Scales and zero points are indexed by <see cref="QuantizationAxis"/>.</summary>
    /// <exception cref="ArgumentException">A span does not fit the axis, or the range does not fit the elements.</exception>
    public static void Scalar<T>(
        QuantizationAxis axis, ReadOnlySpan<float> scales, ReadOnlySpan<int> zeroPoints, ReadOnlySpan<T> input, Span<float> output,
        int begin, int end)
        where T : unmanaged, IBinaryInteger<T>
    {
        axis.Check(scales.Length, zeroPoints.Length, input.Length, output.Length, begin, end);
        for (int i = begin; i < end; i++)
        {
            int channel = axis.ChannelOf(i);
            int zero = zeroPoints.IsEmpty ? 0 : zeroPoints[channel];
            output[i] = (int.CreateTruncating(input[i]) - zero) * scales[channel];
        }
    }
}

/// <summary>Codes (sbyte or byte) of one scale and zero point to codes (sbyte or byte) of another. TFLite <c>QUANTIZE</c>.</summary>
public static partial class Requantize
{
    /// <summary>
    /// The reference: (q - zx) through <see cref="Requantization"/> with the multiplier sx/sy. Exact where only the zero points differ.
    /// </summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void Scalar<TIn, TOut>(
        float multiplier, int inputZeroPoint, int outputZeroPoint, ReadOnlySpan<TIn> input, Span<TOut> output, int begin, int end)
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>, IMinMaxValue<TOut>
    {
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        int minimum = int.CreateTruncating(TOut.MinValue), maximum = int.CreateTruncating(TOut.MaxValue);
        for (int i = begin; i < end; i++)
        {
            int code = int.CreateTruncating(input[i]) - inputZeroPoint;
            output[i] = TOut.CreateTruncating(Requantization.Apply(code, multiplier, outputZeroPoint, minimum, maximum));
        }
    }
}
