using EdgeNet.Model.Format;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Model.Tests.Format;

public class RansTests
{
    private static readonly Gen<(byte[] Text, int Stride, int Count)> s_texts =
        from length in Gen.Choose(0, 3000)
        from distinct in Gen.Choose(1, 256)
        from skew in Gen.Choose(0, 4)
        from groups in Gen.Choose(1, 40)
        from stride in Gen.Choose(1, 40)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (Text(length, distinct, skew, groups, stride, seed), stride, groups);

    [Fact]
    public void Every_text_comes_back_from_the_same_bytes() => Prop.ForAll(s_texts.ToArbitrary(), text =>
    {
        Rans.Grouping[] groupings = [new(text.Stride, text.Count), new(1, 7)];
        byte[] coded = Rans.Encode(text.Text, groupings), decoded = new byte[text.Text.Length];
        Rans.Decode(coded, decoded);
        return decoded.SequenceEqual(text.Text) && coded.SequenceEqual(Rans.Encode([.. text.Text], groupings));
    }).Check(Config.QuickThrowOnFailure.WithReplay(11, 5).WithMaxTest(200));

    [Fact]
    public void Every_length_comes_back_with_one_state_and_with_four()
    {
        foreach (int length in Enumerable.Range(0, 40).Concat(Enumerable.Range(1015, 20)))
        {
            byte[] text = Text(length, 5, 1, 1, 1, length), decoded = new byte[length];
            Rans.Decode(Rans.Encode(text, []), decoded);
            Assert.Equal(text, decoded);
        }
    }

    [Fact]
    public void Equal_symbols_take_one_byte()
    {
        Assert.Empty(Rans.Encode([], []));
        Assert.Equal([77], Rans.Encode([77, 77, 77], []));
        byte[] decoded = new byte[1000];
        Rans.Decode([9], decoded);
        Assert.All(decoded, symbol => Assert.Equal(9, symbol));
    }

