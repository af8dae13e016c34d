namespace EdgeNet.Compression;

/// <summary>Reads files that someone else wrote, up to a limit.</summary>
internal static class BoundedFile
{
    /// <summary>All bytes of a file. What cannot tell its length, such as a pipe, is bounded, too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="expected">What it should be, for the message.</param>
    /// <exception cref="CompressionException">It is larger.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ReadOnlySpan<byte> Read(string path, int most, string expected)
    {
        using FileStream file = File.OpenRead(path);
        var bytes = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        if (file.CanSeek && file.Length > most) throw TooLarge();
        for (int count; (count = file.Read(piece)) > 0;)
        {
            bytes.Write(piece, 0, count);
            if (bytes.Length > most) throw TooLarge();
        }
        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length);

        CompressionException TooLarge() => new($"{path}: larger than {most} bytes; expected {expected}");
    }
}
