namespace EdgeNet.Model.Format;

/// <summary>
/// The frequencies by which <see cref="Rans"/> codes: of each table, 256 numbers whose sum is 4096. They are written as weights of a few
/// bits under the adaptive coder, and the reader makes the sum right.
/// </summary>
internal static class FrequencyTables
{
    public const int SymbolCount = 256;
    public const int Bits = 12;
    public const int Total = 1 << Bits;

    /// <summary>Bits below the leading one that a weight can keep.</summary>
    public const int MaximumPrecision = Bits - 1;

    /// <summary>The most tables of one text.</summary>
    public const int MaximumTables = 16;

    // Bit lengths are 0 (the symbol does not occur in this table) to 12; they depend on the symbol before, or on the table before.
    private const int LengthBits = 4, Lengths = Bits + 1;

    private sealed class Models
    {
        public readonly uint[] Present = New(4), Precision = New(16), Length = New(2 * Lengths << LengthBits), Half = New(Lengths);

        public Span<uint> LengthAfter(bool first, int length) => Length.AsSpan(((first ? 0 : Lengths) + length) << LengthBits, 1 << LengthBits);

        private static uint[] New(int count)
        {
            uint[] models = new uint[count];
            models.AsSpan().Fill(AdaptiveModel.Start);
            return models;
        }
    }

