using EdgeNet.Import;
using EdgeNet.Import.DeepCompression;
using EdgeNet.Import.Onnx;
using EdgeNet.Import.TfLite;
using EdgeNet.Model;

namespace EdgeNet.Cli;

/// <summary>The formats that models come in.</summary>
internal enum ModelFormat
{
    EdgeNet,
    Onnx,
    TfLite,
    DeepCompression,
}

/// <summary>Loads a model of any format: by its first bytes where the format has some of its own, else by its name.</summary>
internal static class ModelSource
{
    /// <summary>The graph in a file.</summary>
    /// <param name="path">A <c>.edgenet</c>, <c>.onnx</c> or <c>.tflite</c> file, or the <c>.net</c> file of Deep Compression.</param>
    /// <param name="options">Batch and open dimensions, for the formats that leave them open.</param>
    /// <exception cref="ModelException">It is no valid model, or one that is not supported.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Graph Load(string path, ImportOptions? options = null)
    {
        try
        {
            return FormatOf(path) switch
            {
                ModelFormat.EdgeNet => ModelFile.Load(path),
                ModelFormat.TfLite => TfLiteImporter.Load(path),
                ModelFormat.DeepCompression => DeepCompressionImporter.Load(path),
                _ => OnnxImporter.Load(path, options),
            };
        }
        catch (ModelException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The format of a file.</summary>
    /// <exception cref="ModelFormatException">Neither its first bytes nor its name say.</exception>
    public static ModelFormat FormatOf(string path)
    {
        Span<byte> start = stackalloc byte[8];
        using (FileStream file = File.OpenRead(path)) start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.SequenceEqual("EDGENET\n"u8)) return ModelFormat.EdgeNet;
        // A FlatBuffer's identifier follows the offset of its root.
        if (start.Length == 8 && start[4..].SequenceEqual("TFL3"u8)) return ModelFormat.TfLite;
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".EDGENET" => ModelFormat.EdgeNet,
            ".ONNX" => ModelFormat.Onnx,
            ".TFLITE" => ModelFormat.TfLite,
            ".NET" => ModelFormat.DeepCompression,
            _ => throw new ModelFormatException($"{path}: not a model: starts with {(start.IsEmpty ? "nothing" : Convert.ToHexString(start))}; expected a .edgenet, .onnx, .tflite or .net file"),
        };
    }
}
