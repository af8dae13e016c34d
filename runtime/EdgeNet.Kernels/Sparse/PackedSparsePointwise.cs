namespace EdgeNet.Kernels;

/// <summary>
/// A pointwise convolution in fp32, most of whose weights are zero, with the others packed for one <see cref="SparsePointwiseKernel"/>. It
/// runs in the place of a <see cref="PackedConvolution"/> of the same shape.
/// </summary>
/// <remarks>A weight of zero takes no part: where the input is infinite or NaN, a dense kernel gives NaN and this does not.</remarks>
public sealed unsafe class PackedSparsePointwise
{
    private readonly ConvolutionShape _shape;
    private readonly SparsePointwiseWeights _weights;
    private readonly AlignedBuffer _zeros;
    private readonly float _minimum, _maximum;
    private readonly int _stripDepth, _rowsBytes, _stripBytes, _panelBytes;

    private PackedSparsePointwise(
        in ConvolutionShape shape, SparsePointwiseKernel kernel, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, float minimum, float maximum)
    {
        _shape = shape;
        Kernel = kernel;
        (_minimum, _maximum) = (minimum, maximum);
        _stripDepth = kernel.StripDepth(shape.InputChannels, Pixels);
        _weights = new SparsePointwiseWeights(kernel, _stripDepth, shape.OutputChannels, shape.InputChannels, weights, bias);
        _zeros = new AlignedBuffer(shape.InputChannels * sizeof(float));
        _rowsBytes = AlignedBuffer.RoundUp(kernel.TilePixels * sizeof(nint));
        _stripBytes = AlignedBuffer.RoundUp(Math.Min(_stripDepth, shape.InputChannels) * kernel.TilePixels * sizeof(float));
        _panelBytes = SparsePointwiseF32.PanelColumns * kernel.TilePixels * sizeof(float);
        // Sums that are continued from strip to strip are kept; else each panel's are written out at once.
        ScratchBytes = checked(_rowsBytes + _stripBytes + (_weights.Strips > 1 ? _weights.Panels : 1) * _panelBytes);
    }

    /// <summary>Whether this computes a convolution of such a shape: a window of one pixel, no groups.</summary>
    public static bool Accepts(in ConvolutionShape shape) => shape is { KernelHeight: 1, KernelWidth: 1, Groups: 1 };

    /// <summary>Whether a sparse kernel is faster than a dense one of the same instruction set.</summary>
    /// <param name="kernel">The sparse kernel.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="nonZeros">Its weights that are not zero.</param>
    /// <remarks>
    /// It weighs loads (a vector of pixels for each weight that is not zero, and the weight for each tile) and the turning of strips and
    /// sums against the products of the dense kernel. The costs of both were fitted to times measured at 10 to 50 % of weights not zero;
    /// docs/benchmarks.md has them, and how often this errs. Those for NEON come from a model of the processor.
    /// </remarks>
    public static bool Pays(SparsePointwiseKernel kernel, in ConvolutionShape shape, int nonZeros)
    {
        if (!Accepts(in shape)) return false;
        int pixels = shape.Rows * shape.OutputWidth;
        int vectors = (pixels + kernel.VectorPixels - 1) / kernel.VectorPixels, tiles = (pixels + kernel.TilePixels - 1) / kernel.TilePixels;
        double loads = (double)nonZeros * (vectors + tiles) * kernel.VectorPixels / pixels;
        double channels = shape.InputChannels + shape.OutputChannels, products = (double)shape.InputChannels * shape.OutputChannels;
        return kernel.LoadCost * loads + kernel.ChannelCost * channels < products;
    }

    /// <summary>Packs a convolution, with a clamp on its result.</summary>
    /// <exception cref="ArgumentException">The shape is not accepted, or a span does not fit it.</exception>
    public static PackedSparsePointwise F32(
        in ConvolutionShape shape, SparsePointwiseKernel kernel, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        float minimum = float.NegativeInfinity, float maximum = float.PositiveInfinity)
    {
        shape.Check(shape.InputLength, weights.Length, bias.Length, shape.OutputLength, 0, shape.Rows);
        Require.That(Accepts(in shape), "a sparse pointwise convolution has a window of one pixel and no groups");
        return new PackedSparsePointwise(in shape, kernel, weights, bias, minimum, maximum);
    }

    /// <summary>The kernel that computes it.</summary>
    public SparsePointwiseKernel Kernel { get; }

    /// <summary>Output pixels: batch × height × width.</summary>
    public int Pixels => _shape.Rows * _shape.OutputWidth;

    /// <summary>Pixels that are computed together; ranges cost least in multiples of it.</summary>
    public int BlockPixels => Kernel.TilePixels;

