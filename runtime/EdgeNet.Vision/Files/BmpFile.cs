namespace EdgeNet.Vision;

/// <summary>Uncompressed Windows bitmaps of 24 or 32 bits a pixel (BITMAPINFOHEADER and later), bottom-up or top-down.</summary>
public static class BmpFile
{
    private const int FileHeaderLength = 14;
    private const int InfoHeaderLength = 40;
    private const uint Uncompressed = 0;
    private const uint BitFields = 3;

    /// <summary>Reads a file as RGB. A fourth byte per pixel is dropped.</summary>
    /// <exception cref="ImageFormatException">The file is no such bitmap, damaged, or above <see cref="Image.MaximumPixels"/>.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Image Read(string path) => Decode(FileBytes.Read(path), path);

    /// <summary>Decodes a file held in memory as RGB.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ImageFormatException">As for <see cref="Read"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, string source = "picture")
    {
        ByteReader reader = new(data, source);
        if (!Recognises(data))
            throw reader.Error(0, "no BM at the start", "this is not a bitmap file");

        reader.Take(10, "the file header");
        uint pixelOffset = reader.UInt32LittleEndian("the pixel offset");
        uint headerLength = reader.UInt32LittleEndian("the info header");
        if (headerLength is < InfoHeaderLength or > 1024)
            throw reader.Error(14, $"info header of {headerLength} bytes, expected 40 to 1024", "save the picture as a Windows 3 (or later) bitmap");

        int width = reader.Int32LittleEndian("the width");
        int signedHeight = reader.Int32LittleEndian("the height");
        bool topDown = signedHeight < 0;
        long height = Math.Abs((long)signedHeight);
        reader.CheckSize(18, width, height);

        reader.Take(2, "the planes");
        int bits = reader.UInt16LittleEndian("the bits per pixel");
        if (bits is not (24 or 32))
            throw reader.Error(28, $"{bits} bits a pixel, expected 24 or 32", "save the picture as a 24-bit bitmap");
        uint compression = reader.UInt32LittleEndian("the compression");
        if (compression != Uncompressed && !(compression == BitFields && bits == 32))
            throw reader.Error(30, $"compression {compression}, expected none (0)", "save the picture uncompressed");

        reader.Take(20, "the info header");
        if (compression == BitFields)
            CheckMasks(ref reader);

        // The masks of a 40-byte header follow it and are not counted in its length.
        long headersEnd = Math.Max(FileHeaderLength + (long)headerLength, reader.Position);
        if (pixelOffset < headersEnd)
            throw reader.Error(10, $"pixels at byte {pixelOffset}, expected {headersEnd} or later", "the header is damaged; save the picture again");
        reader.Take(pixelOffset - reader.Position, "the space before the pixels");

        int bytesPerPixel = bits / 8;
        int stride = checked((int)((((long)width * bits) + 31) / 32 * 4));
        ReadOnlySpan<byte> rows = reader.Take(stride * height, "the pixels");
        Image image = new(width, (int)height, 3);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = rows.Slice((topDown ? y : image.Height - 1 - y) * stride, stride);
            Span<byte> to = image.Row(y);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> bgr = from.Slice(x * bytesPerPixel, 3);
                (to[x * 3], to[(x * 3) + 1], to[(x * 3) + 2]) = (bgr[2], bgr[1], bgr[0]);
            }
        }

        return image;
    }

    internal static bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith("BM"u8);

    private static void CheckMasks(ref ByteReader reader)
    {
        int offset = reader.Position;
        uint red = reader.UInt32LittleEndian("the red mask");
        uint green = reader.UInt32LittleEndian("the green mask");
        uint blue = reader.UInt32LittleEndian("the blue mask");
        if ((red, green, blue) != (0x00FF0000u, 0x0000FF00u, 0x000000FFu))
            throw reader.Error(offset, "colour masks other than 8 bits of blue, green, red", "save the picture as a 24-bit bitmap");
    }
}
