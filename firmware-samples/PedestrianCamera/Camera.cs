using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// The one loop: takes the newest frame, finds people in it, follows and counts them, switches the lamp, tells what happened, and shows it.
/// Whatever may take long (files, servers, viewers) works behind queues of its own and cannot hold it up; only a video that is written
/// of every frame does.
/// </summary>
internal sealed class Camera(
    CameraSettings settings, NewestFrame frames, PersonDetector detector, LiveSettingsCell live, LampControl? lamp, IEventSink events, Statistics statistics, PictureFeed feed,
    TimeProvider clock)
{
    /// <summary>How long it waits for a frame before it sees to the lamp, and says that it is alive.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(250);

    /// <summary>The largest picture that is kept of an event or written to a video.</summary>
    private const int MostWidth = 1920, MostHeight = 1080;

    private readonly Tracker _tracker = new(settings.Tracking);
    private readonly LineCounter _counter = new();
    // Files that are not played at their own speed are followed by their own clock.
    private readonly FrameClock _frameClock = new(byMedia: !settings.Source.Realtime, clock);
    private readonly List<Person> _came = [], _present = [];
    private readonly List<(Person Person, double Seconds)> _left = [];
    private readonly List<(Person Person, bool ToRight)> _crossed = [];
    private readonly Detection[] _found = new Detection[256];

    /// <summary>Seconds without a frame after which those in the last count as gone: between the frames of a slow source they are still there.</summary>
    private readonly double _stale = Math.Max(settings.Tracking.ForgetSeconds, 2 / Math.Max(0.1, settings.Source.Fps));
    private long _looked, _shown;

    /// <summary>Called in every turn, with frames or without: a loop that hangs stops calling.</summary>
    public Action? OnTurn { get; init; }

    /// <summary>Gets every frame that was looked at, with its boxes; null if nobody wants them.</summary>
    public Action<ScenePicture>? OnScene { get; init; }

    /// <summary>Frames looked at.</summary>
    public long Frames { get; private set; }

    /// <summary>Milliseconds of each stage, of all frames together.</summary>
    public StageTimes TotalTimes { get; private set; }

    /// <summary>Crossings of the line to its right, and to its left.</summary>
    public (int Right, int Left) Crossed => (_counter.Right, _counter.Left);

    /// <summary>People counted.</summary>
    public int People => _tracker.Counted;

    /// <summary>Looks until the source ends, enough frames were seen, or it is cancelled. A frame that was begun is finished.</summary>
    public void Run(long mostFrames, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && Frames < mostFrames && !frames.HasEnded)
        {
            OnTurn?.Invoke();
            try
            {
                if (frames.Take(s_turn, cancellation) is { } frame) Look(frame);
                else Idle();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SourceException e)
            {
                // One damaged picture of many: cheap cameras send them.
                statistics.Problem(e.Message);
                // And broken ones send nothing else: that must not keep the lamp on.
                Idle();
            }
        }
    }

    private void Idle()
    {
        bool somebody = _present.Count > 0 && clock.GetElapsedTime(_looked).TotalSeconds <= _stale;
        lamp?.Update(somebody, live.Current);
        statistics.Idle(somebody, lamp?.IsOn);
    }

    private void Look(Frame frame)
    {
        LiveSettings now = live.Current;
        long begin = clock.GetTimestamp();
        IReadOnlyList<Detection> found = detector.Detect(frame, now);
        long detected = clock.GetTimestamp();

        int count = Math.Min(found.Count, _found.Length);
        for (int i = 0; i < count; i++) _found[i] = found[i];
        _came.Clear();
        _left.Clear();
        _present.Clear();
        _crossed.Clear();
        _tracker.Update(_found.AsSpan(0, count), now.Score, _frameClock.Of(frame), _came, _left, _present);
        _counter.Update(now.Line, _present, _crossed);
        foreach ((Person person, _) in _left) _counter.Forget(person.Number);
        lamp?.Update(_present.Count > 0, now);
        Tell(frame, now);
        long followed = clock.GetTimestamp();
        _looked = followed;

        if (OnScene is not null) OnScene(Scene(frame, now, MostWidth, MostHeight));
        if (settings.Page is { } page && feed.IsWatched && clock.GetElapsedTime(_shown).TotalSeconds >= 1 / page.Fps)
        {
            feed.Publish(Scene(frame, now, page.Width, MostHeight));
            // By the interval, not from now: 30 frames a second make 15 of 15, not 10. After a pause it begins anew.
            double interval = clock.TimestampFrequency / page.Fps;
            _shown = Math.Max(_shown + (long)interval, followed - (long)interval);
        }
        (double prepare, double infer, double decode) = detector.Times;
        var times = new StageTimes(Milliseconds(frame.Arrived, begin), prepare, infer, decode, Milliseconds(detected, followed), Milliseconds(followed, clock.GetTimestamp()));
        Frames++;
        StageTimes sum = TotalTimes;
        TotalTimes = new StageTimes(sum.Wait + times.Wait, sum.Prepare + prepare, sum.Infer + infer, sum.Decode + decode, sum.Follow + times.Follow, sum.Show + times.Show);
        statistics.Add(times, _present.Count, _tracker.Counted, _counter.Right, _counter.Left, lamp?.IsOn);
    }

    private void Tell(Frame frame, LiveSettings now)
    {
        if (_came.Count + _left.Count + _crossed.Count == 0) return;
        DateTimeOffset time = clock.GetLocalNow();
        foreach (Person person in _came) events.Post(Of(CameraEventKind.PersonCame, person), Picture);
        foreach ((Person person, bool toRight) in _crossed) events.Post(Of(CameraEventKind.LineCrossed, person) with { Direction = toRight ? "right" : "left" }, Picture);
        foreach ((Person person, double seconds) in _left) events.Post(Of(CameraEventKind.PersonLeft, person) with { Seconds = seconds }, Picture);

        CameraEvent Of(CameraEventKind kind, Person person) => new(kind, time) { Person = person.Number, Box = person.Box, Score = person.Score };

        Image Picture()
        {
            ScenePicture scene = Scene(frame, now, MostWidth, MostHeight);
            SceneDrawing.Draw(scene);
            return scene.Picture;
        }
    }

    private ScenePicture Scene(Frame frame, LiveSettings now, int mostWidth, int mostHeight) =>
        new(FramePixels.ToImage(frame, mostWidth, mostHeight), [.. _present], now, clock.GetLocalNow());

    private double Milliseconds(long from, long to) => clock.GetElapsedTime(from, to).TotalMilliseconds;
}
