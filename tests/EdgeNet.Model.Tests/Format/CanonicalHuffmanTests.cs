using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class CanonicalHuffmanTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string shape in new[] { "uniform", "uniform7", "geometric", "one", "two", "rare", "fibonacci", "signed" })
            {
                foreach (int count in new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 63, 64, 65, 70, 1000, 4099, 100_003 })
                {
                    cases.Add(shape, count);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RoundTripsDeterministicallyNearTheEntropy(string shape, int count)
    {
        byte[] symbols = Symbols(shape, count);
        byte[] encoded = CanonicalHuffman.Encode(symbols);
        byte[] decoded = new byte[count];
        CanonicalHuffman.Decode(encoded, decoded);

        Assert.Equal(symbols, decoded);
        Assert.Equal(encoded, CanonicalHuffman.Encode([.. symbols]));
        if (shape != "fibonacci")
        {
            // A prefix code costs less than entropy + 1 bit a symbol; then the header, the jump table and four stream ends.
            double bound = count * (Entropy(symbols) + 1) / 8;
            Assert.InRange(encoded.Length, 0, bound + HuffmanCode.MaximumLengthsBytes + 15 + 4);
        }
    }

    [Fact]
    public void EveryShortLengthRoundTrips()
    {
        for (int count = 0; count <= 70; count++)
        {
            foreach (string shape in new[] { "uniform", "two", "geometric" })
            {
                byte[] symbols = Symbols(shape, count);
                byte[] decoded = new byte[count];
                CanonicalHuffman.Decode(CanonicalHuffman.Encode(symbols), decoded);
                Assert.Equal(symbols, decoded);
            }
        }
    }

    [Fact]
    public void CodeIsCompleteAndWithinTheLimitUnderExtremeSkew()
    {
        foreach (int distinct in new[] { 2, 3, 12, 13, 14, 40, 45, 255, 256 })
        {
            int[] counts = new int[256];
            for (int i = 0; i < distinct; i++)
            {
                counts[i] = 1 << Math.Min(i, 24);
            }

            byte[] lengths = Lengths(counts);
            Assert.Equal(4096, lengths.Where(length => length != 0).Sum(length => 4096 >> length));
            Assert.InRange(lengths.Max(), 1, CanonicalHuffman.MaximumCodeLength);
            Assert.Equal(distinct, lengths.Count(length => length != 0));
        }
    }

    [Fact]
    public void WithoutTheLimitTheLengthsCostWhatHuffmansOwnAlgorithmCosts()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            // Counts within a factor of 20 and at most 60 symbols never need 12 bits.
            int[] counts = new int[256];
            for (int i = random.Next(2, 60); i > 0; i--)
            {
                counts[random.Next(256)] = random.Next(5, 100);
            }

            counts[7] = counts[9] = 50;
            byte[] lengths = Lengths(counts);
            Assert.Equal(HuffmanCost(counts), counts.Select((count, symbol) => (long)count * lengths[symbol]).Sum());
        }
    }

    [Fact]
    public void LengthsUnderTheLimitAreOptimal()
    {
        // Fibonacci counts want a chain of 15 lengths. Best of all complete codes, by trying every multiset of lengths.
        int[] counts = new int[256];
        (int a, int b) = (1, 1);
        for (int i = 0; i < 16; i++)
        {
            counts[i] = a;
            (a, b) = (b, a + b);
        }

        byte[] lengths = Lengths(counts);
        long cost = counts.Select((count, symbol) => (long)count * lengths[symbol]).Sum();
        Assert.Equal(BestCost(counts[..16], 0, 1, 4096), cost);
    }

    [Fact]
    public void LengthsRoundTripThroughEveryKindOfRun()
    {
        var random = new Random(4);
        for (int round = 0; round < 300; round++)
        {
            int[] counts = new int[256];
            for (int symbol = random.Next(20); symbol < 250; symbol += random.Next(3) == 0 ? random.Next(1, 60) : 1)
            {
                counts[symbol] = round % 2 == 0 ? 1 : 1 + random.Next(1000);
            }

            counts[254] = counts[255] = 3;
            byte[] lengths = Lengths(counts);
            byte[] written = new byte[HuffmanCode.MaximumLengthsBytes];
            int length = HuffmanCode.WriteLengths(lengths, written);
            byte[] read = new byte[256];
            Assert.Equal(length, HuffmanCode.ReadLengths(written, read));
            Assert.Equal(lengths, read);
        }
    }

    [Theory]
    [InlineData("two", 9)]
    [InlineData("geometric", 40)]
    [InlineData("uniform7", 70)]
    [InlineData("uniform", 70)]
    [InlineData("one", 5)]
    public void DamageIsRefusedOrDecodesToSomethingElse(string shape, int count)
    {
        byte[] symbols = Symbols(shape, count);
        byte[] good = CanonicalHuffman.Encode(symbols);
        foreach (byte[] bad in Damage.Of(good))
        {
            byte[] decoded = new byte[count];
            bool refused = Damage.IsRefused(() => CanonicalHuffman.Decode(bad, decoded));

            // One byte is a text of its own, whatever it was the start of.
            Assert.True(refused || bad.Length == good.Length || bad.Length == 1, "A shorter or longer text was accepted.");
            Assert.True(refused || !decoded.SequenceEqual(symbols), "Damage was accepted as the same symbols.");
        }

        Assert.True(Damage.IsRefused(() => CanonicalHuffman.Decode(good, new byte[count + 40])) || good.Length == 1);
        Assert.True(Damage.IsRefused(() => CanonicalHuffman.Decode(good, new byte[count - 4])) || good.Length == 1);
    }

    [Fact]
    public void RandomBytesNeverDoWorse()
    {
        var random = new Random(5);
        byte[] symbols = new byte[200];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            Damage.IsRefused(() => CanonicalHuffman.Decode(bytes, symbols));
        }
    }

    /// <summary>The example in docs/format.md.</summary>
    [Fact]
    public void DocumentedExample()
    {
        byte[] symbols = [0, 0, 1, 0, 2, 0, 0, 3, 0, 1, 0, 0, 0, 1, 2, 0];
        Assert.Equal(FormatDocument.Example("huffman"), Convert.ToHexString(CanonicalHuffman.Encode(symbols)));
    }

    private static byte[] Symbols(string shape, int count)
    {
        var random = new Random(17);
        byte[] symbols = new byte[count];
        for (int i = 0; i < count; i++)
        {
            symbols[i] = shape switch
            {
                "uniform" => (byte)random.Next(256),
                "uniform7" => (byte)(100 + random.Next(7)),
                "geometric" => (byte)Math.Min(255, (int)-Math.Log2(1 - random.NextDouble())),
                "one" => 77,
                "two" => (byte)(random.Next(2) * 255),
                "rare" => (byte)(i % 977 == 500 ? 255 : 0),
                "fibonacci" => (byte)Math.Min(255, (int)(-Math.Log(1 - random.NextDouble()) / Math.Log(1.618))),
                _ => (byte)(sbyte)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 40),
            };
        }

        return symbols;
    }

    private static byte[] Lengths(int[] counts)
    {
        byte[] lengths = new byte[256];
        HuffmanCode.AssignLengths(counts, lengths);
        return lengths;
    }

    private static double Entropy(byte[] symbols) =>
        symbols.GroupBy(symbol => symbol).Select(group => (double)group.Count() / symbols.Length).Sum(p => -p * Math.Log2(p));

    private static long HuffmanCost(int[] counts)
    {
        var queue = new PriorityQueue<long, long>(counts.Where(count => count > 0).Select(count => ((long)count, (long)count)));
        long cost = 0;
        while (queue.Count > 1)
        {
            long sum = queue.Dequeue() + queue.Dequeue();
            cost += sum;
            queue.Enqueue(sum, sum);
        }

        return cost;
    }

    // The heaviest symbol is last and has the shortest length, so lengths do not decrease on the way down.
    private static long BestCost(int[] counts, int done, int shortest, int missing)
    {
        int left = counts.Length - done;
        if (left == 0)
        {
            return missing == 0 ? 0 : long.MaxValue / 2;
        }

        long best = long.MaxValue / 2;
        for (int length = shortest; length <= 12 && left <= missing; length++)
        {
            int share = 4096 >> length;
            if (share <= missing && (long)share * left >= missing)
            {
                best = Math.Min(
                    best, ((long)counts[left - 1] * length) + BestCost(counts, done + 1, length, missing - share));
            }
        }

        return best;
    }
}
