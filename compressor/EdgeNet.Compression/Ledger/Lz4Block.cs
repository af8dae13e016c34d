using System.Buffers.Binary;

namespace EdgeNet.Compression;

/// <summary>
/// The LZ4 block format (Y. Collet: "LZ4 Block Format Description"): literals and matches of at least four bytes in the last 64 KiB. The
/// encoder finds the longest match for each place along chains of equal hashes, and takes from the end those that cost least together. For
/// comparison only: no file is made so.
/// </summary>
public static class Lz4Block
{
    private const int LeastMatch = 4, MostDistance = ushort.MaxValue, HashBits = 16, MostTries = 64;

    /// <summary>Longer matches are put together of several: that costs three bytes in so many, and saves comparing.</summary>
    private const int MostMatch = 1 << 12;

    /// <summary>Of a match, shorter ones are tried up to this length, and the longest.</summary>
    private const int MostShortened = 40;

    /// <summary>The last match starts at least so far from the end, and the last five bytes are literals: the format's rules for the end.</summary>
    private const int MatchEnd = 12, LastLiterals = 5;

    /// <summary>Encodes as one block. The same bytes give the same block.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        (ushort[] lengths, ushort[] distances) = Matches(bytes);
        // From the end: the bytes that the rest takes. Where that is least with a literal, the length is zero.
        int[] cost = new int[bytes.Length + 1];
        for (int at = bytes.Length - 1; at >= 0; at--)
        {
            int longest = lengths[at];
            lengths[at] = 0;
            cost[at] = 1 + cost[at + 1];
            for (int length = longest; length >= LeastMatch; length = length > MostShortened + 1 ? MostShortened : length - 1)
            {
                // A token and a distance; lengths from 19 up take further bytes.
                int with = 3 + ((length - LeastMatch + 240) / 255) + cost[at + length];
                if (with < cost[at]) (cost[at], lengths[at]) = (with, (ushort)length);
            }
        }
        var block = new MemoryStream();
        int anchor = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int length = lengths[at];
            if (length == 0)
            {
                at++;
                continue;
            }
            Sequence(block, bytes[anchor..at], distances[at], length);
            at += length;
            anchor = at;
        }
        Sequence(block, bytes[anchor..], 0, 0);
        return block.ToArray();
    }

    /// <summary>Decodes a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="length">Bytes that it decodes to.</param>
    /// <exception cref="InvalidDataException">It is no block of that length.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> block, int length)
    {
        // A byte of a block stands for at most 255 others.
        if (length < 0 || length > 255L * block.Length) throw Wrong(block.Length, length);
        byte[] bytes = new byte[length];
        int at = 0, to = 0;
        while (at < block.Length)
        {
            int token = block[at++], literals = Length(block, ref at, token >> 4);
            if (literals > block.Length - at || literals > length - to) throw Wrong(block.Length, length);
            block.Slice(at, literals).CopyTo(bytes.AsSpan(to));
            (at, to) = (at + literals, to + literals);
            if (at == block.Length) break;
            if (block.Length - at < 2) throw Wrong(block.Length, length);
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            int match = Length(block, ref at, token & 15) + LeastMatch;
            if (distance == 0 || distance > to || match > length - to) throw Wrong(block.Length, length);
            // Byte by byte: a match may reach into itself.
            for (int end = to + match; to < end; to++) bytes[to] = bytes[to - distance];
        }
        return to == length ? bytes : throw Wrong(block.Length, length);
    }

    private static void Sequence(MemoryStream block, ReadOnlySpan<byte> literals, int distance, int match)
    {
        int rest = match - LeastMatch;
        block.WriteByte((byte)((Math.Min(literals.Length, 15) << 4) | (match == 0 ? 0 : Math.Min(rest, 15))));
        Extend(literals.Length);
        block.Write(literals);
        if (match == 0) return;
        block.WriteByte((byte)distance);
        block.WriteByte((byte)(distance >> 8));
        Extend(rest);

        void Extend(int length)
        {
            if (length < 15) return;
            for (length -= 15; length >= 255; length -= 255) block.WriteByte(255);
            block.WriteByte((byte)length);
        }
    }

    private static int Length(ReadOnlySpan<byte> block, ref int at, int start)
    {
        long length = start;
        if (start == 15)
        {
            byte more;
            do
            {
                if (at == block.Length) throw new InvalidDataException("an LZ4 block ends inside a length");
                length += more = block[at++];
            }
            while (more == 255);
        }
        return (int)Math.Min(length, int.MaxValue - LeastMatch);
    }

    private static InvalidDataException Wrong(int stored, int length) => new($"a text of {stored} bytes is no LZ4 block of {length}");

    /// <summary>For each place the longest match of those tried, and how far before it is.</summary>
    private static (ushort[] Lengths, ushort[] Distances) Matches(ReadOnlySpan<byte> bytes)
    {
        ushort[] lengths = new ushort[bytes.Length], distances = new ushort[bytes.Length];
        // Eight equal bytes lead to long matches past the many short ones of a sparse network; four to those.
        Chain eight = new(bytes.Length), four = new(bytes.Length);
        for (int at = 0; at <= bytes.Length - MatchEnd; at++)
        {
            ReadOnlySpan<byte> here = bytes[at..^LastLiterals];
            if (here.Length > MostMatch) here = here[..MostMatch];
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            int longest = LeastMatch - 1;
            Try(eight.Add(at, next), eight, here, bytes);
            Try(four.Add(at, next << 32), four, here, bytes);

            void Try(int from, Chain chain, ReadOnlySpan<byte> here, ReadOnlySpan<byte> bytes)
            {
                for (int tries = MostTries; from >= 0 && at - from <= MostDistance && tries > 0 && longest < here.Length; from = chain.Before[from], tries--)
                {
                    // What differs where the longest so far ends is no longer.
                    if (bytes[from + longest] != here[longest]) continue;
                    int length = here.CommonPrefixLength(bytes[from..]);
                    if (length > longest) (longest, lengths[at], distances[at]) = (length, (ushort)length, (ushort)(at - from));
                }
            }
        }
        return (lengths, distances);
    }

    /// <summary>The last place of each hash, and for each place the one before it of the same hash.</summary>
    private readonly struct Chain
    {
        private readonly int[] _last = new int[1 << HashBits];

        public Chain(int length)
        {
            Before = new int[length];
            Array.Fill(_last, -1);
        }

        public int[] Before { get; }

        /// <summary>Adds a place, and gives the one before it.</summary>
        public int Add(int at, ulong bytes)
        {
            ref int last = ref _last[bytes * 0x9E37_79B9_7F4A_7C15 >> (64 - HashBits)];
            (Before[at], last) = (last, at);
            return Before[at];
        }
    }
}
