using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// The constants of a graph with their shared values but without entropy coding: for each its different values, then an index for each weight.
/// It is what a plain archive gets to see where weights are shared.
/// </summary>
public static class PackedCodes
{
    /// <summary>More different values than these are not shared, and stay as they are.</summary>
    private const int MostShared = 256;

    /// <summary>All constants in one stream.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bytewise">Whether an index takes a byte, which archives often do better with, and not the bits that it needs.</param>
    public static byte[] Stream(Graph graph, bool bytewise)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var stream = new MemoryStream();
        foreach (ConstantUse use in ConstantUse.Of(graph)) Write(stream, use.Constant, bytewise);
        return stream.ToArray();
    }

    /// <summary>Bits of an index into so many different values.</summary>
    internal static int IndexBits(int distinct) => BitOperations.Log2((uint)Math.Max(1, (2 * distinct) - 1));

    /// <summary>Whether indices into the different codes, and these, take less than the codes themselves.</summary>
    internal static bool Pays(int codeSize, long count, int distinct) => distinct <= MostShared && ((count * IndexBits(distinct)) + 7) / 8 + ((long)distinct * codeSize) < count * codeSize;

    private static void Write(MemoryStream stream, Constant constant, bool bytewise)
    {
        ReadOnlySpan<byte> codes = constant.Codes.Span;
        int size = constant.CodeSize, count = size == 0 ? 0 : codes.Length / size;
        (ulong[] values, int[]? indices) = Shared(codes, size, count);
        int bits = bytewise ? 8 : IndexBits(values.Length);
        if (indices is null || !Pays(size, count, values.Length) || bits == 8 * size)
        {
            stream.Write(codes);
        }
        else
        {
            // Indices into a codebook that is used to its end need no list of the indices.
            bool isListed = constant.Storage == Storage.Codebook && values.Length == constant.CodebookValues.Count;
            foreach (ulong value in isListed ? [] : values) WriteLittleEndian(stream, value, size);
            ulong pending = 0;
            int held = 0;
            foreach (int index in indices)
            {
                pending |= (ulong)index << held;
                for (held += bits; held >= 8; held -= 8, pending >>= 8) stream.WriteByte((byte)pending);
            }
            if (held > 0) stream.WriteByte((byte)pending);
        }
        if ((constant.Affine ?? constant.Type.Quantization) is { } quantization) stream.Write(MemoryMarshal.AsBytes(quantization.Scales.Span));
        if (constant.Storage == Storage.Codebook) stream.Write(MemoryMarshal.AsBytes(constant.CodebookValues.Span));
    }

    /// <summary>The different codes in the order of their bits, and for each code which it is; no indices where there are too many.</summary>
    private static (ulong[] Values, int[]? Indices) Shared(ReadOnlySpan<byte> codes, int size, int count)
    {
        var found = new Dictionary<ulong, int>();
        for (int i = 0; i < count; i++)
        {
            if (found.TryAdd(Code(codes, i, size), 0) && found.Count > MostShared) return ([], null);
        }
        ulong[] values = [.. found.Keys.Order()];
        for (int i = 0; i < values.Length; i++) found[values[i]] = i;
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) indices[i] = found[Code(codes, i, size)];
        return (values, indices);
    }

    private static ulong Code(ReadOnlySpan<byte> codes, int index, int size)
    {
        ulong code = 0;
        for (int i = size - 1; i >= 0; i--) code = (code << 8) | codes[(index * size) + i];
        return code;
    }

    private static void WriteLittleEndian(MemoryStream stream, ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes[..size]);
    }
}
