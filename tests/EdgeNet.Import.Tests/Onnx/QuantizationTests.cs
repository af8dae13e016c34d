using EdgeNet.Model;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Tests.Onnx;

public sealed class QuantizationTests
{
    [Fact]
    public void Unsigned_codes_are_shifted_inside_and_shifted_back_outside()
    {
        Graph graph = Codes().Input("x", 4).Node("QuantizeLinear", "x,s,z", "q").Node("DequantizeLinear", "q,s,z", "y").Output("q", "y").Import();

        Assert.Equal(Quantization.PerTensor(0.5f, 3), graph.Outputs[0].Value.Type.Quantization);
        Assert.Equal(ElementType.UInt8, graph.Outputs[0].Value.Type.Element);
        Value codes = Assert.Single(graph.Nodes, node => node.Op is Dequantize).Inputs[0];
        Assert.Equal(new TensorType(ElementType.Int8, [4], Quantization.PerTensor(0.5f, -125)), codes.Type);
    }

    [Fact]
    public void Ops_that_move_elements_move_codes()
    {
        Graph graph = Codes().Input("x", 1, 1, 4, 4).Constant("h", [2], 4L, 4L).Node("QuantizeLinear", "x,s,z", "q")
            .Node("MaxPool", "q", "p", ("kernel_shape", new[] { 1, 1 })).Node("Reshape", "p,h", "r").Node("DequantizeLinear", "r,s,z", "y").Output("y").Import();

        Assert.Equal(["Quantize", "Transpose", "Pool2D", "Transpose", "Reshape", "Dequantize"], graph.Nodes.Select(node => node.Op.Name));
    }

    [Fact]
    public void An_input_of_codes_carries_its_parameters()
    {
        Graph unsigned = Codes().Input("x", DataType.Uint8, 4).Node("DequantizeLinear", "x,s,z", "y").Output("y").Import();
        Graph signed = new ModelWriter().Constant("s", [], 0.5f).Constant("z", [], (sbyte)-3).Input("x", DataType.Int8, 4).Node("DequantizeLinear", "x,s,z", "y").Output("y").Import();

        Assert.Equal(new TensorType(ElementType.UInt8, [4], Quantization.PerTensor(0.5f, 3)), unsigned.Inputs[0].Type);
        Assert.Equal(["Quantize", "Dequantize"], unsigned.Nodes.Select(node => node.Op.Name));
        Assert.Equal(new TensorType(ElementType.Int8, [4], Quantization.PerTensor(0.5f, -3)), signed.Inputs[0].Type);
        Assert.Equal(["Dequantize"], signed.Nodes.Select(node => node.Op.Name));
    }

    [Fact]
    public void An_input_that_is_read_as_numbers_too_is_no_input_of_codes()
    {
        Graph graph = Codes().Input("x", DataType.Uint8, 4).Node("DequantizeLinear", "x,s,z", "y").Node("Cast", "x", "n", ("to", (int)DataType.Float)).Output("y", "n").Import();

        Assert.Null(graph.Inputs[0].Type.Quantization);
        Assert.DoesNotContain(graph.Nodes, node => node.Op is Dequantize);
    }

    [Fact]
    public void Weights_keep_their_codes_and_their_scales_per_channel()
    {
        Graph graph = new ModelWriter().Input("x", 1, 1, 4, 4).Constant("w", [2, 1, 1, 2], (byte)128, (byte)255, (byte)0, (byte)129)
            .Constant("s", [2], 0.5f, 0.25f).Constant("z", [2], (byte)128, (byte)128)
            .Node("DequantizeLinear", "w,s,z", "d", ("axis", 0)).Node("Conv", "x,d", "y").Output("y").Import();

        Value weights = Assert.Single(graph.Nodes, node => node.Op is Dequantize).Inputs[0];
        Assert.Equal(new TensorType(ElementType.Int8, [2, 1, 2, 1], new Quantization([0.5f, 0.25f], [0, 0], 0)), weights.Type);
        Assert.Equal([0, 127, -128, 1], weights.Constant!.ToArray<sbyte>());
    }

