using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>
/// Order-0 canonical Huffman coding of bytes with code words of at most 12 bits, in four bit streams that are decoded side by side.
/// </summary>
/// <remarks>
/// The coded form does not say how many symbols it holds; whoever decodes it knows. No bytes stand for no symbols; one byte stands for
/// any number of symbols that all equal it; otherwise come the code lengths, the byte lengths of the first three streams as varints, and
/// the four streams. The same symbols always make the same bytes. docs/format.md has every bit.
/// </remarks>
public static partial class CanonicalHuffman
{
    /// <summary>The longest code word, in bits.</summary>
    public const int MaximumCodeLength = HuffmanCode.MaximumLength;

    private const int StreamCount = 4;

    /// <summary>Codes <paramref name="symbols"/>.</summary>
    /// <returns>The coded form: empty for no symbols, one byte if all are equal. It can be larger than the input; compare and choose.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> symbols)
    {
        if (symbols.IndexOfAnyExcept(symbols.IsEmpty ? (byte)0 : symbols[0]) < 0)
        {
            return symbols.IsEmpty ? [] : [symbols[0]];
        }

        Span<int> counts = stackalloc int[StreamCount * HuffmanCode.SymbolCount];
        Span<int> total = stackalloc int[HuffmanCode.SymbolCount];
        counts.Clear();
        total.Clear();
        for (int stream = 0; stream < StreamCount; stream++)
        {
            Span<int> own = counts.Slice(stream * HuffmanCode.SymbolCount, HuffmanCode.SymbolCount);
            Count(symbols[StreamRange(stream, symbols.Length)], own);
            for (int symbol = 0; symbol < own.Length; symbol++)
            {
                total[symbol] += own[symbol];
            }
        }

        Span<byte> lengths = stackalloc byte[HuffmanCode.SymbolCount];
        Span<ushort> codes = stackalloc ushort[HuffmanCode.SymbolCount];
        HuffmanCode.AssignLengths(total, lengths);
        HuffmanCode.AssignCodes(lengths, codes);

        Span<byte> head = stackalloc byte[HuffmanCode.MaximumLengthsBytes + (5 * (StreamCount - 1))];
        int headLength = HuffmanCode.WriteLengths(lengths, head);
        Span<int> streamLengths = stackalloc int[StreamCount];
        long codedLength = 0;
        for (int stream = 0; stream < StreamCount; stream++)
        {
            long bits = BitCount(counts.Slice(stream * HuffmanCode.SymbolCount, HuffmanCode.SymbolCount), lengths);
            streamLengths[stream] = checked((int)((bits + 7) / 8));
            codedLength += streamLengths[stream];
            if (stream < StreamCount - 1)
            {
                headLength += Varint.Write(head[headLength..], streamLengths[stream]);
            }
        }

        byte[] coded = new byte[checked((int)(headLength + codedLength))];
        head[..headLength].CopyTo(coded);
        Span<byte> rest = coded.AsSpan(headLength);
        for (int stream = 0; stream < StreamCount; stream++)
        {
            WriteStream(symbols[StreamRange(stream, symbols.Length)], lengths, codes, rest[..streamLengths[stream]]);
            rest = rest[streamLengths[stream]..];
        }

        return coded;
    }

    /// <summary>
    /// The length that <see cref="Encode"/> would give symbols of these counts, to within the few bytes that the ends of the streams
    /// take: whole numbers only, so that a choice made by it is the same on every machine.
    /// </summary>
    internal static long EstimateLength(ReadOnlySpan<int> counts)
    {
        int distinct = counts.Length - counts.Count(0);
        if (distinct < 2)
        {
            return distinct;
        }

        Span<byte> lengths = stackalloc byte[HuffmanCode.SymbolCount];
        Span<byte> head = stackalloc byte[HuffmanCode.MaximumLengthsBytes];
        HuffmanCode.AssignLengths(counts, lengths);
        long symbols = 0;
        foreach (int count in counts)
        {
            symbols += count;
        }

        long streamLength = Math.Max((BitCount(counts, lengths) + 7) / 8, Math.Min(symbols, StreamCount));
        return HuffmanCode.WriteLengths(lengths, head)
            + ((StreamCount - 1) * Varint.Length((int)Math.Min(streamLength / StreamCount, int.MaxValue)))
            + streamLength;
    }

    /// <summary>Adds the number of times each byte occurs to <paramref name="counts"/>.</summary>
    internal static void Count(ReadOnlySpan<byte> symbols, Span<int> counts)
    {
        foreach (byte symbol in symbols)
        {
            counts[symbol]++;
        }
    }

    /// <summary>The symbols of one stream: three quarters of equal size, rounded up, and what is left.</summary>
    private static Range StreamRange(int stream, int count)
    {
        int quarter = (int)(((long)count + StreamCount - 1) / StreamCount);
        return (int)Math.Min((long)stream * quarter, count)..(int)Math.Min((stream + 1L) * quarter, count);
    }

    private static long BitCount(ReadOnlySpan<int> counts, ReadOnlySpan<byte> lengths)
    {
        long bits = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            bits += (long)counts[symbol] * lengths[symbol];
        }

        return bits;
    }

    private static void WriteStream(
        ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> lengths, ReadOnlySpan<ushort> codes, Span<byte> destination)
    {
        ulong pending = 0;
        int pendingBits = 0;
        int position = 0;
        foreach (byte symbol in symbols)
        {
            pending |= (ulong)codes[symbol] << pendingBits;
            pendingBits += lengths[symbol];
            if (pendingBits >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(destination[position..], (uint)pending);
                position += sizeof(uint);
                pending >>= 32;
                pendingBits -= 32;
            }
        }

        for (; pendingBits > 0; pendingBits -= 8, pending >>= 8)
        {
            destination[position++] = (byte)pending;
        }
    }
}
