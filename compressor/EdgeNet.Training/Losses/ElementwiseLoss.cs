using System.Numerics;

namespace EdgeNet.Training;

/// <summary>A loss that is the mean, over all elements, of a function of one prediction and its target.</summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public abstract class ElementwiseLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected sealed override T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
    {
        T share = T.One / T.CreateTruncating(prediction.Length);
        T sum = T.Zero;
        for (int i = 0; i < prediction.Length; i++)
        {
            sum += Element(prediction[i], target[i], out T slope);
            gradient[i] = slope * share;
        }
        return sum * share;
    }

    /// <summary>The loss of one element.</summary>
    /// <param name="prediction">What the network says.</param>
    /// <param name="target">What it should say.</param>
    /// <param name="slope">The derivative by <paramref name="prediction"/>; at a kink, any number between those of its sides.</param>
    protected abstract T Element(T prediction, T target, out T slope);
}
