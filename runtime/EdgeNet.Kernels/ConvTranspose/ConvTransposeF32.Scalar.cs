namespace EdgeNet.Kernels;

/// <summary>Transposed 2-D convolution in fp32. ONNX <c>ConvTranspose</c>, TFLite <c>TRANSPOSE_CONV</c>.</summary>
public static partial class ConvTransposeF32
{
    /// <summary>
    /// The reference, from the side of the output: each output gathers, in double, the input pixels that reach it, and is rounded once.
    /// </summary>
    /// <param name="shape">The geometry and the lengths of the spans.</param>
    /// <param name="input">[Batch, InputHeight, InputWidth, InputChannels].</param>
    /// <param name="weights">[OutputChannels, KernelHeight, KernelWidth, InputChannels / Groups].</param>
    /// <param name="bias">[OutputChannels], or empty for none.</param>
    /// <param name="output">[Batch, OutputHeight, OutputWidth, OutputChannels]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in ConvTransposeShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        int depth = shape.InputChannels / shape.Groups;
        for (int row = begin; row < end; row++)
        {
            int image = row / shape.OutputHeight, y = row % shape.OutputHeight + shape.PadTop;
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                int x = column + shape.PadLeft;
                Span<float> pixel = output.Slice((row * shape.OutputWidth + column) * shape.OutputChannels, shape.OutputChannels);
                for (int channel = 0; channel < pixel.Length; channel++)
                {
                    int group = channel / (shape.OutputChannels / shape.Groups);
                    double sum = 0;
                    for (int ky = 0; ky < shape.KernelHeight; ky++)
                    {
                        if (!Reaches(y - ky * shape.DilationHeight, shape.StrideHeight, shape.InputHeight, out int iy)) continue;
                        for (int kx = 0; kx < shape.KernelWidth; kx++)
                        {
                            if (!Reaches(x - kx * shape.DilationWidth, shape.StrideWidth, shape.InputWidth, out int ix)) continue;
                            int from = ((image * shape.InputHeight + iy) * shape.InputWidth + ix) * shape.InputChannels + group * depth;
                            int with = ((channel * shape.KernelHeight + ky) * shape.KernelWidth + kx) * depth;
                            sum = InnerProduct.Add(sum, input.Slice(from, depth), weights.Slice(with, depth));
                        }
                    }
                    pixel[channel] = (float)(sum + (bias.IsEmpty ? 0 : bias[channel]));
                }
            }
        }
    }

    private static bool Reaches(int position, int stride, int length, out int index)
    {
        index = position / stride;
        return position >= 0 && position % stride == 0 && index < length;
    }
}
