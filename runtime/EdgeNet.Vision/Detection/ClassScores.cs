namespace EdgeNet.Vision;

/// <summary>Puts decoded boxes and their class scores together as detections.</summary>
public static class ClassScores
{
    /// <summary>Adds one detection for every box and class scored at or above the threshold; NaN scores are dropped.</summary>
    /// <param name="boxes">[N].</param>
    /// <param name="scores">[N, classes], as probabilities: apply sigmoid or softmax before, if the network does not.</param>
    /// <param name="classes">Columns of <paramref name="scores"/>; the label of a detection is its column.</param>
    /// <param name="threshold">The lowest score kept.</param>
    /// <param name="into">Where detections are added, by box, then by class.</param>
    /// <param name="firstClass">Columns before this are skipped: 1 where column 0 is the background, as in SSD.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Collect(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, int classes, float threshold, List<Detection> into, int firstClass = 0)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstClass);
        TensorShape.Require(scores.Length, (long)boxes.Length * classes, nameof(scores));
        for (int i = 0; i < boxes.Length; i++)
        {
            for (int label = firstClass; label < classes; label++)
            {
                float score = scores[(i * classes) + label];
                if (score >= threshold)
                    into.Add(new Detection(boxes[i], label, score));
            }
        }
    }
}
