using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace EdgeNet.Model.Format;

public static partial class CanonicalHuffman
{
    // A stream keeps nothing between groups but the position of its next bit. A 64-bit load from that bit's byte holds at least 57 bits
    // that are not yet read, enough for a group of four code words of 12 bits.
    private const int GroupSize = 4;
    private const int WindowBytes = sizeof(ulong);
    private const ulong TableMask = HuffmanCode.TableSize - 1;

    /// <summary>Decodes exactly as many symbols as <paramref name="symbols"/> holds, from all of <paramref name="encoded"/>.</summary>
    /// <exception cref="ModelFormatException">
    /// The code is not complete, a stream does not end at its last byte, its padding is not zero, or the data is too long or short.
    /// <paramref name="symbols"/> then holds anything.
    /// </exception>
    public static void Decode(ReadOnlySpan<byte> encoded, Span<byte> symbols)
    {
        if (encoded.Length < 2 || symbols.IsEmpty)
        {
            DecodeUniform(encoded, symbols);
            return;
        }

        Span<byte> lengths = stackalloc byte[HuffmanCode.SymbolCount];
        int position = HuffmanCode.ReadLengths(encoded, lengths);
        int length0 = Varint.Read(encoded, ref position, "Huffman stream length");
        int length1 = Varint.Read(encoded, ref position, "Huffman stream length");
        int length2 = Varint.Read(encoded, ref position, "Huffman stream length");
        ReadOnlySpan<byte> rest = encoded[position..];
        long length3 = (long)rest.Length - length0 - length1 - length2;
        if (length3 < 0)
        {
            throw new ModelFormatException(
                $"Huffman data, byte {position}: three streams of {length0}, {length1} and {length2} bytes, but {rest.Length} bytes are left.");
        }

        Span<ushort> table = stackalloc ushort[HuffmanCode.TableSize];
        HuffmanCode.BuildTable(lengths, table);
        DecodeStreams(
            rest[..length0],
            rest.Slice(length0, length1),
            rest.Slice(length0 + length1, length2),
            rest[(length0 + length1 + length2)..],
            table,
            symbols);
    }

    private static void DecodeUniform(ReadOnlySpan<byte> encoded, Span<byte> symbols)
    {
        if (encoded.Length != Math.Min(symbols.Length, 1))
        {
            throw new ModelFormatException($"Huffman data of {encoded.Length} bytes cannot hold {symbols.Length} symbols.");
        }

        if (!encoded.IsEmpty)
        {
            symbols.Fill(encoded[0]);
        }
    }

