using EdgeNet.Import.TfLite;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.TfLite;

/// <summary>Every operator on Float32: which ops it becomes, with which parameters.</summary>
public sealed class OperatorTests
{
    private static readonly int[] Image = [1, 4, 4, 2];

    private static readonly Dictionary<string, Case> Cases = Build().ToDictionary(c => c.Name);

    /// <summary>A name; code, operands and options of one operator; the shape it must give and the ops it must become.</summary>
    internal sealed record Case(string Name, int Code, int[] Input, Func<ModelWriter, int, int[]> Operands, int[] Output, Op[] Expected)
    {
        public (byte Type, Table Table)? Options { get; init; }
        public int Outputs { get; init; } = 1;
        public byte OutputType { get; init; } = ModelWriter.F32;
        public string? Custom { get; init; }
        public byte[]? CustomOptions { get; init; }

        public byte[] Model()
        {
            var model = new ModelWriter { Description = "test" };
            int x = model.Input("x", ModelWriter.F32, Input);
            int[] operands = Operands(model, x);
            int[] outputs = [.. Enumerable.Range(0, Outputs).Select(i => model.Output(i == 0 ? "y" : $"y{i}", i == 0 || Custom is not null ? OutputType : LaterType))];
            model.Operator(Code, operands, outputs, Options?.Type ?? 0, Options?.Table, Custom, CustomOptions);
            return model.ToArray();
        }

        public byte LaterType { get; init; } = ModelWriter.F32;
    }

    public static TheoryData<string> Names => [.. Cases.Keys];

    internal static IEnumerable<byte[]> Models => Cases.Values.Select(c => c.Model());

    [Theory, MemberData(nameof(Names))]
    public void Becomes(string name)
    {
        Case c = Cases[name];
        Graph graph = TfLiteImporter.Read(c.Model());
        Assert.Equal(c.Expected, graph.Nodes.Select(node => node.Op));
        Assert.Equal("x", Assert.Single(graph.Inputs).Name);
        Assert.Equal("y", graph.Outputs[0].Name);
        Assert.Equal(new Shape(c.Output), graph.Outputs[0].Value.Type.Shape);
        Assert.Equal("TensorFlow Lite: test", Assert.Single(graph.Card.Provenance!.Value));
        Assert.Equal(graph.Nodes.Length, graph.Nodes.Select(node => node.Name).Distinct().Count());
    }

    [Fact]
    public void EveryOperatorHasACase()
    {
        string[] covered = [.. Cases.Keys.Select(name => name.Split(' ')[0]).Distinct(), "QUANTIZE", "DEQUANTIZE"];
        Assert.Equal(TfLiteImporter.SupportedOperators.Order(StringComparer.Ordinal), covered.Order(StringComparer.Ordinal));
    }

    private static ValueList<int> Zeros(int count) => ValueList.Create<int>(new int[count]);

    private static ValueList<int> Ones(int count) => Enumerable.Repeat(1, count).ToValueList();

