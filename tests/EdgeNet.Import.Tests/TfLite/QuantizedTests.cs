using EdgeNet.Import.TfLite;
using EdgeNet.Model;
using static EdgeNet.Import.Tests.TfLite.ModelWriter;

namespace EdgeNet.Import.Tests.TfLite;

/// <summary>Quantized models: codes, parameters, and where ops are put in between; other forms of weights; constants.</summary>
public sealed class QuantizedTests
{
    private static Quantization PerTensor(float scale, int zeroPoint) => Quantization.PerTensor(scale, zeroPoint);

    [Fact]
    public void UInt8BecomesInt8Inside()
    {
        var m = new ModelWriter();
        int x = m.Input("x", U8, [1, 2, 2, 1], Quantized(0.5f, 128));
        int w = m.Tensor("w", U8, [2, 1, 1, 1], Quantized(0.25f, 100), [0, 255]);
        int b = m.Tensor("b", I32, [2], Quantized(0.125f, 0), new byte[8]);
        int y = m.Output("y", U8, Quantized(0.1f, 3));
        m.Operator(3, [x, w, b], [y], 1, Table.Of((0, (byte)1), (1, 1), (2, 1), (3, (byte)3)));
        Graph graph = TfLiteImporter.Read(m.ToArray());

        Quantization inner = PerTensor(0.1f, 3 - 128);
        Assert.Equal(
            [
                new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.5f, 0) },
                new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]) { OutputQuantization = inner },
                new Clip(0, 6) { OutputQuantization = inner },
                new Quantize(ElementType.UInt8) { OutputQuantization = PerTensor(0.1f, 3) },
            ],
            graph.Nodes.Select(node => node.Op));
        Assert.Equal(ElementType.UInt8, graph.Inputs[0].Type.Element);
        Assert.Equal(PerTensor(0.5f, 128), graph.Inputs[0].Type.Quantization);
        Constant weights = graph.Nodes[1].Inputs[1].Constant!;
        Assert.Equal([-128, 127], weights.ToInt64s());
        Assert.Equal(PerTensor(0.25f, -28), weights.Type.Quantization);
        Assert.Null(graph.Nodes[1].Inputs[2].Type.Quantization);
        Assert.Equal((ElementType.UInt8, PerTensor(0.1f, 3)), (graph.Outputs[0].Value.Type.Element, graph.Outputs[0].Value.Type.Quantization!));
    }

    [Fact]
    public void DepthwiseChannelsMoveFromAxis3To2()
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [1, 3, 3, 2], Quantized(0.5f, -1));
        int w = m.Tensor("w", I8, [1, 3, 3, 2], PerChannel([0.25f, 0.125f], 3), new byte[18]);
        int y = m.Output("y", I8, Quantized(0.1f, 3));
        m.Operator(4, [x, w], [y], 2, Table.Of((1, 1), (2, 1)));
        Node node = Assert.Single(TfLiteImporter.Read(m.ToArray()).Nodes);
        Assert.Equal(new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]) { OutputQuantization = PerTensor(0.1f, 3) }, node.Op);
        Assert.Equal(Quantization.PerChannel([0.25f, 0.125f], 2), node.Inputs[1].Type.Quantization);
        Assert.Equal(new Shape([3, 3, 2]), node.Inputs[1].Type.Shape);
    }

    [Fact]
    public void PartsOfOtherParametersAreRequantizedBeforeTheyJoin()
    {
        var m = new ModelWriter();
        int a = m.Input("a", I8, [1, 2], Quantized(0.5f, 0)), b = m.Input("b", I8, [1, 3], Quantized(0.25f, 4));
        m.Operator(2, [a, b], [m.Output("y", I8, Quantized(0.5f, 0))], 10, Table.Of((0, 1)));
        Graph graph = TfLiteImporter.Read(m.ToArray());
        Assert.Equal([new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.5f, 0) }, new Concat(1)], graph.Nodes.Select(node => node.Op));
        Assert.Equal(PerTensor(0.5f, 0), graph.Outputs[0].Value.Type.Quantization);
    }

    [Fact]
    public void MovedElementsTakeTheStatedParameters()
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [2, 3], Quantized(0.5f, 0));
        m.Operator(22, [x, m.Ints(6)], [m.Output("y", I8, Quantized(0.25f, 1))]);
        Assert.Equal([new Reshape([6]), new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.25f, 1) }], TfLiteImporter.Read(m.ToArray()).Nodes.Select(node => node.Op));
    }

    [Theory, InlineData(42), InlineData(78)]
    public void DivisionAndPowerGoThroughFloat(int code)
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [2, 3], Quantized(0.5f, 0)), c = m.Tensor("c", I8, [3], Quantized(0.5f, 1), [1, 2, 3]);
        m.Operator(code, [x, c], [m.Output("y", I8, Quantized(0.25f, 1))]);
        Graph graph = TfLiteImporter.Read(m.ToArray());
        Assert.Equal([new Dequantize(), code == 42 ? new Div() : new Pow(), new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.25f, 1) }], graph.Nodes.Select(node => node.Op));
        Assert.Equal([0f, 0.5f, 1f], graph.Nodes[1].Inputs[1].Constant!.ToArray<float>());
    }

    [Theory, InlineData(25, 0), InlineData(14, 0), InlineData(0, 1), InlineData(19, 0)]
    public void ArithmeticTakesTheParametersOfItsResult(int code, int constants)
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [1, 3], Quantized(0.5f, 0));
        int[] operands = constants == 0 ? [x] : [x, m.Tensor("c", I8, [3], Quantized(0.25f, 1), [1, 2, 3])];
        m.Operator(code, operands, [m.Output("y", I8, Quantized(1f / 256, -128))]);
        Assert.Equal(PerTensor(1f / 256, -128), Assert.Single(TfLiteImporter.Read(m.ToArray()).Nodes).Op.OutputQuantization);
    }

    [Fact]
    public void PaddingIsRealZero()
    {
        var m = new ModelWriter();
        int x = m.Input("x", U8, [1, 3], Quantized(0.5f, 7));
        int value = m.Tensor("v", U8, [], Quantized(0.5f, 7), [9]);
        int y = m.Output("y", U8, Quantized(0.5f, 7)), z = m.Output("z", U8, Quantized(0.5f, 7));
        m.Operator(34, [x, m.Pairs(0, 0, 1, 1)], [y]);
        m.Operator(60, [x, m.Pairs(0, 0, 1, 1), value], [z]);
        Assert.Equal([new Pad([0, 1], [0, 1]), new Pad([0, 1], [0, 1], PadMode.Constant, 1)], TfLiteImporter.Read(m.ToArray()).Nodes.Select(node => node.Op).OfType<Pad>());
    }

    [Fact]
    public void QuantizedTransposedConvolutionGoesThroughFloatWithItsBias()
    {
        var m = new ModelWriter();
        int x = m.Input("x", I8, [1, 2, 2, 1], Quantized(0.5f, 0));
        int w = m.Tensor("w", I8, [2, 2, 2, 1], PerChannel([0.5f, 0.25f], 0), new byte[8]);
        int b = m.Tensor("b", I32, [2], null, [4, 0, 0, 0, 8, 0, 0, 0]);
        m.Operator(67, [m.Ints(1, 4, 4, 2), w, x, b], [m.Output("y", I8, Quantized(0.25f, 1))], 49, Table.Of((1, 2), (2, 2)));
        Graph graph = TfLiteImporter.Read(m.ToArray());
        Assert.Equal(
            [new Dequantize(), new Cast(ElementType.Float32), new Mul(), new ConvTranspose2D([2, 2], [1, 1], [0, 0, 0, 0]), new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.25f, 1) }],
            graph.Nodes.Select(node => node.Op));
        Assert.Equal([0.25f, 0.125f], graph.Nodes[2].Inputs[1].Constant!.ToArray<float>());
    }

    [Fact]
    public void QuantizeAndDequantize()
    {
        var m = new ModelWriter();
        int x = m.Input("x", F32, [2]), q = m.Tensor("q", I8, [2], Quantized(0.5f, 3)), r = m.Tensor("r", U8, [2], Quantized(0.25f, 128));
        m.Operator(114, [x], [q]);
        m.Operator(114, [q], [r]);
        m.Operator(6, [r], [m.Output("y")]);
        Assert.Equal(
            [new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.5f, 3) }, new Quantize(ElementType.Int8) { OutputQuantization = PerTensor(0.25f, 0) }, new Dequantize()],
            TfLiteImporter.Read(m.ToArray()).Nodes.Select(node => node.Op));
    }

    [Fact]
    public void HalfWeightsStayHalf()
    {
        var m = new ModelWriter();
        int x = m.Input("x", F32, [1, 2]);
        int half = m.Tensor("half", F16, [1, 2], null, [0, 0x3C, 0, 0x40]), w = m.Tensor("w", F32, [1, 2]);
        m.Operator(6, [half], [w]);
        m.Operator(9, [x, w], [m.Output("y")]);
        Node dense = Assert.Single(TfLiteImporter.Read(m.ToArray()).Nodes);
        Assert.Equal(Storage.Half, dense.Inputs[1].Constant!.Storage);
        Assert.Equal([1f, 2f], dense.Inputs[1].Constant!.ToArray<float>());
    }

    [Fact]
    public void WeightOnlyQuantizationStaysCodes()
    {
        var m = new ModelWriter();
        int x = m.Input("x", F32, [1, 2]);
        m.Operator(9, [x, m.Tensor("w", I8, [1, 2], Quantized(0.5f, 0), [2, 254])], [m.Output("y")]);
        Node dense = Assert.Single(TfLiteImporter.Read(m.ToArray()).Nodes);
        Assert.Equal(Storage.Affine, dense.Inputs[1].Constant!.Storage);
        Assert.Equal([1f, -1f], dense.Inputs[1].Constant!.ToArray<float>());
    }

    [Fact]
    public void ShapesThatOperatorsComputeAreFolded()
    {
        // reshape(x, pack(shape(x)[0], 2 * 8))
        var m = new ModelWriter();
        int x = m.Input("x", F32, [3, 4, 4]);
        int shape = m.Tensor("shape", I32, [3]), batch = m.Tensor("batch", I32, []), rest = m.Tensor("rest", I32, []), target = m.Tensor("target", I32, [2]);
        m.Operator(77, [x], [shape]);
        m.Operator(45, [shape, m.Ints(0), m.Ints(1), m.Ints(1)], [batch], 32, Table.Of((4, 1)));
        m.Operator(18, [m.Int(2), m.Int(8)], [rest], 21, Table.Of());
        m.Operator(83, [batch, rest], [target], 59, Table.Of((0, 2)));
        m.Operator(22, [x, target], [m.Output("y")]);
        Assert.Equal(new Reshape([3, 16]), Assert.Single(TfLiteImporter.Read(m.ToArray()).Nodes).Op);
    }

    [Fact]
    public void DetectorsAreDescribedAndFedWithFloats()
    {
        var m = new ModelWriter();
        int boxes = m.Input("b", U8, [1, 6, 4], Quantized(0.5f, 128)), scores = m.Input("s", U8, [1, 6, 3], Quantized(0.5f, 0));
        int anchors = m.Tensor("anchors", U8, [6, 4], Quantized(0.5f, 0), new byte[24]);
        m.Operator(32, [boxes, scores, anchors], [m.Output("boxes"), m.Output("classes"), m.Output("scores"), m.Output("count")], custom: "TFLite_Detection_PostProcess", customOptions: OperatorTests.DetectionOptions);
        Graph graph = TfLiteImporter.Read(m.ToArray());
        Assert.All(graph.Nodes[^1].Inputs, input => Assert.Equal(ElementType.Float32, input.Type.Element));
        Assert.Equal(2, graph.Nodes.Count(node => node.Op is Dequantize));
        Detector detector = graph.Card.Detector!;
        Assert.Equal(BoxCoding.Decoded, detector.Coding);
        Assert.Equal(["boxes", "classes"], detector.Boxes.AsEnumerable());
        Assert.Equal(["scores", "count"], detector.Scores.AsEnumerable());
        Assert.Equal((0.25f, 0.5f, 10), (detector.ScoreThreshold, detector.IouThreshold, detector.MaxDetections));
        Assert.Equal([new Shape([1, 10, 4]), new Shape([1, 10]), new Shape([1, 10]), new Shape([1])], graph.Outputs.Select(output => output.Value.Type.Shape));
    }
}
