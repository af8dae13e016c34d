namespace PedestrianCamera.Tests;

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly object _gate = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _now;

    public TimeSpan Now
    {
        get
        {
            lock (_gate) return _now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks + 1;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero) + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, () => callback(state), dueTime);

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    public void Advance(TimeSpan step) => GoTo(Now + step);

    /// <summary>Goes on from timer to timer until something holds that threads bring about.</summary>
    public void AdvanceUntil(Func<bool> holds) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                if (holds()) return true;
                TimeSpan? next;
                lock (_gate) next = _timers.Count == 0 ? null : _timers.Min(timer => timer.Due);
                if (next is { } due) GoTo(due);
                return false;
            },
            TimeSpan.FromSeconds(30)),
        "it did not come about");

    private void GoTo(TimeSpan when)
    {
        Timer[] due;
        lock (_gate)
        {
            if (when > _now) _now = when;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }
        foreach (Timer timer in due) timer.Callback();
    }

    private sealed class Timer : ITimer
    {
        private readonly FakeTime _time;

        public Timer(FakeTime time, Action callback, TimeSpan due)
        {
            (_time, Callback) = (time, callback);
            Change(due, Timeout.InfiniteTimeSpan);
        }

        public Action Callback { get; }

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_time._gate)
            {
                _time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = _time._now + dueTime;
                _time._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (_time._gate) _time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
