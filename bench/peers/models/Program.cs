using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;
using Google.Protobuf;
using PeerModels;

// Writes the networks that are measured but have no weights at hand, or not in the form that suits the peers best, with random ones, as
// ONNX:
//   peer-models FOLDER
if (args is not [string folder])
{
    Console.Error.WriteLine("usage: peer-models FOLDER");
    return 2;
}
Directory.CreateDirectory(folder);
foreach (bool quantized in (bool[])[false, true])
{
    foreach (Graph graph in (Graph[])[Architectures.MobileNetV1(quantized), Architectures.MobileNetV2(quantized), Architectures.SsdMobileNetV1(quantized)])
    {
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(graph));
        if (quantized) UnsignedActivations.Apply(model.Graph);
        File.WriteAllBytes(Path.Combine(folder, $"{graph.Card.Name}{(quantized ? "_int8_qdq" : "")}.onnx"), model.ToByteArray());
    }
}
return 0;