    /// <summary>The ranges of columns that can be computed apart. Each range turns its pixels anew, so few long ones cost least.</summary>
    public int Panels => _weights.Panels;

    /// <summary>Bytes of the packed weights.</summary>
    public long WeightBytes => _weights.Bytes;

    /// <summary>Scratch memory of one thread.</summary>
    public int ScratchBytes { get; }

    /// <summary>Computes pixels pixelBegin..pixelEnd of the panels panelBegin..panelEnd.</summary>
    /// <param name="input">The input image.</param>
    /// <param name="output">Where output pixel 0 is, or would be.</param>
    /// <param name="outputPixelBytes">From one output pixel to the next.</param>
    /// <param name="residual">Where pixel 0 of a tensor lies that is added before the clamp; 0 for none.</param>
    /// <param name="residualPixelBytes">From one of its pixels to the next.</param>
    /// <param name="pixelBegin">The first pixel.</param>
    /// <param name="pixelEnd">The pixel after the last.</param>
    /// <param name="panelBegin">The first panel.</param>
    /// <param name="panelEnd">The panel after the last.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes, aligned, that no other thread uses.</param>
    public void Run(
        in ImageView input, nint output, int outputPixelBytes, nint residual, int residualPixelBytes,
        int pixelBegin, int pixelEnd, int panelBegin, int panelEnd, nint scratch)
    {
        var block = new SparsePointwiseBlock
        {
            Rows = (nint*)scratch,
            Strip = (float*)(scratch + _rowsBytes),
            OutputStride = outputPixelBytes,
            ResidualStride = residualPixelBytes,
            Minimum = _minimum,
            Maximum = _maximum,
        };
        for (int begin = pixelBegin; begin < pixelEnd; begin += block.Pixels)
        {
            block.Vectors = Kernel.Vectors(pixelEnd - begin);
            block.Pixels = Math.Min(block.Vectors * Kernel.VectorPixels, pixelEnd - begin);
            PointAtPixels(in input, begin, &block);
            RunTile(&block, output + (nint)begin * outputPixelBytes, residual == 0 ? 0 : residual + (nint)begin * residualPixelBytes, panelBegin, panelEnd);
        }
    }

    /// <summary>All panels of a tile, strip of input channels by strip.</summary>
    private void RunTile(SparsePointwiseBlock* block, nint output, nint residual, int panelBegin, int panelEnd)
    {
        var multiply = Kernel.Multiply(block->Vectors);
        nint sums = (nint)block->Strip + _stripBytes;
        bool continued = _weights.Strips > 1;
        for (int strip = 0, k = 0; strip < _weights.Strips; strip++, k += _stripDepth)
        {
            block->Depth = Math.Min(_stripDepth, _shape.InputChannels - k);
            Kernel.Gather(block);
            for (int panel = panelBegin; panel < panelEnd; panel++)
            {
                block->Sums = (float*)(continued ? sums + (nint)panel * _panelBytes : sums);
                _weights.Select(block, strip, panel);
                multiply(block);
                if (strip + 1 < _weights.Strips) continue;
                int column = panel * SparsePointwiseF32.PanelColumns * sizeof(float);
                block->Output = (byte*)output + column;
                block->Residual = residual == 0 ? null : (byte*)residual + column;
                Kernel.Scatter(block);
            }
            for (int i = 0; i < block->Vectors * Kernel.VectorPixels; i++) block->Rows[i] += _stripDepth * sizeof(float);
        }
    }

    /// <summary>The addresses of the pixels; zeros on padding, and beyond the last pixel up to a whole vector.</summary>
    private void PointAtPixels(in ImageView input, int begin, SparsePointwiseBlock* block)
    {
        nint* to = block->Rows, last = to + block->Pixels, end = to + block->Vectors * Kernel.VectorPixels;
        (int row, int x) = Math.DivRem(begin, _shape.OutputWidth);
        for (; to < last; row++, x = 0)
        {
            (int image, int y) = Math.DivRem(row, _shape.OutputHeight);
            int iy = y * _shape.StrideHeight - _shape.PadTop, ix = x * _shape.StrideWidth - _shape.PadLeft;
            bool inside = (uint)iy < (uint)_shape.InputHeight;
            nint line = inside ? input.Row(image * _shape.InputHeight + iy) : 0;
            nint* lineEnd = to + (int)Math.Min(last - to, _shape.OutputWidth - x);
            for (; to < lineEnd; to++, ix += _shape.StrideWidth)
                *to = inside && (uint)ix < (uint)_shape.InputWidth ? line + (nint)ix * input.PixelBytes : _zeros.Address;
        }
        for (; to < end; to++) *to = _zeros.Address;
    }
}
