namespace EdgeNet.Model.Format;

/// <summary>
/// A canonical prefix code over bytes: which lengths, which code words, and how the lengths are written down. A code is its 256 lengths,
/// where 0 means that the symbol does not occur.
/// </summary>
internal static class HuffmanCode
{
    public const int SymbolCount = 256;
    public const int MaximumLength = 12;
    public const int TableSize = 1 << MaximumLength;

    /// <summary>Upper bound of what <see cref="WriteLengths"/> writes: a nibble for each symbol.</summary>
    public const int MaximumLengthsBytes = SymbolCount / 2;

    // Nibbles 0..12 are the length of one symbol; these three start a run of at least MinimumRun.
    private const int UnusedRunNibble = 13;
    private const int LongUnusedRunNibble = 14;
    private const int RepeatRunNibble = 15;
    private const int MinimumRun = 3;
    private const int MinimumLongRun = MinimumRun + 16;

    /// <summary>
    /// The lengths that make the shortest text among all prefix codes of at most <see cref="MaximumLength"/> bits: package-merge
    /// (Larmore and Hirschberg 1990). Symbols of equal count are ordered by value and a leaf goes before a package of its weight, so the
    /// result depends on the counts alone. At least two symbols must occur.
    /// </summary>
    public static void AssignLengths(ReadOnlySpan<int> counts, Span<byte> lengths)
    {
        int[] symbols = SymbolsByCount(counts);
        long[] leaves = new long[symbols.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = counts[symbols[i]];
        }

        // Level 0 is the deepest. Each level offers the leaves anew, merged with the pairs of the level below.
        bool[][] isLeaf = new bool[MaximumLength][];
        long[] below = [];
        for (int level = 0; level < MaximumLength; level++)
        {
            int packages = below.Length / 2;
            long[] items = new long[leaves.Length + packages];
            bool[] flags = new bool[items.Length];
            for (int i = 0, leaf = 0, package = 0; i < items.Length; i++)
            {
                long packageWeight = package < packages ? below[2 * package] + below[(2 * package) + 1] : long.MaxValue;
                flags[i] = leaf < leaves.Length && leaves[leaf] <= packageWeight;
                items[i] = flags[i] ? leaves[leaf] : packageWeight;
                leaf += flags[i] ? 1 : 0;
                package += flags[i] ? 0 : 1;
            }

            isLeaf[level] = flags;
            below = items;
        }

        // The cheapest 2n-2 items of the top level are the answer: a symbol's length is the number of its leaves taken on the way down.
        lengths.Clear();
        int take = (2 * leaves.Length) - 2;
        for (int level = MaximumLength - 1; level >= 0; level--)
        {
            int taken = isLeaf[level].AsSpan(0, take).Count(true);
            for (int i = 0; i < taken; i++)
            {
                lengths[symbols[i]]++;
            }

            take = 2 * (take - taken);
        }
    }

    private static int[] SymbolsByCount(ReadOnlySpan<int> counts)
    {
        var keys = new List<long>(SymbolCount);
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            if (counts[symbol] != 0)
            {
                keys.Add(((long)counts[symbol] * SymbolCount) + symbol);
            }
        }

