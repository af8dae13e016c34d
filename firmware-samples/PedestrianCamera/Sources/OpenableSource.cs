using System.Runtime.InteropServices;

namespace PedestrianCamera;

/// <summary>A source that is not open yet, and what must be known of it to keep it alive.</summary>
/// <param name="Open">Opens it; may be called again after it failed, unless <see cref="OpensOnce"/>.</param>
internal sealed record OpenableSource(Func<IFrameSource> Open)
{
    /// <summary>Whether it may end by itself, as files do. The end of others is a failure.</summary>
    public bool HasEnd { get; init; }

    /// <summary>Whether it cannot be opened again: standard input.</summary>
    public bool OpensOnce { get; init; }

    /// <summary>Whether every frame is to be looked at, however long it takes (<see cref="NewestFrame"/>).</summary>
    public bool KeepsAll { get; init; }

    /// <summary>Whether real light falls on it: the same bytes again and again then say that it is stuck.</summary>
    public bool IsCamera { get; init; }

    /// <summary>How long it may take to the next picture; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it likes.</summary>
    public TimeSpan Frozen { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>What the settings say. Nothing is opened.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="note">Gets lines about what does not stop the source: pictures of a folder that cannot be read.</param>
    /// <exception cref="SourceException">They contradict themselves or lack something.</exception>
    public static OpenableSource Of(SourceSettings settings, Action<string>? note = null)
    {
        TimeSpan frozen = settings.FrozenSeconds > 0 ? TimeSpan.FromSeconds(Math.Clamp(settings.FrozenSeconds, 0.1, 86_400)) : Timeout.InfiniteTimeSpan;
        return settings.Kind switch
        {
            SourceKind.V4l2 => new OpenableSource(() => OpenV4l2(settings)) { IsCamera = true, Frozen = frozen },
            SourceKind.Rpicam => Of(SourceProgram.Rpicam(settings)) with { IsCamera = true, Frozen = frozen },
            SourceKind.Gstreamer => Of(SourceProgram.Gstreamer(settings)) with { IsCamera = true, Frozen = frozen },
            SourceKind.Ffmpeg => Of(SourceProgram.Ffmpeg(settings)) with
            {
                IsCamera = !SourceProgram.IsFile(settings.Path!),
                KeepsAll = SourceProgram.IsFile(settings.Path!) && !settings.Realtime,
                Frozen = frozen,
            },
            SourceKind.Folder => new OpenableSource(() => new PictureFolderSource(settings, note))
            {
                HasEnd = !settings.Loop,
                KeepsAll = !settings.Realtime,
                Frozen = settings is { Realtime: true, Fps: > 0 } && frozen > TimeSpan.Zero ? frozen + TimeSpan.FromSeconds(Math.Min(1 / settings.Fps, 86_400)) : frozen,
            },
            // Whoever writes there has its own pace, and nobody but it could begin again.
            SourceKind.Stdin => new OpenableSource(StdinSource.Open) { HasEnd = true, OpensOnce = true },
            _ => throw new SourceException($"source.kind is {settings.Kind}; expected one of {string.Join(", ", Enum.GetNames<SourceKind>())}"),
        };
    }

    private static OpenableSource Of(SourceProgram program) => new(() => new ProcessSource(program)) { HasEnd = program.HasEnd };

    private static V4l2Source OpenV4l2(SourceSettings settings)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            throw new SourceException($"{settings.Path ?? "/dev/video0"}: Video4Linux cameras are read on 64-bit Linux only, not on {RuntimeInformation.RuntimeIdentifier}; use source.kind ffmpeg");
        return new V4l2Source(settings, new LinuxVideoDevice());
    }
}
