using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>The size of a network in all forms that the ledger compares.</summary>
public static class LedgerSizes
{
    /// <summary>Measures them.</summary>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network as it is written.</param>
    /// <param name="huffman">Writes it with Huffman coding alone; by default as the format does anyway.</param>
    public static SizeRecord Of(Graph original, Graph compressed, Func<Graph, byte[]>? huffman = null)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(compressed);
        byte[] int8 = Int8Size.Stream(original);
        byte[][] codes = [PackedCodes.Stream(compressed, bytewise: false), PackedCodes.Stream(compressed, bytewise: true)];
        long ours = ModelFile.Write(compressed).LongLength;
        return new SizeRecord(
            ConstantUse.Of(original).Sum(Float32),
            int8.LongLength, PlainArchive.Deflate(int8).LongLength,
            ours, huffman?.Invoke(compressed).LongLength ?? ours,
            codes.Min(stream => PlainArchive.Deflate(stream).LongLength), codes.Min(stream => PlainArchive.Lz4(stream).LongLength));
    }

    /// <summary>Of one constant: four bytes each, or as many as its type has where that is no number of a network (shapes are Int64).</summary>
    internal static long Float32(ConstantUse use) =>
        use.Layer is null && use.Value.Type.Quantization is null ? use.Value.Type.ByteCount : 4L * use.Value.Type.Shape.ElementCount;
}
