using System.Numerics;
using System.Numerics.Tensors;

namespace EdgeNet.Training;

/// <summary>The softmax of one row of logits.</summary>
internal static class StableSoftmax
{
    /// <summary>Writes e^(logit − largest), which cannot overflow. log softmax(i) = logit(i) − <c>Largest</c> − log <c>Sum</c>.</summary>
    public static (T Largest, T Sum) Exponentials<T>(ReadOnlySpan<T> logits, Span<T> exponentials) where T : IBinaryFloatingPointIeee754<T>
    {
        T largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, exponentials);
        TensorPrimitives.Exp(exponentials, exponentials);
        return (largest, TensorPrimitives.Sum<T>(exponentials));
    }
}
