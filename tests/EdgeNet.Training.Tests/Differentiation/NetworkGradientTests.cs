using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>How rules work together in a network.</summary>
public sealed class NetworkGradientTests
{
    private static readonly ValueList<int> One = [1, 1], None = [0, 0, 0, 0], Same = [1, 1, 1, 1];

    [Fact]
    public void Activations_that_ride_on_a_layer_mask_its_gradient()
    {
        foreach (Op activation in (Op[])[new Relu(), new Clip(-0.3f, 0.8f), new Clip(0, 6)])
        {
            Check(builder =>
            {
                Value x = builder.Input("x", Real(2, 5, 6, 3));
                Value a = builder.Add(activation, "a", Convolution(builder, "conv", x, 4, seed: 1));
                Value b = builder.Add(activation, "b", Depthwise(builder, "depthwise", a, seed: 2));
                Value c = builder.Add(activation, "c", Normalization(builder, "normalized", b, seed: 3));
                Value d = builder.Add(activation, "d", builder.Add(new Add(), "sum", c, a));
                Value rows = builder.Add(new Reshape([2, 120]), "rows", d);
                builder.Output("y", builder.Add(activation, "e", Dense(builder, "dense", rows, 5, seed: 4)));
            });
        }
    }

    [Fact]
    public void A_small_network_of_the_usual_kind_trains_in_float_as_in_double()
    {
        foreach (bool training in (bool[])[true, false])
        {
            // Too many kinks for differences.
            Check(
                builder =>
                {
                    Value x = builder.Input("x", Real(1, 17, 19, 3));
                    Value stem = Activated(builder, "stem", Convolution(builder, "stem/conv", x, 18, seed: 1), seed: 2);
                    Value pooled = builder.Add(new Pool2D(PoolKind.Max, [3, 3], [2, 2], One, Same), "pool", stem);
                    Value wide = Activated(builder, "wide", Convolution(builder, "wide/conv", pooled, 33, seed: 3), seed: 4);
                    Value deep = Activated(builder, "deep", Depthwise(builder, "deep/conv", wide, seed: 5), seed: 6);
                    Value squeezed = builder.Add(new ReduceMean([1, 2], true), "squeeze", deep);
                    Value gate = builder.Add(new HardSigmoid(1 / 6f, 0.5f), "gate", Convolution(builder, "excite", squeezed, 33, seed: 7));
                    Value back = Normalization(builder, "back", Convolution(builder, "back/conv", builder.Add(new Mul(), "gated", deep, gate), 18, seed: 8), seed: 9);
                    Value sum = builder.Add(new Relu(), "relu", builder.Add(new Add(), "residual", back, pooled));
                    Value mean = builder.Add(new ReduceMean([1, 2], false), "mean", sum);
                    builder.Output("y", builder.Add(new LogSoftmax(1), "y", Dense(builder, "dense", mean, 10, seed: 10)));
                },
                new NetworkOptions { Batch = 4, Threads = 1, Dropout = new Dictionary<string, float> { ["mean"] = 0.2f } }, training, differences: false);
        }

        static Value Activated(GraphBuilder builder, string name, Value x, int seed) => builder.Add(new Clip(0, 6), $"{name}/relu6", Normalization(builder, $"{name}/norm", x, seed));
    }

    [Fact]
    public void An_activation_whose_input_others_read_stands_alone()
    {
        Check(builder =>
        {
            Value x = builder.Input("x", Real(1, 4, 4, 3));
            Value conv = Convolution(builder, "conv", x, 3, seed: 1), relu = builder.Add(new Relu(), "relu", conv);
            builder.Output("product", builder.Add(new Mul(), "mul", relu, conv));
        });
        Check(builder =>
        {
            Value x = builder.Input("x", Real(1, 4, 4, 3));
            Value conv = Convolution(builder, "conv", x, 3, seed: 1);
            builder.Output("before", conv);
            builder.Output("after", builder.Add(new Relu(), "relu", conv));
        });
    }

    [Fact]
    public void A_value_that_several_nodes_read_has_the_sum_of_their_gradients()
    {
        Check(builder =>
        {
            Value x = builder.Input("x", Real(3, 7));
            Value a = builder.Add(new Tanh(), "a", x), b = builder.Add(new Sigmoid(), "b", a), c = builder.Add(new Mul(), "c", a, a);
            Value d = builder.Add(new Concat(1), "d", a, b, a, c);
            builder.Output("y", builder.Add(new Softmax(1), "y", d));
            builder.Output("a", a);
        });
    }

