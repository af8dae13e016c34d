using System.Runtime.InteropServices;

namespace EdgeNet.Model.Format;

/// <summary>The entries of a sparse array: for each the distance from the one before it, less one, and its element.</summary>
/// <param name="Bits">The bits of a gap, 1 to 8: gaps are 0 to 2^Bits-1.</param>
/// <param name="Gaps">One byte an entry.</param>
/// <param name="Values">One element an entry, as its bytes.</param>
public readonly record struct SparseEntries(int Bits, byte[] Gaps, byte[] Values);

/// <summary>
/// The relative index of Deep Compression (Han, Mao, Dally 2016, section 2): of an array that is mostly one value, the background, only
/// the other elements are kept, each with its distance from the previous one. Where a distance is larger than a gap can say, a filler
/// entry stands at the largest distance and holds the background value (the paper's padding zero).
/// </summary>
/// <remarks>
/// Elements are 1, 2 or 4 bytes and are compared as bits: a float's -0 is not its +0. Background after the last entry is not coded, since
/// whoever decodes knows the length. For given bits there is one valid coding of an array: a filler has the largest gap, and is not last.
/// </remarks>
public static class RelativeIndex
{
    /// <summary>The bits of a gap unless asked otherwise.</summary>
    public const int DefaultBits = 4;

    /// <summary>The most bits that a gap can have.</summary>
    public const int MaximumBits = 8;

