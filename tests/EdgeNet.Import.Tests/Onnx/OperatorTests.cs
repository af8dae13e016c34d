using EdgeNet.Import.Onnx.Operators;
using EdgeNet.Model;
using DataType = EdgeNet.Import.Onnx.Proto.TensorProto.Types.DataType;

namespace EdgeNet.Import.Tests.Onnx;

/// <summary>What each operator becomes: the ops, in order and without the transposes around image ops, and the shape of the result.</summary>
public sealed class OperatorTests
{
    private static readonly Dictionary<string, (ModelWriter Model, string Ops, int[] Shape)> Cases = new()
    {
        ["Abs"] = Unary("Abs"),
        ["Neg"] = Unary("Neg"),
        ["Sign"] = Unary("Sign"),
        ["Relu"] = Unary("Relu"),
        ["LeakyRelu"] = Unary("LeakyRelu"),
        ["ThresholdedRelu"] = Unary("ThresholdedRelu"),
        ["Elu"] = Unary("Elu"),
        ["Selu"] = Unary("Selu"),
        ["Celu"] = Unary("Celu"),
        ["Sigmoid"] = Unary("Sigmoid"),
        ["HardSigmoid"] = Unary("HardSigmoid"),
        ["HardSwish"] = Unary("HardSwish"),
        ["Tanh"] = Unary("Tanh"),
        ["Exp"] = Unary("Exp"),
        ["Log"] = Unary("Log"),
        ["Sqrt"] = Unary("Sqrt"),
        ["Reciprocal"] = Unary("Reciprocal"),
        ["Floor"] = Unary("Floor"),
        ["Ceil"] = Unary("Ceil"),
        ["Round"] = Unary("Round"),
        ["Erf"] = Unary("Erf"),
        ["Gelu"] = Unary("Gelu"),
        ["com.microsoft.Gelu"] = Unary("com.microsoft.Gelu", "Gelu"),
        ["Softplus"] = Unary("Softplus"),
        ["Softsign"] = Unary("Softsign"),
        ["Mish"] = Unary("Mish"),
        ["Sin"] = Unary("Sin"),
        ["Cos"] = Unary("Cos"),
        ["Softmax"] = Unary("Softmax"),
        ["LogSoftmax"] = Unary("LogSoftmax"),
        ["Identity"] = Unary("Identity", ""),
        ["Dropout"] = Unary("Dropout", ""),
        ["Cast"] = (Model().Input("x", 2, 3).Node("Cast", "x", "y", ("to", (int)DataType.Int32)), "Cast", [2, 3]),
        ["CastLike"] = (Model(15).Input("x", 2, 3).Input("z", DataType.Int64, 1).Node("CastLike", "x,z", "y"), "Cast", [2, 3]),
        ["Not"] = (Model().Input("x", DataType.Bool, 2).Node("Not", "x", "y"), "Not", [2]),
        ["Clip"] = (Model().Input("x", 2, 3).Constant("lo", [], 0f).Constant("hi", [], 6f).Node("Clip", "x,lo,hi", "y"), "Clip", [2, 3]),
        ["Add"] = Binary("Add"),
        ["Sub"] = Binary("Sub"),
        ["Mul"] = Binary("Mul"),
        ["Div"] = Binary("Div"),
        ["Pow"] = Binary("Pow"),
        ["PRelu"] = Binary("PRelu"),
        ["Equal"] = Binary("Equal"),
        ["Less"] = Binary("Less"),
        ["LessOrEqual"] = Binary("LessOrEqual"),
        ["Greater"] = Binary("Greater"),
        ["GreaterOrEqual"] = Binary("GreaterOrEqual"),
        ["And"] = Logical("And"),
        ["Or"] = Logical("Or"),
        ["Xor"] = Logical("Xor"),
        ["Mod"] = (Model().Constant("a", [2], 7L, -7L).Constant("b", [1], 3L).Node("Mod", "a,b", "y"), "", [2]),
        ["Max"] = Chained("Max", "Max Max"),
        ["Min"] = Chained("Min", "Min Min"),
        ["Sum"] = Chained("Sum", "Add Add"),
        ["Mean"] = Chained("Mean", "Add Add Div"),
        ["Where"] = (Model().Input("c", DataType.Bool, 2, 1).Input("a", 3).Input("b", 2, 3).Node("Where", "c,a,b", "y"), "Where", [2, 3]),

        ["Conv"] = (Model().Input("x", 1, 3, 8, 8).Weights("w", 4, 3, 3, 3).Weights("b", 4).Node("Conv", "x,w,b", "y"), "Conv2D", [1, 4, 6, 6]),
        ["com.microsoft.FusedConv"] = (Model().Input("x", 1, 3, 8, 8).Weights("w", 4, 3, 3, 3).Weights("b", 4)
            .Node("com.microsoft.FusedConv", "x,w,b", "y", ("activation", "Relu")), "Conv2D Relu", [1, 4, 6, 6]),
        ["ConvTranspose"] = (Model().Input("x", 1, 3, 4, 4).Weights("w", 3, 5, 3, 3).Node("ConvTranspose", "x,w", "y"), "ConvTranspose2D", [1, 5, 6, 6]),
        ["MaxPool"] = (Model().Input("x", 1, 3, 8, 8).Node("MaxPool", "x", "y", ("kernel_shape", new[] { 2, 2 })), "Pool2D", [1, 3, 7, 7]),
        ["AveragePool"] = (Model().Input("x", 1, 3, 8, 8).Node("AveragePool", "x", "y", ("kernel_shape", new[] { 2, 2 })), "Pool2D", [1, 3, 7, 7]),
        ["GlobalAveragePool"] = (Model().Input("x", 1, 3, 8, 8).Node("GlobalAveragePool", "x", "y"), "ReduceMean", [1, 3, 1, 1]),
        ["GlobalMaxPool"] = (Model().Input("x", 1, 3, 8, 8).Node("GlobalMaxPool", "x", "y"), "ReduceMax", [1, 3, 1, 1]),
        ["BatchNormalization"] = (Model().Input("x", 1, 3, 8, 8).Weights("w", 3).Node("BatchNormalization", "x,w,w,w,w", "y"), "BatchNormalization", [1, 3, 8, 8]),
        ["InstanceNormalization"] = (Model().Input("x", 1, 3, 8, 8).Weights("w", 3).Node("InstanceNormalization", "x,w,w", "y"), "InstanceNormalization", [1, 3, 8, 8]),
        ["LRN"] = (Model().Input("x", 1, 3, 8, 8).Node("LRN", "x", "y", ("size", 3)), "LocalResponseNormalization", [1, 3, 8, 8]),
        ["Gemm"] = (Model().Input("x", 2, 3).Weights("w", 3, 4).Weights("b", 4).Node("Gemm", "x,w,b", "y"), "Dense", [2, 4]),
        ["MatMul"] = (Model().Input("x", 5, 2, 3).Weights("w", 3, 4).Node("MatMul", "x,w", "y"), "Dense", [5, 2, 4]),

        ["Reshape"] = (Model().Input("x", 2, 3, 4).Constant("s", [3], 0L, -1L, 2L).Node("Reshape", "x,s", "y"), "Reshape", [2, 6, 2]),
        ["Flatten"] = (Model().Input("x", 2, 3, 4).Node("Flatten", "x", "y"), "Reshape", [2, 12]),
        ["Squeeze"] = (Model().Input("x", 2, 1, 4).Node("Squeeze", "x", "y"), "Reshape", [2, 4]),
        ["Unsqueeze"] = (Model().Input("x", 2, 4).Constant("a", [2], -1L, 0L).Node("Unsqueeze", "x,a", "y"), "Reshape", [1, 2, 4, 1]),
        ["Transpose"] = (Model().Input("x", 2, 3, 4).Node("Transpose", "x", "y"), "", [4, 3, 2]),
        ["Concat"] = (Model().Input("x", 2, 3).Input("z", 2, 5).Node("Concat", "x,z", "y", ("axis", -1)), "Concat", [2, 8]),
        ["Split"] = (Model().Input("x", 2, 6).Node("Split", "x", "y,z", ("axis", 1)), "Slice", [2, 3]),
        ["Slice"] = (Model().Input("x", 5, 6).Constant("s", [1], -1L).Constant("e", [1], long.MinValue).Constant("a", [1], 0L).Constant("d", [1], -2L)
            .Node("Slice", "x,s,e,a,d", "y"), "Slice", [3, 6]),
        ["Pad"] = (Model().Input("x", 2, 3).Constant("p", [4], 0L, 1L, 0L, 2L).Node("Pad", "x,p", "y"), "Pad", [2, 6]),
        ["Gather"] = (Model().Input("x", 2, 3).Constant("i", [], 1L).Node("Gather", "x,i", "y"), "Gather", [3]),
        ["GatherElements"] = (Model().Input("x", 2, 3).Input("i", DataType.Int64, 1, 3).Node("GatherElements", "x,i", "y"), "GatherElements", [1, 3]),
        ["GatherND"] = (Model().Input("x", 2, 3).Input("i", DataType.Int64, 5, 1).Node("GatherND", "x,i", "y"), "GatherNd", [5, 3]),
        ["Expand"] = (Model().Input("x", 3, 1).Constant("s", [3], 2L, 1L, 6L).Node("Expand", "x,s", "y"), "Expand", [2, 3, 6]),
        ["Tile"] = (Model().Input("x", 3, 1).Constant("r", [2], 2L, 4L).Node("Tile", "x,r", "y"), "Tile", [6, 4]),
        ["DepthToSpace"] = (Model().Input("x", 1, 8, 2, 3).Node("DepthToSpace", "x", "y", ("blocksize", 2)), "Reshape Reshape", [1, 2, 4, 6]),
        ["SpaceToDepth"] = (Model().Input("x", 1, 2, 4, 6).Node("SpaceToDepth", "x", "y", ("blocksize", 2)), "Reshape Reshape", [1, 8, 2, 3]),
        ["Resize"] = (Model().Input("x", 1, 3, 4, 4).Constant("s", [4], 1f, 1f, 2f, 1.6f).Node("Resize", "x,,s", "y"), "Resize", [1, 3, 8, 6]),
        ["Upsample"] = (Model(9).Input("x", 1, 3, 4, 4).Constant("s", [4], 1f, 1f, 2f, 3f).Node("Upsample", "x,s", "y"), "Resize", [1, 3, 8, 12]),
        ["Shape"] = (Model().Input("x", 4, 5).Node("Shape", "x", "y"), "", [2]),
        ["Size"] = (Model().Input("x", 4, 5).Node("Size", "x", "y"), "", []),
        ["Constant"] = (Model().Node("Constant", "", "y", ("value_ints", new[] { 1, 2, 3 })), "", [3]),
        ["ConstantOfShape"] = (Model().Constant("s", [2], 2L, 3L).Node("ConstantOfShape", "s", "y"), "", [2, 3]),
        ["Range"] = (Model().Constant("a", [], 3L).Constant("b", [], -4L).Constant("c", [], -2L).Node("Range", "a,b,c", "y"), "", [4]),

        ["ReduceMean"] = Reduced("ReduceMean"),
        ["ReduceMax"] = Reduced("ReduceMax"),
        ["ReduceMin"] = Reduced("ReduceMin"),
        ["ReduceProd"] = Reduced("ReduceProd"),
        ["ReduceSumSquare"] = Reduced("ReduceSumSquare"),
        ["ReduceL1"] = Reduced("ReduceL1"),
        ["ReduceL2"] = Reduced("ReduceL2"),
        ["ReduceLogSum"] = Reduced("ReduceLogSum", "ReduceSum Log"),
        ["ReduceLogSumExp"] = Reduced("ReduceLogSumExp", "ReduceMax Sub Exp ReduceSum Log Add"),
        ["ReduceSum"] = (Model().Input("x", 2, 3, 4).Constant("a", [1], -1L).Node("ReduceSum", "x,a", "y", ("keepdims", 0)), "ReduceSum", [2, 3]),
        ["ArgMax"] = (Model().Input("x", 2, 3).Node("ArgMax", "x", "y", ("axis", -1), ("keepdims", 0)), "ArgMax", [2]),
        ["ArgMin"] = (Model().Input("x", 2, 3).Node("ArgMin", "x", "y"), "ArgMin", [1, 3]),
        ["TopK"] = (Model().Input("x", 2, 7).Constant("k", [1], 3L).Node("TopK", "x,k", "y,i"), "TopK", [2, 3]),
        ["NonMaxSuppression"] = (Model().Input("b", 1, 20, 4).Input("s", 1, 2, 20).Constant("n", [1], 5L).Constant("t", [1], 0.5f)
            .Node("NonMaxSuppression", "b,s,n,t", "y"), "NonMaxSuppression", [10, 3]),

        ["QuantizeLinear"] = (Codes().Input("x", 2, 3).Node("QuantizeLinear", "x,s,z", "y"), "Quantize Quantize", [2, 3]),
        ["DequantizeLinear"] = (Codes().Input("x", DataType.Uint8, 2, 3).Node("DequantizeLinear", "x,s,z", "y"), "Quantize Dequantize", [2, 3]),
        ["com.microsoft.QuantizeLinear"] = (Codes().Input("x", 2, 3).Node("com.microsoft.QuantizeLinear", "x,s,z", "y"), "Quantize Quantize", [2, 3]),
        ["com.microsoft.DequantizeLinear"] = (Codes().Input("x", DataType.Uint8, 2, 3).Node("com.microsoft.DequantizeLinear", "x,s,z", "y"), "Quantize Dequantize", [2, 3]),
        ["QLinearConv"] = (Codes().Input("x", DataType.Uint8, 1, 2, 4, 4).Constant("w", [1, 2, 1, 1], (sbyte)1, (sbyte)2).Constant("ws", [], 0.5f)
            .Constant("wz", [], (sbyte)0).Constant("b", [1], 6).Node("QLinearConv", "x,s,z,w,ws,wz,s,z,b", "y"),
            "Quantize Dequantize Dequantize Conv2D Quantize Quantize", [1, 1, 4, 4]),
        ["QLinearMatMul"] = (Codes().Input("x", DataType.Uint8, 2, 3).Input("w", DataType.Uint8, 3, 4).Node("QLinearMatMul", "x,s,z,w,s,z,s,z", "y"),
            "Quantize Quantize Dequantize Dequantize MatMul Quantize Quantize", [2, 4]),
        ["com.microsoft.QLinearAdd"] = Coded("QLinearAdd", "x,s,z,x,s,z,s,z", "Quantize Dequantize Dequantize Add Quantize Quantize"),
        ["com.microsoft.QLinearMul"] = Coded("QLinearMul", "x,s,z,x,s,z,s,z", "Quantize Dequantize Dequantize Mul Quantize Quantize"),
        ["com.microsoft.QLinearSigmoid"] = Coded("QLinearSigmoid", "x,s,z,s,z", "Quantize Dequantize Sigmoid Quantize Quantize"),
        ["com.microsoft.QLinearLeakyRelu"] = Coded("QLinearLeakyRelu", "x,s,z,s,z", "Quantize Dequantize LeakyRelu Quantize Quantize"),
        ["com.microsoft.QLinearSoftmax"] = Coded("QLinearSoftmax", "x,s,z,s,z", "Quantize Dequantize Softmax Quantize Quantize", ("axis", 1), ("opset", 13)),
        ["com.microsoft.QLinearGlobalAveragePool"] = (Codes().Input("x", DataType.Uint8, 1, 2, 4, 4)
            .Node("com.microsoft.QLinearGlobalAveragePool", "x,s,z,s,z", "y"), "Quantize Dequantize ReduceMean Quantize Quantize", [1, 2, 1, 1]),
        ["com.microsoft.QLinearAveragePool"] = (Codes().Input("x", DataType.Uint8, 1, 2, 4, 4)
            .Node("com.microsoft.QLinearAveragePool", "x,s,z,s,z", "y", ("kernel_shape", new[] { 2, 2 })), "Quantize Dequantize Pool2D Quantize Quantize", [1, 2, 3, 3]),
        ["com.microsoft.QLinearConcat"] = (Codes().Input("x", DataType.Uint8, 2, 3)
            .Node("com.microsoft.QLinearConcat", "s,z,x,s,z,x,s,z", "y", ("axis", 0)), "Quantize Dequantize Dequantize Concat Quantize Quantize", [4, 3]),
        ["com.microsoft.QGemm"] = (Codes().Input("x", DataType.Uint8, 2, 3).Constant("w", [3, 1], (sbyte)1, (sbyte)2, (sbyte)3).Constant("ws", [], 0.5f)
            .Constant("wz", [], (sbyte)0).Constant("b", [1], 6).Node("com.microsoft.QGemm", "x,s,z,w,ws,wz,b,s,z", "y"),
            "Quantize Dequantize Dequantize Dense Quantize Quantize", [2, 1]),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void An_operator_becomes(string name)
    {
        (ModelWriter model, string ops, int[] shape) = Cases[name];

        Graph graph = model.Output("y").Import();

        Assert.Equal(ops, string.Join(' ', graph.Nodes.Where(node => node.Op is not Transpose).Select(node => node.Op.Name)));
        Assert.Equal(new Shape(shape), graph.Outputs[0].Value.Type.Shape);
    }

    [Fact]
    public void Every_operator_that_is_read_has_a_case() => Assert.Empty(OperatorTable.Names.Except(Cases.Keys));

    [Fact]
    public void Convolution_has_its_weights_and_its_window_arranged()
    {
        Graph graph = Model().Input("x", 1, 2, 9, 9).Weights("w", 3, 2, 2, 1)
            .Node("Conv", "x,w", "y", ("strides", new[] { 2, 1 }), ("pads", new[] { 1, 2, 3, 4 }), ("dilations", new[] { 1, 3 })).Output("y").Import();

        Node node = Only<Conv2D>(graph);
        var op = (Conv2D)node.Op;
        Assert.Equal([2, 1], op.Strides);
        Assert.Equal([1, 3], op.Dilations);
        Assert.Equal([1, 2, 3, 4], op.Padding);
        Assert.Equal(new Shape([3, 2, 1, 2]), node.Inputs[1].Type.Shape);
        // OIHW → OHWI
        Assert.Equal([0f, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11], node.Inputs[1].Constant!.ToArray<float>());
        Assert.Equal("w", node.Inputs[1].Name);
        Assert.Equal([[0, 2, 3, 1], [0, 3, 1, 2]], graph.Nodes.Select(n => n.Op).OfType<Transpose>().Select(t => t.Permutation.ToArray()));
    }

    [Fact]
    public void Convolution_of_each_channel_by_itself_is_depthwise()
    {
        Graph graph = Model().Input("x", 1, 2, 5, 5).Weights("w", 4, 1, 1, 2).Node("Conv", "x,w", "y", ("group", 2)).Output("y").Import();

        Node node = Only<DepthwiseConv2D>(graph);
        Assert.Equal(new Shape([1, 2, 4]), node.Inputs[1].Type.Shape);
        Assert.Equal([0f, 2, 4, 6, 1, 3, 5, 7], node.Inputs[1].Constant!.ToArray<float>());
    }

    [Theory]
    [InlineData("SAME_UPPER", 8, 0, 1)]
    [InlineData("SAME_LOWER", 8, 1, 0)]
    [InlineData("VALID", 7, 0, 0)]
    public void Automatic_padding_is_resolved(string autoPad, int extent, int before, int after)
    {
        Graph graph = Model().Input("x", 1, 1, 8, 8).Weights("w", 1, 1, 2, 2).Node("Conv", "x,w", "y", ("auto_pad", autoPad)).Output("y").Import();

        Assert.Equal([before, before, after, after], ((Conv2D)Only<Conv2D>(graph).Op).Padding);
        Assert.Equal(new Shape([1, 1, extent, extent]), graph.Outputs[0].Value.Type.Shape);
    }

    [Fact]
    public void One_dimensional_convolution_and_pooling_have_height_1()
    {
        Graph graph = Model().Input("x", 2, 4, 10).Weights("w", 5, 4, 3).Node("Conv", "x,w", "c", ("pads", new[] { 1, 0 }), ("strides", new[] { 2 }))
            .Node("MaxPool", "c", "y", ("kernel_shape", new[] { 2 })).Output("y").Import();

        Assert.Equal(new Shape([5, 1, 3, 4]), Only<Conv2D>(graph).Inputs[1].Type.Shape);
        Assert.Equal([0, 1, 0, 0], ((Conv2D)Only<Conv2D>(graph).Op).Padding);
        Assert.Equal(new Shape([2, 5, 4]), graph.Outputs[0].Value.Type.Shape);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, 8)]
    public void Transposed_convolution_adds_output_padding_at_the_end(int outputPadding, int extent)
    {
        Graph graph = Model().Input("x", 1, 4, 4, 4).Weights("w", 4, 3, 3, 3).Node("ConvTranspose", "x,w", "y", ("strides", new[] { 2, 2 }),
            ("pads", new[] { 1, 1, 1, 1 }), ("output_padding", new[] { outputPadding, outputPadding }), ("group", 2)).Output("y").Import();

        Assert.Equal([1, 1, 1 - outputPadding, 1 - outputPadding], ((ConvTranspose2D)Only<ConvTranspose2D>(graph).Op).Padding);
        Assert.Equal(new Shape([6, 3, 3, 2]), Only<ConvTranspose2D>(graph).Inputs[1].Type.Shape);
        Assert.Equal(new Shape([1, 6, extent, extent]), graph.Outputs[0].Value.Type.Shape);
    }

