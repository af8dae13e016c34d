using System.Text;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using EdgeNet.Model.Format;
using Google.Protobuf;

namespace EdgeNet.Import.Onnx;

/// <summary>
/// Writes graphs as ONNX models of operator set 17, to be verified or used elsewhere. Weights are written dense. Quantized ops
/// are written in QDQ form: their float operators between DequantizeLinear and QuantizeLinear. Inputs and outputs keep their
/// names and types; the card travels as a metadata property.
/// </summary>
public static class OnnxWriter
{
    // IR version 8 came with ONNX 1.10, the last before operator set 17's release; every runtime of today reads it.
    private const int IrVersion = 8, OperatorSet = 17;

    /// <summary>The metadata property that holds a model's card.</summary>
    internal const string CardKey = "edgenet.card";

    /// <summary>The bytes of an .onnx file; the same graph gives the same bytes.</summary>
    /// <exception cref="UnsupportedOperatorException">An op, or a form of one, has no equivalent in operator set 17.</exception>
    public static byte[] Write(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "EdgeNet",
            ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = OnnxWriterGraph.Translate(graph),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OperatorSet });
        if (graph.Card != ModelCard.Empty)
            model.MetadataProps.Add(new StringStringEntryProto { Key = CardKey, Value = Encoding.UTF8.GetString(ModelCardJson.Write(graph.Card)) });
        return model.ToByteArray();
    }

    /// <summary>Writes an .onnx file beside its place and renames it into it, so that an old file stays whole until then.</summary>
    /// <exception cref="UnsupportedOperatorException">An op, or a form of one, has no equivalent in operator set 17.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Graph graph)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes = Write(graph);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
