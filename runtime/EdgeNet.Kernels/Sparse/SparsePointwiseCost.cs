namespace EdgeNet.Kernels;

/// <summary>What a sparse kernel costs for each pixel, in multiply-adds of a dense kernel of the same instruction set; measured.</summary>
/// <param name="NonZero">For each weight that is not zero.</param>
/// <param name="Channel">For each input and output channel: turning the strip, and the sums.</param>
/// <param name="Column">For each output channel: beginning and ending its loop.</param>
internal readonly record struct SparsePointwiseCost(double NonZero, double Channel, double Column)
{
    internal double Of(int depth, int columns, long nonZeros) => NonZero * nonZeros + Channel * (depth + columns) + Column * columns;
}
