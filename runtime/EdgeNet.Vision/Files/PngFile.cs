namespace EdgeNet.Vision;

/// <summary>PNG files (W3C PNG specification, second edition), read in full and written as 8-bit grey or RGB.</summary>
public static class PngFile
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Reads a file of any colour type, bit depth and interlacing; see <see cref="Decode"/>.</summary>
    /// <exception cref="ImageFormatException">The file is no PNG, damaged, or above <see cref="Image.MaximumPixels"/>.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Image Read(string path) => Decode(FileBytes.Read(path), path);

    /// <summary>Writes 8-bit grey or RGB, each row with the filter that leaves the smallest sum of differences.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Image image) => FileBytes.Write(path, Encode(image));

    /// <summary>
    /// Decodes a file held in memory: grey types to grey, the others to RGB. Transparency (an alpha channel or tRNS) is dropped and the
    /// colours kept as stored, not blended with a background. Samples are scaled linearly to 0…255 and rounded; gamma is not applied.
    /// </summary>
    /// <param name="data">The whole file; bytes after its end chunk are not read.</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ImageFormatException">As for <see cref="Read"/>; every chunk's CRC is checked.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, string source = "picture") => new PngDecoder(source).Decode(data);

    /// <summary>The picture as a file in memory.</summary>
    public static byte[] Encode(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return PngEncoder.Encode(image);
    }

    internal static bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith(Signature);
}
