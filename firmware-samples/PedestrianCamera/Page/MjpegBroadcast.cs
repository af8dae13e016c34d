using System.Diagnostics;
using System.Threading.Channels;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// One thread takes the newest picture of a feed, draws into it and encodes it once for all who look. Each viewer has room for one picture,
/// the newest: who is slow misses some, and makes nobody wait. While nobody looks, the thread sleeps and the feed is not watched.
/// </summary>
internal sealed class MjpegBroadcast : IDisposable
{
    /// <summary>What the page says where pictures cannot be JPEG.</summary>
    public const string MissingJpeg =
        "libturbojpeg is not installed, so there is one picture a second only; on the board run: apt-get install -y libturbojpeg0";

    /// <summary>PNG takes a small board a good part of a second.</summary>
    private const double MostFpsWithoutJpeg = 1;

    /// <summary>How often it is seen whether anybody looks and the last picture is due again, where no new ones come.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly PictureFeed _feed;
    private readonly int _quality;
    private readonly ViewerLimits _limits;
    private readonly bool _jpeg;
    private readonly TimeSpan _interval;
    private readonly object _gate = new();
    private readonly List<Viewer> _viewers = [];
    private bool _ended;

    /// <summary>Starts the thread.</summary>
    /// <param name="feed">Where pictures come from.</param>
    /// <param name="settings">The most pictures a second, and their quality.</param>
    /// <param name="limits">How many may look at once.</param>
    /// <param name="jpeg">Whether pictures can be JPEG; otherwise they are PNG, one a second.</param>
    public MjpegBroadcast(PictureFeed feed, PageSettings settings, ViewerLimits limits, bool jpeg)
    {
        (_feed, _quality, _limits, _jpeg) = (feed, Math.Clamp(settings.Quality, 1, 100), limits, jpeg);
        double fps = Math.Clamp(settings.Fps, 0.1, 1000);
        _interval = TimeSpan.FromSeconds(1 / (jpeg ? fps : Math.Min(fps, MostFpsWithoutJpeg)));
        new Thread(Run) { IsBackground = true, Name = "pictures for the page" }.Start();
    }

    /// <summary>Who looks now.</summary>
    public int Viewers
    {
        get
        {
            lock (_gate) return _viewers.Count;
        }
    }

    /// <summary>Why pictures are few or missing; null if all is well.</summary>
    public string? Problem
    {
        get => field ?? (_jpeg ? null : MissingJpeg);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Takes a viewer in, until it is disposed.</summary>
    /// <returns>Null if there are too many, or the broadcast has ended.</returns>
    public Viewer? Join()
    {
        lock (_gate)
        {
            if (_ended || _viewers.Count >= _limits.Most) return null;
            Viewer viewer = new(this, _feed.Watch());
            _viewers.Add(viewer);
            Monitor.PulseAll(_gate);
            return viewer;
        }
    }

    /// <summary>Ends the thread and all viewers' pictures.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (Viewer viewer in _viewers) viewer.Slot.Writer.TryComplete();
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        long seen = 0;
        while (WaitForViewer())
        {
            // What the feed kept since somebody last looked is old.
            _feed.Next(ref seen, TimeSpan.Zero);
            Serve(ref seen);
        }
    }

    private bool WaitForViewer()
    {
        lock (_gate)
        {
            while (!_ended && _viewers.Count == 0) Monitor.Wait(_gate);
            return !_ended;
        }
    }

    /// <summary>Gives pictures out until nobody looks.</summary>
    private void Serve(ref long seen)
    {
        EncodedPicture? last = null;
        long sent = Stopwatch.GetTimestamp();
        while (true)
        {
            long taken = Stopwatch.GetTimestamp();
            if (_feed.Next(ref seen, s_look) is { } scene)
            {
                taken = Stopwatch.GetTimestamp();
                last = Encode(scene, seen) ?? last;
            }
            else if (last is null || Stopwatch.GetElapsedTime(sent) < _limits.RepeatAfter)
            {
                if (!Give(null)) return;
                continue;
            }
            if (!Give(last)) return;
            sent = Stopwatch.GetTimestamp();
            TimeSpan rest = _interval - Stopwatch.GetElapsedTime(taken);
            if (rest > TimeSpan.Zero) Thread.Sleep(rest);
        }
    }

    private EncodedPicture? Encode(ScenePicture scene, long number)
    {
        try
        {
            SceneDrawing.Draw(scene);
            EncodedPicture picture = _jpeg
                ? new(number, "image/jpeg", JpegFile.Encode(scene.Picture, _quality))
                : new(number, "image/png", PngFile.Encode(scene.Picture));
            Problem = null;
            return picture;
        }
        catch (Exception e) when (e is ImageFormatException or InvalidOperationException)
        {
            Problem = e.Message;
            return null;
        }
    }

    /// <summary>Replaces what waits for each viewer; false once there is none.</summary>
    private bool Give(EncodedPicture? picture)
    {
        lock (_gate)
        {
            if (picture is not null)
            {
                foreach (Viewer viewer in _viewers) viewer.Slot.Writer.TryWrite(picture);
            }
            return _viewers.Count > 0 && !_ended;
        }
    }

    private void Leave(Viewer viewer)
    {
        lock (_gate) _viewers.Remove(viewer);
    }

    /// <summary>Somebody who looks.</summary>
    internal sealed class Viewer(MjpegBroadcast broadcast, IDisposable watch) : IDisposable
    {
        internal readonly Channel<EncodedPicture> Slot = Channel.CreateBounded<EncodedPicture>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

        /// <summary>At most one picture waits here: the newest. Complete when the broadcast ends.</summary>
        public ChannelReader<EncodedPicture> Pictures => Slot.Reader;

        /// <summary>Looks no longer.</summary>
        public void Dispose()
        {
            broadcast.Leave(this);
            watch.Dispose();
        }
    }
}
