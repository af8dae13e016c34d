using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

public sealed class SessionTests
{
    private static readonly SessionOptions OneThread = new() { Threads = 1 };

    private static TensorType Floats(params int[] shape) => new(ElementType.Float32, new Shape(shape));

    /// <summary>Outputs "sum" and "difference" of inputs "a" and "b".</summary>
    private static Graph TwoByTwo()
    {
        var builder = new GraphBuilder();
        Value a = builder.Input("a", Floats(3)), b = builder.Input("b", Floats(3));
        builder.Output("sum", builder.Add(new Add(), "add", a, b));
        builder.Output("difference", builder.Add(new Sub(), "sub", a, b));
        return builder.Build();
    }

    private static Graph Negation()
    {
        var builder = new GraphBuilder();
        builder.Output("y", builder.Add(new Neg(), "neg", builder.Input("x", Floats(2))));
        return builder.Build();
    }

    private static void AssertOneLine(string message, params string[] parts)
    {
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Inputs_and_outputs_are_found_by_name_and_by_place()
    {
        using var session = new InferenceSession(TwoByTwo(), OneThread);
        session.Input<float>("a").Fill(5);
        session.Input<float>(1).Fill(2);
        session.Run();

        Assert.Equal(5, session.Input<float>(0)[2]);
        Assert.Equal([7f, 7, 7], session.Output<float>("sum").ToArray());
        Assert.Equal([3f, 3, 3], session.Output<float>("difference").ToArray());
        Assert.Equal(session.Output<float>("difference").ToArray(), session.Output<float>(1).ToArray());
        Assert.Equal(["a", "b"], session.InputMetadata.Keys);
        Assert.Equal(Floats(3), session.OutputMetadata["sum"]);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_those_that_exist()
    {
        using var session = new InferenceSession(TwoByTwo(), OneThread);

        AssertOneLine(Assert.Throws<ArgumentException>(() => session.Input<float>("c").Length).Message, "'c'", "a, b");
        AssertOneLine(Assert.Throws<ArgumentException>(() => session.Output<float>("c").Length).Message, "'c'", "sum, difference");
        Assert.ThrowsAny<ArgumentException>(() => session.Input<float>(2).Length);
        Assert.ThrowsAny<ArgumentException>(() => session.Output<float>(-1).Length);
    }

    [Fact]
    public void A_wrong_element_type_is_answered_with_the_right_one()
    {
        using var session = new InferenceSession(TwoByTwo(), OneThread);

        AssertOneLine(Assert.Throws<ArgumentException>(() => session.Input<sbyte>("a").Length).Message, "'a'", "Float32", "SByte");
        AssertOneLine(Assert.Throws<ArgumentException>(() => session.Output<long>(1).Length).Message, "'difference'", "Float32", "Int64");
        AssertOneLine(Assert.Throws<ArgumentException>(() => session.Input<double>("a").Length).Message, "'a'", "Float32", "Double");
    }

    [Fact]
    public void Activations_beyond_the_limit_are_refused()
    {
        Graph graph = TwoByTwo();
        // Two inputs and two outputs, a cache line each.
        using var fits = new InferenceSession(graph, new SessionOptions { Threads = 1, MaxActivationBytes = 256 });
        Assert.Equal(256, fits.ActivationBytes);

        string message = Assert.Throws<ModelFormatException>(() => new InferenceSession(graph, new SessionOptions { MaxActivationBytes = 255 })).Message;
        AssertOneLine(message, "256 bytes", "255", "MaxActivationBytes");
    }

    [Fact]
    public void A_model_far_beyond_the_limit_costs_nothing()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Floats(1));
        for (int i = 0; i < 10; i++) builder.Output($"y{i}", builder.Add(new Expand([1 << 29]), $"grow{i}", x));
        Graph graph = builder.Build();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ModelFormatException>(() => new InferenceSession(graph));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Constants_that_grow_beyond_the_limit_are_refused()
    {
        var builder = new GraphBuilder();
        Value one = builder.Constant(Constant.Of(1f));
        for (int i = 0; i < 10; i++) builder.Output($"y{i}", builder.Add(new Expand([1 << 16]), $"grow{i}", one));
        Graph graph = builder.Build();

        using var fits = new InferenceSession(graph, new SessionOptions { Threads = 1, MaxActivationBytes = 10 << 18 });
        Assert.Throws<ModelFormatException>(() => new InferenceSession(graph, new SessionOptions { Threads = 1, MaxActivationBytes = 4 << 18 }));
    }

    [Fact]
    public void Outputs_may_be_inputs_constants_and_twice_the_same()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Floats(2)), fixedValue = builder.Constant(Constant.Of(3f, 4f)), y = builder.Add(new Abs(), "abs", x);
        foreach ((string name, Value value) in new[] { ("in", x), ("constant", fixedValue), ("y", y), ("again", y) }) builder.Output(name, value);
        using var session = new InferenceSession(builder.Build(), OneThread);
        session.Run<float, float>([-1, 2], new float[2]);