    [Fact]
    public void A_parameter_used_twice_has_the_sum_of_both_gradients()
    {
        Check(builder =>
        {
            Value x = builder.Input("x", Real(1, 5, 5, 4));
            Value weights = Numbers(builder, "w", 1, 4, 3, 3, 4), bias = Numbers(builder, "b", 2, 4);
            Value first = builder.Add(new Relu(), "relu", builder.Add(new Conv2D(One, One, Same), "first", x, weights, bias));
            builder.Output("y", builder.Add(new Conv2D(One, One, Same), "second", first, weights, bias));
        });
        Check(builder =>
        {
            Value x = builder.Input("x", Real(2, 4));
            Value weights = Numbers(builder, "w", 1, 4, 4);
            builder.Output("y", builder.Add(new MatMul(), "second", builder.Add(new Tanh(), "tanh", builder.Add(new MatMul(), "first", x, weights)), weights));
        });
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Batch_normalization_is_differentiated_in_training_in_inference_and_frozen(bool training, bool frozen)
    {
        foreach ((int images, int channels) in ((int, int)[])[(2, 3), (1, 17), (3, 8)])
        {
            Check(
                builder =>
                {
                    Value x = builder.Input("x", Real(images, 3, 4, channels));
                    Value y = Normalization(builder, "norm", Convolution(builder, "conv", x, channels, seed: 1), seed: 2);
                    builder.Output("y", builder.Add(new HardSwish(), "act", y));
                },
                new NetworkOptions { Threads = 1, Frozen = name => frozen && name.StartsWith("norm", StringComparison.Ordinal) }, training);
        }
    }

    [Fact]
    public void A_frozen_normalization_keeps_its_statistics_and_another_follows_the_batch()
    {
        foreach (bool frozen in (bool[])[true, false])
        {
            var builder = new GraphBuilder();
            builder.Output("y", Normalization(builder, "norm", builder.Input("x", Real(4, 3)), seed: 2));
            var network = new Network<double>(builder.Build(), new NetworkOptions { Frozen = _ => frozen, StatisticsMomentum = 1 });
            Parameter<double> mean = network.Parameters.Single(parameter => parameter.Role == ParameterRole.Mean);
            double[] before = mean.Values.ToArray();
            for (int i = 0; i < 12; i++) network.Input()[i] = i;
            network.Forward(training: true);
            Assert.Equal(frozen ? before : [4.5, 5.5, 6.5], mean.Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-9);
        }
    }

    [Fact]
    public void Dropout_is_differentiated_with_what_it_dropped()
    {
        var options = new NetworkOptions { Threads = 1, Dropout = new Dictionary<string, float> { ["hidden"] = 0.4f } };
        Check(Layers, options, training: true);
        Check(Layers, options, training: false);

        static void Layers(GraphBuilder builder)
        {
            Value x = builder.Input("x", Real(4, 9));
            Value hidden = builder.Add(new Tanh(), "hidden", Dense(builder, "first", x, 20, seed: 1));
            builder.Output("y", Dense(builder, "second", hidden, 3, seed: 2));
        }
    }

    [Fact]
    public void What_is_chosen_by_flat_ops_has_no_gradient_and_what_is_moved_by_it_has()
    {
        Check(builder =>
        {
            Value x = builder.Input("x", Real(3, 8));
            Node best = builder.AddNode(new TopK(3, 1), "best", builder.Add(new Sin(), "sin", x));
            Value picked = builder.Add(new GatherElements(1), "picked", x, best.Outputs[1]);
            Value mask = builder.Add(new Greater(), "mask", picked, best.Outputs[0]);
            builder.Output("y", builder.Add(new Where(), "y", mask, picked, best.Outputs[0]));
        });
        Check(builder =>
        {
            Value x = builder.Input("x", Real(3, 8));
            Node best = builder.AddNode(new TopK(2, 1), "best", x);
            builder.Output("y", builder.Add(new GatherElements(1), "picked", builder.Add(new Exp(), "exp", x), best.Outputs[1]));
        });
    }

    [Fact]
    public void A_second_pass_gives_what_the_first_gave()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", Real(2, 6, 7, 3));
        Value a = builder.Add(new Relu(), "a", Convolution(builder, "conv", x, 8, seed: 1));
        Value b = builder.Add(new Add(), "b", builder.Add(new Relu(), "r", Depthwise(builder, "dw", a, seed: 2)), a);
        Value pooled = builder.Add(new Pool2D(PoolKind.Max, [2, 2], [2, 2], One, None), "pool", b);
        builder.Output("y", builder.Add(new ReduceMean([1, 2], false), "mean", pooled));
        var network = new Network<float>(builder.Build(), new NetworkOptions { InputGradients = true, Threads = 2 });
        float[][] first = Pass(3);
        Pass(4);
        Assert.Equal(first, Pass(3));

        float[][] Pass(int seed)
        {
            var random = new Random(seed);
            foreach (ref float value in network.Input()) value = random.NextSingle() * 4 - 2;
            network.Forward();
            foreach (ref float value in network.OutputGradient()) value = random.NextSingle() * 4 - 2;
            network.Backward();
            return [network.Output().ToArray(), network.InputGradient().ToArray(), .. network.Parameters.Select(parameter => parameter.Gradient.ToArray())];
        }
    }

