using System.Text;

namespace EdgeNet.Vision;

/// <summary>Binary PPM (P6, RGB) and PGM (P5, grey) files, 8 bits a sample. Netpbm's format description.</summary>
public static class PpmFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ImageFormatException">The file is not binary PPM/PGM, damaged, or has more than 8 bits a sample.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Image Read(string path) => Decode(FileBytes.Read(path), path);

    /// <summary>Writes P6 for RGB and P5 for grey, whatever the extension says.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Image image) => FileBytes.Write(path, Encode(image));

    /// <summary>Decodes a file held in memory. Samples are rescaled to 0…255 if the maximum value is below 255.</summary>
    /// <param name="data">The whole file; pictures after the first are not read.</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ImageFormatException">As for <see cref="Read"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, string source = "picture")
    {
        ByteReader reader = new(data, source);
        if (!Recognises(data))
            throw reader.Error(0, "no P5 or P6 at the start", "only binary PPM and PGM are read; convert the picture");

        int channels = reader.Take(2, "the magic")[1] == (byte)'6' ? 3 : 1;
        int sizeOffset = reader.Position;
        int width = HeaderNumber(ref reader, "the width");
        int height = HeaderNumber(ref reader, "the height");
        reader.CheckSize(sizeOffset, width, height);
        int maximumOffset = reader.Position;
        int maximum = HeaderNumber(ref reader, "the maximum value");
        if (maximum is < 1 or > 255)
            throw reader.Error(maximumOffset, $"maximum value {maximum}, expected 1 to 255", "convert the picture to 8 bits a sample");

        int pixelOffset = reader.Position;
        byte[] pixels = reader.Take((long)width * height * channels, "the pixels").ToArray();
        if (maximum < 255)
        {
            for (int i = 0; i < pixels.Length; i++)
            {
                if (pixels[i] > maximum)
                    throw reader.Error(pixelOffset + i, $"sample {pixels[i]} above the maximum value {maximum}", "the file is damaged; write it again");
                pixels[i] = (byte)(((pixels[i] * 255) + (maximum / 2)) / maximum);
            }
        }

        return new Image(width, height, channels, pixels);
    }

    /// <summary>The picture as a file in memory.</summary>
    public static byte[] Encode(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] header = Encoding.ASCII.GetBytes($"P{(image.Channels == 3 ? 6 : 5)}\n{image.Width} {image.Height}\n255\n");
        return [.. header, .. image.Pixels];
    }

    internal static bool Recognises(ReadOnlySpan<byte> data) =>
        data.Length >= 2 && data[0] == (byte)'P' && data[1] is (byte)'5' or (byte)'6';

    /// <summary>White space and comments, then digits, then the one white-space byte that ends them.</summary>
    private static int HeaderNumber(ref ByteReader reader, string what)
    {
        int start = reader.Position;
        byte next = reader.Byte(what);
        if (!IsWhiteSpace(next) && next != (byte)'#' && start == 2)
            throw reader.Error(start, $"{what} does not follow a space", "the header is damaged; write the file again");

        while (IsWhiteSpace(next) || next == (byte)'#')
        {
            if (next == (byte)'#')
            {
                while (reader.Byte(what) is not ((byte)'\n' or (byte)'\r'))
                {
                }
            }

            next = reader.Byte(what);
        }

        int value = 0;
        do
        {
            // The limit on pixels is far below this, so the sum cannot overflow before the size is refused.
            if (next is < (byte)'0' or > (byte)'9' || value > 100_000_000)
                throw reader.Error(reader.Position - 1, $"{what} is not a number in range", "the header is damaged; write the file again");
            value = (value * 10) + (next - '0');
            next = reader.Byte(what);
        }
        while (!IsWhiteSpace(next));
        return value;
    }

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
