using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>
/// One axis of a convolution seen from its output: the gradient to the input is a convolution, with the taps reversed and a stride of 1, of
/// the output's gradient with <c>stride − 1</c> zeros between its elements.
/// </summary>
/// <param name="Extent">Elements along the axis with the zeros between them.</param>
/// <param name="Before">Padding before.</param>
/// <param name="After">Padding after.</param>
internal readonly record struct FlippedWindow(int Extent, int Before, int After)
{
    public static FlippedWindow Of(int input, int output, int kernel, int stride, int dilation, int padding)
    {
        int extent = (output - 1) * stride + 1, reach = (kernel - 1) * dilation, before = reach - padding;
        return new(extent, before, input + reach - extent - before);
    }

    /// <summary>Whether there is such a convolution: padding wider than the window would have to be cut.</summary>
    public bool Exists => Before >= 0 && After >= 0;
}

/// <summary>The gradient of an image with zeros between its pixels.</summary>
internal sealed class SpreadImage(int images, int height, int width, int channels, int strideHeight, int strideWidth)
{
    private readonly int _tall = (height - 1) * strideHeight + 1, _wide = (width - 1) * strideWidth + 1;

    // The zeros are never written: those of one pass are those of the next. The first layer of a network needs none.
    private AlignedBuffer? _memory;

    /// <summary>Copies the pixels to their places and gives the address of all; where nothing lies between them, theirs.</summary>
    public nint Of(Tensor<float> gradient, Workers workers)
    {
        if (strideHeight == 1 && strideWidth == 1) return gradient.Address;
        long bytes = (long)images * _tall * _wide * channels * sizeof(float);
        if (bytes > int.MaxValue) throw new TrainingSettingException($"a strided convolution of {images} samples would take {bytes >> 20} MB for its gradient alone; make the batch smaller");
        AlignedBuffer memory = _memory ??= new AlignedBuffer((int)bytes);
        workers.Each(images, image =>
        {
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<float> row = gradient.Span.Slice((image * height + y) * width * channels, width * channels);
                Span<float> spread = memory.As<float>().Slice((image * _tall + y * strideHeight) * _wide * channels, _wide * channels);
                for (int x = 0; x < width; x++) row.Slice(x * channels, channels).CopyTo(spread[(x * strideWidth * channels)..]);
            }
        });
        return memory.Address;
    }
}