    [Fact]
    public void Gemm_folds_its_factors_into_weights_and_bias()
    {
        Graph graph = Model().Input("x", 3, 2).Constant("w", [2, 2], 1f, 2, 3, 4).Constant("c", [1], 10f)
            .Node("Gemm", "x,w,c", "y", ("alpha", 2f), ("beta", 0.5f), ("transA", 0)).Output("y").Import();

        Node node = Only<Dense>(graph);
        Assert.Equal([2f, 6, 4, 8], node.Inputs[1].Constant!.ToArray<float>());
        Assert.Equal([5f, 5], node.Inputs[2].Constant!.ToArray<float>());
    }

    [Fact]
    public void Gemm_of_computed_factors_is_written_out()
    {
        Graph graph = Model().Input("a", 2, 3).Input("b", 4, 2).Input("c", 4)
            .Node("Gemm", "a,b,c", "y", ("transA", 1), ("transB", 1), ("alpha", 3f)).Output("y").Import();

        Assert.Equal(["Transpose", "Transpose", "MatMul", "Mul", "Add"], graph.Nodes.Select(node => node.Op.Name));
        Assert.Equal(new Shape([3, 4]), graph.Outputs[0].Value.Type.Shape);
    }

    [Theory]
    [InlineData(new[] { 3 }, new[] { 3 }, new int[0])]
    [InlineData(new[] { 3 }, new[] { 3, 4 }, new[] { 4 })]
    [InlineData(new[] { 5, 2, 3 }, new[] { 3 }, new[] { 5, 2 })]
    [InlineData(new[] { 5, 2, 3 }, new[] { 5, 3, 4 }, new[] { 5, 2, 4 })]
    public void Matrix_products_of_vectors_drop_their_axis(int[] a, int[] b, int[] expected)
    {
        Assert.Equal(new Shape(expected), Model().Input("a", a).Input("b", b).Node("MatMul", "a,b", "y").Output("y").Import().Outputs[0].Value.Type.Shape);
        Assert.Equal(new Shape(expected), Model().Input("a", a).Weights("b", b).Node("MatMul", "a,b", "y").Output("y").Import().Outputs[0].Value.Type.Shape);
    }

