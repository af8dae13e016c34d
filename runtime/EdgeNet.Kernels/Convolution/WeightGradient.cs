using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <summary>
/// The gradient of a convolution to its weights and its bias, in fp32: weight (o, k) gets the sum over all output pixels of the output's
/// gradient at o times what the filter saw at k. That is a matrix product whose depth is the pixels, so it runs on a
/// <see cref="PointwiseKernel"/>: filters are its rows, taps its columns. Pixels are packed and multiplied a sweep at a time, so that memory
/// stays bounded; every sum runs over the pixels in order, whichever thread computes it. Where there are many pixels and few weights, threads
/// had better take pixels each and add their gradients up: then each has one of these, for its range.
/// </summary>
public sealed unsafe class WeightGradient
{
    /// <summary>Pixels that are packed together.</summary>
    private const int BlockPixels = 64;

    /// <summary>Blocks of one product: a panel of as many pixels stays in the second cache while all filters pass by.</summary>
    private const int SpanBlocks = 8;

    /// <summary>What a sweep may take that threads share, and one that a thread has to itself: that had better stay in the second cache.</summary>
    private const int SharedSweepBytes = 4 << 20, OwnSweepBytes = 512 << 10;

    /// <summary>Gradients that threads take apart are no larger than this, so that adding them up costs little.</summary>
    private const int MostWeightsApart = 1 << 15;

    /// <summary>Ranges of pixels that threads take apart.</summary>
    private const int MostParts = 8;

    /// <summary>Filters of one unit of work, at most.</summary>
    private const int UnitRows = 96;

    /// <summary>Units of work to aim at, so that threads share them evenly.</summary>
    private const int FewestUnits = 8;

    private readonly ConvolutionShape _shape;
    private readonly PointwiseKernel _kernel;
    private readonly PatchGathering _gathering;
    private readonly AlignedBuffer _filters, _patches;
    private readonly float[] _biasSums;
    private readonly int _rows, _columns, _panels, _panelBytes, _spanPanelBytes, _spanFilterBytes, _patchBytes, _unitRows, _sweepBlocks, _firstBlock, _blocks;

