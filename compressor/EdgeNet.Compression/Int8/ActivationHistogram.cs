namespace EdgeNet.Compression;

/// <summary>
/// How often values were seen, in bins of one width on both sides of zero. The range doubles, and neighbouring bins join, whenever a value
/// falls outside; zeros are counted by themselves, since every quantization represents them exactly.
/// </summary>
public sealed class ActivationHistogram
{
    /// <summary>Bins on each side of zero.</summary>
    public const int BinsPerSide = 4096;

    private readonly long[] _counts = new long[2 * BinsPerSide];
    private float _reach;

    /// <summary>The smallest value seen; +∞ before any.</summary>
    public float Minimum { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value seen; −∞ before any.</summary>
    public float Maximum { get; private set; } = float.NegativeInfinity;

    /// <summary>How many values were seen.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them were zero.</summary>
    public long Zeros { get; private set; }

    /// <summary>The width of a bin.</summary>
    public double BinWidth => (double)_reach / BinsPerSide;

    /// <summary>Counts values; those that are no finite numbers are left out.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        float scale = _reach > 0 ? BinsPerSide / _reach : 0;
        foreach (float value in values)
        {
            if (value == 0)
            {
                Zeros++;
                Count++;
                continue;
            }
            if (!float.IsFinite(value)) continue;
            float magnitude = MathF.Abs(value);
            if (magnitude >= _reach)
            {
                Reach(magnitude);
                scale = BinsPerSide / _reach;
            }
            if (value < Minimum) Minimum = value;
            if (value > Maximum) Maximum = value;
            Count++;
            int bin = Math.Min((int)(magnitude * scale), BinsPerSide - 1);
            _counts[value < 0 ? BinsPerSide - 1 - bin : BinsPerSide + bin]++;
        }
        if (Zeros > 0)
        {
            Minimum = Math.Min(Minimum, 0);
            Maximum = Math.Max(Maximum, 0);
        }
    }

    /// <summary>Counts what another has seen, too.</summary>
    public void Add(ActivationHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Minimum, Maximum) = (Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));
        (Count, Zeros) = (Count + other.Count, Zeros + other.Zeros);
        if (other._reach == 0) return;
        if (other._reach > _reach) Reach(MathF.BitDecrement(other._reach));
        // Both reaches are powers of two, so that bins of the finer one lie wholly within those of the coarser.
        double ratio = other._reach / (double)_reach;
        for (int i = 0; i < BinsPerSide; i++)
        {
            int bin = (int)(i * ratio);
            _counts[BinsPerSide + bin] += other._counts[BinsPerSide + i];
            _counts[BinsPerSide - 1 - bin] += other._counts[BinsPerSide - 1 - i];
        }
    }

    /// <summary>The middles of the bins that are not empty, ascending, and how many values each holds; without the zeros.</summary>
    public (double[] Middles, long[] Counts) Bins()
    {
        var middles = new List<double>();
        var counts = new List<long>();
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0) continue;
            middles.Add((i - BinsPerSide + 0.5) * BinWidth);
            counts.Add(_counts[i]);
        }
        return ([.. middles], [.. counts]);
    }

    /// <summary>Makes room for a magnitude: the reach becomes the next power of two above it.</summary>
    private void Reach(float magnitude)
    {
        if (_reach == 0) _reach = MathF.ScaleB(1, Math.Clamp(Math.ILogB(magnitude) + 1, -100, 127));
        while (magnitude >= _reach && float.IsFinite(_reach * 2))
        {
            Span<long> positive = _counts.AsSpan(BinsPerSide), negative = _counts.AsSpan(0, BinsPerSide);
            for (int i = 0; i < BinsPerSide / 2; i++)
            {
                positive[i] = positive[2 * i] + positive[2 * i + 1];
                negative[^(i + 1)] = negative[^(2 * i + 1)] + negative[^(2 * i + 2)];
            }
            positive[(BinsPerSide / 2)..].Clear();
            negative[..(BinsPerSide / 2)].Clear();
            _reach *= 2;
        }
    }
}