    /// <summary>Within one per cent, the frequencies of 12 bits and a byte or two a symbol for its table.</summary>
    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(2, 0.999)]
    [InlineData(4, 0.25)]
    [InlineData(4, 0.7)]
    [InlineData(16, 0.9)]
    [InlineData(16, 0.99)]
    [InlineData(255, 0.0)]
    [InlineData(255, 0.5)]
    public void A_text_takes_its_entropy(int distinct, double first)
    {
        var random = new Random(distinct);
        byte[] text = [.. Enumerable.Range(0, 100_000).Select(_ => (byte)(random.NextDouble() < first ? 0 : random.Next(first == 0 ? 0 : 1, distinct)))];
        double entropy = Entropy(text), rarest = text.GroupBy(symbol => symbol).Count(group => group.Count() < 25) * 100_000 / 4096.0 / 8;
        Assert.InRange(Rans.Encode(text, []).Length, entropy, (1.01 * entropy) + (1.5 * distinct) + 30 + rarest);
    }

    /// <summary>Rows of two kinds cost what they cost one by one: their entropies, and a bit a row.</summary>
    [Theory]
    [InlineData(100, 200)]
    [InlineData(16, 1000)]
    [InlineData(1, 64)]
    [InlineData(3, 50)]
    public void Groups_of_different_kinds_take_their_own_entropies(int stride, int count)
    {
        var random = new Random(4);
        bool[] kinds = [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0)];
        byte[] text = [.. Enumerable.Range(0, 60_000 / (stride * count) * stride * count).Select(i => (byte)(kinds[i / stride % count] ? random.Next(2) : random.Next(2, 12)))];
        double entropy = Entropy([.. text.Where(symbol => symbol < 2)]) + Entropy([.. text.Where(symbol => symbol >= 2)]);
        byte[] coded = Rans.Encode(text, [new(stride, count)]), decoded = new byte[text.Length];
        Assert.InRange(coded.Length, entropy, (1.01 * entropy) + (count / 8.0) + 80);
        Assert.True(coded.Length < 0.9 * Rans.Encode(text, []).Length);
        Rans.Decode(coded, decoded);
        Assert.Equal(text, decoded);
    }

    [Fact]
    public void The_bytes_of_larger_elements_have_tables_of_their_own()
    {
        var random = new Random(5);
        byte[] halves = [.. Enumerable.Range(0, 4000).SelectMany(_ => BitConverter.GetBytes((Half)(random.NextSingle() - random.NextSingle())))];
        Assert.InRange(SectionCodec.Encode(SectionEncoding.Rans, 2, halves).Length, 0, halves.Length * 88 / 100);
    }

    [Theory]
    [InlineData(60, 1, 1)]
    [InlineData(1200, 1, 1)]
    [InlineData(1200, 40, 30)]
    [InlineData(1200, 1, 6)]
    public void Damage_is_refused_or_decodes_within_limits(int length, int stride, int count)
    {
        byte[] text = Text(length, 9, 2, count, stride, 1), good = Rans.Encode(text, [new(stride, count)]);
        foreach (byte[] bad in Damage.Of(good))
        {
            byte[] decoded = new byte[length];
            bool refused = Damage.IsRefused(() => Rans.Decode(bad, decoded));
            Assert.True(refused || !decoded.SequenceEqual(text) || Damage.IsInTheEnd(good, bad, 1 + good[0]), "Damage was accepted as the same symbols.");
        }
        Assert.True(Damage.IsRefused(() => Rans.Decode(good, new byte[length + 1])));
        Assert.True(Damage.IsRefused(() => Rans.Decode(good, new byte[length - 1])));
    }

    [Fact]
    public void Random_bytes_are_refused_or_decode_within_limits()
    {
        var random = new Random(6);
        byte[] symbols = new byte[500];
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = new byte[random.Next(2, 90)];
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(bytes.Length);
            Damage.IsRefused(() => Rans.Decode(bytes, symbols));
        }
    }

    /// <summary>Counts become frequencies that add up, and come back from what is written of them, at every precision.</summary>
    [Fact]
    public void Frequencies_come_back_as_they_were_rounded() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        int tables = random.Next(1, 4), distinct = random.Next(1, 257), precision = random.Next(12);
        ushort[] frequencies = new ushort[256 * tables];
        for (int table = 0; table < tables; table++)
        {
            int[] counts = new int[256];
            for (int i = 0; i < distinct; i++) counts[random.Next(256)] = 1 << random.Next(20);
            FrequencyTables.FromCounts(counts, frequencies.AsSpan(256 * table, 256));
        }
        var coder = new AdaptiveEncoder();
        FrequencyTables.Write(coder, frequencies, precision);
        var decoder = new AdaptiveDecoder(coder.Finish());
        ushort[] read = new ushort[frequencies.Length], rounded = [.. frequencies];
        FrequencyTables.Read(ref decoder, read);
        decoder.Finish("test");
        FrequencyTables.Round(rounded, precision);
        bool whole = precision < 11 || rounded.SequenceEqual(frequencies);
        return whole && read.SequenceEqual(rounded) && read.Chunk(256).All(table => table.Sum(f => f) == (table.Count(f => f > 0) == 1 ? 4095 : 4096));
    }).Check(Config.QuickThrowOnFailure.WithReplay(13, 7).WithMaxTest(200));

    [Fact]
    public void Logarithms_are_exact_to_the_unit()
    {
        for (int i = 1; i <= 4096; i++) Assert.InRange(BinaryLogarithm.Of(i) - (Math.Log2(i) * 65536), -1.01, 0.01);
        Assert.InRange(BinaryLogarithm.Of(1L << 40) - (40 * 65536), 0, 0);
    }

    /// <summary>The example in docs/format.md: ten symbols.</summary>
    [Fact]
    public void DocumentedExample()
    {
        byte[] text = [0, 0, 1, 0, 2, 0, 0, 1, 0, 0], stored = Convert.FromHexString(FormatDocument.Example("rans")), decoded = new byte[10];
        Rans.Decode(stored, decoded);
        Assert.Equal(text, decoded);
        Assert.Equal(Convert.ToHexString(stored), Convert.ToHexString(Rans.Encode(text, [])));
    }

    private static byte[] Text(int length, int distinct, int skew, int groups, int stride, int seed)
    {
        var random = new Random(seed);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
        {
            int symbol = random.Next(distinct);
            for (int k = 0; k < skew; k++) symbol = Math.Min(symbol, random.Next(distinct));
            text[i] = (byte)(symbol + (i / stride % groups % 3 * 20));
        }
        return text;
    }

    private static double Entropy(byte[] text) =>
        text.GroupBy(symbol => symbol).Select(group => (double)group.Count() / text.Length).Sum(p => -p * Math.Log2(p)) * text.Length / 8;
}
