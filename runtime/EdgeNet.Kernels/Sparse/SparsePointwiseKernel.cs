namespace EdgeNet.Kernels;

/// <summary>
/// A kernel of pointwise convolution with sparse weights ("Fast Sparse ConvNets", Elsen, Dukhan, Gale, Simonyan, CVPR 2020): it multiplies
/// each weight that is not zero with a strip of pixels of its input channel, one vector of pixels after the other. Images are pixel-major,
/// so it turns a strip of them channel-major first, and its sums pixel-major last; both are cheap beside the products.
/// </summary>
public sealed unsafe class SparsePointwiseKernel
{
    internal SparsePointwiseKernel(
        string name, int vectorPixels, int tileVectors, int stripBytes, SparsePointwiseCost cost,
        delegate*<SparsePointwiseBlock*, void> gather, delegate*<int, delegate*<SparsePointwiseBlock*, void>> multiply,
        delegate*<SparsePointwiseBlock*, void> scatter)
    {
        Name = name;
        VectorPixels = vectorPixels;
        TilePixels = vectorPixels * tileVectors;
        TileDepth = Math.Max(4, stripBytes / (TilePixels * sizeof(float)) / 4 * 4);
        Cost = cost;
        Gather = gather;
        Multiply = multiply;
        Scatter = scatter;
    }

    /// <summary>Family, type, instruction set and tile: <c>sparse-pointwise-f32-avx512-112</c>.</summary>
    public string Name { get; }

    /// <summary>Pixels of one vector; there is a tile for every number of them up to <see cref="TilePixels"/>.</summary>
    public int VectorPixels { get; }

    /// <summary>Pixels of the widest tile: the width of a strip.</summary>
    public int TilePixels { get; }

    /// <summary>Input channels of one strip, so that it stays in the first cache while all output channels pass by.</summary>
    public int TileDepth { get; }

    /// <summary>What its parts cost, beside a dense kernel of the same instruction set.</summary>
    internal SparsePointwiseCost Cost { get; }

    /// <summary>Fills the strip from the rows: whole vectors of pixels.</summary>
    internal delegate*<SparsePointwiseBlock*, void> Gather { get; }

    /// <summary>For a number of vectors: bias, or the sums so far, plus weights times strip, into the sums.</summary>
    internal delegate*<int, delegate*<SparsePointwiseBlock*, void>> Multiply { get; }

    /// <summary>Adds the residual to the sums, clamps them and writes them to the output.</summary>
    internal delegate*<SparsePointwiseBlock*, void> Scatter { get; }
}
