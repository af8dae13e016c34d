using EdgeNet.Import.Onnx;
using PeerModels;

// Writes the networks that are measured but have no weights at hand, with random ones, as ONNX:
//   peer-models FOLDER
if (args is not [string folder])
{
    Console.Error.WriteLine("usage: peer-models FOLDER");
    return 2;
}
Directory.CreateDirectory(folder);
OnnxWriter.Save(Path.Combine(folder, "ssd_mobilenet_v1_300.onnx"), SsdMobileNetV1.Build(quantized: false));
OnnxWriter.Save(Path.Combine(folder, "ssd_mobilenet_v1_300_int8_qdq.onnx"), SsdMobileNetV1.Build(quantized: true));
return 0;
