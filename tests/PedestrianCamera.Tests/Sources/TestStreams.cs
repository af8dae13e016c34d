using System.Text;

namespace PedestrianCamera.Tests;

/// <summary>Streams of pictures, made by hand.</summary>
internal static class TestStreams
{
    /// <summary>A Y4M file of so many frames; every byte of frame n is n.</summary>
    public static byte[] Y4m(int frames, int width = 4, int height = 2, string tokens = "F30:1 Ip A1:1 C420jpeg")
    {
        using var file = new MemoryStream();
        file.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{width} H{height} {tokens}\n"));
        for (int n = 1; n <= frames; n++)
        {
            file.Write("FRAME\n"u8);
            file.Write([.. Enumerable.Repeat((byte)n, Frame.LengthOf(PixelLayout.I420, width, height))]);
        }
        return file.ToArray();
    }

    /// <summary>The bones of a JPEG file: its markers are right, its picture is none.</summary>
    public static byte[] Jpeg(params byte[] coded) =>
    [
        0xFF, 0xD8,
        // A thumbnail with a start, a scan and an end of its own.
        0xFF, 0xE1, 0, 14, 0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0xD9, 0xFF, 0xD8,
        0xFF, 0xFF, 0xDB, 0, 3, 0xFF,
        0xFF, 0xDA, 0, 4, 1, 2, .. coded, 0xFF, 0xD9,
    ];

    public static BufferedInput Input(params byte[] bytes) => new(new DribbleStream(bytes), "test");

    public static List<byte[]> ReadAll(IFrameSource source)
    {
        List<byte[]> frames = [];
        var frame = new Frame();
        while (source.Read(frame)) frames.Add(frame.Bytes.ToArray());
        return frames;
    }

    /// <summary>Gives a few bytes at a time, as pipes do.</summary>
    private sealed class DribbleStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + (_reads++ * 7 % 23))]);
    }
}
