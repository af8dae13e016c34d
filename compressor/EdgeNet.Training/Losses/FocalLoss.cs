using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// −α · (1 − σ(x))^γ · log σ(x) where the target is 1, −(1 − α) · σ(x)^γ · log σ(−x) where it is 0, of logits x: cross-entropy that counts
/// what is already right for little (Lin et al. 2017). Targets in between mix both. Mean over all elements; the paper divides by the number
/// of objects instead, see <see cref="MultiboxLoss{T}"/>.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class FocalLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _gamma;
    private readonly T _alpha;

    /// <summary>Makes the loss.</summary>
    /// <param name="gamma">0 or above; 0 gives α-weighted cross-entropy.</param>
    /// <param name="alpha">The weight of targets of 1, 0 to 1; those of 0 weigh 1 − alpha.</param>
    /// <exception cref="TrainingSettingException">One of them is out of range.</exception>
    public FocalLoss(double gamma = 2, double alpha = 0.25)
    {
        TrainingSettingException.ThrowUnless(gamma >= 0, gamma, "at least 0");
        TrainingSettingException.ThrowUnless(alpha is >= 0 and <= 1, alpha, "0 to 1");
        _gamma = T.CreateTruncating(gamma);
        _alpha = T.CreateTruncating(alpha);
    }

    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope) => Of(prediction, target, out slope);

    internal T Of(T logit, T target, out T slope)
    {
        // A target of 0 is one of 1 seen from the other side. Nearly all are the one or the other, and each side is dear.
        T one = T.Zero;
        T oneSlope = T.Zero;
        T zero = T.Zero;
        T zeroSlope = T.Zero;
        if (target != T.Zero) one = OfOne(logit, out oneSlope);
        if (target != T.One) zero = OfOne(-logit, out zeroSlope);
        T oneWeight = target * _alpha;
        T zeroWeight = (T.One - target) * (T.One - _alpha);
        slope = (oneWeight * oneSlope) - (zeroWeight * zeroSlope);
        return (oneWeight * one) + (zeroWeight * zero);
    }

    private T OfOne(T logit, out T slope)
    {
        T small = T.Exp(-T.Abs(logit));
        T larger = T.One / (T.One + small);
        T smaller = small * larger;
        (T right, T wrong) = logit >= T.Zero ? (larger, smaller) : (smaller, larger);
        T entropy = T.Max(-logit, T.Zero) + Logistic.LogOnePlus(small);
        T focus = T.Pow(wrong, _gamma);
        slope = -focus * ((_gamma * right * entropy) + wrong);
        return focus * entropy;
    }
}
