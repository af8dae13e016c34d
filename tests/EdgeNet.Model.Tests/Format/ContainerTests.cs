using System.Text;
using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class ContainerTests
{
    private static readonly byte[] s_header = Encoding.UTF8.GetBytes("{\"name\":\"tiny\"}");

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        (byte[] file, SectionEntry[] entries, byte[][] stored) = Sample();
        ContainerReader reader = ContainerReader.Open(file);
        Assert.Equal(s_header, reader.Header.ToArray());
        ReadOnlyMemory<byte>[] sections = reader.SectionBytes(entries);
        Assert.Equal(stored.Length, sections.Length);
        for (int i = 0; i < stored.Length; i++)
        {
            Assert.Equal(stored[i], sections[i].ToArray());
        }

        Assert.Equal("EDGENET\n"u8, file.AsSpan(0, 8));
        Assert.Equal(stored[0], file[64..(64 + stored[0].Length)]);
        Assert.Equal(file, Sample().File);
    }

    [Fact]
    public void EveryDamageIsRefused()
    {
        (byte[] file, SectionEntry[] entries, _) = Sample();
        foreach (byte[] bad in Damage.Of(file))
        {
            Assert.True(Damage.IsRefused(() => ContainerReader.Open(bad).SectionBytes(entries)));
        }
    }

    [Fact]
    public void AFileWithoutSectionsEndsWithItsHeader()
    {
        byte[] file = Write();
        Assert.Equal(20 + s_header.Length, file.Length);
        Assert.Empty(ContainerReader.Open(file).SectionBytes([]));
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open((byte[])[.. file, 0]).SectionBytes([]));
    }

    [Fact]
    public void ErrorsNameTheByte()
    {
        (byte[] file, SectionEntry[] entries, _) = Sample();
        byte[] padding = [.. file];
        padding[60] = 1;
        Assert.Contains("byte 60", Refusal(padding, entries), StringComparison.Ordinal);
        byte[] section = [.. file];
        section[130] ^= 1;
        Assert.Contains("Section 1 at byte 128", Refusal(section, entries), StringComparison.Ordinal);
        Assert.Contains("follow the last section", Refusal([.. file, 0], entries), StringComparison.Ordinal);
        byte[] version = [.. file];
        version[8] = 2;
        Assert.Contains("version 2", Refusal(version, entries), StringComparison.Ordinal);
    }

    public static TheoryData<SectionEntry> BadEntries => new()
    {
        new SectionEntry(SectionEncoding.Raw, 1, 10, 10, 0),
        new SectionEntry(SectionEncoding.Raw, 1, 100, 99, 0),
        new SectionEntry(SectionEncoding.Raw, 3, 99, 99, 0),
        new SectionEntry(SectionEncoding.Raw, 4, 10, 10, 0),
        new SectionEntry(SectionEncoding.Raw, 1, -1, -1, 0),
        new SectionEntry(SectionEncoding.Raw, 1, 65, 65, 0),
        new SectionEntry(SectionEncoding.Raw, 1, long.MaxValue, long.MaxValue, 0),
        new SectionEntry((SectionEncoding)3, 1, 10, 10, 0),
        new SectionEntry((SectionEncoding)(-1), 1, 10, 10, 0),
        new SectionEntry(SectionEncoding.Huffman, 4, 10, 40, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 0, 1, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 1, 0, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, 10, 1000, 0),
        new SectionEntry(SectionEncoding.Huffman, 1, long.MaxValue, 8, 0),
        new SectionEntry(SectionEncoding.Sparse, 4, 5, 400, 0),
        new SectionEntry(SectionEncoding.Sparse, 1, 10, 1L << 40, 0),
    };

    [Theory]
    [MemberData(nameof(BadEntries))]
    public void ImplausibleEntriesAreRefused(SectionEntry entry) =>
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(Write(new byte[10])).SectionBytes([entry]));

    [Fact]
    public void SectionsThatClaimEachOthersBytesAreRefused()
    {
        byte[] first = new byte[10];
        byte[] second = [1, 2, 3];
        byte[] file = Write(first, second);
        SectionEntry good = SectionEntry.Of(SectionEncoding.Raw, 1, second, 3);

        // The first reaches into the second, its checksum right.
        SectionEntry longer = SectionEntry.Of(SectionEncoding.Raw, 1, file.AsSpan(64, 67), 67);
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes([longer, good]));

        // One entry alone for both, or one too many.
        SectionEntry alone = SectionEntry.Of(SectionEncoding.Raw, 1, first, 10);
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
            SectionEntry.Of(SectionEncoding.Huffman, 1, [7], 1000),
            SectionEntry.Of(SectionEncoding.Huffman, 1, [8], 1000),
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
        Write().AsSpan(0, 20).CopyTo(file);
        (file[12], file[13], file[14], file[15]) = (0, 0, 0x48, 0);
        Assert.Contains("byte 12", Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file)).Message, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] file, SectionEntry[] entries) =>
        Assert.Throws<ModelFormatException>(() => ContainerReader.Open(file).SectionBytes(entries)).Message;

    private static (byte[] File, SectionEntry[] Entries, byte[][] Stored) Sample()
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
            SectionEntry.Of(SectionEncoding.Huffman, 1, stored[0], codes.Length),
            SectionEntry.Of(SectionEncoding.Sparse, 4, stored[1], floats.Length),
            SectionEntry.Of(SectionEncoding.Raw, 4, stored[2], 0),
            SectionEntry.Of(SectionEncoding.Raw, 1, stored[3], 3),
        ];
        return (Write(stored), entries, stored);
    }

    private static byte[] Write(params byte[][] stored)
    {
        using var stream = new MemoryStream();
        ContainerWriter.Write(stream, s_header, stored.Select(bytes => new ReadOnlyMemory<byte>(bytes)).ToArray());
        return stream.ToArray();
    }
}
