using System.Collections.Concurrent;
using System.Diagnostics;

namespace PedestrianCamera.Tests;

public class FramePumpTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly FakeTime _time = new();
    private readonly NewestFrame _frames = new();
    private readonly ConcurrentQueue<CameraEvent> _events = [];

    [InstalledFact("sh", "cat", "sleep")]
    public void A_killed_process_is_back_within_five_seconds()
    {
        using var folder = new TemporaryFolder();
        SourceProgram program = ProcessSourceTests.Shell("cat \"$0\"; exec sleep 600", hasEnd: false, folder.File("a.y4m", TestStreams.Y4m(2)));
        int process = 0;
        using var pump = new FramePump(
            new OpenableSource(() =>
            {
                var source = new ProcessSource(program);
                Volatile.Write(ref process, source.ProcessId);
                return source;
            }),
            _frames, _events.Enqueue);
        pump.Start();
        TakeUntil(frame => frame.Bytes[0] == 2);
        for (int kill = 0; kill < 3; kill++)
        {
            using var victim = Process.GetProcessById(Volatile.Read(ref process));
            victim.Kill();
            var since = Stopwatch.StartNew();
            TakeUntil(frame => frame.Bytes[0] == 2);
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(5), $"{since.Elapsed}");
        }
        Assert.Equal(3, pump.Restarts);
        Assert.True(SpinWait.SpinUntil(() => pump.State == "runs", s_patience));
        Assert.Contains("137", _events.First().Message, StringComparison.Ordinal);
    }

    [InstalledFact("sh", "cat", "head")]
    public void Half_a_picture_and_garbage_are_losses_after_which_pictures_come_again()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.y4m", TestStreams.Y4m(2));
        string[] scripts = ["head -c 70 \"$0\"; exec sleep 600", "head -c 72 \"$0\"", "head -c 5000 /dev/urandom", "cat \"$0\"; exec sleep 600"];
        int opened = -1;
        using var pump = new FramePump(
            new OpenableSource(() => new ProcessSource(ProcessSourceTests.Shell(scripts[Math.Min(++opened, 3)], hasEnd: false, file))) { Frozen = TimeSpan.FromSeconds(0.5) },
            _frames, _events.Enqueue);
        pump.Start();
        // The first gives one picture and half of another, and then nothing.
        TakeUntil(frame => frame.Bytes[0] == 2);
        pump.Stop();
        Assert.Equal(3, opened);
        Assert.Equal([CameraEventKind.SourceLost, CameraEventKind.SourceBack], Kinds().Take(2));
    }

    [Fact]
    public void A_loss_is_told_once_and_that_it_is_over_once()
    {
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() => ++opened switch
        {
            1 => new Scripted(Pictures(1)),
            < 6 => throw new SourceException($"failure {opened}"),
            _ => new Scripted(Endless()),
        }));
        _time.AdvanceUntil(() => _events.Count == 2);
        Assert.Equal([CameraEventKind.SourceLost, CameraEventKind.SourceBack], Kinds());
        Assert.Equal(5, pump.Restarts);
        Assert.True(SpinWait.SpinUntil(() => pump.State == "runs", s_patience));
    }

    [Fact]
    public void Waits_double_up_to_four_seconds_and_begin_again_after_a_good_run()
    {
        List<TimeSpan> opened = [];
        using FramePump pump = Start(new OpenableSource(() =>
        {
            lock (opened) opened.Add(_time.Now);
            if (opened.Count != 8) throw new SourceException("gone");
            return new Scripted(Pictures(3, () => _time.Advance(FramePump.GoodRun / 2)));
        }));
        _time.AdvanceUntil(() => Count(opened) >= 11);
        lock (opened)
        {
            Assert.Equal([0.25, 0.5, 1, 2, 4, 4, 4], Waits(opened).Take(7));
            // The eighth ran for 7.5 s.
            Assert.Equal([7.75, 0.5, 1], Waits(opened).Skip(7).Take(3));
        }
    }

    [Fact]
    public void A_source_that_gives_nothing_at_all_is_restarted()
    {
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() => ++opened == 1 ? new Scripted(Waiting()) : new Scripted(Endless())) { Frozen = TimeSpan.FromSeconds(4) });
        _time.AdvanceUntil(() => _frames.Published > 0);
        Assert.Equal("no picture for 10 s; it is opened again", _events.First().Message);
        Assert.InRange(_time.Now, FramePump.Opening, FramePump.Opening + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_source_that_freezes_is_restarted()
    {
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() => ++opened == 1 ? new Scripted(Then(Pictures(3), Waiting())) : new Scripted(Endless())) { Frozen = TimeSpan.FromSeconds(4) });
        Assert.True(SpinWait.SpinUntil(() => _frames.Published == 3, s_patience));
        _time.AdvanceUntil(() => _events.Count == 2);
        Assert.Equal("no picture for 4 s; it is opened again", _events.First().Message);
        Assert.InRange(_time.Now, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void What_a_stuck_source_gives_after_all_is_not_shown()
    {
        using var release = new ManualResetEventSlim();
        Frame? abandoned = null;
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() => ++opened == 1
            ? new Scripted((frame, _) =>
            {
                // Not even disposing ends this.
                abandoned = frame;
                release.Wait(CancellationToken.None);
                frame.Resize(PixelLayout.Rgb, 1, 1)[0] = 99;
                return true;
            })
            : new Scripted(Then(Pictures(2), Waiting())))
        { Frozen = TimeSpan.FromSeconds(4) });
        _time.AdvanceUntil(() => opened == 2 && _frames.Published == 2);
        Assert.NotSame(abandoned, _frames.Filling);
        release.Set();
        pump.Stop();
        Assert.DoesNotContain(99, Drain());
    }

    [Fact]
    public void A_source_that_hangs_for_ever_does_not_take_another_thread_each_time()
    {
        using var release = new ManualResetEventSlim();
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() =>
        {
            Interlocked.Increment(ref opened);
            release.Wait(CancellationToken.None);
            throw new SourceException("gone");
        })
        { Frozen = TimeSpan.FromSeconds(4) });
        _time.AdvanceUntil(() => Volatile.Read(ref opened) == FramePump.MostStuck);
        TimeSpan then = _time.Now;
        _time.AdvanceUntil(() => _time.Now > then + TimeSpan.FromMinutes(5));
        Assert.Equal(FramePump.MostStuck, opened);
        release.Set();
        _time.AdvanceUntil(() => Volatile.Read(ref opened) > FramePump.MostStuck);
    }

    [Fact]
    public void A_camera_that_shows_the_same_bytes_again_and_again_is_restarted()
    {
        int opened = 0;
        var same = new Scripted(Endless(value: 5, each: () => _time.Advance(TimeSpan.FromSeconds(0.1))));
        using FramePump pump = Start(new OpenableSource(() => ++opened == 1 ? same : new Scripted(Waiting())) { IsCamera = true, Frozen = TimeSpan.FromSeconds(4) });
        Assert.True(SpinWait.SpinUntil(() => !_events.IsEmpty, s_patience));
        Assert.Equal("the same picture for 4 s; it is opened again", _events.First().Message);
        Assert.Equal(40, _frames.Published);
    }

    [Fact]
    public void A_film_may_show_the_same_picture_as_long_as_it_likes()
    {
        using FramePump pump = Start(new OpenableSource(() => new Scripted(Pictures(300, () => _time.Advance(TimeSpan.FromSeconds(0.1)), value: 5))) { HasEnd = true, Frozen = TimeSpan.FromSeconds(4) });
        Assert.NotEmpty(Drain());
        Assert.Empty(_events);
        Assert.Equal(300, _frames.Published);
    }

    [Fact]
    public void At_the_end_of_a_file_the_frames_end()
    {
        using FramePump pump = Start(new OpenableSource(() => new Scripted(Pictures(3))) { HasEnd = true });
        Assert.Equal(3, Drain()[^1]);
        Assert.Equal(("ended", 0, null), (pump.State, pump.Restarts, pump.Failure));
        Assert.Empty(_events);
    }

    [Fact]
    public void A_file_that_never_gave_a_picture_is_not_tried_again()
    {
        using FramePump pump = Start(new OpenableSource(() => throw new SourceException("a.mp4: no such file")) { HasEnd = true });
        Assert.Empty(Drain());
        Assert.Equal(("failed: a.mp4: no such file", "a.mp4: no such file"), (pump.State, pump.Failure));
        Assert.Equal([CameraEventKind.SourceLost], Kinds());
    }

    [Fact]
    public void Standard_input_is_opened_once()
    {
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() =>
        {
            opened++;
            return new Scripted(Then(Pictures(2), (_, _) => throw new SourceException("broken off")));
        })
        { HasEnd = true, OpensOnce = true });
        Assert.Equal(2, Drain()[^1]);
        Assert.Equal((1, "broken off"), (opened, pump.Failure));
    }

    [Fact]
    public void A_mistake_in_a_source_is_a_loss_and_not_the_end_of_the_program()
    {
        int opened = 0;
        using FramePump pump = Start(new OpenableSource(() => ++opened == 1 ? new Scripted((_, _) => throw new InvalidCastException("two\nlines")) : new Scripted(Endless())));
        _time.AdvanceUntil(() => _frames.Published > 0);
        Assert.Equal("InvalidCastException: two lines; it is opened again", _events.First().Message);
    }

    [Fact]
    public void A_detector_that_takes_its_time_is_no_frozen_source()
    {
        var frames = new NewestFrame(keepsAll: true);
        using var pump = new FramePump(new OpenableSource(() => new Scripted(Pictures(5))) { HasEnd = true, Frozen = TimeSpan.FromSeconds(4) }, frames, _events.Enqueue, _time);
        pump.Start();
        List<int> seen = [];
        while (frames.Take(default) is { } frame)
        {
            seen.Add(frame.Bytes[0]);
            // The next waits to be handed over before time goes on.
            if (seen.Count < 4) Assert.True(SpinWait.SpinUntil(() => frames.Published == seen.Count + 1, s_patience));
            TimeSpan before = _time.Now;
            if (seen.Count < 4) _time.AdvanceUntil(() => _time.Now > before + TimeSpan.FromSeconds(20));
        }
        Assert.Equal([1, 2, 3, 4, 5], seen);
        Assert.Empty(_events);
    }

    [Fact]
    public void Frames_are_stamped_when_they_arrive()
    {
        using FramePump pump = Start(new OpenableSource(() => new Scripted(Pictures(1, () => _time.Advance(TimeSpan.FromSeconds(3))))) { HasEnd = true });
        Frame frame = _frames.Take(default)!;
        Assert.Equal(TimeSpan.FromSeconds(3), _time.GetElapsedTime(new FakeTime().GetTimestamp(), frame.Arrived));
    }

    [Fact]
    public async Task Stopping_ends_a_read_that_waits_and_disposes_the_source()
    {
        var source = new Scripted(Then(Pictures(1), Waiting()));
        FramePump pump = Start(new OpenableSource(() => source));
        Assert.True(SpinWait.SpinUntil(() => _frames.Published == 1, s_patience));
        await Task.Run(pump.Stop).WaitAsync(s_patience);
        Assert.True(source.Disposed.IsCancellationRequested);
        Assert.Equal("stopped", pump.State);
        Assert.NotNull(_frames.Take(default));
        Assert.Null(_frames.Take(default));
    }

    [Fact]
    public async Task Stopping_does_not_hang_where_reading_and_disposing_do()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        FramePump pump = Start(new OpenableSource(() => new Scripted(
            (_, _) =>
            {
                entered.Set();
                release.Wait(CancellationToken.None);
                return false;
            },
            () => release.Wait(CancellationToken.None))));
        entered.Wait();
        await Task.Run(pump.Stop).WaitAsync(s_patience);
        release.Set();
    }

    [Fact]
    public async Task A_pump_that_never_began_can_be_stopped() =>
        await Task.Run(new FramePump(new OpenableSource(() => throw new SourceException("never")), _frames, _events.Enqueue).Stop).WaitAsync(s_patience);

    private FramePump Start(OpenableSource source)
    {
        var pump = new FramePump(source, _frames, _events.Enqueue, _time);
        pump.Start();
        return pump;
    }

    private IEnumerable<CameraEventKind> Kinds() => _events.Select(happened => happened.Kind);

    private static int Count(List<TimeSpan> list)
    {
        lock (list) return list.Count;
    }

    private static IEnumerable<double> Waits(List<TimeSpan> opened) => opened.Zip(opened.Skip(1), (first, second) => (second - first).TotalSeconds);

    private void TakeUntil(Func<Frame, bool> holds)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (_frames.Take(patience.Token) is { } frame)
        {
            if (holds(frame)) return;
        }
        Assert.Fail("the frames ended");
    }

    private List<int> Drain()
    {
        using var patience = new CancellationTokenSource(s_patience);
        List<int> seen = [];
        while (_frames.Take(patience.Token) is { } frame) seen.Add(frame.Bytes[0]);
        return seen;
    }

    /// <summary>So many pictures, of one pixel that counts (or of one value), and then the end.</summary>
    private static Func<Frame, CancellationToken, bool> Pictures(int count, Action? each = null, int? value = null)
    {
        int given = 0;
        return (frame, _) =>
        {
            if (given == count) return false;
            each?.Invoke();
            frame.Resize(PixelLayout.Rgb, 1, 1).Fill((byte)(value ?? (given + 1)));
            given++;
            return true;
        };
    }

    private static Func<Frame, CancellationToken, bool> Endless(int? value = null, Action? each = null) => Pictures(int.MaxValue, each, value);

    private static Func<Frame, CancellationToken, bool> Waiting() => (_, disposed) =>
    {
        disposed.WaitHandle.WaitOne();
        throw new SourceException("disposed");
    };

    private static Func<Frame, CancellationToken, bool> Then(Func<Frame, CancellationToken, bool> first, Func<Frame, CancellationToken, bool> second) =>
        (frame, disposed) => first(frame, disposed) || second(frame, disposed);

    private sealed class Scripted(Func<Frame, CancellationToken, bool> read, Action? dispose = null) : IFrameSource
    {
        private readonly CancellationTokenSource _disposed = new();

        public CancellationToken Disposed => _disposed.Token;

        public bool Read(Frame frame) => read(frame, _disposed.Token);

        public void Dispose()
        {
            _disposed.Cancel();
            dispose?.Invoke();
        }
    }
}
