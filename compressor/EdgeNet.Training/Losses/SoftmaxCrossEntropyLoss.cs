using System.Numerics;
using System.Numerics.Tensors;

namespace EdgeNet.Training;

/// <summary>
/// −Σ target · log softmax(logits), over the last axis. Targets are probabilities, one-hot or soft; a row of zeros counts as no loss, but as a row.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class SoftmaxCrossEntropyLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _smoothing;

    /// <summary>Makes the loss.</summary>
    /// <param name="smoothing">The part of each target, 0 up to but not 1, that is spread over all classes (Szegedy et al. 2016, section 7).</param>
    /// <exception cref="TrainingSettingException">It is not in that range.</exception>
    public SoftmaxCrossEntropyLoss(double smoothing = 0)
    {
        TrainingSettingException.ThrowUnless(smoothing is >= 0 and < 1, smoothing, "at least 0 and below 1");
        _smoothing = T.CreateTruncating(smoothing);
    }

    /// <inheritdoc/>
    protected override T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
    {
        (T largest, T sum) = StableSoftmax.Exponentials(prediction, gradient);
        T logSum = T.Log(sum);
        T mass = TensorPrimitives.Sum(target);
        T kept = T.One - _smoothing;
        T spread = _smoothing * mass / T.CreateTruncating(target.Length);
        T loss = T.Zero;
        for (int i = 0; i < prediction.Length; i++)
        {
            T smoothed = (kept * target[i]) + spread;
            loss += smoothed * (logSum - (prediction[i] - largest));
            gradient[i] = (gradient[i] * mass / sum) - smoothed;
        }
        return loss;
    }
}
