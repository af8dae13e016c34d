namespace PedestrianCamera;

/// <summary>
/// Keeps a source alive: opens it, reads it on a thread of its own into a <see cref="NewestFrame"/>, and opens it again when it dies, freezes or
/// ends where it should not. The first restart comes at once, later ones wait longer.
/// </summary>
internal sealed class FramePump : IDisposable
{
    /// <summary>What a source may take for its first picture where <see cref="OpenableSource.Frozen"/> is less: cameras and streams take seconds to start.</summary>
    public static readonly TimeSpan Opening = TimeSpan.FromSeconds(10);

    /// <summary>The wait before the first restart; each that follows waits twice as long, up to <see cref="LongestWait"/>.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.25);

    /// <summary>The longest wait before a restart.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    /// <summary>A source that gave pictures for so long starts with <see cref="FirstWait"/> again.</summary>
    public static readonly TimeSpan GoodRun = TimeSpan.FromSeconds(5);

    /// <summary>So many openings may be stuck, each with a thread that nobody can end; with more, no other is tried until one of them comes back.</summary>
    public const int MostStuck = 8;

    private readonly OpenableSource _source;
    private readonly NewestFrame _frames;
    private readonly Action<CameraEvent> _happened;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly object _gate = new();
    private readonly List<Task> _stuck = [];
    private Task _supervising = Task.CompletedTask;
    private volatile string _state = "not started";
    private volatile string? _failure;
    private volatile bool _gaveFrames;
    private bool _lost;
    private int _restarts;

    /// <summary>A pump that does nothing yet.</summary>
    /// <param name="source">What is read.</param>
    /// <param name="frames">Where frames go.</param>
    /// <param name="happened">Gets <see cref="CameraEventKind.SourceLost"/> once a loss, and <see cref="CameraEventKind.SourceBack"/> when frames come again; from any thread, never two at once.</param>
    /// <param name="time">The clock, by which frames are stamped, too.</param>
    public FramePump(OpenableSource source, NewestFrame frames, Action<CameraEvent> happened, TimeProvider? time = null) =>
        (_source, _frames, _happened, _time) = (source, frames, happened, time ?? TimeProvider.System);

    /// <summary>What the source does, in a few words: "starting", "runs", "restarting: …", "failed: …", "ended", "stopped".</summary>
    public string State => _state;

    /// <summary>How often the source was opened again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>Why there will be no more frames, other than that the source has ended or was stopped; null otherwise.</summary>
    public string? Failure => _failure;

    /// <summary>Begins.</summary>
    public void Start()
    {
        _state = "starting";
        _supervising = Task.Run(SuperviseAsync);
    }

