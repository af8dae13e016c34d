using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Decides which prior has to find which object (Liu et al. 2016, section 2.2): each object gets the prior that overlaps it most, where two
/// want the same one the better overlap first, and further every prior that overlaps it by the threshold. Keeps working memory between
/// calls: one for each thread.
/// </summary>
public sealed class PriorMatching
{
    /// <summary>What a prior without object is matched to.</summary>
    public const int Background = -1;

    /// <summary>What a prior on something to be ignored is matched to: it counts neither as object nor as background.</summary>
    public const int Ignored = -2;

    private readonly int _count;
    private readonly float _threshold;
    private readonly float _ignoreShare;

    // By coordinate, filled up with empty boxes to whole vectors.
    private readonly float[] _yMin;
    private readonly float[] _xMin;
    private readonly float[] _yMax;
    private readonly float[] _xMax;
    private readonly float[] _area;
    private readonly float[] _row;
    private readonly float[] _bestOverlap;
    private float[] _overlaps = [];
    private int[] _bestPrior = [];

    /// <summary>Prepares the matching of some priors.</summary>
    /// <param name="priors">[P, 4] as [cy, cx, h, w], fractions of the picture.</param>
    /// <param name="threshold">The intersection over union from which a prior is matched, above 0, up to 1.</param>
    /// <param name="ignoreShare">The share of a prior's area inside a box to ignore from which it is ignored, above 0, up to 1.</param>
    /// <exception cref="ArgumentException">The priors are not whole, or one is not finite or has no area.</exception>
    /// <exception cref="TrainingSettingException">A threshold is out of range.</exception>
    public PriorMatching(ReadOnlySpan<float> priors, float threshold = 0.5f, float ignoreShare = 0.5f)
    {
        TrainingSettingException.ThrowUnless(threshold is > 0 and <= 1, threshold, "above 0, up to 1");
        TrainingSettingException.ThrowUnless(ignoreShare is > 0 and <= 1, ignoreShare, "above 0, up to 1");
        _threshold = threshold;
        _ignoreShare = ignoreShare;
        _count = priors.Length / 4;
        Lengths.Require(priors.Length, 4L * _count, nameof(priors));
        int padded = (_count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        (_yMin, _xMin, _yMax, _xMax) = (new float[padded], new float[padded], new float[padded], new float[padded]);
        (_area, _row, _bestOverlap) = (new float[padded], new float[padded], new float[padded]);
        for (int i = 0; i < _count; i++)
        {
            Box box = Box.FromCentre(priors[(4 * i) + 1], priors[4 * i], priors[(4 * i) + 3], priors[(4 * i) + 2]);
            if (!(box.Area > 0 && float.IsFinite(box.Area)))
                throw new ArgumentException($"Prior {i} has the area {box.Area}; expected [cy, cx, h, w] with h and w above 0.", nameof(priors));
            (_yMin[i], _xMin[i], _yMax[i], _xMax[i], _area[i]) = (box.YMin, box.XMin, box.YMax, box.XMax, box.Area);
        }
    }

    /// <summary>The number of priors.</summary>
    public int Count => _count;

    /// <summary>
    /// Matches the priors of one picture. A box to ignore claims the priors that would be matched to it if it were an object, and those that lie
    /// inside it by the share; an object's claim goes before. A truth without area, or one that no prior touches, is matched to nothing.
    /// </summary>
    /// <param name="truths">The objects, in fractions of the picture. Labels do not matter here.</param>
    /// <param name="matches">[P]: index into <paramref name="truths"/>, <see cref="Background"/> or <see cref="Ignored"/>.</param>
    /// <returns>How many priors are matched to an object.</returns>
    /// <exception cref="ArgumentException">There are not as many matches as priors.</exception>
    public int Match(IReadOnlyList<GroundTruth> truths, Span<int> matches)
    {
        ArgumentNullException.ThrowIfNull(truths);
        Lengths.Require(matches.Length, _count, nameof(matches));
        matches.Fill(Background);
        for (int i = 0; i < truths.Count && _count > 0; i++)
        {
            if (truths[i].Ignore) Ignore(truths[i].Box, matches);
        }

        int padded = _area.Length;
        if (_bestPrior.Length < truths.Count)
        {
            _overlaps = new float[truths.Count * padded];
            _bestPrior = new int[truths.Count];
        }

        Array.Clear(_bestOverlap);
        for (int truth = 0; truth < truths.Count; truth++)
        {
            _bestPrior[truth] = -1;
            if (truths[truth].Ignore || _count == 0) continue;
            Span<float> overlaps = Overlaps(truth);
            Overlap(truths[truth].Box, overlaps);
            int best = TensorPrimitives.IndexOfMax<float>(overlaps);
            if (overlaps[best] > 0) _bestPrior[truth] = best;
            if (overlaps[best] >= _threshold) ClaimByThreshold(truth, overlaps, matches);
        }

        GiveEachItsBest(truths.Count, matches);
        int matched = 0;
        foreach (int match in matches)
        {
            if (match >= 0) matched++;
        }
        return matched;
    }

    private Span<float> Overlaps(int truth) => _overlaps.AsSpan(truth * _area.Length, _area.Length);

    private void Ignore(Box box, Span<int> matches)
    {
        Overlap(box, _row);
        int best = TensorPrimitives.IndexOfMax<float>(_row);
        if (!(_row[best] > 0)) return;
        matches[best] = Ignored;
        for (int prior = 0; prior < matches.Length; prior++)
        {
            if (_row[prior] >= _threshold) matches[prior] = Ignored;
        }

        Share(box, _row);
        for (int prior = 0; prior < matches.Length; prior++)
        {
            if (_row[prior] >= _ignoreShare) matches[prior] = Ignored;
        }
    }

    private void ClaimByThreshold(int truth, ReadOnlySpan<float> overlaps, Span<int> matches)
    {
        for (int prior = 0; prior < matches.Length; prior++)
        {
            if (overlaps[prior] >= _threshold && overlaps[prior] > _bestOverlap[prior])
            {
                _bestOverlap[prior] = overlaps[prior];
                matches[prior] = truth;
            }
        }
    }

    // Best pair first, so that of two objects with the same best prior the better one keeps it and the other takes its next best.
    private void GiveEachItsBest(int truths, Span<int> matches)
    {
        while (true)
        {
            int next = -1;
            for (int truth = 0; truth < truths; truth++)
            {
                if (_bestPrior[truth] >= 0 && (next < 0 || Overlaps(truth)[_bestPrior[truth]] > Overlaps(next)[_bestPrior[next]])) next = truth;
            }
            if (next < 0) return;

            int taken = _bestPrior[next];
            matches[taken] = next;
            _bestPrior[next] = -1;
            for (int truth = 0; truth < truths; truth++)
            {
                if (_bestPrior[truth] < 0) continue;
                Span<float> overlaps = Overlaps(truth);
                overlaps[taken] = 0;
                if (_bestPrior[truth] != taken) continue;
                int best = TensorPrimitives.IndexOfMax<float>(overlaps);
                _bestPrior[truth] = overlaps[best] > 0 ? best : -1;
            }
        }
    }

    /// <summary>Intersection over union with every prior; as Box.IntersectionOverUnion, for many.</summary>
    private void Overlap(Box box, Span<float> overlaps)
    {
        Vector<float> area = new(box.Area);
        ReadOnlySpan<Vector<float>> areas = MemoryMarshal.Cast<float, Vector<float>>(_area);
        Intersect(box, overlaps);
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(overlaps);
        for (int i = 0; i < vectors.Length; i++)
        {
            Vector<float> shared = vectors[i];
            // Nothing shared is 0 also where both are empty.
            vectors[i] = Vector.ConditionalSelect(Vector.GreaterThan(shared, Vector<float>.Zero), shared / (area + areas[i] - shared), Vector<float>.Zero);
        }
    }

    /// <summary>The part of every prior that is inside the box.</summary>
    private void Share(Box box, Span<float> shares)
    {
        Intersect(box, shares);
        for (int i = 0; i < _count; i++)
            shares[i] /= _area[i];
    }

    private void Intersect(Box box, Span<float> areas)
    {
        (Vector<float> yMin, Vector<float> xMin) = (new(box.YMin), new(box.XMin));
        (Vector<float> yMax, Vector<float> xMax) = (new(box.YMax), new(box.XMax));
        ReadOnlySpan<Vector<float>> yMins = MemoryMarshal.Cast<float, Vector<float>>(_yMin);
        ReadOnlySpan<Vector<float>> xMins = MemoryMarshal.Cast<float, Vector<float>>(_xMin);
        ReadOnlySpan<Vector<float>> yMaxs = MemoryMarshal.Cast<float, Vector<float>>(_yMax);
        ReadOnlySpan<Vector<float>> xMaxs = MemoryMarshal.Cast<float, Vector<float>>(_xMax);
        Span<Vector<float>> shared = MemoryMarshal.Cast<float, Vector<float>>(areas);
        for (int i = 0; i < shared.Length; i++)
        {
            Vector<float> height = Vector.Max(Vector<float>.Zero, Vector.Min(yMax, yMaxs[i]) - Vector.Max(yMin, yMins[i]));
            Vector<float> width = Vector.Max(Vector<float>.Zero, Vector.Min(xMax, xMaxs[i]) - Vector.Max(xMin, xMins[i]));
            shared[i] = height * width;
        }
    }
}
