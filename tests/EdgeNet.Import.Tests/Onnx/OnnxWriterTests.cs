using EdgeNet.Import.Onnx;
using EdgeNet.Import.Passes;
using EdgeNet.Import.Tests.Passes;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Onnx;

public class OnnxWriterTests
{
    private static readonly Quantization Q = Quantization.PerTensor(0.05f, 3);

    /// <summary>Every op of the IR: a new record has its name here by itself, and fails below until it has a sample and a mapping.</summary>
    public static TheoryData<string> Ops() =>
        [.. typeof(Op).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract).Select(type => type.Name).Order()];

    [Theory]
    [MemberData(nameof(Ops))]
    public void EveryOpIsWrittenOrRefusedWithAdvice(string op)
    {
        var samples = Samples(op).ToList();
        Assert.NotEmpty(samples);
        foreach (Graph sample in samples)
        {
            if (op == nameof(DetectionPostProcess))
            {
                var refusal = Assert.Throws<UnsupportedOperatorException>(() => OnnxWriter.Write(sample));
                Assert.Contains("export the graph up to", refusal.Message, StringComparison.Ordinal);
                continue;
            }
            OnnxModel model = OnnxModel.Parse(OnnxWriter.Write(sample));
            Assert.Equal(sample.Inputs.Select(input => input.Name), model.Inputs);
            Assert.Equal(sample.Outputs.Select(output => output.Name), model.Outputs);
            AssertWellFormed(model);
        }
    }

    /// <summary>Each name is defined once, before it is used.</summary>
    private static void AssertWellFormed(OnnxModel model)
    {
        var known = new HashSet<string>();
        foreach (string name in model.Inputs.Concat(model.Initializers)) Assert.True(known.Add(name), $"'{name}' is defined twice");
        foreach (OnnxNode node in model.Nodes)
        {
            foreach (string input in node.Inputs) Assert.True(input.Length == 0 || known.Contains(input), $"{node.Op} reads '{input}' before it is there");
            foreach (string output in node.Outputs) Assert.True(known.Add(output), $"'{output}' is defined twice");
        }
        Assert.All(model.Outputs, output => Assert.Contains(output, known));
    }

    private static string Written(Graph graph)
    {
        OnnxModel model = OnnxModel.Parse(OnnxWriter.Write(graph));
        AssertWellFormed(model);
        return string.Join(" ", model.Nodes.Select(node => node.Op));
    }

    [Fact]
    public void LayoutTransposesOfAnImportAreWrittenBackAsNothing()
    {
        var net = new Onnxish();
        Value x = net.Do(new Relu(), net.Conv(net.Input("x", 1, 3, 8, 8), 4, 3));
        x = net.Do(new Concat(1), net.Conv(x, 2), net.MaxPool(net.Image(new Resize([1, 16, 16, 4], [1, 2, 2, 1], Interpolation.Nearest), x)));
        x = net.Do(new Add(), net.Conv(x, 4), net.Conv(x, 4));
        Graph graph = net.Build(x);
        string written = Written(graph);
        Assert.Equal("Conv Relu Conv Resize MaxPool Concat Conv Conv Add", written);
        Assert.Equal(written, Written(LayoutPropagation.Run(graph)));
    }

    [Fact]
    public void QuantizedOpsAreWrittenBetweenQuantizeAndDequantize()
    {
        Graph graph = Samples(nameof(Conv2D)).Last();
        Assert.Equal(
            "DequantizeLinear Transpose DequantizeLinear DequantizeLinear Conv QuantizeLinear Transpose",
            Written(graph));
    }

    [Fact]
    public void OutputsThatAreInputsOrTwiceTheSameValueGetNodesOfTheirOwn()
    {
        var net = new Onnxish();
        Value x = net.Input("x", 2), y = net.Do(new Relu(), x);
        Assert.Equal("Relu Identity Identity", Written(net.Build(y, y, x)));
    }

    [Fact]
    public void CodedWeightsAreWrittenDense()
    {
        var net = new Onnxish();
        Value weights = net.Builder.Constant(Constant.Codebook([2, 2], new byte[] { 0, 1, 1, 0 }, [0.5f, -2f]), "weights");
        byte[] bytes = OnnxWriter.Write(net.Build(net.Do(new Dense(), net.Input("x", 1, 2), weights)));
        byte[] dense = [.. new[] { 0.5f, -2f, -2f, 0.5f }.SelectMany(BitConverter.GetBytes)];
        Assert.True(bytes.AsSpan().IndexOf(dense) >= 0);
    }

    [Fact]
    public void WritingTwiceGivesTheSameBytesAndSavingReplacesTheFile()
    {
        Graph graph = Samples(nameof(Dense)).First();
        string directory = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(directory, "model.onnx");
        try
        {
            File.WriteAllText(path, "old");
            OnnxWriter.Save(path, graph);
            Assert.Equal(OnnxWriter.Write(graph), File.ReadAllBytes(path));
            Assert.Single(Directory.GetFiles(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Small graphs around one op: in float, and in its quantized form where it has one.</summary>
    public static IEnumerable<Graph> Samples(string op)
    {
        Type type = typeof(Op).Assembly.GetType($"EdgeNet.Model.{op}")!;
        if (type.IsSubclassOf(typeof(Unary)))
        {
            Op unary = Made(type);
            yield return Of(net => net.Do(unary, net.Input("x", 2, 3, 4, 2)));
            yield return Of(net => net.Do(unary with { OutputQuantization = Q }, Codes(net, "x", 2, 3)));
            yield break;
        }
        if (type.IsSubclassOf(typeof(Predicate)) || type == typeof(Where) || type == typeof(Not))
        {
            yield return Of(net =>
            {
                Value x = net.Input("x", 2, 3), y = net.Input("y", 3), less = net.Do(new Less(), x, y);
                return type == typeof(Where) ? net.Do(new Where(), less, x, y)
                    : type == typeof(Not) ? net.Do(new Not(), less)
                    : op is nameof(And) or nameof(Or) or nameof(Xor) ? net.Do(Made(type), less, net.Do(new Greater(), x, y))
                    : net.Do(Made(type), x, y);
            });
            yield break;
        }
        if (type.IsSubclassOf(typeof(Binary)))
        {
            yield return Of(net => net.Do(Made(type), net.Input("x", 2, 3, 4), net.Input("y", 3, 1)));
            yield return Of(net => net.Do(Made(type) with { OutputQuantization = Q }, Codes(net, "x", 2, 3), Codes(net, "y", 3)));
            yield break;
        }
        if (type.IsSubclassOf(typeof(Reduction)))
        {
            yield return Of(net => net.Do((Op)Activator.CreateInstance(type, (ValueList<int>)[0, 2], true)!, net.Input("x", 2, 3, 4)));
            yield return Of(net => net.Do((Op)Activator.CreateInstance(type, (ValueList<int>)[1], false)!, net.Input("x", 2, 3, 4)));
            yield return Of(net => net.Do((Op)Activator.CreateInstance(type, (ValueList<int>)[], false)!, net.Input("x", 2, 3, 4)));
            yield break;
        }
        foreach (Func<Onnxish, Value> sample in Named(op)) yield return Of(sample);
    }

    private static IEnumerable<Func<Onnxish, Value>> Named(string op) => op switch
    {
        nameof(Conv2D) =>
        [
            net => net.Do(new Conv2D([2, 1], [1, 2], [1, 2, 0, 1], 2), net.Input("x", 1, 6, 7, 4), net.Floats(6, 3, 2, 2), net.Floats(6)),
            net => net.Do(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), net.Input("x", 1, 6, 7, 4), net.Input("w", 3, 2, 2, 4)),
            net => net.Do(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]) { OutputQuantization = Q }, Codes(net, "x", 1, 4, 4, 2),
                net.Int8(Quantization.PerChannel([0.1f, 0.2f, 0.3f], 0), 3, 2, 2, 2), net.Builder.Constant(Constant.Of<int>(100, -50, 7))),
        ],
        nameof(DepthwiseConv2D) =>
        [
            net => net.Do(new DepthwiseConv2D([1, 2], [1, 1], [1, 1, 1, 1]), net.Input("x", 1, 5, 5, 3), net.Floats(3, 3, 6), net.Floats(6)),
            net => net.Do(new DepthwiseConv2D([1, 1], [1, 1], [0, 0, 0, 0]), net.Input("x", 1, 5, 5, 3), net.Input("w", 3, 3, 3)),
            net => net.Do(new DepthwiseConv2D([1, 1], [1, 1], [0, 0, 0, 0]) { OutputQuantization = Q }, Codes(net, "x", 1, 4, 4, 3),
                net.Int8(Quantization.PerChannel([0.1f, 0.2f, 0.3f], 2), 2, 2, 3), net.Builder.Constant(Constant.Of<int>(100, -50, 7))),
        ],
        nameof(ConvTranspose2D) =>
        [
            net => net.Do(new ConvTranspose2D([2, 2], [1, 1], [1, 0, -1, 0], 2), net.Input("x", 1, 3, 4, 4), net.Floats(6, 3, 2, 2), net.Floats(6)),
            net => net.Do(new ConvTranspose2D([1, 2], [2, 1], [0, 1, 1, 0]), net.Input("x", 1, 3, 4, 4), net.Input("w", 6, 3, 2, 4)),
        ],
        nameof(Dense) =>
        [
            net => net.Do(new Dense(), net.Input("x", 2, 3), net.Floats(4, 3), net.Floats(4)),
            net => net.Do(new Dense(), net.Input("x", 2, 5, 3), net.Floats(4, 3), net.Floats(4)),
            net => net.Do(new Dense() { OutputQuantization = Q }, Codes(net, "x", 2, 3), net.Int8(Quantization.PerTensor(0.1f, 0), 4, 3), net.Builder.Constant(Constant.Of<int>(1, 2, 3, 4))),
        ],
        nameof(MatMul) => [net => net.Do(new MatMul(), net.Input("x", 2, 3, 4), net.Input("y", 4, 5))],
        nameof(Pool2D) =>
        [
            net => net.Do(new Pool2D(PoolKind.Max, [3, 2], [2, 1], [1, 2], [1, 0, 1, 1], CeilMode: true), net.Input("x", 1, 6, 7, 3)),
            net => net.Do(new Pool2D(PoolKind.Average, [3, 2], [2, 1], [1, 1], [1, 0, 1, 1], CountIncludesPadding: true), net.Input("x", 1, 6, 7, 3)),
            net => net.Do(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), Codes(net, "x", 1, 4, 4, 3)),
        ],
        nameof(Cast) => [net => net.Do(new Cast(ElementType.Int32), net.Input("x", 2, 3))],
        nameof(Softmax) => [net => net.Do(new Softmax(1), net.Input("x", 2, 3, 4)), net => net.Do(new Softmax(1) { OutputQuantization = Q }, Codes(net, "x", 2, 3))],
        nameof(LogSoftmax) => [net => net.Do(new LogSoftmax(1), net.Input("x", 2, 3, 4))],
        nameof(BatchNormalization) =>
        [
            net => net.Do(new BatchNormalization(1e-3f), net.Input("x", 1, 4, 5, 2), net.Floats(2), net.Floats(2), net.Floats(2), net.Builder.Constant(Constant.Of(0.5f, 2f))),
            net => net.Do(new BatchNormalization(1e-3f), net.Input("x", 3, 2), net.Floats(2), net.Floats(2), net.Floats(2), net.Builder.Constant(Constant.Of(0.5f, 2f))),
        ],
        nameof(InstanceNormalization) => [net => net.Do(new InstanceNormalization(1e-3f), net.Input("x", 1, 4, 5, 2), net.Floats(2), net.Floats(2))],
        nameof(LocalResponseNormalization) => [net => net.Do(new LocalResponseNormalization(3, 0.1f, 0.75f, 1), net.Input("x", 1, 4, 5, 6))],
        nameof(ArgMax) => [net => net.Do(new ArgMax(1, true), net.Input("x", 2, 3, 4)), net => net.Do(new ArgMax(2, false, true), net.Input("x", 2, 3, 4))],
        nameof(ArgMin) => [net => net.Do(new ArgMin(1, true), net.Input("x", 2, 3, 4))],
        nameof(TopK) => [net => net.Do(new TopK(2, 1), net.Input("x", 2, 3, 4))],
        nameof(Reshape) => [net => net.Do(new Reshape([4, 6]), net.Input("x", 2, 3, 4)), net => net.Do(new Reshape([6]), Codes(net, "x", 2, 3))],
        nameof(Transpose) => [net => net.Do(new Transpose([1, 2, 0]), net.Input("x", 2, 3, 4)), net => net.Do(new Transpose([0, 3, 1, 2]), net.Input("x", 1, 2, 3, 4))],
        nameof(Concat) => [net => net.Do(new Concat(1), net.Input("x", 2, 3), net.Input("y", 2, 1)), net => net.Do(new Concat(0), Codes(net, "x", 2, 3), Codes(net, "y", 1, 3))],
        nameof(Slice) => [net => net.Do(new Slice([1, 2, 0], [1, 3, 2], [1, -1, 2]), net.Input("x", 2, 3, 4))],
        nameof(Pad) =>
        [
            net => net.Do(new Pad([1, 0, 2], [0, 1, 0], PadMode.Constant, 0.5f), net.Input("x", 2, 3, 4)),
            net => net.Do(new Pad([1, 0, 2], [0, 1, 0], PadMode.Reflect), net.Input("x", 2, 3, 4)),
            net => net.Do(new Pad([1, 0, 2], [0, 1, 0], PadMode.Edge), net.Input("x", 2, 3, 4)),
            net => net.Do(new Pad([1, -1, 5], [0, 1, 0], PadMode.Wrap), net.Input("x", 2, 3, 4)),
        ],
        nameof(Gather) => [net => net.Do(new Gather(1), net.Input("x", 2, 3, 4), net.Builder.Constant(Constant.Of<long>([2, 2], [0, 2, -1, 1])))],
        nameof(GatherElements) => [net => net.Do(new GatherElements(1), net.Input("x", 2, 3), net.Builder.Constant(Constant.Of<long>([2, 2], [0, 2, -1, 1])))],
        nameof(GatherNd) => [net => net.Do(new GatherNd(1), net.Input("x", 2, 3, 4), net.Builder.Constant(Constant.Of<long>([2, 1], [0, 2])))],
        nameof(Expand) => [net => net.Do(new Expand([4, 2, 3]), net.Input("x", 2, 1))],
        nameof(Tile) => [net => net.Do(new Tile([2, 3]), net.Input("x", 2, 1))],
        nameof(Resize) =>
        [
            net => net.Do(new Resize([1, 6, 8, 3], [1, 2, 2, 1], Interpolation.Linear), net.Input("x", 1, 3, 4, 3)),
            net => net.Do(new Resize([1, 5, 7, 3], [1, 5 / 3f, 7 / 4f, 1], Interpolation.Nearest, CoordinateTransformation.TfHalfPixelForNearest, NearestRounding.Floor), net.Input("x", 1, 3, 4, 3)),
            net => net.Do(new Resize([1, 6, 8, 3], [1, 2, 2, 1], Interpolation.Nearest, CoordinateTransformation.Asymmetric, NearestRounding.Floor), Codes(net, "x", 1, 3, 4, 3)),
        ],
        nameof(Quantize) =>
        [
            net => net.Do(new Quantize(ElementType.UInt8) { OutputQuantization = Quantization.PerTensor(0.05f, 100) }, net.Input("x", 2, 3)),
            net => net.Do(new Quantize(ElementType.Int8) { OutputQuantization = Quantization.PerChannel([0.1f, 0.2f, 0.3f], 1) }, net.Input("x", 2, 3)),
            net => net.Do(new Quantize(ElementType.Int8) { OutputQuantization = Quantization.PerTensor(0.1f, 0) }, Codes(net, "x", 2, 3)),
        ],
        nameof(Dequantize) => [net => net.Do(new Dequantize(), Codes(net, "x", 2, 3))],
        nameof(NonMaxSuppression) => [net => net.Do(new NonMaxSuppression(3, 0.5f, 0.1f), net.Input("boxes", 1, 6, 4), net.Input("scores", 1, 2, 6))],
        nameof(DetectionPostProcess) =>
        [
            net => net.Do(new DetectionPostProcess(10, 1, 100, false, 2, 0.3f, 0.5f, [10, 10, 5, 5]), net.Input("boxes", 1, 6, 4), net.Input("scores", 1, 6, 3), net.Floats(6, 4)),
        ],
        _ => [],
    };

    /// <summary>An op of numbers only, each 0.5 (Max of a Clip: 6).</summary>
    private static Op Made(Type type) => type == typeof(Clip)
        ? new Clip(0, 6)
        : (Op)Activator.CreateInstance(type, [.. type.GetConstructors()[0].GetParameters().Select(p => p.ParameterType == typeof(float) ? 0.5f : (object)false)])!;

    private static Value Codes(Onnxish net, string name, params ReadOnlySpan<int> shape) =>
        net.Builder.Input(name, new TensorType(ElementType.Int8, new Shape(shape), Quantization.PerTensor(0.02f, -1)));

    private static Graph Of(Func<Onnxish, Value> sample)
    {
        var net = new Onnxish();
        Value result = sample(net);
        return net.Build([.. result.Producer!.Outputs]);
    }
}

