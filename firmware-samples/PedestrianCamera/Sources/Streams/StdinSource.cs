using System.Text;

namespace PedestrianCamera;

/// <summary>Y4M or JPEG pictures on standard input; the first bytes say which.</summary>
/// <param name="input">Owned.</param>
internal sealed class StdinSource(BufferedInput input) : IFrameSource
{
    private IFrameSource? _reader;

    /// <summary>This program's standard input.</summary>
    /// <exception cref="SourceException">It is a keyboard.</exception>
    public static StdinSource Open() => Console.IsInputRedirected
        ? new StdinSource(new BufferedInput(Console.OpenStandardInput(), "standard input"))
        : throw new SourceException("standard input is a terminal; pipe pictures in, as ffmpeg -i … -f yuv4mpegpipe - | pedestrian-camera");

    public bool Read(Frame frame) => (_reader ??= Recognise()).Read(frame);

    public void Dispose() => input.Dispose();

    private IFrameSource Recognise()
    {
        input.Await(Y4mReader.Magic.Length);
        ReadOnlySpan<byte> start = input.Ahead;
        if (start.StartsWith(Encoding.ASCII.GetBytes(Y4mReader.Magic))) return new Y4mReader(input);
        if (start.StartsWith<byte>([0xFF, 0xD8, 0xFF])) return new MjpegReader(input);
        string found = start.IsEmpty ? "is empty" : $"begins with {Convert.ToHexString(start[..Math.Min(4, start.Length)])}";
        throw new SourceException($"{input.Name}: {found}; expected Y4M (ffmpeg -f yuv4mpegpipe -) or JPEG pictures (ffmpeg -f mjpeg -)");
    }
}
