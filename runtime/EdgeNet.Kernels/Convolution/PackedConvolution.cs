using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <summary>
/// A convolution with its weights packed for one <see cref="PointwiseKernel"/>. The kernel multiplies pixels by weights; this says where
/// the taps of each output pixel lie: in the image itself (indirect convolution: no copy, Dukhan 2019), in zeros where a tap falls on
/// padding, or, where there are few channels (an image of 3), in patches of one block of pixels gathered into scratch.
/// </summary>
public sealed unsafe class PackedConvolution
{
    /// <summary>What the inputs of one block of pixels may take, so that they stay near while the panels of weights pass by.</summary>
    private const int BlockBytes = 128 << 10;

    /// <summary>Below this many channels a tap is too short a run for the kernels, and patches are gathered.</summary>
    private const int ShortestTap = 8;

    /// <summary>Patches are filled up with zeros to a multiple of this: what lanes and dot products take at once.</summary>
    private const int PatchGroup = 4;

    private readonly ConvolutionShape _shape;
    private readonly PointwiseWeights[] _groups;
    private readonly AlignedBuffer _zeros;
    private readonly PatchGathering? _gathering;
    private readonly int _elementSize;
    private readonly float _minimum, _maximum;
    private readonly int _outputZeroPoint;
    private readonly bool _asymmetric;
    private readonly bool _patches;
    private readonly int _taps, _depth, _groupDepth, _groupColumns, _tileTableLength, _patchBytes;

    private PackedConvolution(
        in ConvolutionShape shape, PointwiseKernel kernel, int elementSize, float minimum, float maximum, int outputZeroPoint = 0, bool asymmetric = false)
    {
        _shape = shape;
        Kernel = kernel;
        _elementSize = elementSize;
        (_minimum, _maximum, _outputZeroPoint, _asymmetric) = (minimum, maximum, outputZeroPoint, asymmetric);
        _groupDepth = shape.InputChannels / shape.Groups;
        _groupColumns = shape.OutputChannels / shape.Groups;
        int taps = shape.KernelHeight * shape.KernelWidth;
        _patches = kernel.SumsInRuns || (taps > 1 && (_groupDepth < ShortestTap || _groupDepth % kernel.DepthGroup != 0));
        int group = Math.Max(PatchGroup, kernel.DepthGroup);
        (_taps, _depth) = _patches ? (1, (taps * _groupDepth + group - 1) / group * group) : (taps, _groupDepth);
        _patchBytes = _patches ? AlignedBuffer.RoundUp(_depth * elementSize) : 0;
        long pixelBytes = (long)_taps * _depth * elementSize;
        BlockPixels = (int)Math.Clamp(BlockBytes / pixelBytes, 8L * kernel.TileRows, 1024) / kernel.TileRows * kernel.TileRows;
        _tileTableLength = kernel.Tiles(BlockPixels) * _taps * kernel.TileRows;
        ScratchBytes = AlignedBuffer.RoundUp(_tileTableLength * sizeof(nint)) + AlignedBuffer.RoundUp(BlockPixels * sizeof(int))
            + AlignedBuffer.RoundUp(kernel.TileRows * kernel.TileColumns * elementSize) + checked(BlockPixels * _patchBytes);
        _groups = new PointwiseWeights[shape.Groups];
        _zeros = new AlignedBuffer(_groupDepth * elementSize);
        _gathering = _patches ? new PatchGathering(in shape, elementSize, _depth, _patchBytes, _zeros) : null;
    }

