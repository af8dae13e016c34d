namespace PedestrianCamera;

/// <summary>How rows of raw I420 lie in a stream that says nothing about them. Both sizes are even.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="LumaStride">Bytes from one row of luma to the next.</param>
/// <param name="ChromaStride">Bytes from one row of either chroma to the next.</param>
internal readonly record struct RawI420Layout(int Width, int Height, int LumaStride, int ChromaStride)
{
    /// <summary>
    /// As `rpicam-vid --codec yuv420` writes: buffers of the image processor as they are, with rows of luma padded to 64 bytes, so that the
    /// chroma planes, whose rows are half as long, begin at multiples of 32 (raspberrypi/linux#4419, raspberrypi/rpicam-apps#151 and #857).
    /// </summary>
    public static RawI420Layout Rpicam(int width, int height) => new(width, height, Align(width, 64), Align(width, 64) / 2);

    /// <summary>As GStreamer lays video/x-raw,format=I420 out: the rows of each plane padded to 4 bytes (gst_video_info_set_format).</summary>
    public static RawI420Layout Gstreamer(int width, int height) => new(width, height, Align(width, 4), Align(width / 2, 4));

    private static int Align(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

/// <summary>Raw I420 pictures of one size, one after the other.</summary>
internal sealed class RawI420Reader : IFrameSource
{
    private readonly BufferedInput _input;
    private readonly RawI420Layout _layout;
    private readonly byte[] _row;

    /// <summary>Reads a stream, which is owned.</summary>
    /// <param name="input">The pictures.</param>
    /// <param name="layout">How they lie.</param>
    public RawI420Reader(BufferedInput input, RawI420Layout layout)
    {
        (int width, int height, int luma, int chroma) = layout;
        if (width < 2 || height < 2 || width % 2 != 0 || height % 2 != 0 || (long)width * height > Frame.MaximumPixels || luma < width || chroma < width / 2)
            throw new ArgumentOutOfRangeException(nameof(layout), layout, "Expected even sizes of a frame, and rows that hold them.");
        (_input, _layout, _row) = (input, layout, new byte[Math.Max(luma, chroma)]);
    }

    public bool Read(Frame frame)
    {
        if (!_input.Await(1)) return false;
        (int width, int height, int luma, int chroma) = _layout;
        Span<byte> pixels = frame.Resize(PixelLayout.I420, width, height);
        ReadPlane(pixels[..(width * height)], width, luma);
        ReadPlane(pixels[(width * height)..], width / 2, chroma);
        return true;
    }

    public void Dispose() => _input.Dispose();

    private void ReadPlane(Span<byte> plane, int width, int stride)
    {
        if (width == stride)
        {
            _input.ReadExactly(plane, "a picture");
            return;
        }
        for (; !plane.IsEmpty; plane = plane[width..])
        {
            _input.ReadExactly(_row.AsSpan(0, stride), "a picture");
            _row.AsSpan(0, width).CopyTo(plane);
        }
    }
}
