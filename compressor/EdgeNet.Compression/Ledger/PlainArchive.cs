using System.IO.Compression;

namespace EdgeNet.Compression;

/// <summary>What archives that know nothing of networks make of bytes.</summary>
public static class PlainArchive
{
    /// <summary>
    /// The bytes deflated (RFC 1951) at the smallest size that the library of the platform gives; another version of it may give a few bytes
    /// more or fewer.
    /// </summary>
    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        return stream.ToArray();
    }

    /// <summary>The bytes as one LZ4 block.</summary>
    public static byte[] Lz4(ReadOnlySpan<byte> bytes) => Lz4Block.Encode(bytes);
}
