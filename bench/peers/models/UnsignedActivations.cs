using EdgeNet.Import.Onnx.Proto;
using Google.Protobuf;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace PeerModels;

/// <summary>
/// Codes of activations from 0 to 255 instead of -128 to 127: the form of int8 model that ONNX Runtime asks for on x64. It shifts
/// signed ones itself, but not where several layers read them, and then computes those in float.
/// </summary>
internal static class UnsignedActivations
{
    public static void Apply(GraphProto graph)
    {
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        foreach (NodeProto node in graph.Node.Where(node => node.OpType is "QuantizeLinear" or "DequantizeLinear"))
        {
            // What is constant here is a weight.
            if (constants.ContainsKey(node.Input[0]) || node.Input.Count < 3 || constants[node.Input[2]] is not { DataType: (int)DataType.Int8 } zero) continue;
            string name = $"{zero.Name}_unsigned";
            if (!constants.ContainsKey(name))
            {
                TensorProto shifted = constants[name] = zero.Clone();
                shifted.Name = name;
                shifted.DataType = (int)DataType.Uint8;
                shifted.RawData = ByteString.CopyFrom([.. zero.RawData.Select(code => (byte)(code ^ 0x80))]);
                graph.Initializer.Add(shifted);
            }
            node.Input[2] = name;
        }
    }
}
