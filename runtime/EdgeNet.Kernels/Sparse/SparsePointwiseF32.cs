namespace EdgeNet.Kernels;

/// <summary>
/// Sparse pointwise kernels in fp32. Of the weights of an output channel that are not zero, those in even places are summed from the bias
/// on and those in odd places from zero, in order, by fused multiply-add, so that twice as many sums are under way; then the two
/// are added. So it goes for each strip of input channels, from the sum so far. The residual is added last, then the clamp.
/// </summary>
/// <remarks>A weight of zero takes no part: where the input is infinite or NaN, a dense kernel gives NaN and this does not.</remarks>
public static unsafe partial class SparsePointwiseF32
{
    /// <summary>Output channels that are computed at once.</summary>
    internal const int PanelColumns = 16;

    /// <summary>Any number of columns, one element at a time: for the few columns beyond a kernel's vectors.</summary>
    private static void ScatterPart(SparsePointwiseBlock* block, int tilePixels, int firstColumn = 0)
    {
        for (int pixel = 0; pixel < block->Pixels; pixel++)
        {
            float* output = (float*)(block->Output + pixel * block->OutputStride);
            float* residual = block->Residual == null ? null : (float*)(block->Residual + pixel * block->ResidualStride);
            for (int column = firstColumn; column < block->Columns; column++)
            {
                float value = block->Sums[column * tilePixels + pixel];
                if (residual != null) value += residual[column];
                output[column] = Clamp(value, block->Minimum, block->Maximum);
            }
        }
    }
}

/// <summary>A weight that is not zero.</summary>
internal struct SparseWeight
{
    /// <summary>Bytes from the strip's start to its input channel.</summary>
    public int Offset;
    public float Value;
}

/// <summary>A strip of pixels × a panel of output channels for a kernel to compute.</summary>
internal unsafe struct SparsePointwiseBlock
{
    /// <summary>The addresses of the strip's first input channel in each pixel: whole vectors of them.</summary>
    public nint* Rows;
    public int Pixels;

    /// <summary>Vectors of pixels.</summary>
    public int Vectors;

    /// <summary>Input channels of the strip. A kernel reads no element beyond them.</summary>
    public int Depth;

    /// <summary>[Depth][<see cref="SparsePointwiseKernel.TilePixels"/>].</summary>
    public float* Strip;

    /// <summary>The weights of the panel, column after column.</summary>
    public SparseWeight* Weights;

    /// <summary>How many weights each column has.</summary>
    public int* Counts;

    /// <summary>The panel's biases, or null where <see cref="Sums"/> are continued.</summary>
    public float* Bias;

    /// <summary>[<see cref="Columns"/>][<see cref="SparsePointwiseKernel.TilePixels"/>].</summary>
    public float* Sums;
    public int Columns;

    /// <summary>Pixel 0, the panel's first column.</summary>
    public byte* Output;
    public nint OutputStride;

    /// <summary>What is added before the clamp, or null.</summary>
    public byte* Residual;
    public nint ResidualStride;

    public float Minimum;
    public float Maximum;
}
