namespace EdgeNet.Kernels;

/// <summary>
/// A matrix-multiply kernel: pixels × packed weights. It computes a tile of <see cref="TileRows"/> pixels × <see cref="TileColumns"/>
/// output channels with the sums in registers. Pointwise, general convolution and fully connected layers all run on it: what differs is
/// only where the taps of a pixel lie (see <see cref="PackedConvolution"/>).
/// </summary>
public sealed unsafe class PointwiseKernel
{
    internal PointwiseKernel(
        string name, int tileRows, int tileColumns, int vectorColumns, int depthGroup, int activationOffset,
        delegate*<int, int, delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void>> tile)
    {
        Name = name;
        TileRows = tileRows;
        TileColumns = tileColumns;
        VectorColumns = vectorColumns;
        DepthGroup = depthGroup;
        ActivationOffset = activationOffset;
        Tile = tile;
    }

    /// <summary>Family, type, instruction set and tile: <c>pointwise-f32-avx512-6x64</c>.</summary>
    public string Name { get; }

    /// <summary>Pixels of the tallest tile; there is a tile for every height up to it.</summary>
    public int TileRows { get; }

    /// <summary>Output channels of the widest tile, and of a panel of packed weights.</summary>
    public int TileColumns { get; }

    /// <summary>Output channels of one vector; there is a tile for every number of them up to <see cref="TileColumns"/>.</summary>
    public int VectorColumns { get; }

    /// <summary>Input channels that lie side by side in the packed weights because one instruction multiplies them together.</summary>
    public int DepthGroup { get; }

    /// <summary>What the kernel adds to each code of the input to make it unsigned; the packed bias takes it out again.</summary>
    public int ActivationOffset { get; }

    /// <summary>
    /// Whether it sums in 16 bits by <see cref="WordRuns"/>. Such a kernel takes patches that are made unsigned as they are gathered, and
    /// weights less their zero points.
    /// </summary>
    internal bool SumsInRuns { get; init; }

    /// <summary>
    /// Whether it is good for a layer on 8-bit codes, given what it is packed from. The kernels of <see cref="KernelTable"/> are asked in their
    /// order.
    /// </summary>
    public bool Suits(in ConvolutionShape shape, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights) =>
        !SumsInRuns || !KernelTable.PointwiseS8.Any(kernel => !kernel.SumsInRuns)
        || PointwiseWeights.FitRuns(this, in shape, in quantization, weights);

    /// <summary>
    /// The micro-kernel for (rows, vectors). Its arguments: block, addresses of the taps, panel, output, residual or null, row sums or
    /// null. It always stores whole vectors.
    /// </summary>
    internal delegate*<int, int, delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void>> Tile { get; }

    /// <summary>Tiles for <paramref name="pixels"/> pixels: as few as possible, and of nearly the same height, the taller first.</summary>
    internal int Tiles(int pixels) => (pixels + TileRows - 1) / TileRows;

    internal int Panels(int columns) => (columns + TileColumns - 1) / TileColumns;

    /// <summary>Computes a block: panel by panel, so that each panel is read from far once, tile by tile within.</summary>
    internal void Run(PointwiseBlock* block)
    {
        int tiles = Tiles(block->Pixels), height = block->Pixels / tiles, taller = block->Pixels % tiles;
        byte* panel = block->Weights;
        for (int column = 0; column < block->Columns; column += TileColumns, panel += block->PanelBytes)
        {
            int columns = Math.Min(TileColumns, block->Columns - column);
            int vectors = (columns + VectorColumns - 1) / VectorColumns;
            // Not called where no tile is taller: then it may be any.
            var tall = Tile(height + 1, vectors);
            var tile = Tile(height, vectors);
            int beyond = vectors * VectorColumns - columns;
            // Of pixels that lie side by side and have one panel, what is written beyond the last column is where the next pixel will be:
            // only the last tile must not do so.
            bool mayRunOver = block->Columns == columns && column == 0 && block->OutputStride == columns * block->ElementSize && beyond <= columns * height;
            nint* rows = block->Rows;
            byte* output = block->Output + column * block->ElementSize;
            byte* residual = block->Residual == null ? null : block->Residual + column * block->ElementSize;
            int* sums = block->RowSums;
            block->Prefetch = panel + block->PanelBytes;
            for (int i = 0; i < tiles; i++, rows += block->Taps * TileRows)
            {
                int count = i < taller ? height + 1 : height;
                if (beyond == 0 || (mayRunOver && i < tiles - 1 && residual == null)) (i < taller ? tall : tile)(block, rows, panel, output, residual, sums);
                else RunPart(block, i < taller ? tall : tile, rows, panel, output, residual, sums, count, columns);
                output += count * block->OutputStride;
                if (residual != null) residual += count * block->ResidualStride;
                if (sums != null) sums += count;
                block->Prefetch += (nint)block->Taps * block->Depth * 64;
            }
        }
    }

    /// <summary>A tile whose last vector is wider than what is left of the columns: by way of a buffer, so that kernels need not know.</summary>
    private void RunPart(
        PointwiseBlock* block, delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> tile,
        nint* rows, byte* panel, byte* output, byte* residual, int* sums, int count, int columns)
    {
        int bytes = columns * block->ElementSize, stride = TileColumns * block->ElementSize;
        PointwiseBlock own = *block;
        own.Output = block->Part;
        own.OutputStride = own.ResidualStride = stride;
        if (residual != null)
        {
            for (int i = 0; i < count; i++) Buffer.MemoryCopy(residual + i * block->ResidualStride, block->Part + i * stride, bytes, bytes);
        }
        tile(&own, rows, panel, block->Part, residual == null ? null : block->Part, sums);
        for (int i = 0; i < count; i++) Buffer.MemoryCopy(block->Part + i * stride, output + i * block->OutputStride, bytes, bytes);
    }
}

/// <summary>
/// Pixels × columns for a kernel to compute. A panel of weights is, for <see cref="PointwiseKernel.TileColumns"/> columns: float bias, or
/// int32 bias, float multiplier and int32 weight zero point; then for each tap, for each group of
/// <see cref="PointwiseKernel.DepthGroup"/> input channels, for each column, the group's weights (zero beyond the depth).
/// </summary>
internal unsafe struct PointwiseBlock
{
    /// <summary>The address of each tap of each pixel: [tile][tap][TileRows]. Rows beyond a tile's height are not set.</summary>
    public nint* Rows;
    public int Pixels;
    public int Taps;

    /// <summary>Input channels of a tap. A kernel reads no element beyond them.</summary>
    public int Depth;

    public byte* Weights;
    public nint PanelBytes;
    public int Columns;

    /// <summary>Bytes of an element of input and output.</summary>
    public int ElementSize;

    /// <summary>Room for one whole tile of the output.</summary>
    public byte* Part;

    /// <summary>
    /// What will be read next: a kernel may ask the cache for one line of it at each step of the depth, so that the next panel comes from
    /// far while this one is computed.
    /// </summary>
    public byte* Prefetch;

    /// <summary>Pixel 0, column 0.</summary>
    public byte* Output;
    public nint OutputStride;

    /// <summary>Float32 only: what is added before the clamp, or null.</summary>
    public byte* Residual;
    public nint ResidualStride;

    /// <summary>The clamp. Int8: less the zero point, so that it is applied before rounding.</summary>
    public float Minimum;
    public float Maximum;
    public int OutputZeroPoint;

    /// <summary>Int8: the sum of the input codes of each pixel, where weights have zero points; else null.</summary>
    public int* RowSums;
}
