namespace EdgeNet.Vision;

/// <summary>JPEG files, through the machine's libturbojpeg (package libturbojpeg0), which has the NEON code a board needs.</summary>
public static class JpegFile
{
    /// <summary>
    /// Pixels a byte can stand for at most. A flat progressive grey picture spends one bit on 64 pixels, 512 a byte; four times that leaves
    /// room for unusual sampling and still refuses a header that lies about its size before memory is taken for it.
    /// </summary>
    private const long MaximumPixelsPerByte = 2048;

    /// <summary>Whether libturbojpeg can be loaded on this machine.</summary>
    public static bool IsAvailable => TurboJpeg.IsInstalled;

    /// <summary>Reads a file: grey files as grey, the others as RGB. The EXIF orientation is not applied.</summary>
    /// <exception cref="ImageFormatException">The file is no JPEG, truncated, damaged, CMYK, too large, or libturbojpeg is not installed.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Image Read(string path) => Decode(FileBytes.Read(path), path);

    /// <summary>Writes a file; see <see cref="Encode"/>.</summary>
    /// <exception cref="ImageFormatException">libturbojpeg is not installed, or the picture is larger than JPEG allows.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Image image, int quality = 90) => FileBytes.Write(path, Encode(image, quality, path));

    /// <summary>Decodes a file held in memory. Damage that still leaves every pixel decoded (stray bytes, as cheap cameras send) is let pass; an early end is not.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ImageFormatException">As for <see cref="Read"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, string source = "picture")
    {
        ByteReader reader = new(data, source);
        if (!Recognises(data))
            throw reader.Error(0, "no JPEG marker at the start", "this is not a JPEG file");
        ThrowIfUnavailable(source);

        using TurboJpeg.Instance jpeg = TurboJpeg.Instance.ForReading();
        if (!jpeg.TryReadHeader(data, out int width, out int height, out int colours))
            throw reader.Error(0, $"the JPEG header cannot be read ({jpeg.LastError().Message})", "copy the file again or save it as a baseline JPEG");
        reader.CheckSize(0, width, height);
        if ((long)width * height > data.Length * MaximumPixelsPerByte)
            throw reader.Error(0, $"{data.Length} bytes cannot fill {width}×{height}", "the header is damaged; copy the file again");
        if (colours >= TurboJpeg.ColoursCmyk)
            throw reader.Error(0, "a CMYK picture, expected grey or YCbCr/RGB", "save the picture in RGB");

        bool grey = colours == TurboJpeg.ColoursGrey;
        Image image = new(width, height, grey ? 1 : 3);
        if (!jpeg.TryDecompress(data, image.Pixels, width, height, grey ? TurboJpeg.PixelsGrey : TurboJpeg.PixelsRgb))
        {
            (string message, bool isWarning) = jpeg.LastError();
            if (!isWarning || message.Contains("Premature end", StringComparison.Ordinal))
                throw reader.Error(data.Length, $"the JPEG data cannot be read ({message})", "the file is truncated or damaged; copy it again");
        }

        return image;
    }

    /// <summary>The picture as a file in memory: grey, or YCbCr with 4:2:0 subsampling.</summary>
    /// <param name="image">The picture, at most 65535 pixels wide and high.</param>
    /// <param name="quality">1 (smallest) to 100 (best).</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quality"/> is not in 1…100.</exception>
    /// <exception cref="ImageFormatException">As for <see cref="Write"/>.</exception>
    public static byte[] Encode(Image image, int quality = 90, string source = "picture")
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        ThrowIfUnavailable(source);

        using TurboJpeg.Instance jpeg = TurboJpeg.Instance.ForWriting();
        bool grey = image.Channels == 1;
        return jpeg.TryCompress(
            image.Pixels, image.Width, image.Height,
            grey ? TurboJpeg.PixelsGrey : TurboJpeg.PixelsRgb, grey ? TurboJpeg.SubsampleGrey : TurboJpeg.Subsample420, quality)
            ?? throw new ImageFormatException(
                $"{source}: a {image.Width}×{image.Height} picture cannot be written as JPEG ({jpeg.LastError().Message}); scale it down or save as PNG");
    }

    internal static bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith<byte>([0xFF, 0xD8, 0xFF]);

    private static void ThrowIfUnavailable(string source)
    {
        if (!IsAvailable)
            throw new ImageFormatException($"{source}: JPEG needs libturbojpeg, which is not installed; run: apt-get install -y libturbojpeg0");
    }
}