    private static void DecodeStreams(
        ReadOnlySpan<byte> source0,
        ReadOnlySpan<byte> source1,
        ReadOnlySpan<byte> source2,
        ReadOnlySpan<byte> source3,
        ReadOnlySpan<ushort> table,
        Span<byte> symbols)
    {
        Span<byte> symbols0 = symbols[StreamRange(0, symbols.Length)];
        Span<byte> symbols1 = symbols[StreamRange(1, symbols.Length)];
        Span<byte> symbols2 = symbols[StreamRange(2, symbols.Length)];
        Span<byte> symbols3 = symbols[StreamRange(3, symbols.Length)];

        // The last stream is the shortest. This tells the compiler so, and the table's size too: no look-up needs a check.
        table = table[..HuffmanCode.TableSize];
        int grouped = symbols3.Length - (symbols3.Length % GroupSize);
        int done = 0;
        long bit0 = 0, bit1 = 0, bit2 = 0, bit3 = 0;
        while (done < grouped
            && HasWindow(source0, bit0) && HasWindow(source1, bit1) && HasWindow(source2, bit2) && HasWindow(source3, bit3))
        {
            ulong window0 = Window(source0, bit0);
            ulong window1 = Window(source1, bit1);
            ulong window2 = Window(source2, bit2);
            ulong window3 = Window(source3, bit3);

            uint a0 = table[(int)(window0 & TableMask)];
            uint a1 = table[(int)(window1 & TableMask)];
            uint a2 = table[(int)(window2 & TableMask)];
            uint a3 = table[(int)(window3 & TableMask)];
            window0 >>= (int)a0;
            window1 >>= (int)a1;
            window2 >>= (int)a2;
            window3 >>= (int)a3;

            uint b0 = table[(int)(window0 & TableMask)];
            uint b1 = table[(int)(window1 & TableMask)];
            uint b2 = table[(int)(window2 & TableMask)];
            uint b3 = table[(int)(window3 & TableMask)];
            window0 >>= (int)b0;
            window1 >>= (int)b1;
            window2 >>= (int)b2;
            window3 >>= (int)b3;

            uint c0 = table[(int)(window0 & TableMask)];
            uint c1 = table[(int)(window1 & TableMask)];
            uint c2 = table[(int)(window2 & TableMask)];
            uint c3 = table[(int)(window3 & TableMask)];
            window0 >>= (int)c0;
            window1 >>= (int)c1;
            window2 >>= (int)c2;
            window3 >>= (int)c3;

            uint d0 = table[(int)(window0 & TableMask)];
            uint d1 = table[(int)(window1 & TableMask)];
            uint d2 = table[(int)(window2 & TableMask)];
            uint d3 = table[(int)(window3 & TableMask)];

            bit0 += (byte)(a0 + b0 + c0 + d0);
            bit1 += (byte)(a1 + b1 + c1 + d1);
            bit2 += (byte)(a2 + b2 + c2 + d2);
            bit3 += (byte)(a3 + b3 + c3 + d3);
            WriteGroup(symbols0, done, a0, b0, c0, d0);
            WriteGroup(symbols1, done, a1, b1, c1, d1);
            WriteGroup(symbols2, done, a2, b2, c2, d2);
            WriteGroup(symbols3, done, a3, b3, c3, d3);
            done += GroupSize;
        }

        DecodeRest(source0, bit0, table, symbols0[done..], stream: 0);
        DecodeRest(source1, bit1, table, symbols1[done..], stream: 1);
        DecodeRest(source2, bit2, table, symbols2[done..], stream: 2);
        DecodeRest(source3, bit3, table, symbols3[done..], stream: 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasWindow(ReadOnlySpan<byte> source, long bit) => (bit >> 3) <= source.Length - WindowBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Window(ReadOnlySpan<byte> source, long bit) =>
        BinaryPrimitives.ReadUInt64LittleEndian(source[(int)(bit >> 3)..]) >> (int)(bit & 7);

    // An entry is symbol << 8 | length, so the lengths of a group add up to at most 48 in the low byte of the entries' sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteGroup(Span<byte> symbols, int index, uint a, uint b, uint c, uint d) =>
        BinaryPrimitives.WriteUInt32LittleEndian(
            symbols[index..], (a >> 8) | (b & 0xFF00) | ((c & 0xFF00) << 8) | ((d & 0xFF00) << 16));

    /// <summary>The symbols near the end of a stream, one by one with zeros read behind the end, and then the check of that end.</summary>
    private static void DecodeRest(
        ReadOnlySpan<byte> source, long bit, ReadOnlySpan<ushort> table, Span<byte> symbols, int stream)
    {
        long end = 8L * source.Length;
        for (int i = 0; i < symbols.Length && bit <= end; i++)
        {
            uint entry = table[(int)(CheckedWindow(source, bit) & TableMask)];
            symbols[i] = (byte)(entry >> 8);
            bit += (byte)entry;
        }

        if (bit > end || end - bit >= 8 || CheckedWindow(source, bit) != 0)
        {
            throw new ModelFormatException(
                $"Huffman stream {stream} of {source.Length} bytes: its symbols should end within its last byte, followed by zero bits.");
        }
    }

    private static ulong CheckedWindow(ReadOnlySpan<byte> source, long bit)
    {
        if (HasWindow(source, bit))
        {
            return Window(source, bit);
        }

        Span<byte> padded = stackalloc byte[WindowBytes];
        padded.Clear();
        source[(int)(bit >> 3)..].CopyTo(padded);
        return Window(padded, bit & 7);
    }
}
