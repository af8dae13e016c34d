using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class SparseTests
{
    [Fact]
    public void FillersStandWhereTheGapIsTooLarge()
    {
        // Distances up to 2^bits need no filler; the next one needs one.
        for (int bits = 1; bits <= 8; bits++)
        {
            int reach = 1 << bits;
            foreach (int distance in new[] { 1, reach - 1, reach, reach + 1, 2 * reach, (2 * reach) + 1, (3 * reach) + 1 })
            {
                byte[] elements = new byte[distance + 5];
                elements[distance - 1] = 9;
                SparseEntries entries = RelativeIndex.Encode(elements, 1, background: 0, bits);
                int fillers = (distance - 1) / reach;
                Assert.Equal(fillers + 1, entries.Gaps.Length);
                Assert.All(entries.Gaps[..fillers], gap => Assert.Equal(reach - 1, gap));
                Assert.Equal((distance - 1) % reach, entries.Gaps[^1]);
                Assert.Equal(9, entries.Values[^1]);

                byte[] decoded = new byte[elements.Length];
                RelativeIndex.Decode(bits, entries.Gaps, entries.Values, 1, 0, decoded);
                Assert.Equal(elements, decoded);
            }
        }
    }

    [Theory]
    [InlineData(1, 0u)]
    [InlineData(1, 128u)]
    [InlineData(2, 0u)]
    [InlineData(2, 0x1234u)]
    [InlineData(4, 0u)]
    [InlineData(4, 0x80000000u)]
    public void RoundTripsAtEveryDensity(int elementSize, uint background)
    {
        foreach (double density in new[] { 0, 0.001, 0.03, 0.1, 0.5, 1 })
        {
            foreach (int count in new[] { 0, 1, 2, 17, 300, 5000 })
            {
                byte[] elements = Elements(count, elementSize, background, density);
                for (int bits = 0; bits <= 8; bits++)
                {
                    SparseEntries entries = RelativeIndex.Encode(elements, elementSize, background, bits);
                    byte[] decoded = new byte[elements.Length];
                    RelativeIndex.Decode(entries.Bits, entries.Gaps, entries.Values, elementSize, background, decoded);
                    Assert.Equal(elements, decoded);
                }

                byte[] stored = SectionCodec.Encode(SectionEncoding.Sparse, elementSize, elements, background);
                byte[] section = new byte[elements.Length];
                SectionCodec.Decode(SectionEncoding.Sparse, elementSize, stored, section);
                Assert.Equal(elements, section);
                Assert.Equal(stored, SectionCodec.Encode(SectionEncoding.Sparse, elementSize, elements, background));
            }
        }
    }

    [Fact]
    public void ChosenBitsAreNoWorseThanAnyOther()
    {
        foreach (double density in new[] { 0.002, 0.02, 0.1, 0.3 })
        {
            byte[] elements = Elements(20_000, 1, 0, density);
            int chosen = Size(RelativeIndex.Encode(elements, 1, 0, bits: 0));
            for (int bits = 1; bits <= 8; bits++)
            {
                // The estimate does not know the ends of four streams in two texts.
                Assert.InRange(chosen, 0, Size(RelativeIndex.Encode(elements, 1, 0, bits)) + 12);
            }
        }

        static int Size(SparseEntries entries) =>
            CanonicalHuffman.Encode(entries.Gaps).Length + CanonicalHuffman.Encode(entries.Values).Length;
    }

    [Theory]
    [InlineData(0, new byte[] { 0 }, new byte[] { 1 })]
    [InlineData(9, new byte[] { 0 }, new byte[] { 1 })]
    [InlineData(2, new byte[] { 4 }, new byte[] { 1 })]
    [InlineData(2, new byte[] { 0, 1 }, new byte[] { 1 })]
    [InlineData(2, new byte[] { 0 }, new byte[] { 1, 1 })]
    [InlineData(2, new byte[] { 3, 3, 2 }, new byte[] { 1, 1, 1 })]
    [InlineData(2, new byte[] { 3 }, new byte[] { 0 })]
    [InlineData(2, new byte[] { 1, 1 }, new byte[] { 0, 1 })]
    [InlineData(8, new byte[] { 255 }, new byte[] { 1 })]
    public void BadEntriesAreRefused(int bits, byte[] gaps, byte[] values) =>
        Assert.Throws<ModelFormatException>(() => RelativeIndex.Decode(bits, gaps, values, 1, 0, new byte[10]));

    [Fact]
    public void WrongArgumentsAreNotFormatErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RelativeIndex.Encode(new byte[3], 3));
        Assert.Throws<ArgumentException>(() => RelativeIndex.Encode(new byte[3], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RelativeIndex.Encode(new byte[4], 1, background: 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => RelativeIndex.Encode(new byte[4], 2, background: 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => RelativeIndex.Encode(new byte[4], 1, 0, bits: 9));
        Assert.Throws<ArgumentException>(() => SectionCodec.Encode(SectionEncoding.Huffman, 4, new byte[4]));
    }

    internal static byte[] Elements(int count, int elementSize, uint background, double density)
    {
        var random = new Random(count + elementSize);
        byte[] elements = new byte[count * elementSize];
        for (int i = 0; i < count; i++)
        {
            uint value = random.NextDouble() < density ? (uint)random.Next(1, 30) * 0x01030107 : background;
            for (int part = 0; part < elementSize; part++)
            {
                elements[(i * elementSize) + part] = (byte)(value >> (8 * part));
            }
        }

        return elements;
    }
}
