using System.Buffers.Binary;
using System.Text;
using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class ContainerTests
{
    private static readonly byte[] s_header = Encoding.UTF8.GetBytes("{\"name\":\"tiny\"}");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatIsWrittenIsRead(int version)
    {
        (byte[] file, SectionEntry[] entries, byte[][] stored) = Sample(version);
        ContainerReader reader = ContainerReader.Open(file);
        Assert.Equal((uint)version, reader.Version);
        Assert.Equal(s_header, reader.Header.ToArray());
        ReadOnlyMemory<byte>[] sections = reader.SectionBytes(entries);
        Assert.Equal(stored.Length, sections.Length);
        for (int i = 0; i < stored.Length; i++)
        {
            Assert.Equal(stored[i], sections[i].ToArray());
        }

        Assert.Equal("EDGENET\n"u8, file.AsSpan(0, 8));
        Assert.Equal(stored[0], version == 1 ? file[64..(64 + stored[0].Length)] : file[^stored.Sum(bytes => bytes.Length)..][..stored[0].Length]);
        Assert.Equal(file, Sample(version).File);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryDamageIsRefused(int version)
    {
        (byte[] file, SectionEntry[] entries, _) = Sample(version);
        foreach (byte[] bad in Damage.Of(file))
        {
            Assert.True(Damage.IsRefused(() => ContainerReader.Open(bad).SectionBytes(entries)));
        }
    }

    [Fact]
    public void AFileWithoutSectionsEndsWithItsHeader()
    {
        byte[] file = Write();
        Assert.InRange(file.Length, 20, 20 + s_header.Length);
        Assert.Equal(20 + s_header.Length, WriteFirst().Length);
        Assert.Empty(ContainerReader.Open(file).SectionBytes([]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open((byte[])[.. file, 0]).SectionBytes([]));
        Assert.Empty(ContainerReader.Open(WriteFirst()).SectionBytes([]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open((byte[])[.. WriteFirst(), 0]).SectionBytes([]));
    }

    [Fact]
    public void ErrorsNameTheByte()
    {
        (byte[] file, SectionEntry[] entries, _) = Sample(1);
        byte[] padding = [.. file];
        padding[60] = 1;
        Assert.Contains("byte 60", Refusal(padding, entries), StringComparison.Ordinal);
        byte[] section = [.. file];
        section[130] ^= 1;
        Assert.Contains("Section 1 at byte 128", Refusal(section, entries), StringComparison.Ordinal);
        Assert.Contains("follow the last section", Refusal([.. file, 0], entries), StringComparison.Ordinal);
        byte[] version = [.. file];
        version[8] = 3;
        Assert.Contains("version 3", Refusal(version, entries), StringComparison.Ordinal);
        byte[] second = [.. Sample(2).File];
        second[^1] ^= 1;
        Assert.Contains("from byte 16", Refusal(second, entries), StringComparison.Ordinal);
    }

    public static TheoryData<SectionEntry> BadEntries => new()
    {
        new SectionEntry(SectionEncoding.Raw, 1, 100, 99, 0),
        new SectionEntry(SectionEncoding.Raw, 3, 99, 99, 0),
        new SectionEntry(SectionEncoding.Raw, 4, 10, 10, 0),
        new SectionEntry(SectionEncoding.Raw, 1, -1, -1, 0),
        new SectionEntry(SectionEncoding.Raw, 1, 65, 65, 0),
        new SectionEntry(SectionEncoding.Raw, 1, long.MaxValue, long.MaxValue, 0),
        new SectionEntry((SectionEncoding)5, 1, 10, 10, 0),
        new SectionEntry((SectionEncoding)(-1), 1, 10, 10, 0),
        new SectionEntry(SectionEncoding.Huffman, 4, 10, 40, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 0, 1, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 1, 0, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 10, 1000, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, long.MaxValue, 8, 0),
        new SectionEntry(SectionEncoding.Sparse, 4, 5, 400, 0),
        new SectionEntry(SectionEncoding.Sparse, 1, 10, 1L << 40, 0),
        new SectionEntry(SectionEncoding.Rans, 1, 0, 1, 0),
        new SectionEntry(SectionEncoding.Rans, 1, 1, 0, 0),
        new SectionEntry(SectionEncoding.Rans, 1, -1, 0, 0),
        new SectionEntry(SectionEncoding.Rans, 2, 10, 11, 0),
        new SectionEntry(SectionEncoding.Rans, 4, 10, 1L << 40, 0),
        new SectionEntry(SectionEncoding.Lz, 1, 0, 1, 0),
        new SectionEntry(SectionEncoding.Lz, 1, 10, (4 << 20) + 1, 0),
    };

    [Theory]
    [MemberData(nameof(BadEntries))]
    public void ImplausibleEntriesAreRefused(SectionEntry entry)
    {
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(Write(new byte[10])).SectionBytes([entry]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(WriteFirst(new byte[10])).SectionBytes([entry]));
    }

    [Fact]
    public void AFileOfVersion1HasNoEncodingOfVersion2()
    {
        byte[] stored = [7];
        SectionEntry entry = Entry(SectionEncoding.Rans, 1, stored, 5);
        Assert.Single(ContainerReader.Open(Write(stored)).SectionBytes([entry]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(WriteFirst(stored)).SectionBytes([entry]));
    }

    [Fact]
    public void SectionsThatClaimEachOthersBytesAreRefused()
    {
        byte[] first = new byte[10];
        byte[] second = [1, 2, 3];
        byte[] file = WriteFirst(first, second);
        SectionEntry good = Entry(SectionEncoding.Raw, 1, second, 3);

        // The first reaches into the second, its checksum right.
        SectionEntry longer = Entry(SectionEncoding.Raw, 1, file.AsSpan(64, 67), 67);
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes([longer, good]));

        // One entry alone for both, or one too many.
        SectionEntry alone = Entry(SectionEncoding.Raw, 1, first, 10);
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes([alone]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes([alone, good, good]));
        Assert.Equal(2, ContainerReader.Open(file).SectionBytes([alone, good]).Length);
    }

    [Fact]
    public void TheBudgetIsForAllSectionsTogether()
    {
        byte[] file = Write([7], [8]);
        SectionEntry[] entries =
        [
            Entry(SectionEncoding.Huffman, 1, [7], 1000),
            Entry(SectionEncoding.Huffman, 1, [8], 1000),
        ];
        ContainerReader reader = ContainerReader.Open(file);
        Assert.Equal((64L << 20) + (4L * file.Length), reader.DecodedBudget);
        Assert.Equal(2, reader.SectionBytes(entries, 2000).Length);
        Assert.Throws<ModelFormatException>(() => reader.SectionBytes(entries, 1999));
        entries[0] = entries[0] with { DecodedLength = reader.DecodedBudget - 999 };
        Assert.Throws<ModelFormatException>(() => reader.SectionBytes(entries));
    }

    [Fact]
    public void AHeaderHasALimit()
    {
        Assert.Throws<ArgumentException>(() => ContainerWriter.Write(Stream.Null, new byte[(4 << 20) + 1], []));
        byte[] file = new byte[(5 << 20) + 20];
        WriteFirst().AsSpan(0, 20).CopyTo(file);
        (file[12], file[13], file[14], file[15]) = (0, 0, 0x48, 0);
        Assert.Contains("byte 12", Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file)).Message, StringComparison.Ordinal);

        // A header of version 2 that claims 2^31 - 1 bytes, its checksum right.
        byte[] second = [.. "EDGENET\n"u8, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(second.AsSpan(12), Crc32C.Compute(second.AsSpan(16)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("2147483647", Assert.Throws<ModelFormatException>(() => ContainerReader.Open(second)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>The example in docs/format.md: a file without sections whose header is "{}".</summary>
    [Fact]
    public void DocumentedExample()
    {
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, "{}"u8, []);
        Assert.Equal(FormatDocument.Example("file"), Convert.ToHexString(stream.ToArray()));
    }

    private static string Refusal(byte[] file, SectionEntry[] entries) =>
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes(entries)).Message;

    private static (byte[] File, SectionEntry[] Entries, byte[][] Stored) Sample(int version)
    {
        byte[] codes = SparseTests.Elements(90, 1, 0, 0.3);
        byte[] floats = SparseTests.Elements(20, 4, 0, 0.2);
        byte[][] stored =
        [
            SectionCodec.Encode(SectionEncoding.Huffman, 1, codes),
            SectionCodec.Encode(SectionEncoding.Sparse, 4, floats),
            [],
            [1, 2, 3],
        ];
        SectionEntry[] entries =
        [
            Entry(SectionEncoding.Huffman, 1, stored[0], codes.Length),
            Entry(SectionEncoding.Sparse, 4, stored[1], floats.Length),
            Entry(SectionEncoding.Raw, 4, stored[2], 0),
            Entry(SectionEncoding.Raw, 1, stored[3], 3),
        ];
        return (version == 1 ? WriteFirst(stored) : Write(stored), entries, stored);
    }

    private static byte[] Write(params byte[][] stored)
    {
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, s_header, stored.Select(bytes => new ReadOnlyMemory<byte>(bytes)).ToArray());
        return stream.ToArray();
    }

    private static SectionEntry Entry(SectionEncoding encoding, int elementSize, ReadOnlySpan<byte> stored, long decodedLength) =>
        new(encoding, elementSize, stored.Length, decodedLength, Crc32C.Compute(stored));

    /// <summary>What version 1 wrote: the header as it is, and sections at multiples of 64.</summary>
    private static byte[] WriteFirst(params byte[][] stored)
    {
        using var stream = new MemoryStream();
        stream.Write("EDGENET\n"u8);
        byte[] numbers = new byte[12];
        numbers[0] = 1;
        numbers[4] = (byte)s_header.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(8), Crc32C.Compute(s_header));
        stream.Write(numbers);
        stream.Write(s_header);
        foreach (byte[] bytes in stored)
        {
            stream.Write(new byte[(64 - (stream.Length % 64)) % 64]);
            stream.Write(bytes);
        }

        return stream.ToArray();
    }
}
