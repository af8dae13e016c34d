namespace PedestrianCamera;

/// <summary>Counts what the page shows. One thread adds, any thread looks.</summary>
internal sealed class Statistics(TimeProvider clock)
{
    /// <summary>Minutes of the chart, problems that are kept, and seconds that times are averaged over.</summary>
    private const int MostMinutes = 24 * 60, MostProblems = 5, Window = 3;

    private readonly object _gate = new();
    private readonly Queue<(long Time, StageTimes Stages)> _frames = [];
    private readonly Queue<HistoryMinute> _history = [];
    private readonly Queue<string> _problems = [];
    private HistoryMinute _minute;
    private long _count;
    private int _people, _present, _right, _left;
    private bool? _lamp;

    /// <summary>Takes a frame that was looked at.</summary>
    public void Add(StageTimes stages, int present, int people, int crossedRight, int crossedLeft, bool? lampOn)
    {
        long now = clock.GetTimestamp();
        DateTimeOffset time = clock.GetUtcNow();
        var minute = new DateTimeOffset(time.Year, time.Month, time.Day, time.Hour, time.Minute, 0, TimeSpan.Zero);
        lock (_gate)
        {
            if (_minute.Minute != minute)
            {
                if (_minute.Frames > 0) _history.Enqueue(_minute);
                while (_history.Count > 0 && (minute - _history.Peek().Minute).TotalMinutes > MostMinutes) _history.Dequeue();
                // A clock that was set back writes the same minutes again.
                if (_history.Count > MostMinutes) _history.Dequeue();
                _minute = new HistoryMinute(minute, 0, 0, 0);
            }
            _minute = new HistoryMinute(minute, _minute.People + people - _people, Math.Max(_minute.MostPresent, present), _minute.Frames + 1);
            (_people, _present, _right, _left, _lamp) = (people, present, crossedRight, crossedLeft, lampOn);
            _count++;
            _frames.Enqueue((now, stages));
            Forget(now);
        }
    }

    /// <summary>Notes something that does not work.</summary>
    public void Problem(string message)
    {
        string line = $"{clock.GetLocalNow():HH:mm:ss} {message}";
        lock (_gate)
        {
            _problems.Enqueue(line);
            if (_problems.Count > MostProblems) _problems.Dequeue();
        }
    }

    /// <summary>No frame came; the lamp may have been switched meanwhile.</summary>
    /// <param name="somebody">Whether those of the last frame still count as there.</param>
    /// <param name="lampOn">As <see cref="Measurements.LampOn"/>.</param>
    public void Idle(bool somebody, bool? lampOn)
    {
        lock (_gate) (_present, _lamp) = (somebody ? _present : 0, lampOn);
    }

    /// <summary>All of it, now.</summary>
    /// <param name="dropped">As <see cref="Measurements.Dropped"/>.</param>
    /// <param name="restarts">As <see cref="Measurements.Restarts"/>.</param>
    /// <param name="sourceState">As <see cref="Measurements.SourceState"/>.</param>
    public Measurements Now(long dropped, int restarts, string sourceState)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            Forget(now);
            var mean = default(StageTimes);
            foreach ((_, StageTimes s) in _frames)
                mean = new StageTimes(mean.Wait + s.Wait, mean.Prepare + s.Prepare, mean.Infer + s.Infer, mean.Decode + s.Decode, mean.Follow + s.Follow, mean.Show + s.Show);
            double n = Math.Max(1, _frames.Count), seconds = _frames.Count < 2 ? 0 : clock.GetElapsedTime(_frames.Peek().Time, now).TotalSeconds;
            return new Measurements
            {
                FramesPerSecond = seconds <= 0 ? 0 : (_frames.Count - 1) / seconds,
                Stages = new StageTimes(mean.Wait / n, mean.Prepare / n, mean.Infer / n, mean.Decode / n, mean.Follow / n, mean.Show / n),
                Frames = _count,
                Dropped = dropped,
                Restarts = restarts,
                SourceState = sourceState,
                Present = _present,
                People = _people,
                CrossedRight = _right,
                CrossedLeft = _left,
                LampOn = _lamp,
                Problems = [.. _problems],
                History = _minute.Frames > 0 ? [.. _history, _minute] : [.. _history],
            };
        }
    }

    private void Forget(long now)
    {
        while (_frames.Count > 0 && clock.GetElapsedTime(_frames.Peek().Time, now).TotalSeconds > Window) _frames.Dequeue();
    }
}
