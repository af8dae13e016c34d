namespace EdgeNet.Training;

/// <summary>
/// Counts numbers as they come, without knowing their range before: where one falls outside the bins, neighbouring bins are joined until it
/// fits. Since every width is a power of two and every bin starts at a multiple of it, joining is exact.
/// </summary>
public sealed class HistogramBuilder
{
    private const int Bins = Histogram.MaximumBins;

    private readonly long[] _counts = new long[Bins];
    private double _minimum = double.PositiveInfinity, _maximum = double.NegativeInfinity;

    /// <summary>Bin i of the array is bin _first + i of those that start at zero. No bins (width 0) while all numbers are equal.</summary>
    private double _width, _first;

    private double _sum, _squares;
    private long _finite, _zeros, _nans, _infinities;

    /// <summary>Counts more numbers.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float single in values)
        {
            // A negative zero becomes a positive one.
            double value = single + 0.0;
            if (!double.IsFinite(value))
            {
                if (double.IsNaN(value)) _nans++;
                else _infinities++;
                continue;
            }
            if (value < _minimum || value > _maximum) Widen(value);
            if (value == 0) _zeros++;
            _finite++;
            _sum += value;
            _squares += value * value;
            if (_width > 0) _counts[(int)(Math.Floor(value / _width) - _first)]++;
        }
    }

    /// <summary>What was counted so far.</summary>
    public Histogram Build()
    {
        double mean = _sum / _finite;
        int last = Array.FindLastIndex(_counts, count => count != 0);
        return new Histogram
        {
            Start = _finite == 0 ? double.NaN : _width > 0 ? _first * _width : _minimum,
            Width = _width,
            Counts = _width > 0 ? _counts[..(last + 1)] : _finite > 0 ? [_finite] : [],
            Minimum = _finite == 0 ? double.NaN : _minimum,
            Maximum = _finite == 0 ? double.NaN : _maximum,
            Mean = mean,
            Deviation = _finite == 0 ? double.NaN : _minimum == _maximum ? 0 : Math.Sqrt(Math.Max(0, (_squares / _finite) - (mean * mean))),
            Finite = _finite,
            Zeros = _zeros,
            NaNs = _nans,
            Infinities = _infinities,
        };
    }

    private void Widen(double value)
    {
        double oldWidth = _width, oldFirst = _first;
        (double oldMinimum, _minimum, _maximum) = (_minimum, Math.Min(_minimum, value), Math.Max(_maximum, value));
        if (_finite == 0) return;
        _width = LeastWidth();
        _first = Math.Floor(_minimum / _width);
        if (oldWidth == 0)
        {
            _counts[(int)(Math.Floor(oldMinimum / _width) - _first)] = _finite;
            return;
        }
        Span<long> old = stackalloc long[Bins];
        _counts.CopyTo(old);
        Array.Clear(_counts);
        for (int i = 0; i < Bins; i++)
        {
            if (old[i] != 0) _counts[(int)(Math.Floor((oldFirst + i) * oldWidth / _width) - _first)] += old[i];
        }
    }

    /// <summary>The least power of two by which the range takes no more bins than there are. It never shrinks while the range grows.</summary>
    private double LeastWidth()
    {
        double width = Math.ScaleB(1, Math.ILogB((_maximum - _minimum) / Bins));
        while (Math.Floor(_maximum / width) - Math.Floor(_minimum / width) >= Bins) width *= 2;
        return width;
    }
}
