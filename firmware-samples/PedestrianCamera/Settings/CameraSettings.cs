using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>All that can be set, as the file says it (docs/pedestrian-camera.md describes every key).</summary>
internal sealed record CameraSettings
{
    /// <summary>Where frames come from.</summary>
    public SourceSettings Source { get; init; } = new();

    /// <summary>What looks at them.</summary>
    public DetectorSettings Detector { get; init; } = new();

    /// <summary>How people are followed from frame to frame and counted.</summary>
    public TrackingSettings Tracking { get; init; } = new();

    /// <summary>The lamp; null for none.</summary>
    public LampSettings? Lamp { get; init; }

    /// <summary>The event log; null for none.</summary>
    public LogSettings? Log { get; init; }

    /// <summary>Where events are posted; null for nowhere.</summary>
    public WebhookSettings? Webhook { get; init; }

    /// <summary>Pictures kept of events; null for none.</summary>
    public SnapshotSettings? Snapshots { get; init; }

    /// <summary>The live page; null for none.</summary>
    public PageSettings? Page { get; init; } = new();
}

/// <summary>The kinds of source.</summary>
internal enum SourceKind
{
    /// <summary>A USB camera through Video4Linux: <see cref="SourceSettings.Path"/> is its device, /dev/video0 unless said.</summary>
    V4l2,

    /// <summary>A Raspberry Pi camera: rpicam-vid, or libcamera-vid where that is what there is.</summary>
    Rpicam,

    /// <summary>A GStreamer pipeline: <see cref="SourceSettings.Path"/> is what comes before the conversion, nvarguscamerasrc unless said.</summary>
    Gstreamer,

    /// <summary>Whatever ffmpeg reads: <see cref="SourceSettings.Path"/> is a file or address.</summary>
    Ffmpeg,

    /// <summary>A folder of pictures, in the order of their names: <see cref="SourceSettings.Path"/>.</summary>
    Folder,

    /// <summary>Y4M or a row of JPEG pictures on standard input.</summary>
    Stdin,
}

/// <summary>Where frames come from.</summary>
internal sealed record SourceSettings
{
    /// <summary>The kind.</summary>
    public SourceKind Kind { get; init; } = SourceKind.V4l2;

    /// <summary>Device, file, address, folder or pipeline; what null means depends on the kind.</summary>
    public string? Path { get; init; }

    /// <summary>Width in pixels that is asked for; what comes is taken. Files keep their shape: they are scaled to at most this.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height in pixels that is asked for.</summary>
    public int Height { get; init; } = 480;

    /// <summary>Frames per second that are asked for; of folders, that are shown.</summary>
    public double Fps { get; init; } = 30;

    /// <summary>Arguments for rpicam-vid, or for ffmpeg before its input (as "-rtsp_transport", "tcp").</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether files and folders begin again at their end; otherwise the program ends with them.</summary>
    public bool Loop { get; init; }

    /// <summary>Whether files are shown at their own speed; otherwise as fast as the detector goes.</summary>
    public bool Realtime { get; init; } = true;

    /// <summary>Seconds without a new picture after which a source counts as frozen and is restarted.</summary>
    public double FrozenSeconds { get; init; } = 4;
}

/// <summary>What looks at the frames.</summary>
internal sealed record DetectorSettings
{
    /// <summary>An .edgenet detector with a card; null for the one inside the program.</summary>
    public string? Model { get; init; }

    /// <summary>Threads that work on one frame; 0 for as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Into how many overlapping parts a frame is cut along each side; each is looked at beside the whole, so that smaller people are found: n parts
    /// take n² + 1 times the work. 1 for the whole alone.
    /// </summary>
    public int Tiles { get; init; } = 1;

    /// <summary>The label that counts as a person.</summary>
    public string Label { get; init; } = "person";

    /// <summary>The least score, 0…1.</summary>
    public float Score { get; init; } = 0.4f;

    /// <summary>The least height of a person, in parts of the picture's height.</summary>
    public float MinHeight { get; init; }

    /// <summary>Where people count, by the middle of their feet: left, top, right, bottom in parts of the picture.</summary>
    public Box Region { get; init; } = new(0, 0, 1, 1);
}

/// <summary>How people are followed.</summary>
internal sealed record TrackingSettings
{
    /// <summary>The least intersection over union of a person with where the person should be, or was.</summary>
    public float Overlap { get; init; } = 0.2f;

    /// <summary>Frames that a person must be seen in to count.</summary>
    public int Confirm { get; init; } = 3;

    /// <summary>Seconds after which a person who is not seen has left.</summary>
    public double ForgetSeconds { get; init; } = 1;

    /// <summary>A line of which crossings are counted, in parts of the picture; null for none.</summary>
    public CountingLine? Line { get; init; }
}

/// <summary>A line from one point to another, in parts of the picture: right and left are those of somebody who walks along it.</summary>
internal readonly record struct CountingLine(float X1, float Y1, float X2, float Y2);

/// <summary>A lamp or relay.</summary>
internal sealed record LampSettings
{
    /// <summary>The chip.</summary>
    public string Chip { get; init; } = "/dev/gpiochip0";

    /// <summary>The line of the chip; on Raspberry Pi the GPIO number.</summary>
    public int Line { get; init; } = 17;

    /// <summary>Whether the lamp is on when the line is low.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>Seconds that the lamp stays on after the last person.</summary>
    public double HoldSeconds { get; init; } = 10;
}

/// <summary>The event log: one JSON object a line.</summary>
internal sealed record LogSettings
{
    /// <summary>The file; older ones have .1, .2 … at the end.</summary>
    public string Path { get; init; } = "events.jsonl";

    /// <summary>Bytes after which a new file begins.</summary>
    public long MaxBytes { get; init; } = 4 << 20;

    /// <summary>Older files that are kept.</summary>
    public int Keep { get; init; } = 4;
}

/// <summary>Where events are posted, as JSON.</summary>
internal sealed record WebhookSettings
{
    /// <summary>An http or https address.</summary>
    public string Url { get; init; } = "";

    /// <summary>Which events; empty for all.</summary>
    public IReadOnlyList<CameraEventKind> Events { get; init; } = [];

    /// <summary>Sent as "Authorization: Bearer …"; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Seconds that a post may take.</summary>
    public double TimeoutSeconds { get; init; } = 5;
}

/// <summary>Pictures kept of events.</summary>
internal sealed record SnapshotSettings
{
    /// <summary>Where.</summary>
    public string Folder { get; init; } = "snapshots";

    /// <summary>Which events.</summary>
    public IReadOnlyList<CameraEventKind> Events { get; init; } = [CameraEventKind.PersonCame, CameraEventKind.LineCrossed];

    /// <summary>Pictures that are kept; the oldest go.</summary>
    public int Keep { get; init; } = 200;

    /// <summary>Of the JPEG, 1…100.</summary>
    public int Quality { get; init; } = 85;
}

/// <summary>The live page.</summary>
internal sealed record PageSettings
{
    /// <summary>The address it listens on; others than this machine's own need a token.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>What a visitor must know; null for nothing, which only 127.0.0.1 and ::1 allow.</summary>
    public string? Token { get; init; }

    /// <summary>The most pictures a second.</summary>
    public double Fps { get; init; } = 15;

    /// <summary>The greatest width of the picture.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Of the JPEG, 1…100.</summary>
    public int Quality { get; init; } = 75;
}
