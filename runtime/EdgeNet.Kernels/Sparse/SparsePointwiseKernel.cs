namespace EdgeNet.Kernels;

/// <summary>
/// A kernel of pointwise convolution with sparse weights ("Fast Sparse ConvNets", Elsen, Dukhan, Gale, Simonyan, CVPR 2020): it multiplies
/// each weight that is not zero with a strip of pixels of its input channel, one vector of pixels after the other. Images are pixel-major,
/// so it turns a strip of them channel-major first, and its sums pixel-major last; both are cheap beside the products.
/// </summary>
public sealed unsafe class SparsePointwiseKernel
{
    private readonly int _stripBytes;

    internal SparsePointwiseKernel(
        string name, int vectorPixels, int tileVectors, int stripBytes, double loadCost, double channelCost,
        delegate*<SparsePointwiseBlock*, void> gather, delegate*<int, delegate*<SparsePointwiseBlock*, void>> multiply,
        delegate*<SparsePointwiseBlock*, void> scatter)
    {
        Name = name;
        VectorPixels = vectorPixels;
        TilePixels = vectorPixels * tileVectors;
        _stripBytes = stripBytes;
        LoadCost = loadCost;
        ChannelCost = channelCost;
        Gather = gather;
        Multiply = multiply;
        Scatter = scatter;
    }

    /// <summary>Family, type, instruction set and tile: <c>sparse-f32-avx512-112</c>.</summary>
    public string Name { get; }

    /// <summary>Pixels of one vector; there is a tile for every number of them up to <see cref="TilePixels"/>.</summary>
    public int VectorPixels { get; }

    /// <summary>Pixels of the widest tile: the width of a strip.</summary>
    public int TilePixels { get; }

    /// <summary>
    /// What a load of a vector of pixels, or of a weight, costs for each pixel of the vector, in multiply-adds of a dense kernel of the
    /// same instruction set at the processor's peak.
    /// </summary>
    internal double LoadCost { get; }

    /// <summary>What an input or output channel of a pixel costs beside its products, in the same unit.</summary>
    internal double ChannelCost { get; }

    /// <summary>Fills the strip from the rows: whole vectors of pixels.</summary>
    internal delegate*<SparsePointwiseBlock*, void> Gather { get; }

    /// <summary>For a number of vectors: bias, or the sums so far, plus weights times strip, into the sums.</summary>
    internal delegate*<int, delegate*<SparsePointwiseBlock*, void>> Multiply { get; }

    /// <summary>Adds the residual to the sums, clamps them and writes them to the output.</summary>
    internal delegate*<SparsePointwiseBlock*, void> Scatter { get; }

    /// <summary>The vectors of pixels of the tiles of <paramref name="pixels"/> pixels: as few tiles as possible, and of nearly the same width.</summary>
    internal int Vectors(int pixels)
    {
        int vectors = (pixels + VectorPixels - 1) / VectorPixels, tiles = (pixels + TilePixels - 1) / TilePixels;
        return tiles == 0 ? 0 : (vectors + tiles - 1) / tiles;
    }

    /// <summary>
    /// The input channels of a strip: few enough that it stays in the first cache while all output channels pass by, and nearly the same
    /// for every strip.
    /// </summary>
    internal int StripDepth(int depth, int pixels)
    {
        int most = Math.Max(4, _stripBytes / (Math.Max(1, Vectors(pixels)) * VectorPixels * sizeof(float)));
        int strips = Math.Max(1, (depth + most - 1) / most);
        return Math.Max(4, ((depth + strips - 1) / strips + 3) / 4 * 4);
    }
}
