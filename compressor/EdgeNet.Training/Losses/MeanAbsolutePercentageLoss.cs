using System.Numerics;

namespace EdgeNet.Training;

/// <summary>100 · |p − t| ⁄ max(|t|, 10⁻⁷); mean over all elements. The derivative where they are equal is 0.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class MeanAbsolutePercentageLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T Hundred = T.CreateTruncating(100);
    private static readonly T SmallestTarget = T.CreateTruncating(1e-7);

    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T error = prediction - target;
        T scale = Hundred / T.Max(T.Abs(target), SmallestTarget);
        slope = error > T.Zero ? scale : error < T.Zero ? -scale : error;
        return scale * T.Abs(error);
    }
}
