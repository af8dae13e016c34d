namespace EdgeNet.Training;

/// <summary>How fast a run goes and when it will end, from moving averages of what batches, and what comes between epochs, took.</summary>
public sealed class ProgressEstimate
{
    private readonly TimeProvider _clock;
    private readonly int _epochs, _batches;
    private readonly SmoothedValue _secondsPerBatch = new(0.95), _secondsPerSample = new(0.95), _secondsBetween = new(0.5);
    private long _since;
    private int _epochsDone, _batchesDone;

    /// <summary>Starts the clock.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    /// <param name="batches">Batches of an epoch.</param>
    /// <param name="epochsDone">Epochs that ended before, for a run that is resumed.</param>
    public ProgressEstimate(TimeProvider clock, int epochs, int batches, int epochsDone = 0)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epochsDone);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, epochsDone);
        (_clock, _epochs, _batches, _epochsDone) = (clock, epochs, batches, epochsDone);
        _since = clock.GetTimestamp();
    }

    /// <summary>Samples trained on in a second; NaN before the first batch.</summary>
    public double SamplesPerSecond => 1 / _secondsPerSample.Value;

    /// <summary>Until the epoch's last batch is done; null before the first batch of the run.</summary>
    public TimeSpan? EpochLeft => Time((_batches - _batchesDone) * _secondsPerBatch.Value);

    /// <summary>Until the run ends; null before the first batch. Before the first epoch has ended, what comes after its batches is not known and not counted.</summary>
    public TimeSpan? RunLeft
    {
        get
        {
            long batches = ((long)(_epochs - _epochsDone) * _batches) - _batchesDone;
            double between = double.IsNaN(_secondsBetween.Value) ? 0 : _secondsBetween.Value;
            return Time((batches * _secondsPerBatch.Value) + ((_epochs - _epochsDone) * between));
        }
    }

    /// <summary>A batch was trained on.</summary>
    /// <param name="samples">Samples in it.</param>
    public void BatchDone(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        if (_batchesDone == _batches) throw new InvalidOperationException($"the epoch has {_batches} batches, and all are done");
        double seconds = Lap();
        _secondsPerBatch.Add(seconds);
        _secondsPerSample.Add(seconds / samples);
        _batchesDone++;
    }

    /// <summary>The epoch has ended, with validation and whatever else comes after its batches. An epoch may end before its last batch.</summary>
    public void EpochDone()
    {
        if (_epochsDone == _epochs) throw new InvalidOperationException($"the run has {_epochs} epochs, and all are done");
        _secondsBetween.Add(Lap());
        _epochsDone++;
        _batchesDone = 0;
    }

    private double Lap()
    {
        long now = _clock.GetTimestamp();
        double seconds = _clock.GetElapsedTime(_since, now).TotalSeconds;
        _since = now;
        return seconds;
    }

    private static TimeSpan? Time(double seconds) => double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
}
