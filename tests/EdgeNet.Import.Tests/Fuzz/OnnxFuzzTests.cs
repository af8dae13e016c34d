using EdgeNet.Import.Onnx;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Import.Tests.Onnx;
using EdgeNet.Import.Tests.Passes;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Fuzz;

public sealed class OnnxFuzzTests
{
    private static readonly byte[][] Files = [Pictures(), Codes(), Detector()];

    /// <summary>An image network with its weights' arithmetic inside: what folding and layout propagation work on.</summary>
    private static byte[] Pictures() => new ModelWriter()
        .Input("x", 1, 2, 6, 6).Weights("w", 4, 2, 3, 3).Weights("b", 4).Weights("d", 4, 1, 3, 3).Constant("two", [], 2f)
        .Node("Mul", "w,two", "w2").Node("Conv", "x,w2,b", "c", ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "c", "r")
        .Node("Conv", "r,d", "e", ("group", 4), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })).Node("MaxPool", "e", "p", ("kernel_shape", new[] { 2, 2 }))
        .Node("Pad", "p,pads", "q").Constant("pads", [8], 0L, 0, 1, 1, 0, 0, 0, 0).Node("BatchNormalization", "q,b,b,b,b", "n")
        .Node("GlobalAveragePool", "n", "g").Node("Flatten", "g", "f").Weights("m", 4, 3).Node("Gemm", "f,m", "y").Node("Softmax", "y", "z").Output("z").Bytes();

    /// <summary>A quantized network between QuantizeLinear and DequantizeLinear.</summary>
    private static byte[] Codes() => new ModelWriter()
        .Input("x", 1, 2, 4, 4).Constant("s", [], 0.5f).Constant("zero", [], (sbyte)3).Constant("w", [2, 2, 1, 1], (sbyte)1, (sbyte)-2, (sbyte)3, (sbyte)4)
        .Constant("ws", [2], 0.1f, 0.2f).Constant("wz", [2], (sbyte)0, (sbyte)0).Constant("shape", [2], 1L, -1L).Constant("b", [2], 5, -6).Constant("bs", [2], 0.05f, 0.1f).Constant("bz", [2], 0, 0)
        .Node("QuantizeLinear", "x,s,zero", "q").Node("DequantizeLinear", "q,s,zero", "r").Node("DequantizeLinear", "w,ws,wz", "v", ("axis", 0)).Node("DequantizeLinear", "b,bs,bz", "u", ("axis", 0))
        .Node("Conv", "r,v,u", "c").Node("QuantizeLinear", "c,s,zero", "cq").Node("DequantizeLinear", "cq,s,zero", "cr").Node("Reshape", "cr,shape", "f").Node("Sigmoid", "f", "y").Output("y").Bytes();

    /// <summary>As the exporter writes a head that sorts and selects.</summary>
    private static byte[] Detector()
    {
        var net = new Onnxish();
        Value boxes = net.Input("boxes", 1, 6, 4), scores = net.Do(new Softmax(1), net.Input("scores", 1, 2, 6));
        Value kept = net.Do(new NonMaxSuppression(2, 0.5f), boxes, scores);
        Value best = net.Do(new TopK(3, 2), scores), order = best.Producer!.Outputs[1];
        Value resized = net.Image(new Resize([1, 12, 8, 1], [1, 2, 2, 1], Interpolation.Linear), net.Reshape(boxes, 1, 1, 6, 4));
        return OnnxWriter.Write(net.Build(kept, net.Do(new GatherElements(2), scores, order), net.Do(new Slice([0, 0, 2, 1], [1, 1, 3, 2], [1, 1, 2, 1]), resized)));
    }

    private static Graph Read(byte[] bytes) => OnnxImporter.Read(bytes);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_truncation_gives_a_typed_error_or_a_graph(int file) => Damaged.SurvivesEveryTruncation(Read, Files[file]);

    [Fact]
    public void Every_flipped_byte_gives_a_typed_error_or_a_graph() => Damaged.SurvivesEveryFlip(Read, Files[1]);

    [Fact]
    public void Mutated_trees_give_a_typed_error_or_a_graph() => Damaged.SurvivesMutations(Read, 4500, (seed, random) =>
        new MessageMutator(random).Mutate(ModelProto.Parser.ParseFrom(Files[seed % Files.Length])));

    [Fact]
    public void An_initializer_that_claims_a_trillion_elements_costs_nothing()
    {
        byte[] bytes = new ModelWriter().Input("x", 2).Constant("w", [1 << 20, 1 << 20], new byte[768]).Node("Cast", "w", "y", ("to", 1)).Output("y").Bytes();

        Assert.InRange(bytes.Length, 0, 1024);
        Assert.InRange(Damaged.Allocated(Read, bytes), 0, 1 << 20);
        Assert.ThrowsAny<ModelException>(() => Read(bytes));
    }

    [Theory]
    [InlineData("ConstantOfShape", "s")]
    [InlineData("Expand", "c,s")]
    [InlineData("Tile", "c2,s")]
    public void A_constant_that_grows_to_a_trillion_elements_costs_nothing(string op, string inputs)
    {
        byte[] bytes = new ModelWriter().Constant("s", [2], 1L << 20, 1L << 20).Constant("c", [1], 1f).Constant("c2", [1, 1], 1f).Node(op, inputs, "y").Output("y").Bytes();

        Assert.InRange(Damaged.Allocated(Read, bytes), 0, 1 << 20);
        Assert.ThrowsAny<ModelException>(() => Read(bytes));
    }
}
