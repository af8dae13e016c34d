using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>Writes an <c>.edgenet</c> file from its header and its sections as stored.</summary>
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

        Span<byte> prefix = stackalloc byte[ContainerLayout.HeaderOffset];
        ContainerLayout.Magic.CopyTo(prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[ContainerLayout.VersionOffset..], ContainerLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[ContainerLayout.HeaderLengthOffset..], (uint)headerJson.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[ContainerLayout.HeaderCrcOffset..], Crc32C.Compute(headerJson));
        stream.Write(prefix);
        stream.Write(headerJson);

        ReadOnlySpan<byte> zeros = stackalloc byte[ContainerLayout.SectionAlignment];
        long offset = prefix.Length + headerJson.Length;
        foreach (ReadOnlyMemory<byte> section in sections)
        {
            long start = ContainerLayout.Align(offset);
            stream.Write(zeros[..(int)(start - offset)]);
            stream.Write(section.Span);
            offset = start + section.Length;
        }
    }
}
