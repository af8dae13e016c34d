using System.Text;
using EdgeNet.Model.Format;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Model.Tests.Format;

public class LempelZivTests
{
    private static readonly Gen<(byte[] Text, LempelZiv.View View)> s_texts =
        from elementBits in Gen.Choose(0, 2)
        from elements in Gen.Choose(0, 400)
        from history in Gen.Choose(0, 7)
        from lag in Gen.Choose(0, 30)
        from columns in Gen.Choose(1, 9)
        from distinct in Gen.Choose(1, 256)
        from period in Gen.Choose(1, 300)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (Text(elements / columns * columns << elementBits, distinct, period, seed), new LempelZiv.View(1 << elementBits, history, lag, elements < columns ? 1 : columns));

    [Fact]
    public void Every_text_comes_back_in_every_view_from_the_same_bytes() => Prop.ForAll(s_texts.ToArbitrary(), text =>
    {
        byte[] coded = LempelZiv.Encode(text.Text, text.View), decoded = new byte[text.Text.Length];
        LempelZiv.Decode(coded, decoded);
        return decoded.SequenceEqual(text.Text) && coded.SequenceEqual(LempelZiv.Encode([.. text.Text], text.View));
    }).Check(Config.QuickThrowOnFailure.WithReplay(17, 3).WithMaxTest(400));

    [Fact]
    public void Repetitions_cost_almost_nothing()
    {
        byte[] text = Text(100_000, 256, 1000, 1);
        Assert.InRange(LempelZiv.Encode(text, new(1)).Length, 1000, 1150);
        Assert.InRange(LempelZiv.Encode(new byte[100_000], new(1)).Length, 1, 12);
    }

    [Fact]
    public void A_grid_of_boxes_takes_a_tenth_of_its_bytes_less_than_without_columns()
    {
        float[] boxes = [.. Enumerable.Range(0, 30 * 40).SelectMany(i => new[] { i % 40 / 40f - 0.03f, i / 40 / 30f - 0.02f, i % 40 / 40f + 0.03f, i / 40 / 30f + 0.02f })];
        byte[] bytes = [.. boxes.SelectMany(BitConverter.GetBytes)];
        int flat = LempelZiv.Encode(bytes, new(4)).Length, coded = SectionCodec.Encode(SectionEncoding.Lz, 4, bytes, axes: new(1200, 4)).Length;
        Assert.InRange(coded, 1, bytes.Length / 20);
        Assert.True(coded < flat * 0.9, $"{coded} of {flat}");
    }

    [Fact]
    public void A_text_of_people_takes_less_than_deflated()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(i =>
            $$"""{"name":"conv{{i}}","op":{"op":"Conv2D","strides":[{{1 + i % 2}},1],"groups":1},"inputs":[{{2 * i}},{{2 * i + 1}}]},""")));
        using var stream = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(stream, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(text);
        Assert.InRange(LempelZiv.Encode(text, LempelZiv.Prose).Length, 1, stream.Length);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(2, 2, 5)]
    public void Damage_is_refused_or_decodes_within_limits(int elementSize, int lag, int columns)
    {
        byte[] text = Text(200 * elementSize, 50, 60, 2), good = LempelZiv.Encode(text, new(elementSize, 0, lag, columns));
        foreach (byte[] bad in Damage.Of(good))
        {
            byte[] decoded = new byte[text.Length];
            bool refused = Damage.IsRefused(() => LempelZiv.Decode(bad, decoded));
            // No byte is above 127: whether its highest bit is a literal's context matters to none.
            Assert.True(refused || bad[0] != good[0] || !decoded.SequenceEqual(text) || Damage.IsInTheEnd(good, bad, good.Length), "Damage was accepted as the same text.");
        }
        Assert.True(Damage.IsRefused(() => LempelZiv.Decode(good, new byte[text.Length + 300])));
        Assert.True(Damage.IsRefused(() => LempelZiv.Decode(good, new byte[text.Length - 20])));
    }

    [Fact]
    public void Few_bytes_never_make_a_long_text_of_literals()
    {
        // Zeros for ever after the end would be literals, each learnt to be likelier.
        Assert.True(Damage.IsRefused(() => LempelZiv.Decode([0, 0xFF, 0xFF, 0xFF, 0xFF], new byte[LempelZiv.MaximumLength])));
        Assert.True(Damage.IsRefused(() => LempelZiv.Decode([0], new byte[LempelZiv.MaximumLength + 1])));
    }

    /// <summary>The example in docs/format.md: "abc" seven times.</summary>
    [Fact]
    public void DocumentedExample()
    {
        byte[] text = "abcabcabcabcabcabcabc"u8.ToArray(), stored = Convert.FromHexString(FormatDocument.Example("lz")), decoded = new byte[text.Length];
        LempelZiv.Decode(stored, decoded);
        Assert.Equal(text, decoded);
        Assert.Equal(Convert.ToHexString(stored), Convert.ToHexString(LempelZiv.Encode(text, new(1))));
    }

    private static byte[] Text(int length, int distinct, int period, int seed)
    {
        var random = new Random(seed);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) text[i] = i < period ? (byte)random.Next(distinct) : text[i - period];
        return text;
    }
}
