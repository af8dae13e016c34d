using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

public sealed class BatchSizeTests
{
    private const int Count = 3;

    public static TheoryData<string> Graphs() => [.. s_graphs.Keys];

    public static TheoryData<string> Mixing() => [.. s_mixing.Keys];

    private static readonly Dictionary<string, Action<GraphBuilder>> s_graphs = new()
    {
        ["reshape to rows"] = b => Out(b, b.Add(new Reshape([1, 24]), "r", In(b, 1, 2, 3, 4))),
        ["reshape to planes"] = b => Out(b, b.Add(new Reshape([1, 2, 12, 1]), "r", In(b, 1, 24))),
        ["transpose"] = b => Out(b, b.Add(new Transpose([0, 3, 1, 2]), "t", In(b, 1, 2, 3, 4))),
        ["transpose that moves the samples, and back"] = b => Out(b, b.Add(new Transpose([1, 0, 2]), "back", b.Add(new Transpose([1, 0, 2]), "t", In(b, 1, 3, 4)))),
        ["slice"] = b => Out(b, b.Add(new Slice([0, 2, 1], [1, 2, 2], [1, -1, 2]), "s", In(b, 1, 3, 4))),
        ["concat"] = b =>
        {
            Value x = In(b, 1, 3, 4);
            Out(b, b.Add(new Concat(2), "c", x, b.Add(new Tanh(), "tanh", x)));
        },
        ["concat with a constant"] = b => Out(b, b.Add(new Concat(1), "c", Constant(b, 1, 2, 4), In(b, 1, 3, 4))),
        ["expand"] = b => Out(b, b.Add(new Expand([1, 5, 4]), "e", In(b, 1, 1, 4))),
        ["mean"] = b => Out(b, b.Add(new ReduceMean([1, 2], false), "m", In(b, 1, 3, 4, 5))),
        ["mean that keeps axes"] = b => Out(b, b.Add(new ReduceMean([2], true), "m", In(b, 1, 3, 4))),
        ["product with a constant"] = b => Out(b, b.Add(new MatMul(), "p", In(b, 1, 3, 4), Constant(b, 4, 5))),
        ["product of two"] = b =>
        {
            Value x = In(b, 1, 3, 4);
            Out(b, b.Add(new MatMul(), "p", x, b.Add(new Transpose([0, 2, 1]), "t", x)));
        },
        ["arithmetic with constants"] = b => Out(b, b.Add(new Sub(), "s", Constant(b, 1), b.Add(new Mul(), "m", Constant(b, 1, 3, 1), In(b, 1, 3, 4)))),
        ["argmax and top"] = b =>
        {
            Value x = In(b, 1, 3, 4);
            b.Output("best", b.Add(new ArgMax(1, false), "a", x));
            Out(b, b.Add(new TopK(2, 2), "t", x));
        },
        ["gather"] = b => Out(b, b.Add(new Gather(1), "g", In(b, 1, 3, 4), b.Constant(EdgeNet.Model.Constant.Of([2], (ReadOnlySpan<long>)[2, 0])))),
        ["resize, pad, tile"] = b => Out(b, b.Add(new Tile([1, 1, 2, 1]), "t", b.Add(new Pad([0, 1, 0, 0], [0, 0, 2, 0], PadMode.Edge), "p",
            b.Add(new Resize([1, 6, 4, 2], [1, 2, 1, 1], Interpolation.Linear), "r", In(b, 1, 3, 4, 2))))),
        ["convolution and pooling"] = b => Out(b, b.Add(new Pool2D(PoolKind.Average, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), "p",
            b.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "c", In(b, 1, 4, 6, 3), Constant(b, 5, 3, 3, 3)))),
        ["transposed convolution"] = b => Out(b, b.Add(new ConvTranspose2D([2, 2], [1, 1], [0, 0, 0, 0]), "c", In(b, 1, 3, 4, 2), Constant(b, 5, 2, 2, 2))),
        ["slopes, choices"] = b =>
        {
            Value x = In(b, 1, 3, 4), relu = b.Add(new PRelu(), "p", x, Constant(b, 4));
            Out(b, b.Add(new Where(), "w", b.Add(new Greater(), "g", x, Constant(b, 3, 1)), Constant(b, 1, 1, 1), relu));
        },
        ["picked by computed indices"] = b =>
        {
            Value x = In(b, 1, 3, 4);
            Out(b, b.Add(new GatherElements(2), "g", x, b.AddNode(new TopK(2, 2, false), "t", x).Outputs[1]));
        },
        ["rows of a table"] = b => Out(b, b.Add(new Gather(0), "g", Constant(b, 4, 5), b.Add(new ArgMax(2, false), "a", In(b, 1, 3, 4)))),
        ["softmax, normalization"] = b => Out(b, b.Add(new Softmax(2), "s", b.Add(new InstanceNormalization(1e-3f), "i", In(b, 1, 4, 3), Constant(b, 3), Constant(b, 3)))),
    };

    private static readonly Dictionary<string, Action<GraphBuilder>> s_mixing = new()
    {
        ["reshape"] = b => Out(b, b.Add(new Reshape([3, 4]), "guilty", In(b, 1, 12))),
        ["mean"] = b => Out(b, b.Add(new ReduceMean([0], false), "guilty", In(b, 1, 12))),
        ["concat"] = b =>
        {
            Value x = In(b, 1, 12);
            Out(b, b.Add(new Concat(0), "guilty", x, x));
        },
        ["argmax"] = b => Out(b, b.Add(new ArgMax(0, false), "guilty", In(b, 1, 12))),
        ["gather"] = b => Out(b, b.Add(new Gather(0), "guilty", In(b, 1, 12), b.Constant(EdgeNet.Model.Constant.Of([2], (ReadOnlySpan<long>)[0, 0])))),
        ["tile"] = b => Out(b, b.Add(new Tile([2, 1]), "guilty", In(b, 1, 12))),
        ["slice"] = b => Out(b, b.Add(new Slice([0, 0], [0, 12], [1, 1]), "guilty", In(b, 1, 12))),
        ["softmax"] = b => Out(b, b.Add(new Softmax(0), "guilty", In(b, 1, 12))),
        ["log softmax"] = b => Out(b, b.Add(new LogSoftmax(0), "guilty", In(b, 1, 12))),
        ["top"] = b => Out(b, b.Add(new TopK(1, 0), "guilty", In(b, 1, 12))),
        ["pad"] = b => Out(b, b.Add(new Pad([1, 0], [0, 0]), "guilty", In(b, 1, 12))),
        ["expand"] = b => Out(b, b.Add(new Expand([4, 12]), "guilty", In(b, 1, 12))),
        ["broadcast"] = b => Out(b, b.Add(new Add(), "guilty", In(b, 1, 12), Constant(b, 4, 1))),
        ["two ways"] = b =>
        {
            Value x = In(b, 1, 1, 4);
            Out(b, b.Add(new Add(), "guilty", x, b.Add(new Transpose([1, 0, 2]), "t", x)));
        },
        ["product over samples"] = b => Out(b, b.Add(new MatMul(), "guilty", b.Add(new Transpose([1, 0]), "t", In(b, 1, 4)), Constant(b, 1, 5))),
        ["resize"] = b => Out(b, b.Add(new Resize([2, 12], [2, 1], Interpolation.Nearest), "guilty", In(b, 1, 12))),
        ["gather elements"] = b => Out(b, b.Add(new GatherElements(0), "guilty", In(b, 1, 2), b.Constant(EdgeNet.Model.Constant.Of([1, 2], (ReadOnlySpan<long>)[0, 0])))),
        ["gather elements of one sample"] = b => Out(b, b.Add(new GatherElements(1), "guilty", In(b, 1, 4), b.Constant(EdgeNet.Model.Constant.Of([1, 2], (ReadOnlySpan<long>)[0, 3])))),
        ["gather by places"] = b => Out(b, b.Add(new GatherNd(), "guilty", In(b, 1, 4), b.Constant(EdgeNet.Model.Constant.Of([2, 2], (ReadOnlySpan<long>)[0, 0, 0, 3])))),
        ["pooling of moved samples"] = b => Out(b, b.Add(new Pool2D(PoolKind.Max, [1, 1], [1, 1], [1, 1], [0, 0, 0, 0]), "guilty", b.Add(new Transpose([1, 0, 2, 3]), "t", In(b, 1, 2, 3, 4)))),
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Each_sample_comes_out_as_it_does_alone(string name)
    {
        Graph graph = Build(s_graphs[name]);
        var single = new Network<float>(graph, new NetworkOptions { Threads = 1 });
        var batched = new Network<float>(graph, new NetworkOptions { Threads = 1, Batch = Count });
        var random = new Random(4);
        foreach (ref float x in batched.Input()) x = random.NextSingle() * 2 - 1;
        batched.Forward();
        for (int sample = 0; sample < Count; sample++)
        {
            int length = single.Input().Length;
            batched.Input().Slice(sample * length, length).CopyTo(single.Input());
            single.Forward();
            for (int i = 0; i < graph.Outputs.Length; i++)
            {
                int size = single.Output(i).Length;
                Assert.Equal(size * Count, batched.Output(i).Length);
                Assert.Equal(single.Output(i).ToArray(), batched.Output(i).Slice(sample * size, size).ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Mixing))]
    public void A_node_that_mixes_samples_is_named_in_one_line(string name)
    {
        Graph graph = Build(s_mixing[name]);
        _ = new Network<float>(graph, new NetworkOptions());

        var error = Assert.ThrowsAny<ModelException>(() => new Network<float>(graph, new NetworkOptions { Batch = Count }));
        Assert.Contains("'guilty'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_input_that_is_not_for_one_sample_is_named()
    {
        Graph graph = Build(b => Out(b, b.Add(new Relu(), "r", In(b, 2, 3))));
        var error = Assert.Throws<ModelFormatException>(() => new Network<float>(graph, new NetworkOptions { Batch = Count }));
        Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
    }

    private static Graph Build(Action<GraphBuilder> build)
    {
        var builder = new GraphBuilder();
        build(builder);
        return builder.Build();
    }

    private static Value In(GraphBuilder builder, params int[] shape) => builder.Input("x", new TensorType(ElementType.Float32, new Shape(shape)));

    private static void Out(GraphBuilder builder, Value value) => builder.Output("y", value);

    private static Value Constant(GraphBuilder builder, params int[] shape)
    {
        var random = new Random(shape.Length);
        float[] values = [.. Enumerable.Range(0, new Shape(shape).ElementCount).Select(_ => random.NextSingle() - 0.5f)];
        return builder.Constant(EdgeNet.Model.Constant.Of(new Shape(shape), (ReadOnlySpan<float>)values));
    }
}
