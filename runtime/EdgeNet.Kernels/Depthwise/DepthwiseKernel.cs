namespace EdgeNet.Kernels;

/// <summary>A depthwise kernel: computes one row of an output image from the rows of the input that its window covers.</summary>
public sealed unsafe class DepthwiseKernel
{
    internal DepthwiseKernel(
        string name, int channelTile, delegate*<in DepthwiseShape, bool> accepts, delegate*<DepthwisePacking, byte*, int> pack,
        delegate*<DepthwiseRow*, void> run)
    {
        Name = name;
        ChannelTile = channelTile;
        AcceptsShape = accepts;
        Pack = pack;
        Run = run;
    }

    /// <summary>Family, type, instruction set and what is special: <c>depthwise-f32-avx512</c>.</summary>
    public string Name { get; }

    /// <summary>Channels of one vector, and of a block of packed weights.</summary>
    public int ChannelTile { get; }

    /// <summary>Whether it can compute such a layer. The kernels of <see cref="KernelTable"/> are asked in their order.</summary>
    public bool Accepts(in DepthwiseShape shape) => shape.Multiplier == 1 && AcceptsShape(in shape);

    private delegate*<in DepthwiseShape, bool> AcceptsShape { get; }

    /// <summary>Writes packed weights, or only tells their length in bytes where the address is null.</summary>
    internal delegate*<DepthwisePacking, byte*, int> Pack { get; }

    internal delegate*<DepthwiseRow*, void> Run { get; }
}

/// <summary>The weights of a depthwise layer before packing: Float32 (codes empty) or Int8 (reals empty).</summary>
internal readonly ref struct DepthwisePacking
{
    public required DepthwiseShape Shape { get; init; }

    /// <summary>[taps, channels].</summary>
    public ReadOnlySpan<float> Weights { get; init; }
    public ReadOnlySpan<float> Bias { get; init; }

    /// <summary>[taps, channels].</summary>
    public ReadOnlySpan<sbyte> Codes { get; init; }
    public ReadOnlySpan<int> CodeBias { get; init; }
    public QuantizationS8 Quantization { get; init; }
}

/// <summary>One output row for a kernel to compute.</summary>
internal unsafe struct DepthwiseRow
{
    /// <summary>KernelHeight addresses: pixel 0 of each input row under the window; a row of zeros where the window hangs over the edge.</summary>
    public nint* Rows;

    /// <summary>A pixel of zeros (int8: of the input's zero point), for taps left and right of the image.</summary>
    public nint ZeroPixel;

    /// <summary>From one input pixel to the next.</summary>
    public nint PixelBytes;
    public int Channels;
    public int InputWidth;
    public int OutputWidth;
    public int KernelHeight;
    public int KernelWidth;
    public int Stride;
    public int Dilation;
    public int PadLeft;
    public byte* Weights;

    /// <summary>Pixel 0 of the output row; pixels follow each other.</summary>
    public byte* Output;

    /// <summary>The clamp. Int8: less the zero point, so that it is applied before rounding.</summary>
    public float Minimum;
    public float Maximum;
    public int OutputZeroPoint;
}
