using System.Numerics;
using System.Numerics.Tensors;

namespace EdgeNet.Training;

/// <summary>
/// −cosine of the angle between prediction and target as vectors over the last axis: −1 for the same direction, 1 for opposite ones. A row
/// where either is of length 0 has no direction and counts as 0, without derivative.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public sealed class CosineProximityLoss<T> : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
    {
        T length = TensorPrimitives.Norm(prediction);
        T targetLength = TensorPrimitives.Norm(target);
        if (length == T.Zero || targetLength == T.Zero)
        {
            gradient.Clear();
            return T.Zero;
        }

        T cosine = T.Zero;
        for (int i = 0; i < prediction.Length; i++)
            cosine += prediction[i] / length * (target[i] / targetLength);
        for (int i = 0; i < prediction.Length; i++)
            gradient[i] = ((cosine * (prediction[i] / length)) - (target[i] / targetLength)) / length;
        return -cosine;
    }
}
