using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// One picture of a source, as the source gave it: most of it is never looked at in full, so nothing is converted before somebody asks.
/// Frames are used again and again; a frame is one thread's at a time.
/// </summary>
internal sealed class Frame
{
    private byte[] _bytes = [];

    /// <summary>Width in pixels; 0 for <see cref="PixelLayout.Jpeg"/> (<see cref="DecodeJpeg"/>).</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels; 0 for <see cref="PixelLayout.Jpeg"/>.</summary>
    public int Height { get; private set; }

    /// <summary>How <see cref="Bytes"/> lie.</summary>
    public PixelLayout Layout { get; private set; }

    /// <summary>Whether luma and chroma use all of 0…255 (as JPEG) or 16…235 and 16…240 (BT.601, as video).</summary>
    public bool FullRange { get; set; }

    /// <summary>The pixels, without padding.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Bytes of <see cref="Bytes"/>.</summary>
    public int Length { get; private set; }

    /// <summary>When its last byte arrived, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Arrived { get; set; }

    /// <summary>Seconds since the source's first frame, by the source's own clock; null where it has none.</summary>
    public double? Time { get; set; }

    /// <summary>Counts the frames of a source from 1, those included that nobody took.</summary>
    public long Number { get; set; }

    /// <summary>Makes room for a picture; what was there is lost. The buffer only ever grows.</summary>
    /// <param name="layout">Of the bytes to come; for <see cref="PixelLayout.Jpeg"/> use <see cref="ResizeJpeg"/>.</param>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    /// <returns>The bytes to fill.</returns>
    /// <exception cref="SourceException">The picture is larger than any camera's.</exception>
    public Span<byte> Resize(PixelLayout layout, int width, int height)
    {
        if (width < 1 || height < 1 || (long)width * height > MaximumPixels)
            throw new SourceException($"a picture of {width}×{height}; expected 1×1 to {MaximumPixels} pixels");
        (Layout, Width, Height, FullRange, Time) = (layout, width, height, false, null);
        return Take(LengthOf(layout, width, height));
    }

    /// <summary>Makes room for a JPEG file of so many bytes.</summary>
    /// <exception cref="SourceException">It is larger than any camera's.</exception>
    public Span<byte> ResizeJpeg(int length)
    {
        if (length is < 1 or > MaximumJpeg) throw new SourceException($"a JPEG picture of {length} bytes; expected 1 to {MaximumJpeg}");
        (Layout, Width, Height, FullRange, Time) = (PixelLayout.Jpeg, 0, 0, true, null);
        return Take(length);
    }

    /// <summary>Makes an RGB frame of a JPEG one, for whoever looks at pixels; other frames stay as they are.</summary>
    /// <exception cref="SourceException">It cannot be decoded; the frame stays as it is.</exception>
    public void DecodeJpeg()
    {
        if (Layout != PixelLayout.Jpeg) return;
        Image picture;
        try
        {
            picture = JpegFile.Decode(Bytes, "a JPEG picture of the source");
        }
        catch (ImageFormatException e)
        {
            throw new SourceException(e.Message.ReplaceLineEndings(" "), e);
        }
        double? time = Time;
        CopyFrom(picture);
        Time = time;
    }

    /// <summary>Makes an RGB frame of a picture, grey or RGB.</summary>
    /// <exception cref="SourceException">The picture is larger than any camera's.</exception>
    public void CopyFrom(Image picture)
    {
        Span<byte> pixels = Resize(PixelLayout.Rgb, picture.Width, picture.Height);
        if (picture.Channels == 3)
        {
            picture.Pixels.CopyTo(pixels);
            return;
        }
        for (int i = 0; i < picture.Pixels.Length; i++) pixels.Slice(3 * i, 3).Fill(picture.Pixels[i]);
    }

    /// <summary>The most pixels of a frame: 8K.</summary>
    public const int MaximumPixels = 7680 * 4320;

    /// <summary>The most bytes of a JPEG frame.</summary>
    public const int MaximumJpeg = 32 << 20;

    /// <summary>Bytes of a picture.</summary>
    public static int LengthOf(PixelLayout layout, int width, int height) => layout switch
    {
        PixelLayout.Rgb => width * height * 3,
        PixelLayout.Yuyv => (width + 1) / 2 * 4 * height,
        PixelLayout.I420 => (width * height) + (2 * ((width + 1) / 2) * ((height + 1) / 2)),
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "only pictures of known size have a length"),
    };

    private Span<byte> Take(int length)
    {
        if (_bytes.Length < length) _bytes = new byte[length];
        Length = length;
        return _bytes.AsSpan(0, length);
    }
}
