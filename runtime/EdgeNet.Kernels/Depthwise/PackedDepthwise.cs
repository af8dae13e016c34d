namespace EdgeNet.Kernels;

/// <summary>A depthwise convolution with its weights packed for one kernel. Padding is never copied: the kernel is given rows of zeros.</summary>
public sealed unsafe class PackedDepthwise
{
    private readonly DepthwiseShape _shape;
    private readonly AlignedBuffer _weights, _zeros;
    private readonly float _minimum, _maximum;
    private readonly int _outputZeroPoint;

    private PackedDepthwise(in DepthwisePacking packing, DepthwiseKernel kernel, int elementSize, float minimum, float maximum, int outputZeroPoint)
    {
        _shape = packing.Shape;
        Require.That(kernel.Accepts(in _shape), $"{kernel.Name} does not compute such a layer");
        Kernel = kernel;
        (_minimum, _maximum, _outputZeroPoint) = (minimum, maximum, outputZeroPoint);
        _weights = new AlignedBuffer(kernel.Pack(packing, null));
        kernel.Pack(packing, (byte*)_weights.Address);
        _zeros = new AlignedBuffer(_shape.InputWidth * _shape.Channels * elementSize);
        ScratchBytes = AlignedBuffer.RoundUp(_shape.KernelHeight * sizeof(nint));
    }

    /// <summary>Packs a layer in fp32, with a clamp on its result.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the kernel does not compute it.</exception>
    public static PackedDepthwise F32(
        in DepthwiseShape shape, DepthwiseKernel kernel, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        float minimum = float.NegativeInfinity, float maximum = float.PositiveInfinity)
    {
        shape.Check(shape.InputLength, weights.Length, bias.Length, shape.OutputLength, 0, shape.Rows);
        return new(new DepthwisePacking { Shape = shape, Weights = weights, Bias = bias }, kernel, sizeof(float), minimum, maximum, 0);
    }

    /// <summary>Packs a layer on 8-bit codes.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the kernel does not compute it.</exception>
    public static PackedDepthwise S8(
        in DepthwiseShape shape, DepthwiseKernel kernel, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias)
    {
        shape.Check(shape.InputLength, weights.Length, bias.Length, shape.OutputLength, 0, shape.Rows);
        quantization.Check(shape.OutputChannels);
        int zero = quantization.OutputZeroPoint;
        var packing = new DepthwisePacking { Shape = shape, Codes = weights, CodeBias = bias, Quantization = quantization };
        var packed = new PackedDepthwise(packing, kernel, sizeof(sbyte), quantization.Minimum - zero, quantization.Maximum - zero, zero);
        packed._zeros.As<sbyte>().Fill((sbyte)quantization.InputZeroPoint);
        return packed;
    }

    /// <summary>Packs other weights and another bias in place of those there are; fp32.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public void Pack(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _shape.Check(_shape.InputLength, weights.Length, bias.Length, _shape.OutputLength, 0, _shape.Rows);
        Kernel.Pack(new DepthwisePacking { Shape = _shape, Weights = weights, Bias = bias }, (byte*)_weights.Address);
    }

    /// <summary>The kernel that computes it.</summary>
    public DepthwiseKernel Kernel { get; }

    /// <summary>Bytes of the packed weights.</summary>
    public long WeightBytes => _weights.Length;

    /// <summary>Scratch memory of one thread.</summary>
    public int ScratchBytes { get; }

    /// <summary>Computes rows begin..end (batch × output height) of the output.</summary>
    /// <param name="input">The input image.</param>
    /// <param name="output">Where row <paramref name="begin"/> of the output goes.</param>
    /// <param name="outputRowBytes">From one output row to the next.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes, aligned, that no other thread uses.</param>
    public void Run(in ImageView input, nint output, int outputRowBytes, int begin, int end, nint scratch)
    {
        Require.That((long)input.PixelBytes * _shape.InputWidth <= _zeros.Length, "the pixels of a depthwise layer's input lie side by side");
        var row = new DepthwiseRow
        {
            Rows = (nint*)scratch,
            ZeroPixel = _zeros.Address,
            PixelBytes = input.PixelBytes,
            Channels = _shape.Channels,
            InputWidth = _shape.InputWidth,
            OutputWidth = _shape.OutputWidth,
            KernelHeight = _shape.KernelHeight,
            KernelWidth = _shape.KernelWidth,
            Stride = _shape.StrideWidth,
            Dilation = _shape.DilationWidth,
            PadLeft = _shape.PadLeft,
            Weights = (byte*)_weights.Address,
            Minimum = _minimum,
            Maximum = _maximum,
            OutputZeroPoint = _outputZeroPoint,
        };
        for (int y = begin; y < end; y++, output += outputRowBytes)
        {
            (int image, int line) = Math.DivRem(y, _shape.OutputHeight);
            for (int ky = 0; ky < _shape.KernelHeight; ky++)
            {
                int iy = line * _shape.StrideHeight - _shape.PadTop + ky * _shape.DilationHeight;
                row.Rows[ky] = (uint)iy < (uint)_shape.InputHeight ? input.Row(image * _shape.InputHeight + iy) : _zeros.Address;
            }
            row.Output = (byte*)output;
            Kernel.Run(&row);
        }
    }
}
