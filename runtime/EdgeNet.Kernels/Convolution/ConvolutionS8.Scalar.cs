namespace EdgeNet.Kernels;

/// <summary>2-D convolution of 8-bit codes. ONNX <c>QLinearConv</c>, TFLite <c>CONV_2D</c> under the rules of docs/numerics.md.</summary>
public static partial class ConvolutionS8
{
    /// <summary>
    /// The reference: the int32 sum of (x - zx)(w - zw) over the taps inside the image, plus bias, through
    /// <see cref="Requantization"/>. Padding contributes zero.
    /// </summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="quantization">Zero points, multipliers and clamp; its per-channel spans have OutputChannels elements.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, InputChannels].</param>
    /// <param name="weights">[OutputChannels, KernelHeight, KernelWidth, InputChannels / Groups].</param>
    /// <param name="bias">[OutputChannels] in units of input scale × weight scale, or empty for none.</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, OutputChannels]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in ConvolutionShape shape, in QuantizationS8 quantization,
        ReadOnlySpan<sbyte> input, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        quantization.Check(shape.OutputChannels);
        int width = shape.OutputWidth, channels = shape.OutputChannels;
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < width; column++)
            {
                Span<sbyte> pixel = output.Slice((row * width + column) * channels, channels);
                Pixel(in shape, in quantization, input, weights, bias, pixel, row, column);
            }
        }
    }

    private static void Pixel(
        in ConvolutionShape shape, in QuantizationS8 quantization,
        ReadOnlySpan<sbyte> input, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias, Span<sbyte> output, int row, int column)
    {
        int image = row / shape.OutputHeight;
        int top = row % shape.OutputHeight * shape.StrideHeight - shape.PadTop;
        int left = column * shape.StrideWidth - shape.PadLeft;
        var (yFirst, yLast) = KernelWindow.Inside(top, shape.KernelHeight, shape.DilationHeight, shape.InputHeight);
        var (xFirst, xLast) = KernelWindow.Inside(left, shape.KernelWidth, shape.DilationWidth, shape.InputWidth);
        int depth = shape.InputChannels / shape.Groups;
        int filter = shape.KernelHeight * shape.KernelWidth * depth;
        int zero = quantization.InputZeroPoint;

        // Taps side by side in the image are side by side in the filter: one long run instead of many short ones.
        bool joined = shape.DilationWidth == 1 && shape.Groups == 1;
        int step = joined ? Math.Max(xLast - xFirst, 1) : 1;
        int run = step * depth;

        for (int channel = 0; channel < shape.OutputChannels;)
        {
            int perGroup = shape.OutputChannels / shape.Groups;
            int group = channel / perGroup;
            bool four = channel + 4 <= (group + 1) * perGroup;
            InnerProduct.Sums<int> zeros = quantization.WeightZeroPointsAt(channel, four);
            InnerProduct.Sums<int> sums = default;
            for (int ky = yFirst; ky < yLast; ky++)
            {
                int line = (image * shape.InputHeight + top + ky * shape.DilationHeight) * shape.InputWidth;
                for (int kx = xFirst; kx < xLast; kx += step)
                {
                    int at = (line + left + kx * shape.DilationWidth) * shape.InputChannels + group * depth;
                    ReadOnlySpan<sbyte> x = input.Slice(at, run);
                    ReadOnlySpan<sbyte> w = weights[(channel * filter + (ky * shape.KernelWidth + kx) * depth)..];
                    if (four) InnerProduct.AddFour(x, zero, w, w[filter..], w[(2 * filter)..], w[(3 * filter)..], zeros, ref sums);
                    else sums.S0 = InnerProduct.Add(sums.S0, x, zero, w, zeros.S0);
                }
            }
            output[channel] = quantization.Output(sums.S0, bias, channel);
            if (four)
            {
                output[channel + 1] = quantization.Output(sums.S1, bias, channel + 1);
                output[channel + 2] = quantization.Output(sums.S2, bias, channel + 2);
                output[channel + 3] = quantization.Output(sums.S3, bias, channel + 3);
            }
            channel += four ? 4 : 1;
        }
    }
}
