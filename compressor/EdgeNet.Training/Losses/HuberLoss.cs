using System.Numerics;

namespace EdgeNet.Training;

/// <summary>½ · d² up to |d| = delta, then delta · (|d| − ½ · delta), of d = p − t; mean over all elements. Huber 1964.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class HuberLoss<T> : ElementwiseLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _delta;

    /// <summary>Makes the loss.</summary>
    /// <param name="delta">Where the parabola becomes a line, above 0.</param>
    /// <exception cref="TrainingSettingException">It is not above 0.</exception>
    public HuberLoss(double delta = 1)
    {
        TrainingSettingException.ThrowUnless(delta > 0, delta, "above 0");
        _delta = T.CreateTruncating(delta);
    }

    /// <inheritdoc/>
    protected override T Element(T prediction, T target, out T slope) => Of(prediction - target, _delta, out slope);

    internal static T Of(T error, T delta, out T slope)
    {
        slope = T.Clamp(error, -delta, delta);
        // One formula for both parts: ½d² where the clamp does nothing, delta·|d| − ½delta² where it does.
        return slope * (error - (slope / (T.One + T.One)));
    }
}
