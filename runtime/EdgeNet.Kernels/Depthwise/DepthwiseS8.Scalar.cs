namespace EdgeNet.Kernels;

/// <summary>Depthwise 2-D convolution of 8-bit codes, under the rules of docs/numerics.md. TFLite <c>DEPTHWISE_CONV_2D</c>; ONNX <c>Conv</c> with one group per channel.</summary>
public static partial class DepthwiseS8
{
    private const int Block = 64;

    /// <summary>The reference: the int32 sum of (x - zx)(w - zw) over the taps inside the image, plus bias, through <see cref="Requantization"/>.</summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="quantization">Zero points, multipliers and clamp; its per-channel spans have Channels × Multiplier elements.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, Channels].</param>
    /// <param name="weights">[KernelHeight, KernelWidth, Channels × Multiplier].</param>
    /// <param name="bias">[Channels × Multiplier], or empty for none.</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, Channels × Multiplier]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in DepthwiseShape shape, in QuantizationS8 quantization, ReadOnlySpan<sbyte> input, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias,
        Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        quantization.Check(shape.OutputChannels);
        Span<int> sums = stackalloc int[Block];
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
                Span<sbyte> pixel = output.Slice((row * shape.OutputWidth + column) * channels, channels);
                for (int first = 0; first < channels; first += Block)
                {
                    Span<int> block = sums[..Math.Min(Block, channels - first)];
                    block.Clear();
                    for (int ky = yFirst; ky < yLast; ky++)
                    {
                        int line = (image * shape.InputHeight + top + ky * shape.DilationHeight) * shape.InputWidth;
                        for (int kx = xFirst; kx < xLast; kx++)
                        {
                            int at = (line + left + kx * shape.DilationWidth) * shape.Channels;
                            ReadOnlySpan<sbyte> x = input.Slice(at, shape.Channels);
                            ReadOnlySpan<sbyte> w = weights.Slice((ky * shape.KernelWidth + kx) * channels + first, block.Length);
                            Tap(block, x, quantization.InputZeroPoint, w, quantization.WeightZeroPoints, first, multiplier);
                        }
                    }
                    for (int i = 0; i < block.Length; i++) pixel[first + i] = quantization.Output(block[i], bias, first + i);
                }
            }
        }
    }

    private static void Tap(
        Span<int> sums, ReadOnlySpan<sbyte> x, int zeroX, ReadOnlySpan<sbyte> w, ReadOnlySpan<int> zeroW, int first, int multiplier)
    {
        w = w[..sums.Length];
        if (multiplier != 1 || !zeroW.IsEmpty)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += (x[(first + i) / multiplier] - zeroX) * (w[i] - (zeroW.IsEmpty ? 0 : zeroW[first + i]));
            }
            return;
        }
        x = x.Slice(first, sums.Length);
        for (int i = 0; i < sums.Length; i++) sums[i] += (x[i] - zeroX) * w[i];
    }
}
