using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>The stored bytes of a section and how they are encoded.</summary>
public readonly record struct EncodedSection(SectionEncoding Encoding, byte[] Stored);

/// <summary>Turns the bytes of a section into what a file stores and back. docs/format.md gives each encoding byte by byte.</summary>
public static class SectionCodec
{
    /// <summary>Encodes a section.</summary>
    /// <param name="encoding">How.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2 or 4; 1 for <see cref="SectionEncoding.Huffman"/>.</param>
    /// <param name="decoded">The section's bytes, a whole number of elements.</param>
    /// <param name="background">
    /// For <see cref="SectionEncoding.Sparse"/> the value left out, little-endian in its low bytes; no other encoding looks at it.
    /// </param>
    /// <param name="gapBits">
    /// For <see cref="SectionEncoding.Sparse"/> the bits of a gap, 1 to 8, or 0 for those that seem to make the smallest section.
    /// </param>
    /// <param name="axes">For <see cref="SectionEncoding.Rans"/> and <see cref="SectionEncoding.Lz"/> the tensor that the elements are.</param>
    /// <returns>The stored bytes: the same for the same arguments on every machine.</returns>
    /// <exception cref="ArgumentException">The encoding is not for such elements, or not for so many: Lz sections have at most 4 MiB.</exception>
    public static byte[] Encode(
        SectionEncoding encoding, int elementSize, ReadOnlySpan<byte> decoded, uint background = 0, int gapBits = 0, SectionAxes axes = default)
    {
        ElementBytes.CheckArguments(decoded.Length, elementSize, background);
        return encoding switch
        {
            SectionEncoding.Raw => decoded.ToArray(),
            SectionEncoding.Huffman when elementSize == 1 => CanonicalHuffman.Encode(decoded),
            SectionEncoding.Huffman => throw new ArgumentException("Huffman coding is for elements of one byte.", nameof(elementSize)),
            SectionEncoding.Sparse => EncodeSparse(elementSize, decoded, background, gapBits),
            SectionEncoding.Rans => EncodeRans(elementSize, decoded, axes),
            SectionEncoding.Lz when decoded.Length > LempelZiv.MaximumLength => throw new ArgumentException($"Lz sections have at most {LempelZiv.MaximumLength} bytes.", nameof(decoded)),
            SectionEncoding.Lz => LempelZiv.EncodeSmaller(decoded, elementSize, axes.Last, otherwise: int.MaxValue) ?? LempelZiv.Encode(decoded, new LempelZiv.View(elementSize)),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not an encoding of this version."),
        };
    }

    /// <summary>Decodes a section into exactly <paramref name="destination"/>.</summary>
    /// <param name="encoding">How it is stored.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="stored">The stored bytes, all of them.</param>
    /// <param name="destination">As many bytes as the section has decoded. The time taken is bounded by this length.</param>
    /// <exception cref="ModelFormatException">The stored bytes are not a section of that length in that encoding.</exception>
    public static void Decode(SectionEncoding encoding, int elementSize, ReadOnlySpan<byte> stored, Span<byte> destination)
    {
        Check(encoding, elementSize, stored.Length, destination.Length, "Section");
        switch (encoding)
        {
            case SectionEncoding.Raw:
                stored.CopyTo(destination);
                break;
            case SectionEncoding.Huffman:
                CanonicalHuffman.Decode(stored, destination);
                break;
            case SectionEncoding.Sparse:
                DecodeSparse(elementSize, stored, destination);
                break;
            case SectionEncoding.Rans:
                Rans.Decode(stored, destination);
                break;
            default:
                LempelZiv.Decode(stored, destination);
                break;
        }
    }

    /// <summary>
    /// Encodes a section in every allowed way that suits it and returns the smallest; of equals the one with the lower number. The sparse
    /// background is the commonest byte (the lowest of equals) for elements of one byte, and zero for larger elements. Lz is slow to read:
    /// a section of more than 8 KiB is coded so only if that saves an eighth,
    /// and one of more than 512 KiB never.
    /// </summary>
    /// <param name="elementSize">Bytes of an element: 1, 2 or 4.</param>
    /// <param name="decoded">The section's bytes, a whole number of elements.</param>
    /// <param name="axes">The tensor that the elements are, if they are one.</param>
    /// <param name="allowed">The encodings to choose from.</param>
    public static EncodedSection SmallestEncoding(
        int elementSize, ReadOnlySpan<byte> decoded, SectionAxes axes = default, AllowedEncodings allowed = AllowedEncodings.All)
    {
        var smallest = new EncodedSection(SectionEncoding.Raw, Encode(SectionEncoding.Raw, elementSize, decoded));
        if (allowed.HasFlag(AllowedEncodings.Huffman) && elementSize == 1)
        {
            smallest = Smaller(smallest, SectionEncoding.Huffman, CanonicalHuffman.Encode(decoded));
        }

        if (allowed.HasFlag(AllowedEncodings.Sparse))
        {
            uint background = elementSize == 1 ? CommonestByte(decoded) : 0u;
            smallest = Smaller(smallest, SectionEncoding.Sparse, EncodeSparse(elementSize, decoded, background, gapBits: 0));
        }

        if (allowed.HasFlag(AllowedEncodings.Rans))
        {
            smallest = Smaller(smallest, SectionEncoding.Rans, EncodeRans(elementSize, decoded, axes));
        }

        if (allowed.HasFlag(AllowedEncodings.Lz) && LempelZiv.EncodeSmaller(decoded, elementSize, axes.Last, smallest.Stored.Length) is { } coded)
        {
            smallest = Smaller(smallest, SectionEncoding.Lz, coded);
        }

        return smallest;
    }