    /// <summary>Prepares the gradient of a convolution, or that of a part of its output pixels.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="kernel">A kernel for fp32.</param>
    /// <param name="part">Which part, below <paramref name="parts"/>.</param>
    /// <param name="parts">How many there are; see <see cref="Parts"/>.</param>
    public WeightGradient(in ConvolutionShape shape, PointwiseKernel kernel, int part = 0, int parts = 1)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        shape.Check(shape.InputLength, shape.WeightsLength, 0, shape.OutputLength, 0, shape.Rows);
        (_shape, _kernel) = (shape, kernel);
        _rows = shape.OutputChannels / shape.Groups;
        _columns = shape.WeightsLength / shape.OutputChannels;
        _panels = kernel.Panels(_columns);
        _panelBytes = AlignedBuffer.RoundUp((1 + SpanBlocks * BlockPixels) * kernel.TileColumns * sizeof(float));
        _spanPanelBytes = checked(shape.Groups * _panels * _panelBytes);
        _spanFilterBytes = checked(SpanBlocks * shape.OutputChannels * BlockPixels * sizeof(float));
        int blocks = BlocksOf(in shape);
        _firstBlock = (int)((long)blocks * part / parts);
        _blocks = (int)((long)blocks * (part + 1) / parts) - _firstBlock;
        int spans = (int)Math.Clamp((parts == 1 ? SharedSweepBytes : OwnSweepBytes) / ((long)_spanPanelBytes + _spanFilterBytes), 1, Math.Max(1, (_blocks + SpanBlocks - 1) / SpanBlocks));
        _sweepBlocks = spans * SpanBlocks;
        _filters = new AlignedBuffer(checked(spans * _spanFilterBytes));
        _patches = new AlignedBuffer(checked(spans * _spanPanelBytes));
        _biasSums = new float[_sweepBlocks * shape.OutputChannels];
        _unitRows = Math.Clamp((_rows * shape.Groups + FewestUnits - 1) / FewestUnits, kernel.TileRows, Math.Min(UnitRows, Math.Max(_rows, kernel.TileRows)));
        _unitRows = (_unitRows + kernel.TileRows - 1) / kernel.TileRows * kernel.TileRows;
        _patchBytes = AlignedBuffer.RoundUp(_columns * sizeof(float));
        _gathering = new PatchGathering(in shape, sizeof(float), _columns, _patchBytes, new AlignedBuffer(shape.InputChannels / shape.Groups * sizeof(float)));
        PackScratchBytes = BlockPixels * _patchBytes;
        MultiplyScratchBytes = AlignedBuffer.RoundUp(kernel.Tiles(_unitRows) * SpanBlocks * kernel.TileRows * sizeof(nint))
            + AlignedBuffer.RoundUp(kernel.TileRows * kernel.TileColumns * sizeof(float));
    }

    /// <summary>In how many parts the pixels of a convolution are best taken: 1 where threads share the filters instead.</summary>
    public static int Parts(in ConvolutionShape shape) =>
        shape.WeightsLength <= MostWeightsApart ? Math.Clamp(BlocksOf(in shape) / SpanBlocks, 1, MostParts) : 1;

    /// <summary>How often pixels are packed and multiplied.</summary>
    public int Sweeps => (_blocks + _sweepBlocks - 1) / _sweepBlocks;

    /// <summary>Units of <see cref="Multiply"/> in each sweep.</summary>
    public int Units => _shape.Groups * UnitsOfGroup;

    /// <summary>Scratch memory of one thread that packs.</summary>
    public int PackScratchBytes { get; }

    /// <summary>Scratch memory of one thread that multiplies.</summary>
    public int MultiplyScratchBytes { get; }

    /// <summary>The pixels of a block: those whose gradients it reads.</summary>
    public (int First, int Count) PixelsOf(int sweep, int block)
    {
        int first = (_firstBlock + sweep * _sweepBlocks + block) * BlockPixels;
        return (first, Math.Min(BlockPixels, _shape.Rows * _shape.OutputWidth - first));
    }

    private static int BlocksOf(in ConvolutionShape shape) => (shape.Rows * shape.OutputWidth + BlockPixels - 1) / BlockPixels;

    private int UnitsOfGroup => (_rows + _unitRows - 1) / _unitRows;

    /// <summary>Units of <see cref="Pack"/> in a sweep.</summary>
    public int PacksOf(int sweep) => Math.Min(_sweepBlocks, _blocks - sweep * _sweepBlocks);

    /// <summary>Packs one block of pixels of a sweep.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="block">The block, below <see cref="PacksOf"/>.</param>
    /// <param name="input">Address of the convolution's input [batch, height, width, channels].</param>
    /// <param name="outputGradient">Address of the gradient of its output, dense.</param>
    /// <param name="scratch"><see cref="PackScratchBytes"/> bytes, aligned.</param>
    public void Pack(int sweep, int block, nint input, nint outputGradient, nint scratch)
    {
        int outputs = _shape.OutputChannels;
        (int first, int pixels) = PixelsOf(sweep, block);
        (int span, int within) = Math.DivRem(block, SpanBlocks);

        float* from = (float*)outputGradient + (nint)first * outputs;
        float* filters = (float*)_filters.Address + (nint)block * outputs * BlockPixels;
        if (pixels == BlockPixels) Transposition.Run(ref *from, outputs, ref *filters, outputs, BlockPixels);
        else TransposePart(from, filters, pixels);
        for (int o = 0; o < outputs; o++) _biasSums[block * outputs + o] = SumBlock(filters + o * BlockPixels);

        int channels = _shape.InputChannels, width = _kernel.TileColumns;
        bool plain = _shape is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };
        ImageView image = ImageView.Of(input, _shape.Batch * _shape.InputHeight, _shape.InputWidth, channels * sizeof(float));
        for (int g = 0; g < _shape.Groups; g++)
        {
            byte* patches = plain ? (byte*)input + ((nint)first * channels + g * _columns) * sizeof(float) : (byte*)scratch;
            nint patchBytes = plain ? channels * sizeof(float) : _patchBytes;
            if (!plain) _gathering.Gather(in image, first, pixels, g, patches);
            byte* panel = (byte*)_patches.Address + (nint)span * _spanPanelBytes + (nint)g * _panels * _panelBytes + (1 + within * BlockPixels) * width * sizeof(float);
            for (int column = 0; column < _columns; column += width, panel += _panelBytes)
            {
                int bytes = Math.Min(width, _columns - column) * sizeof(float);
                byte* patch = patches + column * sizeof(float);
                byte* to = panel;
                for (int i = 0; i < pixels; i++, patch += patchBytes, to += width * sizeof(float)) Buffer.MemoryCopy(patch, to, bytes, bytes);
                new Span<float>(to, (BlockPixels - pixels) * width).Clear();
            }
        }
    }

    /// <summary>Multiplies what was packed: one range of filters. Of the first sweep it writes the gradient, of the others it adds to it.</summary>
    /// <param name="sweep">The sweep, all of whose blocks are packed.</param>
    /// <param name="unit">The unit, below <see cref="Units"/>.</param>
    /// <param name="gradient">Address of the gradient to the weights, [output channels, kernel height, kernel width, input channels ÷ groups].</param>
    /// <param name="scratch"><see cref="MultiplyScratchBytes"/> bytes, aligned.</param>
    public void Multiply(int sweep, int unit, nint gradient, nint scratch)
    {
        (int group, int part) = Math.DivRem(unit, UnitsOfGroup);
        int row = part * _unitRows, count = Math.Min(_unitRows, _rows - row), blocks = PacksOf(sweep);
        byte* output = (byte*)gradient + (nint)(group * _rows + row) * _columns * sizeof(float);
        var block = new PointwiseBlock
        {
            Rows = (nint*)scratch,
            Pixels = count,
            Depth = BlockPixels,
            PanelBytes = _panelBytes,
            Columns = _columns,
            ElementSize = sizeof(float),
            Part = (byte*)scratch + AlignedBuffer.RoundUp(_kernel.Tiles(_unitRows) * SpanBlocks * _kernel.TileRows * sizeof(nint)),
            Output = output,
            OutputStride = (nint)_columns * sizeof(float),
            ResidualStride = (nint)_columns * sizeof(float),
            Minimum = float.NegativeInfinity,
            Maximum = float.PositiveInfinity,
        };
        for (int first = 0; first < blocks; first += SpanBlocks)
        {
            block.Taps = Math.Min(SpanBlocks, blocks - first);
            block.Weights = (byte*)_patches.Address + (nint)(first / SpanBlocks) * _spanPanelBytes + (nint)group * _panels * _panelBytes;
            block.Residual = sweep == 0 && first == 0 ? null : output;
            PointAtFilters(block.Rows, first, block.Taps, group * _rows + row, count);
            _kernel.Run(&block);
        }
    }

    /// <summary>The gradient to the bias, of which each sweep gives its part: written by the first, added by the others.</summary>
    /// <param name="sweep">The sweep, all of whose blocks are packed.</param>
    /// <param name="gradient">[output channels].</param>
    public void AddBias(int sweep, Span<float> gradient)
    {
        int outputs = _shape.OutputChannels;
        Require.Length(gradient.Length, outputs, nameof(gradient));
        if (sweep == 0) gradient.Clear();
        for (int block = 0; block < PacksOf(sweep); block++)
        {
            ReadOnlySpan<float> sums = _biasSums.AsSpan(block * outputs, outputs);
            for (int o = 0; o < outputs; o++) gradient[o] += sums[o];
        }
    }

    /// <summary>Where each filter's gradients lie: a block of pixels is a tap.</summary>
    private void PointAtFilters(nint* rows, int firstBlock, int blocks, int filter, int count)
    {
        int tiles = _kernel.Tiles(count), height = count / tiles, taller = count % tiles, tileRows = _kernel.TileRows;
        nint line = BlockPixels * sizeof(float), next = line * _shape.OutputChannels, address = _filters.Address + next * firstBlock + line * filter;
        for (int tile = 0; tile < tiles; tile++, rows += blocks * tileRows)
        {
            int tall = tile < taller ? height + 1 : height;
            for (int i = 0; i < tall; i++, address += line)
            {
                for (int tap = 0; tap < blocks; tap++) rows[tap * tileRows + i] = address + tap * next;
            }
        }
    }

    /// <summary>Fewer pixels than a block has, and zeros after them.</summary>
    private void TransposePart(float* from, float* filters, int pixels)
    {
        int outputs = _shape.OutputChannels;
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < BlockPixels; i++) filters[o * BlockPixels + i] = i < pixels ? from[i * outputs + o] : 0;
        }
    }

    private static float SumBlock(float* from)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + 4), c = Vector128.Load(from + 8), d = Vector128.Load(from + 12);
        for (int i = 16; i < BlockPixels; i += 16)
        {
            a += Vector128.Load(from + i);
            b += Vector128.Load(from + i + 4);
            c += Vector128.Load(from + i + 8);
            d += Vector128.Load(from + i + 12);
        }
        return Vector128.Sum(a + b + (c + d));
    }
}
