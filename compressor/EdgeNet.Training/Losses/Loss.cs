using System.Numerics;
using System.Numerics.Tensors;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// A number that says how far predictions are from their targets, and its derivative. It is the mean over rows (everything but the last
/// axis) of the loss of a row; where that is a mean over the row's elements (<see cref="ElementwiseLoss{T}"/>), the whole is the mean over
/// all elements. Losses keep nothing between calls, allocate nothing, and may be shared by threads.
/// </summary>
/// <typeparam name="T">float to train; double to check gradients.</typeparam>
public abstract class Loss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The mean loss of all rows.</summary>
    /// <param name="prediction">Of <paramref name="shape"/>.</param>
    /// <param name="target">Of <paramref name="shape"/>.</param>
    /// <param name="shape">[batch, …, classes]; a scalar is one row of one element. The loss of no rows is 0.</param>
    /// <param name="gradient">Of <paramref name="shape"/>; the derivative of the result by each prediction is written, not added.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape.</exception>
    public T Evaluate(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Shape shape, Span<T> gradient) =>
        Evaluate(prediction, target, shape, [], gradient);

    /// <summary>The weighted mean loss of all rows: Σ weight · loss ⁄ Σ weight, or 0 if all weights are 0.</summary>
    /// <param name="prediction">Of <paramref name="shape"/>.</param>
    /// <param name="target">Of <paramref name="shape"/>.</param>
    /// <param name="shape">[batch, …, classes]; a scalar is one row of one element.</param>
    /// <param name="rowWeights">One for each row, 0 or above, or none at all for 1 each. Rows of weight 0 are not looked at.</param>
    /// <param name="gradient">Of <paramref name="shape"/>; the derivative of the result by each prediction is written, not added.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape.</exception>
    public T Evaluate(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Shape shape, ReadOnlySpan<T> rowWeights, Span<T> gradient)
    {
        int width = shape.Rank == 0 ? 1 : shape[^1];
        int rows = width == 0 ? 0 : shape.ElementCount / width;
        Lengths.Require(prediction.Length, shape.ElementCount, nameof(prediction));
        Lengths.Require(target.Length, shape.ElementCount, nameof(target));
        Lengths.Require(gradient.Length, shape.ElementCount, nameof(gradient));
        if (!rowWeights.IsEmpty) Lengths.Require(rowWeights.Length, rows, nameof(rowWeights));

        T weightOfAll = rowWeights.IsEmpty ? T.CreateTruncating(rows) : TensorPrimitives.Sum(rowWeights);
        // In double, since a float loses count over the rows of a batch of segmented pictures.
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            Range elements = (row * width)..((row + 1) * width);
            T weight = rowWeights.IsEmpty ? T.One : rowWeights[row];
            if (weight == T.Zero)
            {
                gradient[elements].Clear();
                continue;
            }
            T share = weight / weightOfAll;
            sum += double.CreateTruncating(share) * double.CreateTruncating(Row(prediction[elements], target[elements], gradient[elements]));
            TensorPrimitives.Multiply(gradient[elements], share, gradient[elements]);
        }
        return T.CreateTruncating(sum);
    }

    /// <summary>The loss of one row, of at least one element, and its derivative.</summary>
    /// <param name="prediction">The row.</param>
    /// <param name="target">As long.</param>
    /// <param name="gradient">As long, of any content; to be written.</param>
    protected abstract T Row(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target, Span<T> gradient);
}
