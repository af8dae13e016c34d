namespace EdgeNet.Kernels;

/// <summary>The quantization of a sum, difference or product of two tensors of codes.</summary>
public readonly record struct BinaryQuantizationS8(
    float ScaleA, int ZeroPointA, float ScaleB, int ZeroPointB, float OutputScale, int OutputZeroPoint,
    int Minimum = sbyte.MinValue, int Maximum = sbyte.MaxValue);

/// <summary>Arithmetic on two tensors of 8-bit codes with broadcasting, under the rules of docs/numerics.md.</summary>
public static partial class BinaryS8
{
    /// <summary>
    /// Elements begin..end of a + b: <c>round(ra·(a - za) + rb·(b - zb)) + zy</c> with ra = sa/sy and rb = sb/sy; each operation in fp32,
    /// none fused.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void AddScalar(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.Scalar(
            new Sum(quantization, quantization.ScaleA / quantization.OutputScale, quantization.ScaleB / quantization.OutputScale),
            in shape, a, b, output, begin, end);

    /// <summary>Elements begin..end of a - b, as <see cref="AddScalar"/> with rb = -(sb/sy).</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void SubScalar(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.Scalar(
            new Sum(quantization, quantization.ScaleA / quantization.OutputScale, -(quantization.ScaleB / quantization.OutputScale)),
            in shape, a, b, output, begin, end);

    /// <summary>Elements begin..end of a · b: the integer (a - za)(b - zb) through <see cref="Requantization"/> with sa·sb/sy.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void MulScalar(
        in BroadcastShape shape, in BinaryQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end) =>
        Binary.Scalar(
            new Product(quantization, Requantization.Multiplier(quantization.ScaleA, quantization.ScaleB, quantization.OutputScale)),
            in shape, a, b, output, begin, end);

    private readonly record struct Sum(BinaryQuantizationS8 Q, float RatioA, float RatioB) : IBinaryOperator<sbyte, sbyte>
    {
        public sbyte Invoke(sbyte a, sbyte b)
        {
            float left = RatioA * (a - Q.ZeroPointA);
            float right = RatioB * (b - Q.ZeroPointB);
            return (sbyte)Requantization.Code(left + right, Q.OutputZeroPoint, Q.Minimum, Q.Maximum);
        }
    }

    private readonly record struct Product(BinaryQuantizationS8 Q, float Multiplier) : IBinaryOperator<sbyte, sbyte>
    {
        public sbyte Invoke(sbyte a, sbyte b) =>
            (sbyte)Requantization.Apply(
                (a - Q.ZeroPointA) * (b - Q.ZeroPointB), Multiplier, Q.OutputZeroPoint, Q.Minimum, Q.Maximum);
    }
}
