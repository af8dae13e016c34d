using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Compression.Tests;

public class Lz4BlockTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithReplay(20_260_101, 1).WithMaxTest(300);

    [Fact]
    public void What_is_encoded_is_decoded_again() => Prop.ForAll(Texts().ToArbitrary(), text =>
    {
        byte[] block = Lz4Block.Encode(text);
        Assert.Equal(text, Lz4Block.Decode(block, text.Length));
        // The format's own bound for what cannot be made smaller.
        Assert.InRange(block.Length, 1, text.Length + (text.Length / 255) + 16);
    }).Check(s_config);

    [Fact]
    public void Matches_reach_back_64_KiB_less_one_and_no_farther()
    {
        byte[] piece = new byte[64], between = new byte[200_000];
        new Random(1).NextBytes(piece);
        new Random(2).NextBytes(between);
        int near = Lz4Block.Encode([.. piece, .. between[..(65_535 - 64)], .. piece, .. new byte[16]]).Length;
        int far = Lz4Block.Encode([.. piece, .. between[..(65_536 - 64)], .. piece, .. new byte[16]]).Length;
        Assert.InRange(far - near, 50, 70);
        byte[] text = [.. piece, .. between[..(65_535 - 64)], .. piece, .. between, .. piece, .. new byte[300]];
        Assert.Equal(text, Lz4Block.Decode(Lz4Block.Encode(text), text.Length));
    }

    /// <summary>A block written by hand from the format's description: literals "ab", a match of eight from two before, literals "cdefg".</summary>
    [Fact]
    public void A_block_made_by_hand_is_decoded() => Assert.Equal(
        "ababababab" + "cdefg", Encoding.ASCII.GetString(Lz4Block.Decode([0x24, (byte)'a', (byte)'b', 2, 0, 0x50, (byte)'c', (byte)'d', (byte)'e', (byte)'f', (byte)'g'], 15)));

    [Fact]
    public void The_last_five_bytes_are_literals_and_no_match_starts_in_the_last_twelve()
    {
        // One literal and a match are the least; in 13 bytes there is room for a match, in 12 there is not.
        Assert.Equal([0xC0, .. new byte[12]], Lz4Block.Encode(new byte[12]));
        Assert.Equal([0x13, 0, 1, 0, 0x50, 0, 0, 0, 0, 0], Lz4Block.Encode(new byte[13]));
    }

    [Fact]
    public void Damaged_blocks_are_refused_or_give_as_many_bytes()
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i % 17} "))), block = Lz4Block.Encode(text);
        var random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = block[..random.Next(block.Length + 1)];
            for (int changes = random.Next(3); changes > 0 && damaged.Length > 0; changes--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(text.Length, Lz4Block.Decode(damaged, text.Length).Length);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 4999);
    }

    private static Gen<byte[]> Texts()
    {
        Gen<int> length = Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, 6000));
        return from count in length
               from letters in Gen.Elements(1, 2, 4, 256)
               from seed in Gen.Choose(0, 1 << 20)
               from copies in Gen.Choose(0, 8)
               select Text(count, letters, seed, copies);
    }

    private static byte[] Text(int count, int letters, int seed, int copies)
    {
        var random = new Random(seed);
        byte[] text = new byte[count];
        for (int i = 0; i < count; i++) text[i] = (byte)random.Next(letters);
        for (; copies > 0 && count > 0; copies--)
        {
            int from = random.Next(count), to = random.Next(count);
            int length = Math.Min(random.Next(2000), count - Math.Max(from, to));
            text.AsSpan(from, length).CopyTo(text.AsSpan(to));
        }
        return text;
    }
}
