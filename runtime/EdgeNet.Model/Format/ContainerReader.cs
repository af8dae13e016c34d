using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>Reads an <c>.edgenet</c> file that is wholly in memory, and trusts nothing it says.</summary>
public sealed class ContainerReader
{
    private readonly ReadOnlyMemory<byte> _file;

    private ContainerReader(ReadOnlyMemory<byte> file, ReadOnlyMemory<byte> header)
    {
        _file = file;
        Header = header;
    }

    /// <summary>The UTF-8 text of the header, a part of the file. Its checksum is right; that it is JSON is for the caller to see.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The most bytes that all sections together may decode to unless the caller says otherwise: 64 MiB + 4 x the file.</summary>
    public long DecodedBudget => (64L << 20) + (4L * _file.Length);

    /// <summary>Checks what comes before the sections.</summary>
    /// <exception cref="ModelFormatException">This is not a file of a version that can be read, or its header is damaged.</exception>
    public static ContainerReader Open(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (!bytes.StartsWith(ContainerLayout.Magic))
        {
            throw new ModelFormatException("Not an .edgenet file: byte 0 should start \"EDGENET\" and a line feed.");
        }

        if (bytes.Length < ContainerLayout.HeaderOffset)
        {
            throw new ModelFormatException($"The file ends at byte {bytes.Length}, before its header at byte {ContainerLayout.HeaderOffset}.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.VersionOffset..]);
        if (version != ContainerLayout.Version)
        {
            throw new ModelFormatException(
                $"Format version {version} at byte {ContainerLayout.VersionOffset}; this build reads version {ContainerLayout.Version}.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.HeaderLengthOffset..]);
        if (length > Math.Min(ContainerLayout.MaximumHeaderLength, bytes.Length - ContainerLayout.HeaderOffset))
        {
            throw new ModelFormatException(
                $"Header length {length} at byte {ContainerLayout.HeaderLengthOffset}: the limit is {ContainerLayout.MaximumHeaderLength}, and the file has {bytes.Length - ContainerLayout.HeaderOffset} bytes left.");
        }

        ReadOnlyMemory<byte> header = file.Slice(ContainerLayout.HeaderOffset, (int)length);
        CheckCrc(
            header.Span,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContainerLayout.HeaderCrcOffset..]),
            $"Header at byte {ContainerLayout.HeaderOffset}");
        return new ContainerReader(file, header);
    }

    /// <summary>
    /// Finds the sections, checks that they and zero padding fill the file to its last byte and that their checksums and lengths are
    /// right, and returns the stored bytes of each, parts of the file. Nothing is decoded.
    /// </summary>
    /// <param name="sections">What the header says of each section, in order.</param>
    /// <param name="maxDecodedBytes">The most bytes all sections may decode to; by default <see cref="DecodedBudget"/>.</param>
    /// <exception cref="ModelFormatException">The file does not hold these sections.</exception>
    public ReadOnlyMemory<byte>[] SectionBytes(IReadOnlyList<SectionEntry> sections, long? maxDecodedBytes = null)
    {
        ArgumentNullException.ThrowIfNull(sections);
        var stored = new ReadOnlyMemory<byte>[sections.Count];
        long budget = maxDecodedBytes ?? DecodedBudget;
        long end = ContainerLayout.HeaderOffset + Header.Length;
        for (int i = 0; i < stored.Length; i++)
        {
            SectionEntry section = sections[i];
            long start = ContainerLayout.Align(end);
            string where = $"Section {i} at byte {start}";
            SectionCodec.Check(section.Encoding, section.ElementSize, section.StoredLength, section.DecodedLength, where);
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
            CheckPadding(end, start);
            stored[i] = _file.Slice((int)start, (int)section.StoredLength);
            CheckCrc(stored[i].Span, section.Crc32C, where);
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
