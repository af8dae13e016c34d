using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// p − t · log p, the likelihood of a count t where p are expected, less what does not depend on p; mean over all elements. Predictions are
/// rates, not their logarithms: one below 10⁻⁷ counts as that and has no derivative, so that the network should end in something positive.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class PoissonLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T SmallestRate = T.CreateTruncating(1e-7);

    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope)
    {
        T rate = T.Max(prediction, SmallestRate);
        slope = prediction < SmallestRate ? T.Zero : T.One - (target / rate);
        return rate - (target * T.Log(rate));
    }
}
