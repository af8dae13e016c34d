namespace EdgeNet.Vision;

/// <summary>Loads and saves pictures of any format this library knows.</summary>
public static class ImageFile
{
    /// <summary>Loads a PNG, JPEG, BMP, PPM or PGM file; its first bytes say which, not its name.</summary>
    /// <exception cref="ImageFormatException">The file is of none of these formats, damaged, or above <see cref="Image.MaximumPixels"/>.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Image Load(string path) => Decode(FileBytes.Read(path), path);

    /// <summary>Decodes a PNG, JPEG, BMP, PPM or PGM file held in memory; its first bytes say which.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="source">What error messages call it.</param>
    /// <exception cref="ImageFormatException">As for <see cref="Load"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, string source = "picture")
    {
        if (PngFile.Recognises(data))
            return PngFile.Decode(data, source);
        if (JpegFile.Recognises(data))
            return JpegFile.Decode(data, source);
        if (BmpFile.Recognises(data))
            return BmpFile.Decode(data, source);
        if (PpmFile.Recognises(data))
            return PpmFile.Decode(data, source);

        string found = data.IsEmpty ? "an empty file" : $"a file starting {Convert.ToHexString(data[..Math.Min(4, data.Length)])}";
        throw new ImageFormatException($"{source}: byte 0: found {found}, expected PNG, JPEG, BMP or binary PPM/PGM; convert the picture to one of them");
    }

    /// <summary>Saves by the name's extension: .png, .ppm, .pgm, .jpg, .jpeg. An old file stays whole until the new one replaces it.</summary>
    /// <exception cref="ImageFormatException">The extension is another one, or .jpg without libturbojpeg.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Image image)
    {
        ArgumentNullException.ThrowIfNull(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".PNG":
                PngFile.Write(path, image);
                break;
            case ".PPM" or ".PGM":
                PpmFile.Write(path, image);
                break;
            case ".JPG" or ".JPEG":
                JpegFile.Write(path, image);
                break;
            default:
                throw new ImageFormatException($"{path}: cannot tell the format to save in, expected .png, .ppm, .pgm, .jpg or .jpeg; rename the output");
        }
    }
}