    [Fact]
    public void Depthwise_weights_have_their_channels_last()
    {
        Graph graph = new ModelWriter().Input("x", 1, 2, 4, 4).Constant("w", [2, 1, 1, 2], (sbyte)1, (sbyte)2, (sbyte)3, (sbyte)4).Constant("s", [2], 0.5f, 0.25f)
            .Node("DequantizeLinear", "w,s", "d", ("axis", 0)).Node("Conv", "x,d", "y", ("group", 2)).Output("y").Import();

        Value weights = Assert.Single(graph.Nodes, node => node.Op is Dequantize).Inputs[0];
        Assert.Equal(2, weights.Type.Quantization!.Axis);
        Assert.Equal([1, 3, 2, 4], weights.Constant!.ToArray<sbyte>());
    }

    [Fact]
    public void Weights_that_are_coded_as_the_model_runs_are_coded_at_import()
    {
        Graph graph = new ModelWriter().Input("x", 1, 3).Constant("w", [3, 1], 0.25f, -0.75f, 900f).Constant("s", [], 0.5f).Constant("z", [], (sbyte)0)
            .Node("QuantizeLinear", "w,s,z", "q").Node("DequantizeLinear", "q,s,z", "d").Node("MatMul", "x,d", "y").Output("y").Import();

        // Halves go to the even code.
        Assert.Equal([0, -2, 127], Assert.Single(graph.Nodes, node => node.Op is Dequantize).Inputs[0].Constant!.ToArray<sbyte>());
    }

    [Fact]
    public void A_bias_of_integers_becomes_exact_numbers()
    {
        Graph graph = new ModelWriter().Input("x", 1, 1, 4, 4).Weights("w", 2, 1, 1, 1).Constant("b", [2], 7, -9).Constant("s", [2], 0.125f, 0.3f).Constant("z", [2], 0, 0)
            .Node("DequantizeLinear", "b,s,z", "d", ("axis", 0)).Node("Conv", "x,w,d", "y").Output("y").Import();

        Value bias = Assert.Single(graph.Nodes, node => node.Op is Conv2D).Inputs[2];
        Assert.Equal([7 * 0.125f, -9 * 0.3f], bias.Constant!.ToArray<float>());
        Assert.Equal("b", bias.Name);
    }

    [Fact]
    public void A_quantized_convolution_scales_its_bias()
    {
        Graph graph = Codes().Input("x", DataType.Uint8, 1, 1, 4, 4).Constant("w", [2, 1, 1, 1], (sbyte)1, (sbyte)2).Constant("ws", [2], 0.25f, 2f).Constant("wz", [2], (sbyte)0, (sbyte)0)
            .Constant("b", [2], 3, 5).Node("QLinearConv", "x,s,z,w,ws,wz,s,z,b", "y").Output("y").Import();

        Assert.Equal([3 * 0.125f, 5f], Assert.Single(graph.Nodes, node => node.Op is Conv2D).Inputs[2].Constant!.ToArray<float>());
    }

    [Fact]
    public void Codes_that_are_read_with_another_scale_are_stretched()
    {
        Graph graph = Codes().Input("x", 4).Constant("s2", [], 1f).Constant("z2", [], (byte)5)
            .Node("QuantizeLinear", "x,s,z", "q").Node("DequantizeLinear", "q,s2,z2", "y").Output("y").Import();

        Assert.Equal(["Quantize", "Dequantize", "Mul", "Add"], graph.Nodes.Select(node => node.Op.Name));
        Assert.Equal([-2f], graph.Nodes[^1].Inputs[1].Constant!.ToArray<float>());
    }

    [Theory]
    [InlineData("ConvInteger")]
    [InlineData("MatMulInteger")]
    [InlineData("DynamicQuantizeLinear")]
    public void Dynamic_quantization_is_refused_with_advice(string op)
    {
        var error = Assert.Throws<UnsupportedOperatorException>(() => new ModelWriter().Input("x", DataType.Uint8, 2, 2).Node(op, "x,x", "y").Output("y").Import());

        Assert.Contains("quantize the model statically", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_are_not_computed_with_as_numbers()
    {
        var error = Assert.Throws<UnsupportedOperatorException>(() => Codes().Input("x", 4)
            .Node("QuantizeLinear", "x,s,z", "q").Node("Add", "q,q", "y").Named("sum").Output("y").Import());

        Assert.Equal(("Add", "sum"), (error.Operator, error.Node));
    }

    private static ModelWriter Codes() => new ModelWriter().Constant("s", [], 0.5f).Constant("z", [], (byte)3);
}