    /// <summary>Writes tables of frequencies, 256 each, with weights of <paramref name="precision"/> bits below the leading one.</summary>
    public static void Write(AdaptiveEncoder coder, ReadOnlySpan<ushort> frequencies, int precision)
    {
        var models = new Models();
        int tables = frequencies.Length / SymbolCount, state = 0;
        Span<bool> present = stackalloc bool[SymbolCount];
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            present[symbol] = false;
            for (int table = 0; table < tables; table++) present[symbol] |= frequencies[(table * SymbolCount) + symbol] != 0;
            coder.Bit(ref models.Present[state], present[symbol] ? 1 : 0);
            state = ((state << 1) & 3) | (present[symbol] ? 1 : 0);
        }
        coder.Tree(models.Precision, 4, precision);
        Span<byte> lengths = stackalloc byte[SymbolCount];
        lengths.Clear();
        for (int table = 0; table < tables; table++)
        {
            int before = 0;
            for (int symbol = 0; symbol < SymbolCount; symbol++)
            {
                if (!present[symbol]) continue;
                int weight = Rounded(frequencies[(table * SymbolCount) + symbol], precision), length = BitLength(weight);
                coder.Tree(models.LengthAfter(table == 0, table == 0 ? before : lengths[symbol]), LengthBits, length);
                for (int bit = length - 2, last = Math.Max(0, length - 1 - precision); bit >= last; bit--)
                {
                    if (bit == length - 2) coder.Bit(ref models.Half[length], (weight >> bit) & 1);
                    else coder.EvenBit((weight >> bit) & 1);
                }
                lengths[symbol] = (byte)(before = length);
            }
        }
    }

    /// <summary>Reads as many tables as fit <paramref name="frequencies"/>.</summary>
    /// <exception cref="ModelFormatException">A table is empty, or a number is out of range.</exception>
    public static void Read(ref AdaptiveDecoder coder, scoped Span<ushort> frequencies)
    {
        var models = new Models();
        Span<bool> present = stackalloc bool[SymbolCount];
        int state = 0;
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            present[symbol] = coder.Bit(ref models.Present[state]) != 0;
            state = ((state << 1) & 3) | (present[symbol] ? 1 : 0);
        }
        int precision = coder.Tree(models.Precision, 4);
        if (precision > MaximumPrecision) throw new ModelFormatException($"Rans data: weights of {precision} bits; at most {MaximumPrecision} are allowed.");
        Span<byte> lengths = stackalloc byte[SymbolCount];
        lengths.Clear();
        for (int table = 0; table < frequencies.Length / SymbolCount; table++)
        {
            Span<ushort> own = frequencies.Slice(table * SymbolCount, SymbolCount);
            own.Clear();
            int before = 0;
            for (int symbol = 0; symbol < SymbolCount; symbol++)
            {
                if (!present[symbol]) continue;
                int length = coder.Tree(models.LengthAfter(table == 0, table == 0 ? before : lengths[symbol]), LengthBits);
                if (length > Bits) throw new ModelFormatException($"Rans data: a weight of {length} bits; at most {Bits} are allowed.");
                int weight = length == 0 ? 0 : 1;
                for (int bit = length - 2; bit >= 0; bit--)
                {
                    weight <<= 1;
                    if (bit == length - 2 && precision > 0) weight |= coder.Bit(ref models.Half[length]);
                    else if (bit >= length - 1 - precision) weight |= coder.EvenBit();
                }
                own[symbol] = (ushort)weight;
                lengths[symbol] = (byte)(before = length);
            }
            Scale(own);
        }
    }

    /// <summary>What <see cref="Read"/> makes of frequencies that were written with this precision.</summary>
    public static void Round(Span<ushort> frequencies, int precision)
    {
        for (int i = 0; i < frequencies.Length; i++) frequencies[i] = (ushort)Rounded(frequencies[i], precision);
        for (int at = 0; at < frequencies.Length; at += SymbolCount) Scale(frequencies.Slice(at, SymbolCount));
    }

    /// <summary>
    /// Frequencies from weights: one for each symbol that occurs, and the rest in proportion to the weights less one, cut at whole
    /// numbers. So weights that add up to 4096 are the frequencies. A symbol alone has 4095, and one value is not used.
    /// </summary>
    private static void Scale(Span<ushort> weights)
    {
        int occurring = SymbolCount - weights.Count((ushort)0);
        if (occurring == 0) throw new ModelFormatException("Rans data: a table of frequencies without a symbol.");
        int sum = -occurring;
        foreach (ushort weight in weights) sum += weight;
        bool even = sum == 0;
        if (even) sum = occurring;
        long rest = occurring == 1 ? Total - 2 : Total - occurring, below = 0;
        foreach (ref ushort weight in weights)
        {
            if (weight == 0) continue;
            long above = below + (even ? 1 : weight - 1);
            weight = (ushort)(1 + (above * rest / sum) - (below * rest / sum));
            below = above;
        }
    }

    // To the nearest that has so many bits, and no further than 12 bits go.
    private static int Rounded(int weight, int precision)
    {
        int dropped = BitLength(weight) - 1 - precision;
        if (dropped <= 0) return weight;
        int rounded = (weight + (1 << (dropped - 1))) >> dropped << dropped;
        return rounded < Total ? rounded : weight >> dropped << dropped;
    }

    private static int BitLength(int value) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)value);

    /// <summary>The frequencies that code a text of these counts in about the fewest bits: their sum is 4096, or 4095 of one symbol alone.</summary>
    public static void FromCounts(ReadOnlySpan<int> counts, Span<ushort> frequencies)
    {
        frequencies.Clear();
        long all = 0, common = 0;
        foreach (int count in counts) all += count;
        // What is rarer than one in 4096 takes one all the same; the others share the rest.
        int sum = 0, occurring = SymbolCount - counts.Count(0), left = Total;
        foreach (int count in counts)
        {
            bool rare = count * (long)Total < all;
            if (!rare) common += count;
            else if (count > 0) left--;
        }
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            if (counts[symbol] == 0) continue;
            frequencies[symbol] = counts[symbol] * (long)Total < all ? (ushort)1 : (ushort)Math.Clamp(((2L * counts[symbol] * left) + common) / (2 * common), 1, Total - 1);
            sum += frequencies[symbol];
        }
        for (; occurring > 1 && sum != Total; sum += sum < Total ? 1 : -1)
        {
            // One more where it saves most, one less where it costs least.
            int step = sum < Total ? 1 : -1, best = -1;
            long most = long.MinValue;
            for (int symbol = 0; symbol < SymbolCount; symbol++)
            {
                int frequency = frequencies[symbol];
                if (frequency == 0 || frequency + step == 0 || frequency + step == Total) continue;
                long gain = (long)counts[symbol] * (BinaryLogarithm.Of(frequency + step) - BinaryLogarithm.Of(frequency));
                if (gain > most) (most, best) = (gain, symbol);
            }
            frequencies[best] = (ushort)(frequencies[best] + step);
        }
    }
}
