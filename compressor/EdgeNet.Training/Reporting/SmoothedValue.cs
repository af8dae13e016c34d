namespace EdgeNet.Training;

/// <summary>
/// The exponential moving average of a number that comes again and again, free of the bias towards zero of the first values (as in Adam).
/// A value that is not finite is shown until the next one comes, and does not stay in the average.
/// </summary>
/// <param name="decay">Weight of the past, from 0 (only the last value counts) to below 1.</param>
public sealed class SmoothedValue(double decay = 0.98)
{
    private readonly double _decay = decay is >= 0 and < 1 ? decay : throw new ArgumentOutOfRangeException(nameof(decay), decay, "the decay is at least 0 and less than 1");
    private double _sum, _weight, _last = double.NaN;

    /// <summary>The average; NaN before the first value.</summary>
    public double Value => double.IsFinite(_last) ? _sum / _weight : _last;

    /// <summary>Takes the next value.</summary>
    public void Add(double value)
    {
        _last = value;
        if (!double.IsFinite(value)) return;
        _sum = (_decay * _sum) + ((1 - _decay) * value);
        _weight = (_decay * _weight) + (1 - _decay);
    }
}
