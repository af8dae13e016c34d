using System.Globalization;
using System.Text;

namespace PedestrianCamera;

/// <summary>A program that writes pictures to its standard output.</summary>
/// <param name="Names">The first that is installed is started.</param>
/// <param name="Arguments">Each as it is; there is no shell.</param>
/// <param name="Install">What to do where none is installed.</param>
/// <param name="Reader">Reads what it writes.</param>
/// <param name="HasEnd">Whether it may end by itself; otherwise its end is a failure.</param>
internal sealed record SourceProgram(
    IReadOnlyList<string> Names, IReadOnlyList<string> Arguments, string Install, Func<BufferedInput, IFrameSource> Reader, bool HasEnd)
{
    /// <summary>A Raspberry Pi camera. Arguments may name another codec that is read (mjpeg); sizes are made even.</summary>
    /// <exception cref="SourceException">The arguments ask for a codec that is not read.</exception>
    public static SourceProgram Rpicam(SourceSettings settings)
    {
        (int width, int height) = (Even(settings.Width), Even(settings.Height));
        int named = settings.Arguments.ToList().IndexOf("--codec");
        string codec = named < 0 ? "yuv420" : settings.Arguments.ElementAtOrDefault(named + 1) ?? "";
        Func<BufferedInput, IFrameSource> reader = codec switch
        {
            "yuv420" => input => new RawI420Reader(input, RawI420Layout.Rpicam(width, height)),
            "mjpeg" => input => new MjpegReader(input),
            _ => throw new SourceException($"rpicam-vid: --codec {codec}; expected yuv420 or mjpeg in source.arguments"),
        };
        // Without --flush the end of a picture waits in the program until the next comes.
        return new SourceProgram(
            ["rpicam-vid", "libcamera-vid"],
            [
                "-t", "0", "-n", "--width", Text(width), "--height", Text(height), "--framerate", Text(settings.Fps), "--flush",
                .. named < 0 ? (string[])["--codec", codec] : [], .. settings.Arguments, "-o", "-",
            ],
            "apt-get install -y rpicam-apps", reader, HasEnd: false);
    }

    /// <summary>
    /// A GStreamer pipeline. Without a path the camera of a Jetson, converted and scaled by its own hardware; with one, what it says, converted
    /// by the processor. Sizes are made even.
    /// </summary>
    public static SourceProgram Gstreamer(SourceSettings settings)
    {
        (int width, int height) = (Even(settings.Width), Even(settings.Height));
        int rate = Math.Max(1, (int)Math.Ceiling(settings.Fps));
        string[] start = string.IsNullOrWhiteSpace(settings.Path)
            ? ["nvarguscamerasrc", "!", $"video/x-raw(memory:NVMM),framerate={rate}/1", "!", "nvvidconv"]
            : [.. Words(settings.Path), "!", "videoconvert", "!", "videoscale", "!", "videorate", $"max-rate={rate}"];
        return new SourceProgram(
            ["gst-launch-1.0"],
            ["-q", .. start, "!", $"video/x-raw,format=I420,width={width},height={height}", "!", "fdsink"],
            "apt-get install -y gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good",
            input => new RawI420Reader(input, RawI420Layout.Gstreamer(width, height)), HasEnd: false);
    }

    /// <summary>Whatever ffmpeg reads, made smaller where it is larger than asked for, in its own shape and with even sizes.</summary>
    /// <exception cref="SourceException">No path is given.</exception>
    public static SourceProgram Ffmpeg(SourceSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Path)) throw new SourceException("source.path is not set; expected a file or an address for ffmpeg");
        bool isFile = IsFile(settings.Path);
        string scale = $"min(1,min({Text(Math.Max(2, settings.Width))}/iw,{Text(Math.Max(2, settings.Height))}/ih))";
        return new SourceProgram(
            ["ffmpeg"],
            [
                "-hide_banner", "-nostdin", "-loglevel", "error",
                .. isFile && settings.Realtime ? (string[])["-re"] : [],
                .. isFile && settings.Loop ? (string[])["-stream_loop", "-1"] : [],
                .. settings.Arguments, "-i", settings.Path, "-an", "-sn", "-dn",
                // force_divisible_by would say the same, but ffmpeg before 4.3 does not know it.
                "-vf", $"scale=w='max(2,2*trunc(iw*{scale}/2))':h='max(2,2*trunc(ih*{scale}/2))'",
                "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "pipe:1",
            ],
            "apt-get install -y ffmpeg", input => new Y4mReader(input), HasEnd: isFile && !settings.Loop);
    }

    /// <summary>Whether ffmpeg's input is a file, which has an end and a speed of its own, and not an address or a device.</summary>
    public static bool IsFile(string path) => !path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("/dev/", StringComparison.Ordinal);

    private static int Even(int size) => Math.Max(2, size & ~1);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Words between spaces; what stands between quotes stays together.</summary>
    private static List<string> Words(string pipeline)
    {
        List<string> words = [];
        var word = new StringBuilder();
        bool quoted = false;
        foreach (char letter in pipeline + " ")
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (quoted || !char.IsWhiteSpace(letter))
            {
                word.Append(letter);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return words;
    }
}