    [Fact]
    public void Old_softmax_goes_over_all_axes_that_follow()
    {
        Graph old = Model(11).Input("x", 2, 3, 4).Node("Softmax", "x", "y").Output("y").Import();
        Graph flat = Model(11).Input("x", 2, 3, 1).Node("Softmax", "x", "y").Output("y").Import();

        Assert.Equal(["Reshape", "Softmax", "Reshape"], old.Nodes.Select(node => node.Op.Name));
        Assert.Equal(new Shape([2, 12]), Only<Softmax>(old).Output.Type.Shape);
        Assert.Equal(new Softmax(1), Assert.Single(flat.Nodes).Op);
    }

    [Theory]
    [InlineData("not_larger", new[] { 1, 1, 7, 7 }, 1.75f)]
    [InlineData("not_smaller", new[] { 1, 1, 8, 8 }, 2f)]
    [InlineData("stretch", new[] { 1, 1, 7, 8 }, 1.75f)]
    public void Resize_to_sizes_keeps_the_aspect_ratio_where_asked(string policy, int[] sizes, float scale)
    {
        Graph graph = Model(19).Input("x", 1, 1, 4, 4).Constant("s", [2], 7L, 8L)
            .Node("Resize", "x,,,s", "y", ("axes", new[] { 2, 3 }), ("keep_aspect_ratio_policy", policy), ("mode", "linear")).Output("y").Import();

        var op = (Resize)Only<Resize>(graph).Op;
        Assert.Equal(sizes, op.Sizes.ToArray());
        Assert.Equal(1, op.Scales[1]);
        Assert.Equal(scale, op.Scales[2]);
        Assert.Equal(Interpolation.Linear, op.Interpolation);
    }

