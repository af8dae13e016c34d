using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>Writes an <c>.edgenet</c> file of version 2 from its header and its sections as stored.</summary>
public static class ContainerWriter
{
    /// <summary>Writes a whole file to <paramref name="stream"/>, which need not be seekable and is left open.</summary>
    /// <param name="stream">Where the file goes.</param>
    /// <param name="headerJson">UTF-8 text of at most 4 MiB; it must list the sections, in this order.</param>
    /// <param name="sections">The stored bytes of each section.</param>
    public static void Write(Stream stream, ReadOnlySpan<byte> headerJson, IReadOnlyList<ReadOnlyMemory<byte>> sections)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(sections);
        if (headerJson.Length > ContainerLayout.MaximumHeaderLength)
        {
            throw new ArgumentException(
                $"A header of {headerJson.Length} bytes; at most {ContainerLayout.MaximumHeaderLength} fit.", nameof(headerJson));
        }

        byte[] header = LempelZiv.Encode(headerJson, LempelZiv.Prose);
        Span<byte> prefix = stackalloc byte[ContainerLayout.CheckedOffset + (2 * 5)];
        ContainerLayout.Magic.CopyTo(prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[ContainerLayout.VersionOffset..], ContainerLayout.Version);
        int length = ContainerLayout.CheckedOffset;
        length += Varint.Write(prefix[length..], header.Length);
        length += Varint.Write(prefix[length..], headerJson.Length);

        uint crc = Crc32C.Append(Crc32C.Compute(prefix[ContainerLayout.CheckedOffset..length]), header);
        foreach (ReadOnlyMemory<byte> section in sections)
        {
            crc = Crc32C.Append(crc, section.Span);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(prefix[ContainerLayout.CrcOffset..], crc);
        stream.Write(prefix[..length]);
        stream.Write(header);
        foreach (ReadOnlyMemory<byte> section in sections)
        {
            stream.Write(section.Span);
        }
    }
}
