using System.Reflection;
using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// The <c>pedestrian-camera</c> program. Figures go to standard output, messages to standard error. Exit codes: 0 success, 1 failure at work,
/// 2 wrong usage or settings, 130 Ctrl-C.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        bool interrupted = false;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        int code = await RunAsync(arguments, Console.Out, Console.Error, stopping.Token).ConfigureAwait(false);
        return code == 0 && interrupted ? 130 : code;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted = signal.Signal == PosixSignal.SIGINT;
            stopping.Cancel();
        }
    }

    /// <summary>Runs one command line and gives its exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var line = CommandLine.Parse(arguments);
            if (line.Has("--help"))
            {
                await output.WriteLineAsync(CommandLine.Help).ConfigureAwait(false);
                return 0;
            }
            if (line.Has("--version"))
            {
                await output.WriteLineAsync($"pedestrian-camera {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}").ConfigureAwait(false);
                return 0;
            }
            CameraSettings settings = line.Over(line.SettingsFile is { } file ? SettingsFile.Read(file) : new CameraSettings());
            if (settings.Page is { } page && SettingsFile.PageProblem(page.Address, page.Token) is { } problem) throw new UsageException(problem);
            if (!line.Has("--check")) return await WatchAsync(line, settings, output, error, cancellation).ConfigureAwait(false);
            using var detector = new PersonDetector(ModelOf(settings), settings.Detector);
            _ = OpenableSource.Of(settings.Source);
            if (settings.Source is { Path: { } place, Kind: SourceKind.Folder or SourceKind.V4l2 or SourceKind.Ffmpeg } && (settings.Source.Kind != SourceKind.Ffmpeg || SourceProgram.IsFile(place)) && !Path.Exists(place))
                throw new SourceException($"{place}: not there (source.path)");
            if (settings.Lamp is { } lamp) BoardLamp.Open(lamp).Dispose();
            await output.WriteLineAsync($"good: {settings.Source.Kind.ToString().ToLowerInvariant()} into a network of {detector.InputSize}").ConfigureAwait(false);
            return 0;
        }
        catch (UsageException e)
        {
            return Complain($"{e.Message} (see: pedestrian-camera --help)", 2);
        }
        catch (SettingsException e)
        {
            foreach (string problem in e.Errors) await error.WriteLineAsync(problem).ConfigureAwait(false);
            return 2;
        }
        catch (Exception e) when (e is ModelException or SourceException or PageException or LampException or ImageFormatException or IOException or UnauthorizedAccessException)
        {
            return Complain(e.Message, 1);
        }

        int Complain(string message, int exitCode)
        {
            error.WriteLine($"pedestrian-camera: {message.ReplaceLineEndings(" ")}");
            return exitCode;
        }
    }

    private static async Task<int> WatchAsync(CommandLine line, CameraSettings settings, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        TimeProvider clock = TimeProvider.System;
        var statistics = new Statistics(clock);
        var notices = new Notices(error, statistics);
        using var detector = new PersonDetector(ModelOf(settings), settings.Detector);
        OpenableSource source = OpenableSource.Of(settings.Source, notices.Problem);
        var frames = new NewestFrame(source.KeepsAll || line.EveryFrame);
        using var sinks = new EventSinks(Sinks(settings, notices, clock));
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable, clock);
        var live = LiveSettingsCell.Of(settings);
        var feed = new PictureFeed();
        using LampControl? lamp = settings.Lamp is { } wired ? new LampControl(() => BoardLamp.Open(wired), sinks, clock) : null;
        using AnnotatedVideo? video = line.Annotate is { } path ? new AnnotatedVideo(path, settings.Source.Fps) : null;
        using var pump = new FramePump(source, frames, happened => sinks.Post(happened, null), clock);
        Measurements Now() => statistics.Now(frames.Dropped, pump.Restarts, pump.State);
        await using LivePage? page = settings.Page is { } shown ? await LivePage.StartAsync(shown, feed, Now, live).ConfigureAwait(false) : null;
        if (page is not null) notices.Say($"the page is at {page.Address}");

        long told = 0;
        var camera = new Camera(settings, frames, detector, live, lamp, sinks, statistics, feed, clock)
        {
            OnTurn = () =>
            {
                notifier.Alive();
                if (clock.GetElapsedTime(told).TotalSeconds < 5) return;
                told = clock.GetTimestamp();
                Measurements now = Now();
                notifier.Status($"{now.SourceState}; {now.FramesPerSecond:0} frames/s; {now.Present} people there, {now.People} counted");
            },
            OnScene = video is null ? null : scene =>
            {
                SceneDrawing.Draw(scene);
                video.Add(scene.Picture);
            },
        };
        sinks.Post(new CameraEvent(CameraEventKind.Started, clock.GetLocalNow()), null);
        pump.Start();
        notifier.Ready();
        long begin = clock.GetTimestamp();
        // A thread of its own: the loop waits, and threads of the pool serve the page.
        await Task.Factory.StartNew(() => camera.Run(line.MaxFrames, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        double seconds = clock.GetElapsedTime(begin).TotalSeconds;
        notifier.Stopping();
        pump.Stop();
        video?.Finish();
        lamp?.Dispose();
        sinks.Post(new CameraEvent(CameraEventKind.Stopped, clock.GetLocalNow()), null);

        double n = Math.Max(1, camera.Frames);
        StageTimes sum = camera.TotalTimes;
        var report = new Report(
            camera.Frames, frames.Dropped, pump.Restarts, seconds, camera.People, camera.Crossed.Right, camera.Crossed.Left,
            new StageTimes(sum.Wait / n, sum.Prepare / n, sum.Infer / n, sum.Decode / n, sum.Follow / n, sum.Show / n));
        await output.WriteLineAsync(line.Has("--json") ? report.ToJson() : report.ToString()).ConfigureAwait(false);
        if (pump.Failure is not { } failure) return 0;
        notices.Say(failure);
        return 1;
    }

    /// <summary>Where events go. What cannot be opened is said, and the detector goes on without it.</summary>
    private static List<IEventSink> Sinks(CameraSettings settings, Notices notices, TimeProvider clock)
    {
        List<IEventSink> sinks = [notices];
        if (settings.Log is { } log) sinks.Add(new EventLog(log, notices.Problem, clock));
        if (settings.Webhook is { } webhook) sinks.Add(new Webhook(webhook, notices.Problem));
        if (settings.Snapshots is { } snapshots) sinks.Add(new Snapshots(snapshots, notices.Problem, clock, JpegFile.IsAvailable));
        return sinks;
    }

    private static Graph ModelOf(CameraSettings settings)
    {
        if (settings.Detector.Model is { } path) return ModelFile.Load(path);
        using Stream resource = typeof(Program).Assembly.GetManifestResourceStream("pedestrian.edgenet")!;
        byte[] file = new byte[resource.Length];
        resource.ReadExactly(file);
        return ModelFile.Read(file);
    }
}
