namespace EdgeNet.Vision;

/// <summary>Accuracy of classifiers.</summary>
public static class ClassificationMetrics
{
    /// <summary>The share of samples whose best-scored class is the true one, 0…1.</summary>
    /// <param name="scores">[N, classes].</param>
    /// <param name="labels">[N], each a column of <paramref name="scores"/>.</param>
    /// <exception cref="ArgumentException">As for <see cref="TopK"/>.</exception>
    public static double Top1(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels) => TopK(scores, labels, 1);

    /// <summary>
    /// The share of samples whose true class is among the k best-scored, 0…1. Of equal scores the lower class ranks first, so that a network
    /// that answers a constant earns nothing by it; NaN ranks last.
    /// </summary>
    /// <param name="scores">[N, classes].</param>
    /// <param name="labels">[N], each a column of <paramref name="scores"/>.</param>
    /// <param name="k">At least 1.</param>
    /// <exception cref="ArgumentException">No samples, lengths that do not fit together, or a label that is no column.</exception>
    public static double TopK(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (labels.IsEmpty)
            throw new ArgumentException("No samples.", nameof(labels));
        int classes = scores.Length / labels.Length;
        TensorShape.Require(scores.Length, (long)classes * labels.Length, nameof(scores));
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"Label {labels[i]} of sample {i}; expected 0 to {classes - 1}.", nameof(labels));
            if (Rank(scores.Slice(i * classes, classes), labels[i]) < k)
                right++;
        }

        return (double)right / labels.Length;
    }

    private static int Rank(ReadOnlySpan<float> scores, int label)
    {
        // CompareTo, unlike <, puts NaN below every number.
        int rank = 0;
        for (int other = 0; other < scores.Length; other++)
        {
            int order = scores[other].CompareTo(scores[label]);
            if (order > 0 || (order == 0 && other < label))
                rank++;
        }

        return rank;
    }
}
