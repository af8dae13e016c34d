using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>Reads an <c>.edgenet</c> file that is wholly in memory, and trusts nothing it says.</summary>
public sealed class ContainerReader
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _headerEnd;

    private ContainerReader(ReadOnlyMemory<byte> file, uint version, ReadOnlyMemory<byte> header, int headerEnd)
    {
        _file = file;
        Version = version;
        Header = header;
        _headerEnd = headerEnd;
    }

    /// <summary>The version of the format, 1 or 2.</summary>
    public uint Version { get; }

    /// <summary>The UTF-8 text of the header, decoded. Its checksum is right; that it is JSON is for the caller to see.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The most bytes that all sections together may decode to unless the caller says otherwise: 64 MiB + 4 x the file.</summary>
    public long DecodedBudget => (64L << 20) + (4L * _file.Length);

    /// <summary>Checks what comes before the sections and, from version 2, that no byte of the file has changed.</summary>
    /// <exception cref="ModelFormatException">This is not a file of a version that can be read, or it is damaged.</exception>
    public static ContainerReader Open(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (!bytes.StartsWith(ContainerLayout.Magic))
        {
            throw new ModelFormatException("Not an .edgenet file: byte 0 should start \"EDGENET\" and a line feed.");
        }

        if (bytes.Length < ContainerLayout.CheckedOffset)
        {
            throw new ModelFormatException($"The file ends at byte {bytes.Length}, before its header.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.VersionOffset..]);
        return version switch
        {
            ContainerLayout.First.Version => OpenFirst(file),
            ContainerLayout.Version => OpenSecond(file),
            _ => throw new ModelFormatException(
                $"Format version {version} at byte {ContainerLayout.VersionOffset}; this build reads versions 1 to {ContainerLayout.Version}."),
        };
    }

    private static ContainerReader OpenSecond(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        CheckCrc(
            bytes[ContainerLayout.CheckedOffset..],
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.CrcOffset..]),
            $"The file from byte {ContainerLayout.CheckedOffset}");
        int position = ContainerLayout.CheckedOffset;
        int stored = Varint.Read(bytes, ref position, "Stored length of the header"), decoded = Varint.Read(bytes, ref position, "Length of the header");
        if (decoded > ContainerLayout.MaximumHeaderLength || stored > bytes.Length - position)
        {
            throw new ModelFormatException(
                $"Header of {decoded} bytes in {stored} at byte {position}: the limit is {ContainerLayout.MaximumHeaderLength}, and the file has {bytes.Length - position} bytes left.");
        }

        byte[] header = new byte[decoded];
        LempelZiv.Decode(bytes.Slice(position, stored), header);
        return new ContainerReader(file, ContainerLayout.Version, header, position + stored);
    }

    private static ContainerReader OpenFirst(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < ContainerLayout.First.HeaderOffset)
        {
            throw new ModelFormatException($"The file ends at byte {bytes.Length}, before its header at byte {ContainerLayout.First.HeaderOffset}.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.First.HeaderLengthOffset..]);
        if (length > Math.Min(ContainerLayout.MaximumHeaderLength, bytes.Length - ContainerLayout.First.HeaderOffset))
        {
            throw new ModelFormatException(
                $"Header length {length} at byte {ContainerLayout.First.HeaderLengthOffset}: the limit is {ContainerLayout.MaximumHeaderLength}, and the file has {bytes.Length - ContainerLayout.First.HeaderOffset} bytes left.");
        }

        ReadOnlyMemory<byte> header = file.Slice(ContainerLayout.First.HeaderOffset, (int)length);
        CheckCrc(
            header.Span,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.First.HeaderCrcOffset..]),
            $"Header at byte {ContainerLayout.First.HeaderOffset}");
        return new ContainerReader(file, ContainerLayout.First.Version, header, ContainerLayout.First.HeaderOffset + (int)length);
    }

    /// <summary>
    /// Finds the sections, checks that they (in version 1 with zero padding) fill the file to its last byte and that their checksums and
    /// lengths are right, and returns the stored bytes of each, parts of the file. Nothing is decoded.
    /// </summary>
    /// <param name="sections">What the header says of each section, in order.</param>
    /// <param name="maxDecodedBytes">The most bytes all sections may decode to; by default <see cref="DecodedBudget"/>.</param>
    /// <exception cref="ModelFormatException">The file does not hold these sections.</exception>
    public ReadOnlyMemory<byte>[] SectionBytes(IReadOnlyList<SectionEntry> sections, long? maxDecodedBytes = null)
    {
        ArgumentNullException.ThrowIfNull(sections);
        var stored = new ReadOnlyMemory<byte>[sections.Count];
        long budget = maxDecodedBytes ?? DecodedBudget;
        long end = _headerEnd;
        bool first = Version == ContainerLayout.First.Version;
        for (int i = 0; i < stored.Length; i++)
        {
            SectionEntry section = sections[i];
            long start = first ? ContainerLayout.First.Align(end) : end;
            string where = $"Section {i} at byte {start}";
            SectionCodec.Check(section.Encoding, section.ElementSize, section.StoredLength, section.DecodedLength, where);
            if (first && section.Encoding > SectionEncoding.Sparse)
            {
                throw new ModelFormatException($"{where}: encoding {section.Encoding} in a file of version 1.");
            }

            if (section.StoredLength > _file.Length - start)
            {
                throw new ModelFormatException($"{where}: {section.StoredLength} bytes, but the file ends at byte {_file.Length}.");
            }

            if (section.DecodedLength > budget)
            {
                throw new ModelFormatException(
                    $"{where}: decodes to {section.DecodedLength} bytes, but only {budget} are left of the limit for this file.");
            }

            budget -= section.DecodedLength;
            stored[i] = _file.Slice((int)start, (int)section.StoredLength);
            if (first)
            {
                CheckPadding(end, start);
                CheckCrc(stored[i].Span, section.Crc32C ?? throw new ModelFormatException($"{where}: a checksum is missing."), where);
            }

            end = start + section.StoredLength;
        }

        return end == _file.Length
            ? stored
            : throw new ModelFormatException($"{_file.Length - end} bytes follow the last section, which ends the file at byte {end}.");
    }

    private void CheckPadding(long start, long end)
    {
        int set = _file.Span[(int)start..(int)end].IndexOfAnyExcept((byte)0);
        if (set >= 0)
        {
            throw new ModelFormatException($"Padding at byte {start + set}: expected zeros up to byte {end}.");
        }
    }

    private static void CheckCrc(ReadOnlySpan<byte> bytes, uint expected, string where)
    {
        uint actual = Crc32C.Compute(bytes);
        if (actual != expected)
        {
            throw new ModelFormatException(
                $"{where}: the CRC-32C of its {bytes.Length} bytes is {actual:X8}, expected {expected:X8}; the file is damaged.");
        }
    }
}