        keys.Sort();
        return keys.ConvertAll(key => (int)(key % SymbolCount)).ToArray();
    }

    /// <summary>
    /// The canonical code words: counted upwards through the lengths, then through the symbols, as in RFC 1951, and here bit-reversed,
    /// since the first bit of a code word is the lowest bit not yet read.
    /// </summary>
    public static void AssignCodes(ReadOnlySpan<byte> lengths, Span<ushort> codes)
    {
        int code = 0;
        for (int length = 1; length <= MaximumLength; length++, code <<= 1)
        {
            for (int symbol = 0; symbol < SymbolCount; symbol++)
            {
                if (lengths[symbol] == length)
                {
                    codes[symbol] = Reverse(code++, length);
                }
            }
        }
    }

    /// <summary>
    /// For each value of the next 12 bits the symbol they start with (high byte) and the bits it takes (low byte). The lengths must be
    /// complete: then every entry is set.
    /// </summary>
    public static void BuildTable(ReadOnlySpan<byte> lengths, Span<ushort> table)
    {
        Span<ushort> codes = stackalloc ushort[SymbolCount];
        AssignCodes(lengths, codes);
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0)
            {
                continue;
            }

            ushort entry = (ushort)((symbol << 8) | length);
            for (int i = codes[symbol]; i < TableSize; i += 1 << length)
            {
                table[i] = entry;
            }
        }
    }

    /// <summary>Writes the lengths as nibbles, low nibble first, up to the last symbol that occurs; returns the number of bytes.</summary>
    public static int WriteLengths(ReadOnlySpan<byte> lengths, Span<byte> destination)
    {
        var nibbles = new NibbleWriter(destination);
        int end = lengths.LastIndexOfAnyExcept((byte)0) + 1;
        int previous = 0;
        for (int symbol = 0; symbol < end;)
        {
            int length = lengths[symbol];
            int differing = lengths[symbol..end].IndexOfAnyExcept((byte)length);
            int run = differing < 0 ? end - symbol : differing;
            if (run < MinimumRun || (length != 0 && length != previous))
            {
                nibbles.Write(length);
                run = 1;
            }
            else if (length != 0)
            {
                run = Math.Min(run, MinimumLongRun - 1);
                nibbles.Write(RepeatRunNibble);
                nibbles.Write(run - MinimumRun);
            }
            else if (run < MinimumLongRun)
            {
                nibbles.Write(UnusedRunNibble);
                nibbles.Write(run - MinimumRun);
            }
            else
            {
                nibbles.Write(LongUnusedRunNibble);
                nibbles.Write((run - MinimumLongRun) & 15);
                nibbles.Write((run - MinimumLongRun) >> 4);
            }

            previous = length == 0 ? previous : length;
            symbol += run;
        }

        return nibbles.ByteCount;
    }

    /// <summary>
    /// Reads what <see cref="WriteLengths"/> wrote and returns the number of bytes. There is no count: the lengths end where the code is
    /// complete, that is where the sum of 2^-length reaches one.
    /// </summary>
    public static int ReadLengths(ReadOnlySpan<byte> source, Span<byte> lengths)
    {
        var nibbles = new NibbleReader(source);
        lengths.Clear();
        int previous = 0;
        int missing = TableSize;
        for (int symbol = 0; missing > 0;)
        {
            int nibble = nibbles.Read();
            int length = nibble switch
            {
                <= MaximumLength => nibble,
                RepeatRunNibble => previous,
                _ => 0,
            };
            int run = nibble switch
            {
                <= MaximumLength => 1,
                LongUnusedRunNibble => MinimumLongRun + nibbles.Read() + (nibbles.Read() << 4),
                _ => MinimumRun + nibbles.Read(),
            };

            if (nibble == RepeatRunNibble && previous == 0)
            {
                throw nibbles.Error("a repeated code length has none before it");
            }

            if (run > SymbolCount - symbol)
            {
                throw nibbles.Error("the code lengths run past symbol 255 with the code incomplete");
            }

            if (length != 0)
            {
                lengths.Slice(symbol, run).Fill((byte)length);
                missing -= run * (TableSize >> length);
                previous = length;
            }

            symbol += run;
        }

        if (missing < 0)
        {
            throw nibbles.Error("the code lengths claim more code words than there are");
        }

        return nibbles.Finish();
    }

    private static ushort Reverse(int code, int length)
    {
        int reversed = 0;
        for (int bit = 0; bit < length; bit++)
        {
            reversed = (reversed << 1) | ((code >> bit) & 1);
        }

        return (ushort)reversed;
    }

    private ref struct NibbleWriter(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _count;

        public readonly int ByteCount => (_count + 1) / 2;

        public void Write(int nibble)
        {
            ref byte target = ref _destination[_count / 2];
            target = (byte)(_count % 2 == 0 ? nibble : target | (nibble << 4));
            _count++;
        }
    }

    private ref struct NibbleReader(ReadOnlySpan<byte> source)
    {
        private readonly ReadOnlySpan<byte> _source = source;
        private int _count;

        public int Read()
        {
            int index = _count / 2;
            if (index >= _source.Length)
            {
                throw Error("the data ends inside the code lengths");
            }

            return (_source[index] >> (4 * (_count++ % 2))) & 15;
        }

        public readonly int Finish()
        {
            if (_count % 2 != 0 && _source[_count / 2] >> 4 != 0)
            {
                throw Error("expected a zero nibble after the code lengths");
            }

            return (_count + 1) / 2;
        }

        public readonly ModelFormatException Error(string what) => new($"Huffman data, byte {_count / 2}: {what}.");
    }
}
