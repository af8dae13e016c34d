namespace EdgeNet.Kernels;

/// <summary>2-D pooling in fp32. ONNX <c>MaxPool</c>, <c>AveragePool</c>; TFLite <c>MAX_POOL_2D</c>, <c>AVERAGE_POOL_2D</c>.</summary>
public static partial class PoolingF32
{
    private const int Block = 64;

    /// <summary>The reference maximum over the taps inside the image; a window without taps gives negative infinity, and NaN wins.</summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, Channels].</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, Channels]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void MaxScalar(in PoolingShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<float> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                pixel.Fill(float.NegativeInfinity);
                for (int ky = window.YFirst; ky < window.YLast; ky++)
                {
                    for (int kx = window.XFirst; kx < window.XLast; kx++)
                    {
                        ReadOnlySpan<float> x = input.Slice(shape.InputAt(in window, ky, kx), pixel.Length);
                        for (int c = 0; c < pixel.Length; c++) pixel[c] = MathF.Max(pixel[c], x[c]);
                    }
                }
            }
        }
    }

    /// <summary>The reference average: the sum in double over the divisor <see cref="PoolingShape.CountIncludePad"/> asks for; a window without taps gives zero.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void AverageScalar(in PoolingShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Span<double> sums = stackalloc double[Block];
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<float> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                for (int first = 0; first < pixel.Length; first += Block)
                {
                    Span<double> block = sums[..Math.Min(Block, pixel.Length - first)];
                    block.Clear();
                    for (int ky = window.YFirst; ky < window.YLast; ky++)
                    {
                        for (int kx = window.XFirst; kx < window.XLast; kx++)
                        {
                            ReadOnlySpan<float> x = input.Slice(shape.InputAt(in window, ky, kx) + first, block.Length);
                            for (int i = 0; i < x.Length; i++) block[i] += x[i];
                        }
                    }
                    for (int i = 0; i < block.Length; i++) pixel[first + i] = window.Count == 0 ? 0 : (float)(block[i] / window.Count);
                }
            }
        }
    }
}
