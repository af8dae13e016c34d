using System.Numerics;

namespace EdgeNet.Training;

/// <summary>−t · log σ(x) − (1 − t) · log σ(−x) of logits x and targets t of 0…1; mean over all elements.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class BinaryCrossEntropyLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        slope = Logistic.Sigmoid(prediction) - target;
        // t and 1 − t apart: max(x, 0) − x · t would cancel where x is large and t is 1.
        return (target * Logistic.Softplus(-prediction)) + ((T.One - target) * Logistic.Softplus(prediction));
    }
}