    [Fact]
    public void Resize_in_a_region_states_it_for_every_axis()
    {
        Graph graph = Model(19).Input("x", 1, 1, 4, 4).Constant("r", [4], 0.25f, 0.5f, 0.75f, 1f).Constant("s", [2], 3L, 2L)
            .Node("Resize", "x,r,,s", "y", ("axes", new[] { 3, 2 }), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 9f)).Output("y").Import();

        var op = (Resize)Only<Resize>(graph).Op;
        Assert.Equal([1, 1, 2, 3], op.Sizes);
        Assert.Equal([0, 0, 0.5f, 0.25f, 1, 1, 1, 0.75f], op.RegionOfInterest);
        Assert.Equal(9, op.Extrapolation);
    }

    [Fact]
    public void Old_upsampling_counts_from_the_edge()
    {
        var op = (Resize)Only<Resize>(Model(9).Input("x", 1, 1, 2, 2).Constant("s", [4], 1f, 1, 2, 2).Node("Upsample", "x,s", "y").Output("y").Import()).Op;

        Assert.Equal((CoordinateTransformation.Asymmetric, NearestRounding.Floor, Interpolation.Nearest), (op.Coordinates, op.Rounding, op.Interpolation));
    }

    [Theory]
    [InlineData(7, 3, new[] { 3, 3, 1 })]
    [InlineData(6, 2, new[] { 3, 3 })]
    [InlineData(5, 4, new[] { 2, 2, 1, 0 })]
    public void Split_without_sizes_makes_the_last_part_smaller(int extent, int parts, int[] expected)
    {
        string[] names = [.. Enumerable.Range(0, parts).Select(i => $"y{i}")];
        Graph graph = Model(18).Input("x", extent).Node("Split", "x", string.Join(',', names), ("num_outputs", parts)).Output(names).Import();

        Assert.Equal(expected, graph.Outputs.Select(output => output.Value.Type.Shape[0]));
    }

    [Fact]
    public void Crop_and_mirror_by_slices_is_bounded()
    {
        var op = (Slice)Only<Slice>(Model(9).Input("x", 5, 6).Node("Slice", "x", "y", ("starts", new[] { -100, 2 }), ("ends", new[] { 3, int.MaxValue })).Output("y").Import()).Op;

        Assert.Equal(new Slice([0, 2], [3, 4], [1, 1]), op);
    }

    [Fact]
    public void Depth_to_space_moves_blocks_the_way_its_mode_says()
    {
        static int[] Permutation(string mode) => ((Transpose)Only<Transpose>(
            Model().Input("x", 1, 8, 2, 3).Node("DepthToSpace", "x", "y", ("blocksize", 2), ("mode", mode)).Output("y").Import()).Op).Permutation.ToArray();

        Assert.Equal([0, 3, 4, 1, 5, 2], Permutation("DCR"));
        Assert.Equal([0, 1, 4, 2, 5, 3], Permutation("CRD"));
    }

    [Fact]
    public void Pad_by_axes_and_value()
    {
        var op = (Pad)Only<Pad>(Model(18).Input("x", 1, 2, 3).Constant("p", [2], 1L, -1L).Constant("v", [], 7f).Constant("a", [1], -1L)
            .Node("Pad", "x,p,v,a", "y", ("mode", "constant")).Output("y").Import()).Op;

        Assert.Equal(new Pad([0, 0, 1], [0, 0, -1], PadMode.Constant, 7), op);
    }

    [Fact]
    public void Reduction_over_no_axes_takes_all_or_does_nothing()
    {
        Assert.Equal(new Shape([1, 1]), Model(18).Input("x", 2, 3).Node("ReduceMax", "x", "y").Output("y").Import().Outputs[0].Value.Type.Shape);
        Assert.Empty(Model(18).Input("x", 2, 3).Node("ReduceMax", "x", "y", ("noop_with_empty_axes", 1)).Output("y").Import().Nodes);
    }

    [Fact]
    public void Clip_between_computed_bounds_is_the_larger_then_the_smaller() =>
        Assert.Equal(["Max", "Min"], Model().Input("x", 3).Input("lo").Input("hi").Node("Clip", "x,lo,hi", "y").Output("y").Import().Nodes.Select(node => node.Op.Name));

    [Fact]
    public void The_mask_of_dropout_keeps_everything() =>
        Assert.Equal([true, true], Model().Input("x", 2).Node("Dropout", "x", "y,m").Output("m").Import().Outputs[0].Value.Constant!.ToArray<bool>());

    [Fact]
    public void Broadcasting_by_an_attribute_is_the_shape_that_it_means()
    {
        Graph graph = Model(6).Input("x", 2, 3, 4).Input("b", 3).Node("Add", "x,b", "y", ("axis", 1), ("broadcast", 1)).Output("y").Import();

        Assert.Equal(new Shape([3, 1]), Only<Add>(graph).Inputs[1].Type.Shape);
    }

    private static Node Only<T>(Graph graph) where T : Op => Assert.Single(graph.Nodes, node => node.Op is T);

    private static ModelWriter Model(int opset = 13) => new(opset);

    private static ModelWriter Codes() => Model().Constant("s", [], 0.5f).Constant("z", [], (byte)3);

    private static (ModelWriter, string, int[]) Unary(string op, string? becomes = null) => (Model(20).Input("x", 2, 3).Node(op, "x", "y"), becomes ?? op, [2, 3]);

    private static (ModelWriter, string, int[]) Binary(string op) => (Model().Input("x", 2, 3).Input("z", 3).Node(op, "x,z", "y"), op, [2, 3]);

    private static (ModelWriter, string, int[]) Logical(string op) =>
        (Model().Input("x", DataType.Bool, 2, 3).Input("z", DataType.Bool, 3).Node(op, "x,z", "y"), op, [2, 3]);

    private static (ModelWriter, string, int[]) Chained(string op, string becomes) =>
        (Model().Input("a", 3).Input("b", 2, 1).Input("c", 1).Node(op, "a,b,c", "y"), becomes, [2, 3]);

    private static (ModelWriter, string, int[]) Reduced(string op, string? becomes = null) =>
        (Model().Input("x", 2, 3, 4).Node(op, "x", "y", ("axes", new[] { -1, 0 })), becomes ?? op, [1, 3, 1]);

    private static (ModelWriter, string, int[]) Coded(string op, string inputs, string becomes, params (string, object)[] attributes) =>
        (Codes().Input("x", DataType.Uint8, 2, 3).Node($"com.microsoft.{op}", inputs, "y", attributes), becomes, [2, 3]);
}