    /// <summary>Finds the entries of <paramref name="elements"/>.</summary>
    /// <param name="elements">The array's bytes.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2 or 4.</param>
    /// <param name="background">The value left out; its low bytes are the element's bytes in little-endian order.</param>
    /// <param name="bits">Bits of a gap, 1 to 8, or 0 for those that seem to make the smallest Huffman-coded section.</param>
    public static SparseEntries Encode(ReadOnlySpan<byte> elements, int elementSize, uint background = 0, int bits = DefaultBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaximumBits);
        ElementBytes.CheckArguments(elements.Length, elementSize, background);
        return elementSize switch
        {
            1 => Encode(elements, (byte)background, bits),
            2 => Encode(MemoryMarshal.Cast<byte, ushort>(elements), ElementBytes.ToMemoryOrder((ushort)background), bits),
            _ => Encode(MemoryMarshal.Cast<byte, uint>(elements), ElementBytes.ToMemoryOrder(background), bits),
        };
    }

    /// <summary>Fills <paramref name="destination"/> with the background and puts every entry in its place.</summary>
    /// <param name="bits">Bits of a gap, 1 to 8.</param>
    /// <param name="gaps">One byte an entry.</param>
    /// <param name="values">One element an entry.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2 or 4.</param>
    /// <param name="background">The value of all elements that are not entries.</param>
    /// <param name="destination">The bytes of the whole array.</param>
    /// <exception cref="ModelFormatException">The entries are not a valid coding of an array of this length.</exception>
    public static void Decode(
        int bits, ReadOnlySpan<byte> gaps, ReadOnlySpan<byte> values, int elementSize, uint background, Span<byte> destination)
    {
        ElementBytes.CheckArguments(destination.Length, elementSize, background);
        if (bits is < 1 or > MaximumBits)
        {
            throw new ModelFormatException($"Sparse data: gaps of {bits} bits; expected 1 to {MaximumBits}.");
        }

        if (values.Length != (long)gaps.Length * elementSize)
        {
            throw new ModelFormatException(
                $"Sparse data: {gaps.Length} gaps need {(long)gaps.Length * elementSize} bytes of values, not {values.Length}.");
        }

        switch (elementSize)
        {
            case 1:
                Decode(bits, gaps, values, (byte)background, destination);
                break;
            case 2:
                Decode(
                    bits,
                    gaps,
                    MemoryMarshal.Cast<byte, ushort>(values),
                    ElementBytes.ToMemoryOrder((ushort)background),
                    MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            default:
                Decode(
                    bits,
                    gaps,
                    MemoryMarshal.Cast<byte, uint>(values),
                    ElementBytes.ToMemoryOrder(background),
                    MemoryMarshal.Cast<byte, uint>(destination));
                break;
        }
    }

    private static SparseEntries Encode<T>(ReadOnlySpan<T> elements, T background, int bits)
        where T : unmanaged, IEquatable<T>
    {
        List<int> distances = Distances(elements, background);
        if (bits == 0)
        {
            bits = BestBits(elements, distances, background);
        }

        int largest = (1 << bits) - 1;
        int count = checked((int)EntryCount(distances, bits));
        byte[] gaps = new byte[count];
        T[] values = new T[count];
        int entry = 0;
        int position = -1;
        foreach (int distance in distances)
        {
            int fillers = (distance - 1) >> bits;
            gaps.AsSpan(entry, fillers).Fill((byte)largest);
            values.AsSpan(entry, fillers).Fill(background);
            entry += fillers;
            position += distance;
            gaps[entry] = (byte)((distance - 1) & largest);
            values[entry++] = elements[position];
        }

        return new SparseEntries(bits, gaps, MemoryMarshal.AsBytes<T>(values).ToArray());
    }

    private static void Decode<T>(int bits, ReadOnlySpan<byte> gaps, ReadOnlySpan<T> values, T background, Span<T> destination)
        where T : unmanaged, IEquatable<T>
    {
        destination.Fill(background);
        int largest = (1 << bits) - 1;
        int position = -1;
        for (int i = 0; i < gaps.Length; i++)
        {
            int gap = gaps[i];
            if (gap > largest)
            {
                throw new ModelFormatException($"Sparse data, entry {i}: a gap of {gap} in {bits} bits.");
            }

            if (gap >= destination.Length - position - 1)
            {
                throw new ModelFormatException(
                    $"Sparse data, entry {i}: element {position + gap + 1L} of an array of {destination.Length} elements.");
            }

            position += gap + 1;
            T value = values[i];
            destination[position] = value;
            if (value.Equals(background) && (gap != largest || i == gaps.Length - 1))
            {
                throw new ModelFormatException(
                    $"Sparse data, entry {i}: holds the background value, but does not lead to another entry across the largest gap.");
            }
        }
    }

    /// <summary>The distance of every element that is not background from the one before it; the first counts from -1.</summary>
    private static List<int> Distances<T>(ReadOnlySpan<T> elements, T background)
        where T : unmanaged, IEquatable<T>
    {
        var distances = new List<int>();
        for (ReadOnlySpan<T> rest = elements; ;)
        {
            int next = rest.IndexOfAnyExcept(background);
            if (next < 0)
            {
                return distances;
            }

            distances.Add(next + 1);
            rest = rest[(next + 1)..];
        }
    }

    private static long EntryCount(List<int> distances, int bits)
    {
        long count = distances.Count;
        foreach (int distance in distances)
        {
            count += (distance - 1) >> bits;
        }

        return count;
    }

    private static int BestBits<T>(ReadOnlySpan<T> elements, List<int> distances, T background)
        where T : unmanaged, IEquatable<T>
    {
        int best = 0;
        (long Length, long Count) smallest = (long.MaxValue, long.MaxValue);
        Span<int> valueCounts = stackalloc int[HuffmanCode.SymbolCount];
        Span<int> gapCounts = stackalloc int[HuffmanCode.SymbolCount];
        valueCounts.Clear();
        ReadOnlySpan<byte> backgroundBytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in background));
        int elementSize = backgroundBytes.Length;
        bool isCoded = elementSize == 1;
        if (isCoded)
        {
            CanonicalHuffman.Count(MemoryMarshal.AsBytes(elements), valueCounts);
        }

        for (int bits = 1; bits <= MaximumBits; bits++)
        {
            gapCounts.Clear();
            int largest = (1 << bits) - 1;
            foreach (int distance in distances)
            {
                gapCounts[largest] += (distance - 1) >> bits;
                gapCounts[(distance - 1) & largest]++;
            }

            long count = EntryCount(distances, bits);
            if (isCoded)
            {
                valueCounts[backgroundBytes[0]] = (int)(count - distances.Count);
            }

            long length = CanonicalHuffman.EstimateLength(gapCounts)
                + (isCoded ? CanonicalHuffman.EstimateLength(valueCounts) : count * elementSize);
            if ((length, count).CompareTo(smallest) < 0)
            {
                (best, smallest) = (bits, (length, count));
            }
        }

        return best;
    }
}
