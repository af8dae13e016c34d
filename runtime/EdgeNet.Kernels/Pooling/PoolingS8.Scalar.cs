namespace EdgeNet.Kernels;

/// <summary>2-D pooling of 8-bit codes. ONNX <c>MaxPool</c>, <c>AveragePool</c>; TFLite <c>MAX_POOL_2D</c>, <c>AVERAGE_POOL_2D</c>.</summary>
public static partial class PoolingS8
{
    private const int Block = 64;

    /// <summary>The reference maximum over the taps inside the image; a window without taps gives -128.</summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, Channels].</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, Channels]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void MaxScalar(in PoolingShape shape, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<sbyte> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                pixel.Fill(sbyte.MinValue);
                for (int ky = window.YFirst; ky < window.YLast; ky++)
                {
                    for (int kx = window.XFirst; kx < window.XLast; kx++)
                    {
                        ReadOnlySpan<sbyte> x = input.Slice(shape.InputAt(in window, ky, kx), pixel.Length);
                        for (int c = 0; c < pixel.Length; c++) pixel[c] = Math.Max(pixel[c], x[c]);
                    }
                }
            }
        }
    }

    /// <summary>The reference average: the int32 sum of (x - zx), through <see cref="Requantization.MeanMultiplier"/>; a window without taps gives the output zero point.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void AverageScalar(in PoolingShape shape, PoolingQuantizationS8 quantization, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Span<int> sums = stackalloc int[Block];
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<sbyte> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                for (int first = 0; first < pixel.Length; first += Block)
                {
                    Span<int> block = sums[..Math.Min(Block, pixel.Length - first)];
                    block.Clear();
                    for (int ky = window.YFirst; ky < window.YLast; ky++)
                    {
                        for (int kx = window.XFirst; kx < window.XLast; kx++)
                        {
                            ReadOnlySpan<sbyte> x = input.Slice(shape.InputAt(in window, ky, kx) + first, block.Length);
                            for (int i = 0; i < x.Length; i++) block[i] += x[i] - quantization.InputZeroPoint;
                        }
                    }
                    float multiplier = Requantization.MeanMultiplier(quantization.InputScale, quantization.OutputScale, Math.Max(window.Count, 1));
                    for (int i = 0; i < block.Length; i++)
                    {
                        pixel[first + i] = (sbyte)Requantization.Apply(
                            block[i], multiplier, quantization.OutputZeroPoint, quantization.Minimum, quantization.Maximum);
                    }
                }
            }
        }
    }
}
