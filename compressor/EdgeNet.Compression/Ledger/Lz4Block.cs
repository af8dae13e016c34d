using System.Buffers.Binary;

namespace EdgeNet.Compression;

/// <summary>
/// The LZ4 block format (Y. Collet: "LZ4 Block Format Description"): literals and matches of at least four bytes in the last 64 KiB. The
/// encoder follows chains of equal hashes and puts a match off by a byte where the next one is longer. For comparison only: no file is made so.
/// </summary>
public static class Lz4Block
{
    private const int LeastMatch = 4, MostDistance = ushort.MaxValue, HashBits = 16, MostTries = 64;

    /// <summary>The last match starts at least so far from the end, and the last five bytes are literals: the format's rules for the end.</summary>
    private const int MatchEnd = 12, LastLiterals = 5;

    /// <summary>Encodes as one block. The same bytes give the same block.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        var block = new MemoryStream();
        var chains = new Chains(bytes.Length);
        int anchor = 0, at = 0, limit = bytes.Length - MatchEnd;
        while (at <= limit)
        {
            (int length, int from) = chains.Longest(bytes, at);
            if (length < LeastMatch)
            {
                at++;
                continue;
            }
            while (at < limit && chains.Longest(bytes, at + 1) is var (longer, other) && longer > length) (at, length, from) = (at + 1, longer, other);
            Sequence(block, bytes[anchor..at], at - from, length);
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

    /// <summary>For each place the last one before it whose next four bytes have the same hash.</summary>
    private sealed class Chains
    {
        private readonly int[] _last = new int[1 << HashBits], _before;
        private int _filled;

        public Chains(int length)
        {
            _before = new int[length];
            Array.Fill(_last, -1);
        }

        /// <summary>The longest match for what stands at a place, of those tried, and where it is from.</summary>
        public (int Length, int From) Longest(ReadOnlySpan<byte> bytes, int at)
        {
            for (; _filled <= at; _filled++)
            {
                uint hash = BinaryPrimitives.ReadUInt32LittleEndian(bytes[_filled..]) * 2654435761u >> (32 - HashBits);
                _before[_filled] = _last[hash];
                _last[hash] = _filled;
            }
            (int Length, int From) best = (0, 0);
            ReadOnlySpan<byte> here = bytes[at..^LastLiterals];
            for ((int from, int tries) = (_before[at], MostTries); from >= 0 && at - from <= MostDistance && tries > 0; from = _before[from], tries--)
            {
                int length = here.CommonPrefixLength(bytes[from..]);
                if (length > best.Length) best = (length, from);
                if (length == here.Length) break;
            }
            return best;
        }
    }
}
