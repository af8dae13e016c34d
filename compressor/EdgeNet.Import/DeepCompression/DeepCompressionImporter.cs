using EdgeNet.Model;

namespace EdgeNet.Import.DeepCompression;

/// <summary>
/// Reads <c>compressed_SqueezeNet.net</c>, the file that the authors of Deep Compression published (Han, Mao, Dally 2016, "Deep
/// Compression", arXiv:1510.00149; Iandola et al. 2016, "SqueezeNet", arXiv:1602.07360): the pruned weights of SqueezeNet v1.0, 256
/// shared values a layer.
/// </summary>
/// <remarks>
/// The format holds weights only, and neither a magic number nor a checksum: the network is always SqueezeNet v1.0, and a file is known by
/// its length, which must be exactly what its counts ask for. Weights stay shared: <see cref="Storage.Codebook"/> constants with the file's
/// own codes, less the values that no weight has. <see cref="LayerFile"/> describes the bytes.
/// </remarks>
public static class DeepCompressionImporter
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A <c>.net</c> file.</param>
    /// <returns>Input <c>data</c> [1, 3, 227, 227], BGR; output <c>prob</c> [1, 1000], after softmax; with a card.</returns>
    /// <exception cref="ModelFormatException">It is no such file, or a damaged one; the message says at which byte.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Graph Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        long length = new FileInfo(path).Length, longest = LayerFile.LongestLength(SqueezeNet.Layers);
        if (length > longest) throw new ModelFormatException($"byte {longest}: the file goes on to byte {length}; SqueezeNet v1.0 in the format of Deep Compression ends here at the latest");
        return Read(File.ReadAllBytes(path));
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="file">The whole file; not kept.</param>
    /// <returns>What <see cref="Load"/> gives.</returns>
    /// <exception cref="ModelFormatException">They are no such file, or a damaged one; the message says at which byte.</exception>
    public static Graph Read(ReadOnlySpan<byte> file) => SqueezeNet.Build(LayerFile.Read(file, SqueezeNet.Layers));
}
