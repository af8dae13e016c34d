using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class SectionCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void SmallestRoundTripsAndIsSmallest(int elementSize)
    {
        foreach (double density in new[] { 0, 0.02, 0.2, 0.6, 1 })
        {
            foreach (int count in new[] { 0, 1, 5, 60, 3000 })
            {
                byte[] bytes = SparseTests.Elements(count, elementSize, 0, density);
                EncodedSection smallest = SectionCodec.SmallestEncoding(elementSize, bytes);
                byte[] decoded = new byte[bytes.Length];
                SectionCodec.Decode(smallest.Encoding, elementSize, smallest.Stored, decoded);
                Assert.Equal(bytes, decoded);
                Assert.InRange(smallest.Stored.Length, 0, bytes.Length);
                foreach (SectionEncoding other in Enum.GetValues<SectionEncoding>())
                {
                    // A long Lz section must be an eighth smaller.
                    if ((other != SectionEncoding.Huffman || elementSize == 1) && (other != SectionEncoding.Lz || bytes.Length <= 8192))
                    {
                        int length = SectionCodec.Encode(other, elementSize, bytes).Length;
                        Assert.True(smallest.Stored.Length < length || (smallest.Stored.Length == length && smallest.Encoding <= other));
                    }
                }
            }
        }
    }

    [Fact]
    public void EachEncodingWinsWhereItShould()
    {
        byte[] noise = new byte[12_000];
        new Random(2).NextBytes(noise);
        byte[] sparse = SparseTests.Elements(9000, 1, 128, 0.02), rows = [.. noise.Select((b, i) => (byte)(b % (i / 1000 % 2 == 0 ? 3 : 11)))];
        byte[] table = [.. Enumerable.Range(0, 3000).SelectMany(i => BitConverter.GetBytes(i % 50 * 0.02f))];
        Assert.Equal(SectionEncoding.Raw, SectionCodec.SmallestEncoding(1, noise).Encoding);
        Assert.Equal(SectionEncoding.Huffman, SectionCodec.SmallestEncoding(1, noise.Select(b => (byte)(b & 7)).ToArray(), allowed: AllowedEncodings.HuffmanFamily).Encoding);
        Assert.Equal(SectionEncoding.Sparse, SectionCodec.SmallestEncoding(1, sparse, allowed: AllowedEncodings.HuffmanFamily).Encoding);
        Assert.Equal(SectionEncoding.Sparse, SectionCodec.SmallestEncoding(4, SparseTests.Elements(9000, 4, 0, 0.1), allowed: AllowedEncodings.HuffmanFamily).Encoding);
        Assert.Equal(SectionEncoding.Rans, SectionCodec.SmallestEncoding(1, rows, new SectionAxes(12, 1000)).Encoding);
        Assert.Equal(SectionEncoding.Lz, SectionCodec.SmallestEncoding(4, table, new SectionAxes(750, 4)).Encoding);
        Assert.Equal(SectionEncoding.Raw, SectionCodec.SmallestEncoding(1, rows, allowed: AllowedEncodings.Raw).Encoding);
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(1, 0.5)]
    [InlineData(1, 0)]
    [InlineData(2, 0.1)]
    [InlineData(4, 0.1)]
    public void DamagedSparseSectionsAreRefusedOrDecode(int elementSize, double density)
    {
        byte[] bytes = SparseTests.Elements(120, elementSize, 0, density);
        byte[] good = SectionCodec.Encode(SectionEncoding.Sparse, elementSize, bytes);
        int acceptedLengths = 0;
        foreach (byte[] bad in Damage.Of(good))
        {
            byte[] decoded = new byte[bytes.Length];
            bool refused = Damage.IsRefused(() => SectionCodec.Decode(SectionEncoding.Sparse, elementSize, bad, decoded));
            acceptedLengths += !refused && bad.Length != good.Length ? 1 : 0;
        }

        // Values cut to one byte are a text of its own: all values are that byte.
        Assert.InRange(acceptedLengths, 0, elementSize == 1 ? 1 : 0);
    }

    [Fact]
    public void AClaimedCountIsRefusedBeforeItIsAllocated()
    {
        // Bits 4, background 0, 2^31-1 entries.
        byte[] stored = [4, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 0, 5];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFormatException>(() => SectionCodec.Decode(SectionEncoding.Sparse, 1, stored, new byte[100]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 0x00 })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x08 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 })]
    public void OnlyTheShortestVarintIsRead(byte[] bytes)
    {
        int position = 0;
        Assert.Throws<ModelFormatException>(() => Varint.Read(bytes, ref position, "Number"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(int.MaxValue)]
    public void VarintsRoundTrip(int value)
    {
        byte[] bytes = new byte[5];
        int length = Varint.Write(bytes, value);
        Assert.Equal(Varint.Length(value), length);
        int position = 0;
        Assert.Equal(value, Varint.Read(bytes, ref position, "Number"));
        Assert.Equal(length, position);
    }

    /// <summary>The example in docs/format.md: 40 bytes, all 0 but 5 at 2, 6 at 3, 5 at 20, 5 at 39.</summary>
    [Fact]
    public void DocumentedExample()
    {
        byte[] bytes = new byte[40];
        (bytes[2], bytes[3], bytes[20], bytes[39]) = (5, 6, 5, 5);
        byte[] stored = Convert.FromHexString(FormatDocument.Example("sparse"));
        byte[] decoded = new byte[40];
        SectionCodec.Decode(SectionEncoding.Sparse, 1, stored, decoded);
        Assert.Equal(bytes, decoded);
        Assert.Equal(Convert.ToHexString(stored), Convert.ToHexString(SectionCodec.Encode(SectionEncoding.Sparse, 1, bytes, gapBits: 4)));
    }
}
