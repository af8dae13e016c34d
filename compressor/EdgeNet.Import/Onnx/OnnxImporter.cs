using System.Buffers;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Import.Passes;
using EdgeNet.Model;
using Google.Protobuf;

namespace EdgeNet.Import.Onnx;

/// <summary>
/// Reads ONNX models (operator sets 7 to 21; https://onnx.ai/onnx/operators/). Inputs and outputs keep their names and the layout
/// that the model gives them; inside, image ops work on channels-last tensors.
/// </summary>
public static class OnnxImporter
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, refers to data outside it, or goes past a limit.</exception>
    /// <exception cref="UnsupportedOperatorException">The model uses an operator, or a form of one, that EdgeNet does not have.</exception>
    /// <exception cref="ShapeException">A node's inputs do not fit it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Graph Load(string path, ImportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        long length = new FileInfo(path).Length;
        RequireLength(length, options ?? ImportOptions.Default);
        return Read(File.ReadAllBytes(path), options);
    }

    /// <summary>Reads the bytes of a file. They must not change while the graph is in use.</summary>
    /// <exception cref="ModelFormatException">The bytes are damaged, refer to data outside them, or go past a limit.</exception>
    /// <exception cref="UnsupportedOperatorException">The model uses an operator, or a form of one, that EdgeNet does not have.</exception>
    /// <exception cref="ShapeException">A node's inputs do not fit it.</exception>
    public static Graph Read(ReadOnlyMemory<byte> bytes, ImportOptions? options = null) =>
        QuantizationLifting.Run(LayoutPropagation.Run(Translate(bytes, options ?? ImportOptions.Default)));

    /// <summary>Each operator as it stands, with transposes around image ops: right by definition, before the passes make it lean.</summary>
    internal static Graph Translate(ReadOnlyMemory<byte> bytes, ImportOptions options)
    {
        RequireLength(bytes.Length, options);
        return new GraphTranslation(Parse(bytes), bytes.Length, options).Run();
    }

    private static ModelProto Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(new ReadOnlySequence<byte>(bytes));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFormatException($"not an ONNX model, or a damaged one: {e.Message}", e);
        }
    }

    private static void RequireLength(long length, ImportOptions options)
    {
        if (length > Math.Min(options.MaxFileBytes, Array.MaxLength))
            throw new ModelFormatException($"the file has {length} bytes; expected at most {options.MaxFileBytes} (ImportOptions.{nameof(options.MaxFileBytes)})");
    }
}
