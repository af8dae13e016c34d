using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>
/// Reads TensorFlow Lite models: FlatBuffers of the TFLite schema, version 3, with one subgraph.
/// </summary>
/// <remarks>
/// Quantized tensors become Int8 inside the graph: codes and zero points of the older UInt8 models are shifted by 128, which is
/// exact. Inputs and outputs keep the element type that the user knows. Constants refer to the given bytes where they can, so
/// these must not change while the graph lives.
/// </remarks>
public static class TfLiteImporter
{
    /// <summary>The names of the operators that can be read, as the TFLite schema has them.</summary>
    public static IReadOnlyList<string> SupportedOperators { get; } =
        [.. Mappings.Builtin.Keys.Order().Select(code => code.ToString()), .. Mappings.Custom.Keys];

    /// <summary>Reads a .tflite file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ModelException">It is no valid model, or one that is not supported.</exception>
    public static Graph Load(string path) => Read(File.ReadAllBytes(path));

    /// <summary>Reads the bytes of a .tflite file.</summary>
    /// <param name="bytes">The whole file; kept, not copied.</param>
    /// <exception cref="ModelFormatException">The bytes are no valid model.</exception>
    /// <exception cref="ShapeException">An operator's operands do not fit it.</exception>
    /// <exception cref="UnsupportedOperatorException">The model uses something that EdgeNet does not have.</exception>
    public static Graph Read(ReadOnlyMemory<byte> bytes)
    {
        var file = new FlatBuffer(bytes);
        return new Translation(ModelFile.Read(file), bytes.Length).Run();
    }
}
