using EdgeNet.Import.TfLite;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.TfLite;

/// <summary>Models made by TensorFlow's own converters.</summary>
public sealed class RealModelTests
{
    private const string Float32 = "Float32", UInt8 = "UInt8", Int8 = "Int8";

    [SharedTheory]
    [InlineData("mobilenet_v1_0.25_128_quant.tflite", UInt8, new[] { 1, 128, 128, 3 }, UInt8, new[] { 1, 1001 })]
    [InlineData("tf2_mobilenet_v2_1.0_224_ptq.tflite", UInt8, new[] { 1, 224, 224, 3 }, UInt8, new[] { 1, 1001 })]
    [InlineData("vww_96_float.tflite", Float32, new[] { 1, 96, 96, 3 }, Float32, new[] { 1, 2 })]
    [InlineData("vww_96_int8.tflite", Int8, new[] { 1, 96, 96, 3 }, Int8, new[] { 1, 2 })]
    [InlineData("person_detect.tflite", Int8, new[] { 1, 96, 96, 1 }, Int8, new[] { 1, 2 })]
    [InlineData("pretrainedResnet_quant.tflite", Int8, new[] { 1, 32, 32, 3 }, Int8, new[] { 1, 10 })]
    [InlineData("ssd_mobilenet_v1_coco_300_quant.tflite", UInt8, new[] { 1, 300, 300, 3 }, Float32, new[] { 1, 10, 4 })]
    public void Imports(string file, string inputElement, int[] inputShape, string outputElement, int[] outputShape)
    {
        Graph graph = TfLiteImporter.Load(SharedMaterial.Path("models", file));
        TensorType input = Assert.Single(graph.Inputs).Type, output = graph.Outputs[0].Value.Type;
        Assert.Equal((inputElement, new Shape(inputShape)), (input.Element.ToString(), input.Shape));
        Assert.Equal((outputElement, new Shape(outputShape)), (output.Element.ToString(), output.Shape));
        Assert.Equal(input.Element != ElementType.Float32, input.Quantization is not null);
        Assert.Equal(output.Element != ElementType.Float32, output.Quantization is not null);
        Assert.DoesNotContain(graph.Nodes, node => node.Op is Transpose);
        Assert.Equal(file.StartsWith("ssd", StringComparison.Ordinal), graph.Card.Detector is not null);
    }
}