/// <summary>A node as it stands in the file.</summary>
internal sealed record OnnxNode(string Op, List<string> Inputs, List<string> Outputs);

/// <summary>The names in an .onnx file, read from its bytes by field number: independent of the classes that wrote it.</summary>
internal sealed record OnnxModel(List<string> Inputs, List<string> Outputs, List<string> Initializers, List<OnnxNode> Nodes)
{
    public static OnnxModel Parse(byte[] bytes)
    {
        var fields = Fields(bytes).ToList();
        Assert.Equal(8UL, fields.Single(field => field.Number == 1).Varint);
        Assert.Equal(17UL, Fields(fields.Single(field => field.Number == 8).Bytes).Single(field => field.Number == 2).Varint);
        var graph = Fields(fields.Single(field => field.Number == 7).Bytes).ToLookup(field => field.Number, field => field.Bytes);
        return new([.. graph[11].Select(info => Text(info, 1))], [.. graph[12].Select(info => Text(info, 1))], [.. graph[5].Select(tensor => Text(tensor, 8))],
            [.. graph[1].Select(node => new OnnxNode(Text(node, 4), [.. Texts(node, 1)], [.. Texts(node, 2)]))]);
    }

    private static string Text(byte[] message, int number) => Texts(message, number).Single();

    private static IEnumerable<string> Texts(byte[] message, int number) =>
        Fields(message).Where(field => field.Number == number).Select(field => System.Text.Encoding.UTF8.GetString(field.Bytes));

    private static IEnumerable<(int Number, ulong Varint, byte[] Bytes)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            int number = (int)(key >> 3), wire = (int)(key & 7);
            ulong value = wire is 0 or 2 ? Varint(message, ref at) : 0;
            int length = wire switch { 0 => 0, 1 => 8, 2 => (int)value, _ => 4 };
            yield return (number, value, message[at..(at + length)]);
            at += length;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
    }
}
