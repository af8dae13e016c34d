using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

public class NetworkTests
{
    [Fact]
    public void Tied_weights_are_one_parameter_and_stay_tied()
    {
        var builder = new GraphBuilder();
        Constant weights = Constant.Of<float>([2, 2], [1, 2, 3, 4]);
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 2]));
        Value once = builder.Add(new Dense(), "once", x, builder.Constant(weights, "w"));
        builder.Output("y", builder.Add(new Dense(), "twice", once, builder.Constant(weights, "w too")));
        var network = new Network<double>(builder.Build(), new NetworkOptions());
        Parameter<double> parameter = Assert.Single(network.Parameters);
        ((ReadOnlySpan<double>)[1, -1]).CopyTo(network.Input());
        network.Forward();
        ((ReadOnlySpan<double>)[1, 0]).CopyTo(network.OutputGradient());
        network.Backward();
        // y0 = w00 (w00 − w01) + w01 (w10 − w11)
        Assert.Equal([2 * 1 - 2, -1 + (3 - 4), 2, -2], parameter.Gradient.ToArray());

        parameter.Values[0] = 7;
        Assert.All(network.ToGraph().Constants, constant => Assert.Equal([7, 2, 3, 4], constant.Constant!.ToArray<float>()));
    }

    [Fact]
    public void Dropout_may_stand_between_a_layer_and_its_activation()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4]));
        Value dense = builder.Add(new Dense(), "dense", x, builder.Constant(Constant.Of<float>([4, 4], new float[16]), "w"), builder.Constant(Constant.Of<float>(1, 1, 1, 1), "b"));
        builder.Output("y", builder.Add(new Relu(), "relu", dense));
        var network = new Network<float>(builder.Build(), new NetworkOptions { Dropout = new Dictionary<string, float> { ["dense"] = 0.5f } });
        network.Forward(training: true, seed: 3);
        Assert.All(network.Output().ToArray(), y => Assert.Contains(y, (float[])[0, 2]));
        network.Forward();
        Assert.Equal([1, 1, 1, 1], network.Output().ToArray());
    }

    [Theory]
    [InlineData("nowhere", 0.5f)]
    [InlineData("dense", 1f)]
    [InlineData("dense", float.NaN)]
    public void Dropout_that_cannot_be_is_refused_by_name(string value, float rate)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4]));
        builder.Output("y", builder.Add(new Dense(), "dense", x, builder.Constant(Constant.Of<float>([4, 4], new float[16]), "w")));
        Graph graph = builder.Build();
        var error = Assert.Throws<TrainingSettingException>(() => new Network<float>(graph, new NetworkOptions { Dropout = new Dictionary<string, float> { [value] = rate } }));
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_is_an_output_too_has_both_gradients()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 2])), w = builder.Constant(Constant.Of<float>([1, 2], [3, 5]), "w");
        builder.Output("y", builder.Add(new Dense(), "dense", x, w));
        builder.Output("w", w);
        var network = new Network<double>(builder.Build(), new NetworkOptions());
        network.Input().Fill(2);
        network.Forward();
        network.OutputGradient(0).Fill(1);
        network.OutputGradient(1).Fill(10);
        network.Backward();
        Assert.Equal([12, 12], network.Parameters[0].Gradient.ToArray());
    }
}
