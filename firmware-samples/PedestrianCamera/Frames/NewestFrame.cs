namespace PedestrianCamera;

/// <summary>
/// Three frames between the thread that reads a source and the one that looks at them: one being filled, one that waits, one being looked at.
/// A frame that nobody took is overwritten by the next, and counted: work is always done on the newest, and nothing queues.
/// </summary>
/// <param name="keepsAll">For files of which every frame is wanted: the writer waits until the last frame was taken.</param>
internal sealed class NewestFrame(bool keepsAll = false)
{
    private readonly object _gate = new();
    private Frame _filling = new(), _looking = new();
    private Frame _waiting = new();
    private bool _full, _ended;
    private long _published, _dropped;

    /// <summary>Frames that came.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>Frames that nobody took before the next came.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The frame to fill: the writer's until <see cref="Publish"/>.</summary>
    public Frame Filling => _filling;

    /// <summary>Hands over <see cref="Filling"/>; it is another one afterwards.</summary>
    /// <param name="cancellation">Ends the waiting where all frames are kept.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the frame was not handed over.</exception>
    public void Publish(CancellationToken cancellation = default)
    {
        using CancellationTokenRegistration wake = Wake(keepsAll, cancellation);
        lock (_gate)
        {
            while (keepsAll && _full)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }
            if (_full) _dropped++;
            _filling.Number = ++_published;
            (_filling, _waiting) = (_waiting, _filling);
            (_full, _ended) = (true, false);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Puts another frame in the place of <see cref="Filling"/>: who fills that one may be stuck, and must never publish it.</summary>
    public void ReplaceFilling() => _filling = new Frame();

    /// <summary>Says that no more frames come; <see cref="Take(CancellationToken)"/> gives null once the last is taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Whether no more frames come, and the last was taken.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate) return _ended && !_full;
        }
    }

    /// <summary>Waits for a frame; the one taken before is free to be filled again.</summary>
    /// <returns>The newest; null once the source has ended.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Frame? Take(CancellationToken cancellation) => Take(Timeout.InfiniteTimeSpan, cancellation);

    /// <summary>As <see cref="Take(CancellationToken)"/>, but waits only so long.</summary>
    /// <returns>The newest; null if none came in time, or the source has ended.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Frame? Take(TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenRegistration wake = Wake(waits: true, cancellation);
        lock (_gate)
        {
            while (!_full)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_ended || !Monitor.Wait(_gate, timeout)) return null;
            }
            (_looking, _waiting) = (_waiting, _looking);
            _full = false;
            Monitor.PulseAll(_gate);
            return _looking;
        }
    }

    private CancellationTokenRegistration Wake(bool waits, CancellationToken cancellation) => !waits ? default : cancellation.Register(() =>
    {
        lock (_gate) Monitor.PulseAll(_gate);
    });
}
