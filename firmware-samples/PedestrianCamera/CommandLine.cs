using System.Globalization;

namespace PedestrianCamera;

/// <summary>Wrong usage: one line, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What the command line says. What it says of settings wins over the file.</summary>
internal sealed record CommandLine
{
    /// <summary>What --help prints.</summary>
    public const string Help = """
        pedestrian-camera: finds people in what a camera sees, switches a lamp, and shows it on a live page.

          pedestrian-camera [SETTINGS.json] [options]

          --source KIND[:PATH]   v4l2[:DEVICE], rpicam, gstreamer[:PIPELINE], ffmpeg:FILE-OR-ADDRESS, folder:FOLDER, stdin
          --model FILE           an .edgenet detector; the one inside the program if none is given
          --threads N            threads that work on one frame; as many as there are processors if none are given
          --score S              the least score of a person, 0 to 1
          --page [ADDRESS:]PORT  where the live page is; 127.0.0.1:8080 unless said otherwise
          --no-page              no live page
          --every-frame          looks at every frame, as fast as it can, instead of the newest (files, folders, standard input)
          --annotate FILE.mp4    writes what was seen with boxes drawn, through ffmpeg
          --max-frames N         ends after so many frames
          --json                 the figures printed at the end as JSON
          --check                tries settings, model and lamp (not the source), says what is wrong, and ends
          --version, --help

        SETTINGS.json holds all that can be set; every key is in docs/pedestrian-camera.md.
        SIGTERM and Ctrl-C end it cleanly. Exit codes: 0 success, 1 failure at work, 2 wrong usage or settings, 130 Ctrl-C.
        """;

    private static readonly string[] s_flags = ["--no-page", "--every-frame", "--json", "--check", "--version", "--help"];
    private static readonly string[] s_options = ["--source", "--model", "--threads", "--score", "--page", "--annotate", "--max-frames"];

    private readonly Dictionary<string, string> _values = [];

    private CommandLine()
    {
    }

    /// <summary>The settings file; null for none.</summary>
    public string? SettingsFile { get; private init; }

    /// <summary>Where the annotated video goes; null for nowhere.</summary>
    public string? Annotate => _values.GetValueOrDefault("--annotate");

    /// <summary>Frames after which it ends.</summary>
    public long MaxFrames { get; private init; } = long.MaxValue;

    /// <summary>Whether no frame is left out.</summary>
    public bool EveryFrame => Has("--every-frame");

    /// <summary>Whether an option without value was given.</summary>
    public bool Has(string flag) => _values.ContainsKey(flag);

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">There is no such option, or its value is wrong.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>();
        string? file = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i] is "-h" ? "--help" : arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (file is not null) throw new UsageException($"'{argument}': one settings file is read, and that is '{file}'");
                file = argument;
                continue;
            }
            (string name, string? value) = argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (argument[..at], argument[(at + 1)..]) : (argument, null);
            if (s_flags.Contains(name))
            {
                if (value is not null) throw new UsageException($"{name} takes no value");
                value = "";
            }
            else if (!s_options.Contains(name))
            {
                throw new UsageException($"there is no option {name}; there are {string.Join(" ", s_options.Concat(s_flags))}");
            }
            else if (value is null)
            {
                if (i + 1 == arguments.Count) throw new UsageException($"{name} needs a value");
                value = arguments[++i];
            }
            if (!values.TryAdd(name, value)) throw new UsageException($"{name} was given twice");
        }
        if (values.ContainsKey("--page") && values.ContainsKey("--no-page")) throw new UsageException("--page and --no-page exclude each other");
        var line = new CommandLine { SettingsFile = file, MaxFrames = values.TryGetValue("--max-frames", out string? most) ? Whole("--max-frames", most, 1, long.MaxValue) : long.MaxValue };
        foreach ((string name, string value) in values) line._values.Add(name, value);
        // Whatever is wrong is said before anything begins.
        _ = line.Over(new CameraSettings());
        return line;
    }

    /// <summary>The settings with what the command line says.</summary>
    /// <exception cref="UsageException">A value is wrong.</exception>
    public CameraSettings Over(CameraSettings settings)
    {
        if (_values.TryGetValue("--source", out string? source)) settings = settings with { Source = Source(settings.Source, source) };
        if (_values.TryGetValue("--model", out string? model)) settings = settings with { Detector = settings.Detector with { Model = model } };
        if (_values.TryGetValue("--threads", out string? threads)) settings = settings with { Detector = settings.Detector with { Threads = (int)Whole("--threads", threads, 0, 64) } };
        if (_values.TryGetValue("--score", out string? score)) settings = settings with { Detector = settings.Detector with { Score = Part("--score", score) } };
        if (_values.TryGetValue("--page", out string? page)) settings = settings with { Page = Page(settings.Page ?? new PageSettings(), page) };
        if (Has("--no-page")) settings = settings with { Page = null };
        if (EveryFrame) settings = settings with { Source = settings.Source with { Realtime = false } };
        return settings;
    }

    private static SourceSettings Source(SourceSettings settings, string text)
    {
        (string kind, string? path) = text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);
        if (!Enum.TryParse(kind, ignoreCase: true, out SourceKind known) || char.IsAsciiDigit(kind[0]))
            throw new UsageException($"--source {text}: there is no kind '{kind}'; expected v4l2, rpicam, gstreamer, ffmpeg, folder or stdin");
        if (known is SourceKind.Ffmpeg or SourceKind.Folder && string.IsNullOrEmpty(path))
            throw new UsageException($"--source {text}: expected {kind}:{(known == SourceKind.Folder ? "FOLDER" : "FILE-OR-ADDRESS")}");
        return settings with { Kind = known, Path = string.IsNullOrEmpty(path) ? null : path };
    }

    private static PageSettings Page(PageSettings settings, string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon > 0) settings = settings with { Address = text[..colon].Trim('[', ']') };
        return settings with { Port = (int)Whole("--page", text[(colon + 1)..], 0, 65535) };
    }

    private static long Whole(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most ? value
            : throw new UsageException(most == long.MaxValue ? $"{name} {text}: expected a whole number from {least} on" : $"{name} {text}: expected a whole number from {least} to {most}");

    private static float Part(string name, string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value is >= 0 and <= 1 ? value : throw new UsageException($"{name} {text}: expected 0 to 1");
}
