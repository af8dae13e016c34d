using System.Numerics;

namespace EdgeNet.Training;

/// <summary>(p − t)²; mean over all elements.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class MeanSquaredLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T error = prediction - target;
        slope = error + error;
        return error * error;
    }
}