    [Fact]
    public void A_network_for_several_samples_is_differentiated_too()
    {
        Check(
            builder =>
            {
                Value x = builder.Input("x", Real(1, 6, 6, 3));
                Value image = builder.Add(new Relu(), "relu", Convolution(builder, "conv", x, 4, seed: 1));
                Value planes = builder.Add(new Transpose([0, 3, 1, 2]), "planes", image), rows = builder.Add(new Reshape([1, 144]), "rows", planes);
                builder.Output("y", builder.Add(new LogSoftmax(1), "y", Dense(builder, "dense", rows, 5, seed: 2)));
            },
            new NetworkOptions { Batch = 3, Threads = 1 });
    }

    /// <summary>Gradients against centred differences, and float against double.</summary>
    private static void Check(Action<GraphBuilder> build, NetworkOptions? options = null, bool training = false, bool differences = true)
    {
        var builder = new GraphBuilder();
        build(builder);
        Graph graph = builder.Build();
        var random = new Random(11);
        double[][] inputs = [.. graph.Inputs.Select(input => Enumerable.Range(0, input.Type.Shape.ElementCount * (options?.Batch ?? 1)).Select(_ => (double)(random.NextSingle() * 4 - 2)).ToArray())];
        if (differences) GradientCheck.Run(graph, inputs, options, training, graph.Nodes[^1].ToString());
        Precision.Check(graph, inputs, options, training, graph.Nodes[^1].ToString());
    }

    private static Value Convolution(GraphBuilder builder, string name, Value x, int filters, int seed) =>
        builder.Add(new Conv2D(One, One, Same), name, x, Numbers(builder, $"{name}/w", seed, filters, 3, 3, x.Type.Shape[3]), Numbers(builder, $"{name}/b", seed + 100, filters));

    private static Value Depthwise(GraphBuilder builder, string name, Value x, int seed) =>
        builder.Add(new DepthwiseConv2D(One, One, Same), name, x, Numbers(builder, $"{name}/w", seed, 3, 3, x.Type.Shape[3]), Numbers(builder, $"{name}/b", seed + 100, x.Type.Shape[3]));

    private static Value Dense(GraphBuilder builder, string name, Value x, int outputs, int seed) =>
        builder.Add(new Dense(), name, x, Numbers(builder, $"{name}/w", seed, outputs, x.Type.Shape[^1]), Numbers(builder, $"{name}/b", seed + 100, outputs));

    private static Value Normalization(GraphBuilder builder, string name, Value x, int seed)
    {
        int width = x.Type.Shape[^1];
        Value[] parameters = [.. Enumerable.Range(0, 4).Select(i => Numbers(builder, $"{name}/{i}", seed + i, width))];
        parameters[3] = builder.Constant(Constant.Of([width], (ReadOnlySpan<float>)[.. Enumerable.Range(0, width).Select(i => 0.5f + i % 3)]), $"{name}/variance");
        return builder.Add(new BatchNormalization(1e-3f), name, [x, .. parameters]);
    }

    private static Value Numbers(GraphBuilder builder, string name, int seed, params int[] shape)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, new Shape(shape).ElementCount).Select(_ => random.NextSingle() - 0.5f)];
        return builder.Constant(Constant.Of(new Shape(shape), (ReadOnlySpan<float>)values), name);
    }

    private static TensorType Real(params int[] shape) => new(ElementType.Float32, new Shape(shape));
}
