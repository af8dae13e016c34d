namespace EdgeNet.Kernels;

public static partial class DepthwiseF32
{
    private const int Block = 64;

    /// <summary>The reference: each output is bias plus the sum over the taps inside the image, in double, rounded once to fp32.</summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, Channels].</param>
    /// <param name="weights">[KernelHeight, KernelWidth, Channels × Multiplier].</param>
    /// <param name="bias">[Channels × Multiplier], or empty for none.</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, Channels × Multiplier]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in DepthwiseShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        Span<double> sums = stackalloc double[Block];
        int channels = shape.OutputChannels, multiplier = shape.Multiplier;
        for (int row = begin; row < end; row++)
        {
            int image = row / shape.OutputHeight;
            int top = row % shape.OutputHeight * shape.StrideHeight - shape.PadTop;
            var (yFirst, yLast) = KernelWindow.Inside(top, shape.KernelHeight, shape.DilationHeight, shape.InputHeight);
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                int left = column * shape.StrideWidth - shape.PadLeft;
                var (xFirst, xLast) = KernelWindow.Inside(left, shape.KernelWidth, shape.DilationWidth, shape.InputWidth);
                Span<float> pixel = output.Slice((row * shape.OutputWidth + column) * channels, channels);
                for (int first = 0; first < channels; first += Block)
                {
                    Span<double> block = sums[..Math.Min(Block, channels - first)];
                    block.Clear();
                    for (int ky = yFirst; ky < yLast; ky++)
                    {
                        int line = (image * shape.InputHeight + top + ky * shape.DilationHeight) * shape.InputWidth;
                        for (int kx = xFirst; kx < xLast; kx++)
                        {
                            int at = (line + left + kx * shape.DilationWidth) * shape.Channels;
                            ReadOnlySpan<float> x = input.Slice(at, shape.Channels);
                            ReadOnlySpan<float> w = weights.Slice((ky * shape.KernelWidth + kx) * channels + first, block.Length);
                            Tap(block, x, w, first, multiplier);
                        }
                    }
                    for (int i = 0; i < block.Length; i++)
                    {
                        pixel[first + i] = (float)(block[i] + (bias.IsEmpty ? 0 : bias[first + i]));
                    }
                }
            }
        }
    }

    private static void Tap(Span<double> sums, ReadOnlySpan<float> x, ReadOnlySpan<float> w, int first, int multiplier)
    {
        if (multiplier == 1)
        {
            InnerProduct.AddEach(sums, x[first..], w);
            return;
        }
        for (int i = 0; i < sums.Length; i++) sums[i] += (double)x[(first + i) / multiplier] * w[i];
    }
}