    /// <summary>What must hold between the numbers of a section before anything of its size is allocated.</summary>
    internal static void Check(SectionEncoding encoding, int elementSize, long storedLength, long decodedLength, string where)
    {
        if (encoding is < SectionEncoding.Raw or > SectionEncoding.Lz)
        {
            throw new ModelFormatException($"{where}: encoding {(int)encoding} is not known; expected 0 to 4.");
        }

        if (!ElementBytes.IsSize(elementSize) || (encoding == SectionEncoding.Huffman && elementSize != 1))
        {
            throw new ModelFormatException($"{where}: elements of {elementSize} bytes in encoding {encoding}.");
        }

        if (storedLength < 0)
        {
            throw new ModelFormatException($"{where}: stored length {storedLength}; expected 0 or above.");
        }

        if (decodedLength < 0 || decodedLength > Array.MaxLength || decodedLength % elementSize != 0)
        {
            throw new ModelFormatException(
                $"{where}: decoded length {decodedLength}; expected a whole number of elements of {elementSize} bytes, at most {Array.MaxLength} bytes.");
        }

        // A code word of Huffman's takes a bit, unless there is only one. What the others decode to is bounded by the caller's budget alone.
        bool fits = encoding switch
        {
            SectionEncoding.Raw => storedLength == decodedLength,
            SectionEncoding.Huffman when storedLength <= 1 => storedLength == Math.Min(decodedLength, 1),
            SectionEncoding.Huffman => decodedLength / 8 <= storedLength,
            SectionEncoding.Sparse => storedLength >= elementSize + 2,
            SectionEncoding.Rans => storedLength > 0 == decodedLength > 0,
            _ => storedLength > 0 && decodedLength <= LempelZiv.MaximumLength,
        };
        if (!fits)
        {
            throw new ModelFormatException($"{where}: {storedLength} stored bytes cannot hold {decodedLength} in encoding {encoding}.");
        }
    }

    private static EncodedSection Smaller(EncodedSection smallest, SectionEncoding encoding, byte[] stored) =>
        stored.Length < smallest.Stored.Length ? new EncodedSection(encoding, stored) : smallest;

    // Weights of one output, or of one input, are alike; so are the same bytes of larger elements.
    private static byte[] EncodeRans(int elementSize, ReadOnlySpan<byte> decoded, SectionAxes axes)
    {
        if (elementSize > 1) return Rans.Encode(decoded, [new Rans.Grouping(1, elementSize)]);
        bool rows = axes.First > 1 && decoded.Length % axes.First == 0, columns = axes.Last > 1 && decoded.Length % axes.Last == 0;
        return Rans.Encode(decoded, [rows ? new(decoded.Length / axes.First, axes.First) : default, columns ? new(1, axes.Last) : default]);
    }

    private static byte CommonestByte(ReadOnlySpan<byte> bytes)
    {
        Span<int> counts = stackalloc int[HuffmanCode.SymbolCount];
        counts.Clear();
        CanonicalHuffman.Count(bytes, counts);
        int commonest = 0;
        for (int symbol = 1; symbol < counts.Length; symbol++)
        {
            commonest = counts[symbol] > counts[commonest] ? symbol : commonest;
        }

        return (byte)commonest;
    }

    // A byte of gap bits, the background element, the number of entries and, if there are any, the length of the coded gaps, the coded
    // gaps and the values: coded too if they are bytes.
    private static byte[] EncodeSparse(int elementSize, ReadOnlySpan<byte> decoded, uint background, int gapBits)
    {
        SparseEntries entries = RelativeIndex.Encode(decoded, elementSize, background, gapBits);
        Span<byte> head = stackalloc byte[1 + sizeof(uint) + 5 + 5];
        head[0] = (byte)entries.Bits;
        BinaryPrimitives.WriteUInt32LittleEndian(head[1..], background);
        int headLength = 1 + elementSize;
        headLength += Varint.Write(head[headLength..], entries.Gaps.Length);
        if (entries.Gaps.Length == 0)
        {
            return head[..headLength].ToArray();
        }

        byte[] gaps = CanonicalHuffman.Encode(entries.Gaps);
        byte[] values = elementSize == 1 ? CanonicalHuffman.Encode(entries.Values) : entries.Values;
        headLength += Varint.Write(head[headLength..], gaps.Length);
        return [.. head[..headLength], .. gaps, .. values];
    }

    private static void DecodeSparse(int elementSize, ReadOnlySpan<byte> stored, Span<byte> destination)
    {
        int bits = stored[0];
        Span<byte> element = stackalloc byte[sizeof(uint)];
        element.Clear();
        stored.Slice(1, elementSize).CopyTo(element);
        uint background = BinaryPrimitives.ReadUInt32LittleEndian(element);

        int position = 1 + elementSize;
        int count = Varint.Read(stored, ref position, "Sparse entry count");
        if (count > destination.Length / elementSize)
        {
            throw new ModelFormatException($"Sparse data: {count} entries for {destination.Length / elementSize} elements.");
        }

        int gapsLength = count == 0 ? 0 : Varint.Read(stored, ref position, "Sparse gaps length");
        ReadOnlySpan<byte> rest = stored[position..];
        if (gapsLength > rest.Length || (count == 0 && !rest.IsEmpty))
        {
            throw new ModelFormatException(
                $"Sparse data, byte {position}: {rest.Length} bytes are left for {count} entries with {gapsLength} bytes of gaps.");
        }

        byte[] gaps = new byte[count];
        CanonicalHuffman.Decode(rest[..gapsLength], gaps);
        ReadOnlySpan<byte> values = rest[gapsLength..];
        if (elementSize == 1)
        {
            byte[] decodedValues = new byte[count];
            CanonicalHuffman.Decode(values, decodedValues);
            values = decodedValues;
        }

        RelativeIndex.Decode(bits, gaps, values, elementSize, background, destination);
    }
}