    /// <summary>Packs a convolution in fp32, with a clamp on its result.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static PackedConvolution F32(
        in ConvolutionShape shape, PointwiseKernel kernel, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        float minimum = float.NegativeInfinity, float maximum = float.PositiveInfinity)
    {
        PackedConvolution packed = F32(in shape, kernel, minimum, maximum);
        packed.Pack(weights, bias);
        return packed;
    }

    /// <summary>Room for a convolution in fp32 whose weights are packed later and again.</summary>
    /// <exception cref="ArgumentException">The shape makes no sense.</exception>
    public static PackedConvolution F32(in ConvolutionShape shape, PointwiseKernel kernel, float minimum = float.NegativeInfinity, float maximum = float.PositiveInfinity)
    {
        shape.Check(shape.InputLength, shape.WeightsLength, 0, shape.OutputLength, 0, shape.Rows);
        var packed = new PackedConvolution(in shape, kernel, sizeof(float), minimum, maximum);
        for (int g = 0; g < shape.Groups; g++) packed._groups[g] = PointwiseWeights.F32(kernel, packed._groupColumns, packed._taps, packed._depth);
        return packed;
    }

    /// <summary>Packs other weights and another bias [<see cref="ConvolutionShape.OutputChannels"/>] in place of those there are; fp32.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public void Pack(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias) => Pack(weights, bias, 0, Panels);

    /// <summary>The same for some of the <see cref="Panels"/>, so that threads can share it.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public void Pack(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int panelBegin, int panelEnd)
    {
        _shape.Check(_shape.InputLength, weights.Length, bias.Length, _shape.OutputLength, 0, _shape.Rows);
        int columns = _groupColumns, size = weights.Length / _shape.Groups, depth = _shape.KernelHeight * _shape.KernelWidth * _groupDepth;
        if (_shape.Groups == 1)
        {
            _groups[0].PackF32(columns, depth, weights, bias, panelBegin, panelEnd);
            return;
        }
        for (int g = panelBegin; g < panelEnd; g++)
            _groups[g].PackF32(columns, depth, weights.Slice(g * size, size), bias.IsEmpty ? bias : bias.Slice(g * columns, columns), 0, Kernel.Panels(columns));
    }

    /// <summary>
    /// Packs, for some of the <see cref="Panels"/>, the weights of a convolution the other way round,
    /// [<see cref="ConvolutionShape.InputChannels"/>, kernel height, kernel width, <see cref="ConvolutionShape.OutputChannels"/> ÷ groups] of
    /// this one's shape, taps reversed: this one then computes from the gradient of that one's output the gradient of its input. fp32; no bias.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public void PackFlipped(ReadOnlySpan<float> weights, int panelBegin, int panelEnd)
    {
        _shape.Check(_shape.InputLength, weights.Length, 0, _shape.OutputLength, 0, _shape.Rows);
        int size = weights.Length / _shape.Groups, taps = _shape.KernelHeight * _shape.KernelWidth;
        if (_shape.Groups == 1)
        {
            _groups[0].PackFlippedF32(_groupColumns, taps, _groupDepth, weights, panelBegin, panelEnd);
            return;
        }
        for (int g = panelBegin; g < panelEnd; g++)
            _groups[g].PackFlippedF32(_groupColumns, taps, _groupDepth, weights.Slice(g * size, size), 0, Kernel.Panels(_groupColumns));
    }

    /// <summary>Packs a convolution on 8-bit codes.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static PackedConvolution S8(
        in ConvolutionShape shape, PointwiseKernel kernel, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias)
    {
        shape.Check(shape.InputLength, weights.Length, bias.Length, shape.OutputLength, 0, shape.Rows);
        quantization.Check(shape.OutputChannels);
        int zero = quantization.OutputZeroPoint;
        var packed = new PackedConvolution(
            in shape, kernel, sizeof(sbyte), quantization.Minimum - zero, quantization.Maximum - zero, zero,
            !quantization.WeightZeroPoints.IsEmpty && !kernel.SumsInRuns);
        packed._zeros.As<sbyte>().Fill((sbyte)quantization.InputZeroPoint);
        int columns = packed._groupColumns, size = weights.Length / shape.Groups;
        for (int g = 0; g < shape.Groups; g++)
        {
            var own = new QuantizationS8
            {
                InputZeroPoint = quantization.InputZeroPoint,
                WeightZeroPoints = quantization.WeightZeroPoints.IsEmpty ? [] : quantization.WeightZeroPoints.Slice(g * columns, columns),
                Multipliers = quantization.Multipliers.Slice(g * columns, columns),
            };
            ReadOnlySpan<sbyte> ownWeights = weights.Slice(g * size, size);
            ReadOnlySpan<int> ownBias = bias.IsEmpty ? bias : bias.Slice(g * columns, columns);
            packed._groups[g] = kernel.SumsInRuns
                ? PointwiseWeights.S8Runs(kernel, columns, packed.SourceDepth, own, ownWeights, ownBias)
                : PointwiseWeights.S8(kernel, columns, packed._taps, packed.SourceDepth, packed._depth, own, ownWeights, ownBias);
        }
        return packed;
    }

    /// <summary>The kernel that computes it.</summary>
    public PointwiseKernel Kernel { get; }

    /// <summary>Output pixels: batch × height × width.</summary>
    public int Pixels => _shape.Rows * _shape.OutputWidth;

    /// <summary>Pixels that are computed together; ranges cost least in multiples of it.</summary>
    public int BlockPixels { get; }

    /// <summary>Panels of packed weights: the ranges of columns that can be computed apart. One for each group, if there are groups.</summary>
    public int Panels => _shape.Groups > 1 ? _shape.Groups : Kernel.Panels(_groupColumns);

    /// <summary>Bytes of the packed weights.</summary>
    public long WeightBytes => _groups.Sum(group => (long)group.Buffer.Length);

    /// <summary>Scratch memory of one thread.</summary>
    public int ScratchBytes { get; }

    /// <summary>Computes pixels pixelBegin..pixelEnd of the panels panelBegin..panelEnd.</summary>
    /// <param name="input">The input image.</param>
    /// <param name="output">Where output pixel 0 is, or would be.</param>
    /// <param name="outputPixelBytes">From one output pixel to the next.</param>
    /// <param name="residual">Float32: where pixel 0 of a tensor lies that is added before the clamp; 0 for none.</param>
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
        if (_shape.Groups > 1)
        {
            for (int g = panelBegin; g < panelEnd; g++)
                Run(g, in input, output, outputPixelBytes, residual, residualPixelBytes, pixelBegin, pixelEnd, 0, Kernel.Panels(_groupColumns), scratch);
        }
        else
        {
            Run(0, in input, output, outputPixelBytes, residual, residualPixelBytes, pixelBegin, pixelEnd, panelBegin, panelEnd, scratch);
        }
    }

    private void Run(
        int group, in ImageView input, nint output, int outputPixelBytes, nint residual, int residualPixelBytes,
        int pixelBegin, int pixelEnd, int panelBegin, int panelEnd, nint scratch)
    {
        int firstColumn = group * _groupColumns + panelBegin * Kernel.TileColumns;
        PointwiseWeights weights = _groups[group];
        nint* rows = (nint*)scratch;
        int* sums = (int*)(scratch + AlignedBuffer.RoundUp(_tileTableLength * sizeof(nint)));
        byte* part = (byte*)sums + AlignedBuffer.RoundUp(BlockPixels * sizeof(int));
        byte* patches = part + AlignedBuffer.RoundUp(Kernel.TileRows * Kernel.TileColumns * _elementSize);
        var block = new PointwiseBlock
        {
            Rows = rows,
            Taps = _taps,
            Depth = _depth,
            Weights = (byte*)weights.Buffer.Address + (nint)panelBegin * weights.PanelBytes,
            PanelBytes = weights.PanelBytes,
            Columns = Math.Min(_groupColumns, panelEnd * Kernel.TileColumns) - panelBegin * Kernel.TileColumns,
            ElementSize = _elementSize,
            Part = part,
            OutputStride = outputPixelBytes,
            ResidualStride = residualPixelBytes,
            Minimum = _minimum,
            Maximum = _maximum,
            OutputZeroPoint = _outputZeroPoint,
            RowSums = _asymmetric ? sums : null,
        };
        bool plain = IsPlain && input.IsLinear(_shape.Batch * _shape.InputHeight, _shape.InputWidth);
        for (int begin = pixelBegin; begin < pixelEnd; begin += BlockPixels)
        {
            block.Pixels = Math.Min(BlockPixels, pixelEnd - begin);
            block.Output = (byte*)output + (nint)begin * outputPixelBytes + firstColumn * _elementSize;
            block.Residual = residual == 0 ? null : (byte*)residual + (nint)begin * residualPixelBytes + firstColumn * _elementSize;
            if (plain && Kernel.SumsInRuns)
            {
                CopyUnsigned((byte*)input.Address + (nint)begin * input.PixelBytes + group * _groupDepth, input.PixelBytes, patches, block.Pixels);
                Spread(block.Pixels, (nint)patches, _patchBytes, rows);
            }
            else if (_patches)
            {
                _gathering!.Gather(in input, begin, block.Pixels, group, patches);
                if (Kernel.SumsInRuns) MakeUnsigned(patches, block.Pixels * _patchBytes);
                Spread(block.Pixels, (nint)patches, _patchBytes, rows);
            }
            else if (plain)
            {
                Spread(block.Pixels, input.Address + (nint)begin * input.PixelBytes + group * _groupDepth * _elementSize, input.PixelBytes, rows);
            }
            else
            {
                PointAtTaps(in input, begin, block.Pixels, group, rows);
            }
            if (_asymmetric) SumRows(&block, sums);
            Kernel.Run(&block);
        }
    }

    /// <summary>Weights of a filter in one tap, as the kernel sees taps.</summary>
    private int SourceDepth => _patches ? _shape.KernelHeight * _shape.KernelWidth * _groupDepth : _groupDepth;

    /// <summary>Whether output pixel p sees input pixel p and no other.</summary>
    private bool IsPlain => _shape is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };

    /// <summary>Rows at even distances, dealt out to tiles as <see cref="PointwiseKernel.Run"/> expects them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread(int pixels, nint address, int stride, nint* rows)
    {
        int tiles = Kernel.Tiles(pixels), height = pixels / tiles, taller = pixels % tiles;
        for (int tile = 0; tile < tiles; tile++, rows += Kernel.TileRows)
        {
            int count = tile < taller ? height + 1 : height;
            for (int i = 0; i < count; i++, address += stride) rows[i] = address;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PointAtTaps(in ImageView input, int begin, int pixels, int group, nint* rows)
    {
        int tiles = Kernel.Tiles(pixels), height = pixels / tiles, taller = pixels % tiles, tileRows = Kernel.TileRows;
        nint channel = group * _groupDepth * _elementSize, zeros = _zeros.Address;
        (int row, int x) = Math.DivRem(begin, _shape.OutputWidth);
        for (int tile = 0; tile < tiles; tile++, rows += _taps * tileRows)
        {
            int count = tile < taller ? height + 1 : height;
            for (int i = 0; i < count; i++)
            {
                (int image, int y) = Math.DivRem(row, _shape.OutputHeight);
                int top = y * _shape.StrideHeight - _shape.PadTop, left = x * _shape.StrideWidth - _shape.PadLeft;
                nint* to = rows + i;
                for (int ky = 0; ky < _shape.KernelHeight; ky++)
                {
                    int iy = top + ky * _shape.DilationHeight;
                    bool inside = (uint)iy < (uint)_shape.InputHeight;
                    nint line = inside ? input.Row(image * _shape.InputHeight + iy) + channel : 0;
                    for (int kx = 0; kx < _shape.KernelWidth; kx++, to += tileRows)
                    {
                        int ix = left + kx * _shape.DilationWidth;
                        *to = inside && (uint)ix < (uint)_shape.InputWidth ? line + (nint)ix * input.PixelBytes : zeros;
                    }
                }
                if (++x == _shape.OutputWidth) (row, x) = (row + 1, 0);
            }
        }
    }

    /// <summary>Codes from -128 become 0 to 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MakeUnsigned(byte* codes, int length)
    {
        for (int i = 0; i < length; i += AlignedBuffer.Alignment)
            (Vector512.Load(codes + i) ^ Vector512.Create((byte)0x80)).Store(codes + i);
    }

    /// <summary>Pixels as patches, unsigned. The last vector of a pixel may overlap the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyUnsigned(byte* from, nint fromStep, byte* to, int pixels)
    {
        int depth = SourceDepth;
        for (; pixels > 0; pixels--, from += fromStep, to += _patchBytes)
        {
            if (depth >= 64)
            {
                Vector512<byte> offset = Vector512.Create((byte)0x80);
                for (int k = 0; k < depth - 64; k += 64) (Vector512.Load(from + k) ^ offset).Store(to + k);
                (Vector512.Load(from + depth - 64) ^ offset).Store(to + depth - 64);
            }
            else if (depth >= 16)
            {
                Vector128<byte> offset = Vector128.Create((byte)0x80);
                for (int k = 0; k < depth - 16; k += 16) (Vector128.Load(from + k) ^ offset).Store(to + k);
                (Vector128.Load(from + depth - 16) ^ offset).Store(to + depth - 16);
            }
            else
            {
                for (int k = 0; k < depth; k++) to[k] = (byte)(from[k] ^ 0x80);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumRows(PointwiseBlock* block, int* sums)
    {
        int tiles = Kernel.Tiles(block->Pixels), height = block->Pixels / tiles, taller = block->Pixels % tiles;
        nint* rows = block->Rows;
        for (int tile = 0; tile < tiles; tile++, rows += _taps * Kernel.TileRows)
        {
            int count = tile < taller ? height + 1 : height;
            for (int i = 0; i < count; i++)
            {
                int sum = 0;
                for (int tap = 0; tap < _taps; tap++)
                {
                    sbyte* codes = (sbyte*)rows[tap * Kernel.TileRows + i];
                    sum += CodeSum.Of(codes, _depth);
                }
                *sums++ = sum;
            }
        }
    }
}
