using System.Globalization;

namespace PedestrianCamera;

/// <summary>
/// YUV4MPEG2 of 8-bit 4:2:0 or grey pictures, as the yuv4mpeg(5) page of mjpegtools describes it and ffmpeg writes it. Where chroma lies within
/// its four pixels (420jpeg, 420mpeg2, 420paldv) is at most half a pixel and not looked at; interlaced pictures are taken as they are.
/// A second header, as of files one after the other, is followed.
/// </summary>
/// <param name="input">Owned.</param>
internal sealed class Y4mReader(BufferedInput input) : IFrameSource
{
    internal const string Magic = "YUV4MPEG2";
    private const int LineLimit = 4096;

    private int _width, _height;
    private bool _grey, _fullRange;
    private double? _framesPerSecond;
    private long _read;

    public bool Read(Frame frame)
    {
        while (true)
        {
            string? line = input.ReadLine(LineLimit, _width == 0 ? "the Y4M header" : "a FRAME line");
            if (line is null) return false;
            if (line == Magic || line.StartsWith(Magic + " ", StringComparison.Ordinal))
            {
                ReadHeader(line);
                continue;
            }
            if (_width == 0) throw new SourceException($"{input.Name}: does not begin with {Magic}; expected Y4M, as of ffmpeg -f yuv4mpegpipe");
            if (line != "FRAME" && !line.StartsWith("FRAME ", StringComparison.Ordinal)) throw new SourceException($"{input.Name}: FRAME expected between pictures; the stream is damaged");
            break;
        }

        Span<byte> pixels = frame.Resize(PixelLayout.I420, _width, _height);
        frame.FullRange = _fullRange;
        frame.Time = _read++ / _framesPerSecond;
        int luma = _width * _height;
        input.ReadExactly(_grey ? pixels[..luma] : pixels, "a picture");
        if (_grey) pixels[luma..].Fill(128);
        return true;
    }

    public void Dispose() => input.Dispose();

    private void ReadHeader(string line)
    {
        (int width, int height, string colours, bool full) = (0, 0, "420", false);
        foreach (string token in line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            switch (token[0])
            {
                case 'W':
                    width = Size(token);
                    break;
                case 'H':
                    height = Size(token);
                    break;
                case 'C':
                    colours = token[1..];
                    break;
                case 'F':
                    _framesPerSecond = Rate(token);
                    break;
                case 'X' when token == "XCOLORRANGE=FULL":
                    full = true;
                    break;
                default:
                    // I (interlacing), A (pixel shape) and other X change nothing here.
                    break;
            }
        }
        if (width == 0 || height == 0) throw new SourceException($"{input.Name}: the Y4M header lacks W or H");
        if ((long)width * height > Frame.MaximumPixels) throw new SourceException($"{input.Name}: pictures of {width}×{height}; expected at most {Frame.MaximumPixels} pixels");
        if (colours is not ("420" or "420jpeg" or "420mpeg2" or "420paldv" or "mono"))
            throw new SourceException($"{input.Name}: Y4M of C{colours}; expected 8-bit 4:2:0 (C420jpeg, C420mpeg2, C420paldv) or Cmono; with ffmpeg say -pix_fmt yuv420p");
        (_width, _height, _grey, _fullRange) = (width, height, colours == "mono", full);
    }

    /// <summary>Frames per second of "F30000:1001"; null where it says nothing sensible, as F0:0 for unknown.</summary>
    private static double? Rate(string token) =>
        token[1..].Split(':') is [var frames, var seconds]
        && int.TryParse(frames, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out int d) && n > 0 && d > 0
            ? (double)n / d : null;

    private int Size(string token) =>
        int.TryParse(token.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= 1 and <= Frame.MaximumPixels
            ? size
            : throw new SourceException($"{input.Name}: the Y4M header says {token}; expected {token[0]} and a number of pixels");
}
