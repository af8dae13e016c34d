namespace EdgeNet.Vision;

/// <summary>Whole files in and out: reading within a limit, writing so that a killed run leaves the old file whole.</summary>
internal static class FileBytes
{
    /// <summary>The largest allowed picture with 8 bytes a pixel and a header beside it; nothing honest is longer.</summary>
    private const long MaximumLength = (Image.MaximumPixels * 8) + (1 << 20);

    public static byte[] Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length > MaximumLength)
            throw new ImageFormatException($"{path}: byte 0: the file has {file.Length} bytes, expected at most {MaximumLength}; scale the picture down");

        byte[] bytes = new byte[file.Length];
        int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == bytes.Length ? bytes : bytes[..count];
    }

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string beside = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (FileStream file = new(beside, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
