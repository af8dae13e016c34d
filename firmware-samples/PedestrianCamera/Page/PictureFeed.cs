namespace PedestrianCamera;

/// <summary>
/// From the detector's thread to whoever shows pictures: the newest only. While nobody looks, none are made.
/// </summary>
internal sealed class PictureFeed
{
    private readonly object _gate = new();
    private ScenePicture? _newest;
    private long _number;
    private int _watchers;

    /// <summary>Whether somebody waits for pictures: the detector's thread asks before it makes one.</summary>
    public bool IsWatched => Volatile.Read(ref _watchers) > 0;

    /// <summary>Says that somebody looks, until disposed.</summary>
    public IDisposable Watch()
    {
        Interlocked.Increment(ref _watchers);
        return new Watcher(this);
    }

    /// <summary>Replaces the newest picture. Never waits for anybody.</summary>
    public void Publish(ScenePicture picture)
    {
        lock (_gate)
        {
            (_newest, _number) = (picture, _number + 1);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a picture that is newer than one seen before.</summary>
    /// <param name="seen">Its number; 0 at first. Becomes that of the picture returned.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>The newest; null when time ran out.</returns>
    public ScenePicture? Next(ref long seen, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_number == seen) Monitor.Wait(_gate, timeout);
            if (_number == seen) return null;
            seen = _number;
            return _newest;
        }
    }

    private sealed class Watcher(PictureFeed feed) : IDisposable
    {
        private int _gone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gone, 1) == 0) Interlocked.Decrement(ref feed._watchers);
        }
    }
}