    private static IEnumerable<Case> Build()
    {
        // Windows. Padding is computed for SAME (0), none for VALID (1).
        yield return new("CONV_2D same", 3, [1, 5, 6, 2], (m, x) => [x, m.Floats([3, 3, 3, 2]), m.Floats([3])], [1, 3, 3, 3], [new Conv2D([2, 2], [1, 1], [1, 0, 1, 1])])
        {
            Options = (1, Table.Of((0, (byte)0), (1, 2), (2, 2))),
        };
        yield return new("CONV_2D valid dilated relu6", 3, [1, 9, 9, 2], (m, x) => [x, m.Floats([3, 3, 3, 2]), -1], [1, 5, 5, 3], [new Conv2D([1, 1], [2, 2], Zeros(4)), new Clip(0, 6)])
        {
            Options = (1, Table.Of((0, (byte)1), (1, 1), (2, 1), (3, (byte)3), (4, 2), (5, 2))),
        };
        yield return new("CONV_2D grouped strides", 3, [1, 8, 8, 4], (m, x) => [x, m.Floats([6, 1, 1, 2])], [1, 3, 4, 6], [new Conv2D([3, 2], [1, 1], Zeros(4), 2)])
        {
            Options = (1, Table.Of((0, (byte)1), (1, 2), (2, 3))),
        };
        yield return new("DEPTHWISE_CONV_2D", 4, [1, 5, 5, 2], (m, x) => [x, m.Floats([1, 3, 3, 4]), m.Floats([4])], [1, 5, 5, 4],
            [new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]), new Relu()])
        {
            Options = (2, Table.Of((1, 1), (2, 1), (3, 2), (4, (byte)1))),
        };
        yield return new("TRANSPOSE_CONV same", 67, [1, 4, 4, 2], (m, x) => [m.Ints(1, 8, 8, 3), m.Floats([3, 3, 3, 2]), x], [1, 8, 8, 3], [new ConvTranspose2D([2, 2], [1, 1], [0, 0, 1, 1])])
        {
            Options = (49, Table.Of((1, 2), (2, 2))),
        };
        yield return new("TRANSPOSE_CONV valid bias", 67, [1, 4, 4, 2], (m, x) => [m.Ints(1, 9, 10, 3), m.Floats([3, 3, 3, 2]), x, m.Floats([3])], [1, 9, 10, 3],
            [new ConvTranspose2D([2, 2], [1, 1], [0, 0, 0, -1])])
        {
            Options = (49, Table.Of((0, (byte)1), (1, 2), (2, 2))),
        };
        yield return new("FULLY_CONNECTED flattens", 9, [2, 2, 2, 2], (m, x) => [x, m.Floats([5, 8]), m.Floats([5])], [2, 5], [new Reshape([2, 8]), new Dense(), new Tanh()])
        {
            Options = (8, Table.Of((0, (byte)4))),
        };
        yield return new("FULLY_CONNECTED keeps", 9, [2, 3, 8], (m, x) => [x, m.Floats([5, 8])], [2, 3, 5], [new Dense(), new Clip(-1, 1)])
        {
            Options = (8, Table.Of((0, (byte)2), (2, true))),
        };
        yield return new("MAX_POOL_2D", 17, [1, 5, 5, 2], (_, x) => [x], [1, 2, 2, 2], [new Pool2D(PoolKind.Max, [2, 3], [2, 2], [1, 1], Zeros(4))])
        {
            Options = (5, Table.Of((0, (byte)1), (1, 2), (2, 2), (3, 3), (4, 2))),
        };
        yield return new("AVERAGE_POOL_2D", 1, [1, 5, 5, 2], (_, x) => [x], [1, 3, 3, 2],
            [new Pool2D(PoolKind.Average, [2, 2], [2, 2], [1, 1], [0, 0, 1, 1]), new Relu()])
        {
            Options = (5, Table.Of((1, 2), (2, 2), (3, 2), (4, 2), (5, (byte)1))),
        };

        // Elementwise.
        foreach ((string name, int code, Op op) in new (string, int, Op)[]
        {
            ("RELU", 19, new Relu()), ("RELU6", 21, new Clip(0, 6)), ("RELU_N1_TO_1", 20, new Clip(-1, 1)), ("RELU_0_TO_1", 152, new Clip(0, 1)),
            ("ELU", 111, new Elu(1)), ("HARD_SWISH", 117, new HardSwish()), ("LOGISTIC", 14, new Sigmoid()), ("TANH", 28, new Tanh()),
            ("ABS", 101, new Abs()), ("NEG", 59, new Neg()), ("SIGN", 158, new Sign()), ("EXP", 47, new Exp()), ("LOG", 73, new Log()),
            ("SQRT", 75, new Sqrt()), ("FLOOR", 8, new Floor()), ("CEIL", 104, new Ceil()), ("ROUND", 116, new Round()), ("SIN", 66, new Sin()), ("COS", 108, new Cos()),
            ("GELU", 150, new Gelu()), ("SOFTMAX", 25, new Softmax(3)), ("LOG_SOFTMAX", 50, new LogSoftmax(3)),
        })
        {
            yield return new(name, code, Image, (_, x) => [x], Image, [op]);
        }
        yield return new("RSQRT", 76, Image, (_, x) => [x], Image, [new Sqrt(), new Reciprocal()]);
        yield return new("SQUARE", 92, Image, (_, x) => [x], Image, [new Mul()]);
        yield return new("LEAKY_RELU", 98, Image, (_, x) => [x], Image, [new LeakyRelu(0.25f)]) { Options = (75, Table.Of((0, 0.25f))) };
        yield return new("GELU approximate", 150, Image, (_, x) => [x], Image, [new Gelu(true)]) { Options = (116, Table.Of((0, true))) };
        yield return new("PRELU", 54, Image, (m, x) => [x, m.Floats([1, 1, 2])], Image, [new PRelu()]);
        foreach ((string name, int code, Op op, byte options) in new (string, int, Op, byte)[]
        {
            ("ADD", 0, new Add(), 11), ("SUB", 41, new Sub(), 28), ("MUL", 18, new Mul(), 21), ("DIV", 42, new Div(), 29),
        })
        {
            yield return new(name, code, Image, (m, x) => [x, m.Floats([2])], Image, [op, new Relu()]) { Options = (options, Table.Of((0, (byte)1))) };
        }
        yield return new("MAXIMUM", 55, Image, (m, x) => [x, m.Floats([])], Image, [new Max()]);
        yield return new("MINIMUM", 57, Image, (m, x) => [x, m.Floats([])], Image, [new Min()]);
        yield return new("POW", 78, Image, (m, x) => [x, m.Floats([], 2)], Image, [new Pow()]);
        yield return new("CAST", 53, Image, (_, x) => [x], Image, [new Cast(ElementType.Int32)]) { OutputType = ModelWriter.I32 };
        yield return new("SOFTMAX beta", 25, [2, 3], (_, x) => [x], [2, 3], [new Mul(), new Softmax(1)]) { Options = (9, Table.Of((0, 2f))) };

        // Reductions.
        foreach ((string name, int code, Func<ValueList<int>, bool, Op> op) in new (string, int, Func<ValueList<int>, bool, Op>)[]
        {
            ("MEAN", 40, (axes, keep) => new ReduceMean(axes, keep)), ("SUM", 74, (axes, keep) => new ReduceSum(axes, keep)),
            ("REDUCE_MAX", 82, (axes, keep) => new ReduceMax(axes, keep)), ("REDUCE_MIN", 89, (axes, keep) => new ReduceMin(axes, keep)),
            ("REDUCE_PROD", 81, (axes, keep) => new ReduceProd(axes, keep)),
        })
        {
            yield return new(name, code, Image, (m, x) => [x, m.Ints(-2, 1)], [1, 2], [op([1, 2], false)]);
            yield return new($"{name} keeps", code, Image, (m, x) => [x, m.Int(-1)], [1, 4, 4, 1], [op([3], true)]) { Options = (27, Table.Of((0, true))) };
        }
        yield return new("ARG_MAX", 56, Image, (m, x) => [x, m.Int(-1)], [1, 4, 4], [new ArgMax(3, false)]) { OutputType = ModelWriter.I64 };
        yield return new("ARG_MAX narrow", 56, Image, (m, x) => [x, m.Int(1)], [1, 4, 2], [new ArgMax(1, false), new Cast(ElementType.Int32)]) { OutputType = ModelWriter.I32 };
        yield return new("ARG_MIN", 79, Image, (m, x) => [x, m.Int(0)], [4, 4, 2], [new ArgMin(0, false)]) { OutputType = ModelWriter.I64 };
        yield return new("TOPK_V2", 48, [2, 5], (m, x) => [x, m.Int(3)], [2, 3], [new TopK(3, 1), new Cast(ElementType.Int32)]) { Outputs = 2, LaterType = ModelWriter.I32 };
        yield return new("L2_NORMALIZATION", 11, [2, 5], (_, x) => [x], [2, 5], [new ReduceL2([1], true), new Max(), new Div()]) { Options = (12, Table.Of()) };

        // Layout.
        yield return new("RESHAPE", 22, Image, (m, x) => [x, m.Ints(2, -1)], [2, 16], [new Reshape([2, 16])]);
        yield return new("RESHAPE option", 22, Image, (_, x) => [x], [4, 8], [new Reshape([4, 8])]) { Options = (17, Table.Of((0, new[] { 4, 8 }))) };
        yield return new("SQUEEZE", 43, [1, 2, 1, 3], (_, x) => [x], [1, 2, 3], [new Reshape([1, 2, 3])]) { Options = (30, Table.Of((0, new[] { -2 }))) };
        yield return new("SQUEEZE all", 43, [1, 2, 1, 3], (_, x) => [x], [2, 3], [new Reshape([2, 3])]);
        yield return new("EXPAND_DIMS", 70, [2, 3], (m, x) => [x, m.Int(-1)], [2, 3, 1], [new Reshape([2, 3, 1])]);
        yield return new("TRANSPOSE", 39, Image, (m, x) => [x, m.Ints(0, 3, 1, 2)], [1, 2, 4, 4], [new Transpose([0, 3, 1, 2])]);
        yield return new("CONCATENATION", 2, Image, (_, x) => [x, x, x], [1, 4, 4, 6], [new Concat(3), new Relu()]) { Options = (10, Table.Of((0, -1), (1, (byte)1))) };
        yield return new("PACK", 83, [2, 3], (_, x) => [x, x], [2, 2, 3], [new Reshape([2, 1, 3]), new Reshape([2, 1, 3]), new Concat(1)]) { Options = (59, Table.Of((0, 2), (1, 1))) };
        yield return new("UNPACK", 88, [2, 3], (_, x) => [x], [3], [new Slice([0, 0], [1, 3], [1, 1]), new Reshape([3]), new Slice([1, 0], [1, 3], [1, 1]), new Reshape([3])])
        {
            Outputs = 2,
            Options = (64, Table.Of((0, 2))),
        };
        yield return new("SPLIT", 49, Image, (m, x) => [m.Int(3), x], [1, 4, 4, 1],
            [new Slice(Zeros(4), [1, 4, 4, 1], Ones(4)), new Slice([0, 0, 0, 1], [1, 4, 4, 1], Ones(4))])
        { Outputs = 2 };
        yield return new("SPLIT_V", 102, [6], (m, x) => [x, m.Ints(1, -1, 2), m.Int(0)], [1], [new Slice([0], [1], [1]), new Slice([1], [3], [1]), new Slice([4], [2], [1])]) { Outputs = 3 };
        yield return new("SLICE", 65, Image, (m, x) => [x, m.Ints(0, 1, 2, 0), m.Ints(1, 2, -1, 2)], [1, 2, 2, 2], [new Slice([0, 1, 2, 0], [1, 2, 2, 2], Ones(4))]);
        yield return new("STRIDED_SLICE", 45, [5, 6], (m, x) => [x, m.Ints(1, -1), m.Ints(4, 0), m.Ints(2, -2)], [2, 3], [new Slice([1, 5], [2, 3], [2, -2])]);
        yield return new("STRIDED_SLICE begin and end masks", 45, [5, 6], (m, x) => [x, m.Ints(3, 2), m.Ints(3, 2), m.Ints(1, -1)], [3, 4], [new Slice([0, 5], [3, 4], [1, -1])])
        {
            Options = (32, Table.Of((0, 0b11), (1, 0b00))),
            Expected = [new Slice([0, 5], [3, 3], [1, -1])],
            Output = [3, 3],
        };
        yield return new("STRIDED_SLICE end mask", 45, [5, 6], (m, x) => [x, m.Ints(3, 2), m.Ints(0, 0), m.Ints(1, -1)], [2, 3], [new Slice([3, 2], [2, 3], [1, -1])])
        {
            Options = (32, Table.Of((1, 0b11))),
        };
        yield return new("STRIDED_SLICE ellipsis, new and shrunk axes", 45, [2, 3, 4, 5], (m, x) => [x, m.Ints(1, 0, 0, -2), m.Ints(2, 0, 0, 0), m.Ints(1, 1, 1, 1)], [3, 4, 1],
            [new Slice([1, 0, 0, 3], [1, 3, 4, 1], Ones(4)), new Reshape([3, 4, 1])])
        {
            Options = (32, Table.Of((2, 0b0010), (3, 0b0100), (4, 0b1001))),
        };
        yield return new("STRIDED_SLICE offset", 45, [8], (m, x) => [x, m.Ints(2), m.Ints(3), m.Ints(1)], [3], [new Slice([2], [3], [1])]) { Options = (32, Table.Of((5, true))) };
        yield return new("GATHER", 36, Image, (m, x) => [x, m.Ints(1, 0, 1)], [1, 4, 4, 3], [new Gather(3)]) { Options = (23, Table.Of((0, -1))) };
        yield return new("PAD", 34, Image, (m, x) => [x, m.Pairs(0, 0, 1, 2, 3, 4, 0, 0)], [1, 7, 11, 2], [new Pad([0, 1, 3, 0], [0, 2, 4, 0])]);
        yield return new("PADV2", 60, Image, (m, x) => [x, m.Pairs(0, 0, 1, 2, 3, 4, 0, 0), m.Floats([], 1.5f)], [1, 7, 11, 2], [new Pad([0, 1, 3, 0], [0, 2, 4, 0], PadMode.Constant, 1.5f)]);
        yield return new("MIRROR_PAD reflect", 100, [2, 3], (m, x) => [x, m.Pairs(0, 1, 2, 0)], [3, 5], [new Pad([0, 2], [1, 0], PadMode.Reflect)]) { Options = (77, Table.Of()) };
        yield return new("MIRROR_PAD symmetric", 100, [2, 3], (m, x) => [x, m.Pairs(0, 0, 2, 1)], [2, 6],
            [new Slice([0, 1], [2, 2], [1, -1]), new Slice([0, 2], [2, 1], [1, -1]), new Concat(1)])
        { Options = (77, Table.Of((0, (byte)1))) };
        yield return new("SHAPE", 77, Image, (_, x) => [x], [4], []) { OutputType = ModelWriter.I32 };
        yield return new("RANK", 110, Image, (_, x) => [x], [], []) { OutputType = ModelWriter.I32 };
        yield return new("FILL", 94, Image, (m, _) => [m.Ints(2, 3), m.Floats([], 7)], [2, 3], [new Expand([2, 3])]);
        yield return new("TILE", 69, [2, 3], (m, x) => [x, m.Ints(2, 1)], [4, 3], [new Tile([2, 1])]);
        yield return new("BROADCAST_TO", 130, [1, 3], (m, x) => [x, m.Ints(4, 2, 3)], [4, 2, 3], [new Expand([4, 2, 3])]);
        yield return new("SPACE_TO_DEPTH", 26, Image, (_, x) => [x], [1, 2, 2, 8], [new Reshape([1, 2, 2, 2, 2, 2]), new Transpose([0, 1, 3, 2, 4, 5]), new Reshape([1, 2, 2, 8])])
        {
            Options = (19, Table.Of((0, 2))),
        };
        yield return new("DEPTH_TO_SPACE", 5, [1, 2, 3, 8], (_, x) => [x], [1, 4, 6, 2], [new Reshape([1, 2, 3, 2, 2, 2]), new Transpose([0, 1, 3, 2, 4, 5]), new Reshape([1, 4, 6, 2])])
        {
            Options = (94, Table.Of((0, 2))),
        };
        yield return new("RESIZE_BILINEAR", 23, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Linear, CoordinateTransformation.Asymmetric, NearestRounding.RoundPreferFloor)]);
        yield return new("RESIZE_BILINEAR align", 23, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Linear, CoordinateTransformation.AlignCorners, NearestRounding.RoundPreferFloor)])
        {
            Options = (15, Table.Of((2, true))),
        };
        yield return new("RESIZE_BILINEAR half", 23, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Linear, CoordinateTransformation.HalfPixel, NearestRounding.RoundPreferFloor)])
        {
            Options = (15, Table.Of((3, true))),
        };
        yield return new("RESIZE_NEAREST_NEIGHBOR", 97, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Nearest, CoordinateTransformation.Asymmetric, NearestRounding.Floor)]);
        yield return new("RESIZE_NEAREST_NEIGHBOR align", 97, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Nearest, CoordinateTransformation.AlignCorners, NearestRounding.RoundPreferCeil)])
        {
            Options = (74, Table.Of((0, true))),
        };
        yield return new("RESIZE_NEAREST_NEIGHBOR half", 97, Image, (m, x) => [x, m.Ints(8, 6)], [1, 8, 6, 2], [Resized(Interpolation.Nearest, CoordinateTransformation.TfHalfPixelForNearest, NearestRounding.Floor)])
        {
            Options = (74, Table.Of((1, true))),
        };
        yield return new("TFLite_Detection_PostProcess", 32, [1, 6, 4], (m, x) => [x, m.Floats([1, 6, 3]), m.Floats([6, 4])], [1, 10, 4],
            [new DetectionPostProcess(10, 1, 100, false, 2, 0.25f, 0.5f, [10, 10, 5, 5])])
        {
            Outputs = 4,
            Custom = "TFLite_Detection_PostProcess",
            CustomOptions = DetectionOptions,
        };
    }

    internal static byte[] DetectionOptions => FlexMapWriter.Write(
        ("max_detections", 10), ("max_classes_per_detection", 1), ("num_classes", 2), ("use_regular_nms", false), ("nms_score_threshold", 0.25f),
        ("nms_iou_threshold", 0.5f), ("y_scale", 10f), ("x_scale", 10f), ("h_scale", 5f), ("w_scale", 5f));

    private static Resize Resized(Interpolation interpolation, CoordinateTransformation coordinates, NearestRounding rounding) =>
        new([1, 8, 6, 2], [1, 2, 1.5f, 1], interpolation, coordinates, rounding);
}
