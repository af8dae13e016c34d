using System.Net;

namespace PedestrianCamera;

/// <summary>Reads the settings file: JSON with comments, every key checked (docs/pedestrian-camera.md lists them).</summary>
internal static class SettingsFile
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaximumLength = 1 << 20;

    private const int ShortestToken = 8;

    /// <summary>Reads a file. Relative paths in it are relative to its folder.</summary>
    /// <exception cref="SettingsException">It cannot be read, or something in it is wrong; all errors are listed.</exception>
    public static CameraSettings Read(string path)
    {
        byte[] bytes;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            bytes = new byte[MaximumLength + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaximumLength) throw new SettingsException([$"{path}:1: longer than {MaximumLength} bytes; expected a settings file"]);
            bytes = bytes[..length];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException([$"{path}: cannot be read ({failure.Message}); expected a settings file"]);
        }
        return Parse(bytes, path);
    }

    /// <summary>As <see cref="Read"/>, from memory.</summary>
    /// <param name="utf8">The whole file.</param>
    /// <param name="path">Where it is: for messages and relative paths.</param>
    /// <exception cref="SettingsException">Something in it is wrong; all errors are listed.</exception>
    public static CameraSettings Parse(ReadOnlySpan<byte> utf8, string path)
    {
        List<(int Line, string Text)> errors = [];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        SettingsSection file = new(path, SettingsNode.Parse(utf8, path), errors);
        CameraSettings settings = new()
        {
            Source = file.Section("source", nullable: false, out _) is { } source ? Source(source, folder) : new(),
            Detector = file.Section("detector", nullable: false, out _) is { } detector ? Detector(detector, folder) : new(),
            Tracking = file.Section("tracking", nullable: false, out _) is { } tracking ? Tracking(tracking) : new(),
            Lamp = file.Section("lamp", nullable: true, out _) is { } lamp ? Lamp(lamp) : null,
            Log = file.Section("log", nullable: true, out _) is { } log ? Log(log, folder) : null,
            Webhook = file.Section("webhook", nullable: true, out _) is { } webhook ? Webhook(webhook) : null,
            Snapshots = file.Section("snapshots", nullable: true, out _) is { } snapshots ? Snapshots(snapshots, folder) : null,
            Page = file.Section("page", nullable: true, out bool noPage) is { } page ? Page(page) : noPage ? null : new(),
        };
        file.End();
        return errors.Count == 0 ? settings : throw new SettingsException([.. errors.OrderBy(error => error.Line).Select(error => error.Text)]);
    }

    /// <summary>What is wrong with letting a page be seen at an address; null for nothing. The command line asks, too.</summary>
    public static string? PageProblem(string address, string? token)
    {
        bool named = string.Equals(address, "localhost", StringComparison.OrdinalIgnoreCase);
        if (!IPAddress.TryParse(named ? "127.0.0.1" : address.Trim('[', ']'), out IPAddress? parsed))
            return $"\"{address}\" is no IP address; expected 127.0.0.1, ::1, or 0.0.0.0 for all of this machine's";
        if (token is { Length: < ShortestToken }) return $"a token of {token.Length} characters; expected at least {ShortestToken}";
        return token is null && !IPAddress.IsLoopback(parsed) ? $"{address} can be reached from other machines; expected page.token to be set, or 127.0.0.1" : null;
    }

    private static SourceSettings Source(SettingsSection section, string folder)
    {
        SourceSettings fallback = new();
        SourceKind kind = section.Choice("kind", fallback.Kind);
        string? path = section.TextOrNull("path", "a device, file, address, folder or pipeline");
        SourceSettings settings = new()
        {
            Kind = kind,
            Path = path is null ? null : kind == SourceKind.Folder || (kind == SourceKind.Ffmpeg && !path.Contains("://", StringComparison.Ordinal)) ? Path.Combine(folder, path) : path,
            Width = (int)section.Integer("width", 16, 7680, fallback.Width),
            Height = (int)section.Integer("height", 16, 4320, fallback.Height),
            Fps = section.Number("fps", 0.1, 240, fallback.Fps),
            Arguments = section.Texts("arguments", "an array of texts, one for each argument", fallback.Arguments),
            Loop = section.Flag("loop", fallback.Loop),
            Realtime = section.Flag("realtime", fallback.Realtime),
            FrozenSeconds = section.Number("frozenSeconds", 0.5, 3600, fallback.FrozenSeconds),
        };
        if (path is null && kind is SourceKind.Ffmpeg or SourceKind.Folder)
            section.Refuse("path", $"null; expected {(kind == SourceKind.Folder ? "a folder of pictures" : "a file or address")}");
        if (kind == SourceKind.V4l2 && path is not null && path[0] != '/') section.Refuse("path", $"\"{path}\"; expected a device, as /dev/video0");
        if (settings.Arguments.Count > 0 && kind is not (SourceKind.Rpicam or SourceKind.Ffmpeg))
            section.Refuse("arguments", "only rpicam and ffmpeg take arguments; expected [], or another kind");
        section.End();
        return settings;
    }

    private static DetectorSettings Detector(SettingsSection section, string folder)
    {
        DetectorSettings fallback = new();
        DetectorSettings settings = new()
        {
            Model = section.TextOrNull("model", "an .edgenet file") is { } model ? Path.Combine(folder, model) : null,
            Threads = (int)section.Integer("threads", 0, 64, fallback.Threads),
            Tiles = (int)section.Integer("tiles", 1, 4, fallback.Tiles),
            Label = section.Text("label", "a label of the detector, as \"person\"", fallback.Label),
            Score = (float)section.Number("score", 0, 1, fallback.Score),
            MinHeight = (float)section.Number("minHeight", 0, 1, fallback.MinHeight),
            Region = section.Points("region", "[left, top, right, bottom] in parts of the picture, 0 to 1, left below right and top below bottom", nullable: false,
                box => box.XMin < box.XMax && box.YMin < box.YMax) ?? fallback.Region,
        };
        section.End();
        return settings;
    }

    private static TrackingSettings Tracking(SettingsSection section)
    {
        TrackingSettings fallback = new();
        TrackingSettings settings = new()
        {
            Overlap = (float)section.Number("overlap", 0.01, 1, fallback.Overlap),
            Confirm = (int)section.Integer("confirm", 1, 1000, fallback.Confirm),
            ForgetSeconds = section.Number("forgetSeconds", 0, 60, fallback.ForgetSeconds),
            Line = section.Points("line", "[x1, y1, x2, y2] in parts of the picture, 0 to 1, two different points", nullable: true,
                points => (points.XMin, points.YMin) != (points.XMax, points.YMax)) is { } line ? new CountingLine(line.XMin, line.YMin, line.XMax, line.YMax) : null,
        };
        section.End();
        return settings;
    }

    private static LampSettings Lamp(SettingsSection section)
    {
        LampSettings fallback = new();
        LampSettings settings = new()
        {
            Chip = section.Text("chip", "a GPIO chip, as \"/dev/gpiochip0\"", fallback.Chip, chip => chip[0] == '/'),
            Line = (int)section.Integer("line", 0, 1023, fallback.Line),
            ActiveLow = section.Flag("activeLow", fallback.ActiveLow),
            HoldSeconds = section.Number("holdSeconds", 0, 86400, fallback.HoldSeconds),
        };
        section.End();
        return settings;
    }

    private static LogSettings Log(SettingsSection section, string folder)
    {
        LogSettings fallback = new();
        LogSettings settings = new()
        {
            Path = Path.Combine(folder, section.Text("path", "a file", fallback.Path)),
            MaxBytes = section.Integer("maxBytes", 4096, 1 << 30, fallback.MaxBytes),
            Keep = (int)section.Integer("keep", 0, 100, fallback.Keep),
        };
        section.End();
        return settings;
    }

    private static WebhookSettings Webhook(SettingsSection section)
    {
        const string AnAddress = "an http or https address, as \"https://example.org/events\"";
        WebhookSettings fallback = new();
        WebhookSettings settings = new()
        {
            Url = section.Text("url", AnAddress, fallback.Url,
                url => Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https" && parsed.Host.Length > 0),
            Events = section.Choices("events", fallback.Events),
            Token = section.SecretOrNull("token", 1),
            TimeoutSeconds = section.Number("timeoutSeconds", 0.1, 60, fallback.TimeoutSeconds),
        };
        if (!section.Has("url")) section.Refuse("url", $"missing; expected {AnAddress}");
        section.End();
        return settings;
    }

    private static SnapshotSettings Snapshots(SettingsSection section, string folder)
    {
        SnapshotSettings fallback = new();
        SnapshotSettings settings = new()
        {
            Folder = Path.Combine(folder, section.Text("folder", "a folder", fallback.Folder)),
            Events = section.Choices("events", fallback.Events),
            Keep = (int)section.Integer("keep", 1, 10000, fallback.Keep),
            Quality = (int)section.Integer("quality", 1, 100, fallback.Quality),
        };
        section.End();
        return settings;
    }

    private static PageSettings Page(SettingsSection section)
    {
        PageSettings fallback = new();
        PageSettings settings = new()
        {
            Address = section.Text("address", "an IP address", fallback.Address),
            Port = (int)section.Integer("port", 0, 65535, fallback.Port),
            Token = section.SecretOrNull("token", ShortestToken),
            Fps = section.Number("fps", 0.1, 60, fallback.Fps),
            Width = (int)section.Integer("width", 64, 3840, fallback.Width),
            Quality = (int)section.Integer("quality", 1, 100, fallback.Quality),
        };
        // A token that was refused is one error, not two.
        bool open = settings.Token is null && !section.Has("token");
        if (PageProblem(settings.Address, open ? null : settings.Token ?? new string('*', ShortestToken)) is { } problem) section.Refuse("address", problem);
        section.End();
        return settings;
    }
}
