namespace EdgeNet.Kernels;

/// <summary>The geometry of one matrix product: a [M, K] × b [K, N] = output [M, N], all dense. A row is a row of the output.</summary>
public readonly record struct MatMulShape(int M, int K, int N)
{
    internal void Check(int a, int b, int output, int begin, int end)
    {
        Require.Length(a, M * K, nameof(a));
        Require.Length(b, K * N, nameof(b));
        Require.Length(output, M * N, nameof(output));
        Require.Range(begin, end, M);
    }
}

/// <summary>The quantization of one matrix product of codes.</summary>
/// <param name="ZeroPointA">The code of zero in a.</param>
/// <param name="ZeroPointB">The code of zero in b.</param>
/// <param name="Multiplier">sa·sb/sy, by <see cref="Requantization.Multiplier(float, float, float)"/>.</param>
/// <param name="OutputZeroPoint">The code of zero in the output.</param>
/// <param name="Minimum">The lowest code written.</param>
/// <param name="Maximum">The highest code written.</param>
public readonly record struct MatMulQuantizationS8(
    int ZeroPointA, int ZeroPointB, float Multiplier, int OutputZeroPoint, int Minimum = sbyte.MinValue, int Maximum = sbyte.MaxValue);

/// <summary>One matrix product in fp32; the caller walks batches and broadcasting.</summary>
public static partial class MatMulF32
{
    private const int Block = 64;

    /// <summary>The reference: sums in double, rounded once to fp32.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in MatMulShape shape, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> output, int begin, int end)
    {
        shape.Check(a.Length, b.Length, output.Length, begin, end);
        Span<double> sums = stackalloc double[Block];
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<float> left = a.Slice(row * shape.K, shape.K);
            for (int first = 0; first < shape.N; first += Block)
            {
                Span<double> block = sums[..Math.Min(Block, shape.N - first)];
                block.Clear();
                for (int k = 0; k < left.Length; k++)
                {
                    double x = left[k];
                    ReadOnlySpan<float> w = b.Slice(k * shape.N + first, block.Length);
                    for (int i = 0; i < w.Length; i++) block[i] += x * w[i];
                }
                Span<float> y = output.Slice(row * shape.N + first, block.Length);
                for (int i = 0; i < y.Length; i++) y[i] = (float)block[i];
            }
        }
    }
}

/// <summary>One matrix product of 8-bit codes; the caller walks batches and broadcasting.</summary>
public static partial class MatMulS8
{
    private const int Block = 64;

    /// <summary>The reference: the int32 sum of (a - za)(b - zb) through <see cref="Requantization"/>.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in MatMulShape shape, in MatMulQuantizationS8 quantization, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> output,
        int begin, int end)
    {
        shape.Check(a.Length, b.Length, output.Length, begin, end);
        MatMulQuantizationS8 q = quantization;
        Span<int> sums = stackalloc int[Block];
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<sbyte> left = a.Slice(row * shape.K, shape.K);
            for (int first = 0; first < shape.N; first += Block)
            {
                Span<int> block = sums[..Math.Min(Block, shape.N - first)];
                block.Clear();
                for (int k = 0; k < left.Length; k++)
                {
                    int x = left[k] - q.ZeroPointA;
                    ReadOnlySpan<sbyte> w = b.Slice(k * shape.N + first, block.Length);
                    for (int i = 0; i < w.Length; i++) block[i] += x * (w[i] - q.ZeroPointB);
                }
                Span<sbyte> y = output.Slice(row * shape.N + first, block.Length);
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = (sbyte)Requantization.Apply(block[i], q.Multiplier, q.OutputZeroPoint, q.Minimum, q.Maximum);
                }
            }
        }
    }
}
