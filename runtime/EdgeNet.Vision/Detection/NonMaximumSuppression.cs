namespace EdgeNet.Vision;

/// <summary>Greedy non-maximum suppression: of boxes that overlap, the best-scored stays. Felzenszwalb et al., PAMI 2010, section 6.2; SSD, section 2.2.</summary>
public static class NonMaximumSuppression
{
    /// <summary>Selects the detections that stay.</summary>
    /// <param name="detections">The candidates, in any order, boxes in any one unit.</param>
    /// <param name="scoreThreshold">Candidates scored below are dropped, and so are those whose score is NaN.</param>
    /// <param name="overlapThreshold">A candidate goes if its intersection over union with a better one that stays is above this, 0…1.</param>
    /// <param name="maximum">The most detections to return; at least 0.</param>
    /// <param name="acrossClasses">Whether boxes of different labels suppress each other.</param>
    /// <returns>Indices into <paramref name="detections"/>, best score first; of equal scores the lower index comes first and wins.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The overlap threshold is not in 0…1, or the maximum is negative.</exception>
    public static int[] Select(
        ReadOnlySpan<Detection> detections, float scoreThreshold, float overlapThreshold, int maximum = int.MaxValue, bool acrossClasses = false)
    {
        if (!(overlapThreshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(overlapThreshold), overlapThreshold, "Expected 0 to 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);

        List<(float Score, int Index)> candidates = [];
        for (int i = 0; i < detections.Length; i++)
        {
            if (!float.IsNaN(detections[i].Score) && detections[i].Score >= scoreThreshold)
                candidates.Add((detections[i].Score, i));
        }

        candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Index.CompareTo(b.Index));

        List<int> kept = [];
        foreach ((_, int index) in candidates)
        {
            if (kept.Count >= maximum)
                break;
            if (!IsSuppressed(detections, kept, detections[index], overlapThreshold, acrossClasses))
                kept.Add(index);
        }

        return [.. kept];
    }

    /// <summary>As <see cref="Select"/>, giving the detections themselves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="Select"/>.</exception>
    public static Detection[] Apply(
        ReadOnlySpan<Detection> detections, float scoreThreshold, float overlapThreshold, int maximum = int.MaxValue, bool acrossClasses = false)
    {
        int[] kept = Select(detections, scoreThreshold, overlapThreshold, maximum, acrossClasses);
        Detection[] result = new Detection[kept.Length];
        for (int i = 0; i < kept.Length; i++)
            result[i] = detections[kept[i]];
        return result;
    }

    private static bool IsSuppressed(
        ReadOnlySpan<Detection> detections, List<int> kept, Detection candidate, float overlapThreshold, bool acrossClasses)
    {
        foreach (int index in kept)
        {
            Detection better = detections[index];
            if ((acrossClasses || better.Label == candidate.Label) && better.Box.IntersectionOverUnion(candidate.Box) > overlapThreshold)
                return true;
        }

        return false;
    }
}