        Assert.Equal([-1f, 2], session.Output<float>("in").ToArray());
        Assert.Equal([3f, 4], session.Output<float>("constant").ToArray());
        Assert.Equal([1f, 2], session.Output<float>("y").ToArray());
        Assert.Equal([1f, 2], session.Output<float>("again").ToArray());
    }

    [Fact]
    public void A_reshaped_input_follows_the_input_from_run_to_run()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Floats(2, 3)), reshaped = builder.Add(new Reshape([3, 2]), "reshape", x);
        builder.Output("same", reshaped);
        builder.Output("first", builder.Add(new Slice([0, 0], [1, 2], [1, 1]), "slice", reshaped));
        builder.Output("back", builder.Add(new Reshape([6]), "flat", builder.Add(new Neg(), "neg", reshaped)));
        using var session = new InferenceSession(builder.Build(), OneThread);
        foreach (float[] values in new float[][] { [1, 2, 3, 4, 5, 6], [-7, 8, 9, 10, 11, 12] })
        {
            values.CopyTo(session.Input<float>("x"));
            session.Run();

            Assert.Equal(values, session.Output<float>("same").ToArray());
            Assert.Equal(values[..2], session.Output<float>("first").ToArray());
            Assert.Equal([.. values.Select(value => -value)], session.Output<float>("back").ToArray());
            Assert.Equal(values, session.Input<float>("x").ToArray());
        }
    }

    [Fact]
    public void Sessions_on_one_graph_do_not_see_each_other()
    {
        Graph graph = TwoByTwo();
        using var left = new InferenceSession(graph, OneThread);
        using var right = new InferenceSession(graph, OneThread);
        left.Input<float>("a").Fill(1);
        right.Input<float>("a").Fill(10);
        left.Run();
        right.Run();
        Assert.Equal((1, 10), (left.Output<float>(0)[0], right.Output<float>(0)[0]));

        Parallel.For(0, 8, number =>
        {
            using var session = new InferenceSession(graph, OneThread);
            for (int run = 0; run < 200; run++)
            {
                session.Input<float>("a").Fill(number);
                session.Input<float>("b").Fill(run);
                session.Run();
                Assert.Equal([number - run, number - run, number - run], session.Output<float>("difference").ToArray());
            }
        });
    }

    [Fact]
    public void One_call_copies_in_runs_and_copies_out()
    {
        using var session = new InferenceSession(Negation());
        float[] output = new float[3];
        session.Run<float, float>([1, -2], output);

        Assert.Equal([-1f, 2, 0], output);
        Assert.Throws<ArgumentException>(() => session.Run<float, float>([1], new float[2]));
        Assert.Throws<ArgumentException>(() => session.Run<float, float>([1, 2], new float[1]));
        Assert.Throws<ArgumentException>(() => session.Run<byte, float>([1, 2], new float[2]));
        Assert.Throws<ArgumentException>(() => session.Run<float, byte>([1, 2], new byte[2]));
    }

    [Fact]
    public void A_session_that_ended_does_not_run()
    {
        var session = new InferenceSession(Negation());
        session.Dispose();
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(session.Run);
        Assert.Throws<ObjectDisposedException>(() => session.Run<float, float>([1, 2], new float[2]));
    }

    [Fact]
    public void Less_than_one_thread_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceSession(Negation(), new SessionOptions { Threads = 0 }));

    [Fact]
    public void Arithmetic_that_has_no_kernel_is_refused_not_done_on_the_codes()
    {
        Quantization q = Quantization.PerTensor(0.5f, 3);
        foreach (Op op in new Op[] { new ReduceSum([0], false), new ReduceProd([0], false), new ReduceSumSquare([0], false), new Div(), new Max(), new PRelu() })
            AssertRefused(op with { OutputQuantization = q }, new TensorType(ElementType.Int8, [1, 4, 4, 2], q));
        AssertRefused(new Resize([1, 8, 8, 2], [1, 2, 2, 1], Interpolation.Linear), new TensorType(ElementType.UInt8, [1, 4, 4, 2], q));

        static void AssertRefused(Op op, TensorType type)
        {
            var builder = new GraphBuilder();
            Value x = builder.Input("x", type);
            builder.Output("y", builder.Add(op, "op", op is Binary ? [x, x] : [x]));
            Graph graph = builder.Build();
            AssertOneLine(Assert.Throws<UnsupportedOperatorException>(() => new InferenceSession(graph)).Message, op.Name, "Float32");
        }
    }
}