    /// <summary>Ends: the source is disposed, and given a second for it.</summary>
    public void Stop()
    {
        _stopping.Cancel();
        ((IAsyncResult)_supervising).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(2));
        _frames.End();
    }

    public void Dispose() => Stop();

    private async Task SuperviseAsync()
    {
        TimeSpan wait = FirstWait;
        while (true)
        {
            var run = new Run(this);
            string? problem = await WatchAsync(run).ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
            {
                _state = "stopped";
                return;
            }
            if (problem is null && _source.HasEnd)
            {
                _state = "ended";
                _frames.End();
                return;
            }

            problem ??= "the source ended, which it should not";
            // A file that never gave a picture is not there, or none: it gets no better by trying.
            bool over = _source.OpensOnce || (_source.HasEnd && !_gaveFrames);
            Lose(over ? problem : $"{problem}; it is opened again");
            if (over)
            {
                (_failure, _state) = (problem, $"failed: {problem}");
                _frames.End();
                return;
            }

            _state = $"restarting: {problem}";
            if (run.Lasted >= GoodRun) wait = FirstWait;
            _stuck.Add(run.Gone);
            do
            {
                await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                _stuck.RemoveAll(one => one.IsCompleted);
            }
            while (_stuck.Count >= MostStuck && !_stopping.IsCancellationRequested);
            if (!_stopping.IsCancellationRequested) Interlocked.Increment(ref _restarts);
        }
    }

    /// <summary>Waits for the end of a run, or ends it where it froze or the pump stops.</summary>
    /// <returns>What went wrong; null at the source's own end.</returns>
    private async Task<string?> WatchAsync(Run run)
    {
        bool bounded = _source.Frozen > TimeSpan.Zero;
        TimeSpan first = _source.Frozen > Opening ? _source.Frozen : Opening;
        TimeSpan slice = bounded ? _source.Frozen / 4 : Timeout.InfiniteTimeSpan;
        while (true)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            Task delay = Task.Delay(slice, _time, over.Token);
            await Task.WhenAny(run.Ended, delay).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (run.Ended.IsCompleted) return await run.Ended.ConfigureAwait(false);

            TimeSpan allowed = run.GaveFrames ? _source.Frozen : first;
            bool frozen = bounded && run.Waiting is { } waiting && waiting >= allowed;
            if (_stopping.IsCancellationRequested)
            {
                await run.EndAsync(orEvenInPublish: true).ConfigureAwait(false);
                return null;
            }
            // Between looking and ending a picture may have come; then the run goes on.
            if (frozen && await run.EndAsync(orEvenInPublish: false).ConfigureAwait(false)) return $"no picture for {allowed.TotalSeconds:0.#} s";
        }
    }

    private void Lose(string problem)
    {
        lock (_gate)
        {
            if (_lost) return;
            _lost = true;
            _happened(new CameraEvent(CameraEventKind.SourceLost, _time.GetUtcNow()) { Message = problem });
        }
    }

    private void Find()
    {
        lock (_gate)
        {
            _state = "runs";
            _gaveFrames = true;
            if (!_lost) return;
            _lost = false;
            _happened(new CameraEvent(CameraEventKind.SourceBack, _time.GetUtcNow()) { Message = "frames come again" });
        }
    }

    /// <summary>
    /// One opening of the source, and the thread that reads it. A thread that is stuck cannot be ended: it is left alone, with the frame it may
    /// still write into, and publishes nothing any more.
    /// </summary>
    private sealed class Run
    {
        private const int Reading = 0, Publishing = 1, Left = 2;

        private readonly FramePump _pump;
        private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly object _gate = new();
        private readonly Frame _first;
        private Task _disposal = Task.CompletedTask;
        private IFrameSource? _source;
        private bool _disposing;
        private int _phase;
        private long _waitingSince, _firstFrame, _lastFrame;
        private volatile bool _gaveFrames;

        public Run(FramePump pump)
        {
            (_pump, _first) = (pump, pump._frames.Filling);
            _waitingSince = pump._time.GetTimestamp();
            new Thread(ReadAll) { IsBackground = true, Name = "frames" }.Start();
        }

        /// <summary>Done when the source has ended or died, with what went wrong.</summary>
        public Task<string?> Ended => _ended.Task;

        /// <summary>Done when no thread of it is left.</summary>
        public Task Gone => Task.WhenAll(_ended.Task, _disposal);

        /// <summary>Whether it gave any.</summary>
        public bool GaveFrames => _gaveFrames;

        /// <summary>How long it has been waited for a picture; null while one is handed over.</summary>
        public TimeSpan? Waiting => Volatile.Read(ref _phase) == Reading ? _pump._time.GetElapsedTime(Interlocked.Read(ref _waitingSince)) : null;

        /// <summary>From the first picture to the last.</summary>
        public TimeSpan Lasted => _gaveFrames ? _pump._time.GetElapsedTime(Interlocked.Read(ref _firstFrame), Interlocked.Read(ref _lastFrame)) : TimeSpan.Zero;

        /// <summary>Ends it from outside: nothing is published afterwards, and the source is disposed, which is waited for a second.</summary>
        /// <param name="orEvenInPublish">Whether also while a picture is handed over.</param>
        /// <returns>Whether it ended.</returns>
        public async Task<bool> EndAsync(bool orEvenInPublish)
        {
            if (Interlocked.CompareExchange(ref _phase, Left, Reading) == Reading) _pump._frames.ReplaceFilling();
            else if (!orEvenInPublish) return false;
            // On a thread of its own, since this may get stuck as reading did.
            _disposal = Task.Factory.StartNew(DisposeSource, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await Task.WhenAny(_disposal, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            return true;
        }

        private void ReadAll()
        {
            string? problem = null;
            try
            {
                IFrameSource source = _pump._source.Open();
                lock (_gate)
                {
                    _source = source;
                    if (_disposing)
                    {
                        source.Dispose();
                        return;
                    }
                }
                var sameness = new Sameness();
                Frame frame = _first;
                while (true)
                {
                    if (!source.Read(frame)) break;
                    long now = frame.Arrived = _pump._time.GetTimestamp();
                    if (Interlocked.CompareExchange(ref _phase, Publishing, Reading) != Reading) return;
                    if (_pump._source is { IsCamera: true, Frozen.Ticks: > 0 } && sameness.Since(frame, now) is var since && _pump._time.GetElapsedTime(since, now) >= _pump._source.Frozen)
                        throw new SourceException($"the same picture for {_pump._source.Frozen.TotalSeconds:0.#} s");
                    _pump._frames.Publish(_pump._stopping.Token);
                    Interlocked.Exchange(ref _lastFrame, now);
                    if (!_gaveFrames)
                    {
                        Interlocked.Exchange(ref _firstFrame, now);
                        _gaveFrames = true;
                        _pump.Find();
                    }
                    Interlocked.Exchange(ref _waitingSince, _pump._time.GetTimestamp());
                    // Taken while the run cannot be left: afterwards it may be the frame of the run that follows.
                    frame = _pump._frames.Filling;
                    Interlocked.CompareExchange(ref _phase, Reading, Publishing);
                }
            }
            catch (SourceException e)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException) when (_pump._stopping.IsCancellationRequested)
            {
                // The pump stops.
            }
            catch (Exception e)
            {
                // A mistake of ours in a source; the camera must come back all the same.
                problem = $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            }
            finally
            {
                DisposeSource();
                _ended.TrySetResult(problem);
            }
        }

        private void DisposeSource()
        {
            IFrameSource? source;
            lock (_gate) (source, _source, _disposing) = (_source, null, true);
            try
            {
                source?.Dispose();
            }
            catch (Exception e) when (e is SourceException or IOException or InvalidOperationException)
            {
                // It is being given up.
            }
        }
    }

    /// <summary>Since when a source gives the same bytes.</summary>
    private struct Sameness
    {
        private ulong _hash;
        private long _since;

        public long Since(Frame frame, long now)
        {
            ulong hash = FrameHash.Of(frame);
            if (hash != _hash || _since == 0) (_hash, _since) = (hash, now);
            return _since;
        }
    }
}
