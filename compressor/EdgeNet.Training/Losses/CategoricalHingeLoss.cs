using System.Numerics;
using System.Numerics.Tensors;

namespace EdgeNet.Training;

/// <summary>
/// max(0, 1 + largest score of a wrong class − score of the right class), or its square: the multi-class hinge of Crammer and Singer 2001.
/// The last axis are the scores of two or more classes; the right class is the one with the largest target. Of equal ones the first counts.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
/// <param name="squared">Whether to square, which punishes the far-off more.</param>
public sealed class CategoricalHingeLoss<T>(bool squared = false) : Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is only one class.</exception>
    protected override T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient)
    {
        if (prediction.Length < 2) throw new ArgumentException("1 class; a categorical hinge needs at least 2.", nameof(prediction));
        int right = TensorPrimitives.IndexOfMax(target);
        int rival = right == 0 ? 1 : 0;
        for (int i = rival + 1; i < prediction.Length; i++)
        {
            if (i != right && prediction[i] > prediction[rival]) rival = i;
        }

        T missing = T.Max(T.Zero, T.One + prediction[rival] - prediction[right]);
        T slope = missing == T.Zero ? T.Zero : squared ? missing + missing : T.One;
        gradient.Clear();
        gradient[rival] = slope;
        gradient[right] = -slope;
        return squared ? missing * missing : missing;
    }
}
