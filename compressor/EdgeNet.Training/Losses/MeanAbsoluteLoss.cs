using System.Numerics;

namespace EdgeNet.Training;

/// <summary>|p − t|; mean over all elements. The derivative where they are equal is 0.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class MeanAbsoluteLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T error = prediction - target;
        slope = error > T.Zero ? T.One : error < T.Zero ? -T.One : error;
        return T.Abs(error);
    }
}
