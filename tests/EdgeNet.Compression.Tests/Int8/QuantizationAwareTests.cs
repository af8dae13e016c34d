using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public class QuantizationAwareTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_learns_computes_what_the_int8_graph_will(bool detector)
    {
        Graph graph = detector ? Int8Samples.Detector(1) : TestNetworks.Convolutional(1);
        float[][][] examples = Int8Samples.For(graph, 8, 2);
        Int8Plan plan = Int8Quantization.Plan(graph, new Int8Step(), examples);
        // Weights rounded to their codes in both: all that is left is the rounding of biases and of sums.
        var network = new Network<float>(plan.FakeQuantized(), new NetworkOptions { Threads = 1 });
        _ = new RoundedWeights(network, plan);
        float[] learns = Int8Samples.Outputs(network.ToGraph(), examples), runs = Int8Samples.Outputs(plan.ToInt8(), examples);
        Assert.InRange(Int8Samples.Error(runs, learns), 0, 1e-4);
        Assert.InRange(Int8Samples.Error(Int8Samples.Outputs(graph, examples), learns), 1e-6, 0.002);
    }

    [Fact]
    public void Latent_weights_move_by_less_than_a_code_and_the_network_sees_codes()
    {
        Graph graph = TestNetworks.Convolutional(1);
        Int8Plan plan = Int8Quantization.Plan(graph, new Int8Step(), Int8Samples.For(graph, 8, 2));
        var network = new Network<float>(plan.FakeQuantized(), new NetworkOptions { Threads = 1 });
        Parameter<float> parameter = network.Parameters.Single(parameter => parameter.Name == "pointwise");
        float[] original = parameter.Values.ToArray();
        var rounded = new RoundedWeights(network, plan);
        Quantization q = plan.WeightsOf(plan.Layers.Single(layer => layer.Name == "conv3")).Quantization;
        float step = q.Scales[0] / 10, seen = parameter.Values[0];
        Assert.Equal(seen, q.Scales[0] * MathF.Round(original[0] / q.Scales[0]));
        float sign = seen <= original[0] ? 1 : -1;
        for (int i = 1; i <= 11; i++)
        {
            rounded.BeforeUpdate();
            Assert.Equal(original[0] + (i - 1) * sign * step, parameter.Values[0], 1e-6f);
            parameter.Values[0] += sign * step;
            rounded.AfterUpdate();
            float code = parameter.Values[0] / q.Scales[0];
            Assert.Equal(MathF.Round(code), code, 1e-4f);
        }
        Assert.NotEqual(seen, parameter.Values[0]);
        Assert.Contains(rounded.State, latent => latent.Length == original.Length && Math.Abs(latent[0] - (original[0] + 11 * sign * step)) < 1e-6f);
    }

    [Fact]
    public void A_trained_network_becomes_an_int8_graph_with_its_weights_and_the_same_ranges()
    {
        Graph graph = TestNetworks.Convolutional(1);
        var step = new Int8Step();
        float[][][] examples = Int8Samples.For(graph, 8, 2);
        Int8Plan plan = Int8Quantization.Plan(graph, step, examples);
        var network = new Network<float>(plan.FakeQuantized(), new NetworkOptions { Threads = 1 });
        var rounded = new RoundedWeights(network, plan);
        rounded.BeforeUpdate();
        foreach (Parameter<float> parameter in network.Parameters)
        {
            for (int i = 0; i < parameter.Values.Length; i++) parameter.Values[i] *= 0.9f;
        }
        rounded.AfterUpdate();
        Int8Plan trained = plan.WithTrained(network.ToGraph(plan.Graph));
        Int8Result result = Int8Quantization.Finish(trained, step, examples, trained: true);
        foreach ((Node old, Node now) in plan.Layers.Zip(trained.Layers))
        {
            Assert.Equal(plan.WeightsOf(old).Quantization, trained.WeightsOf(now).Quantization);
            Assert.Equal(plan.QuantizationOf(old.Output), trained.QuantizationOf(now.Output));
            float[] values = network.Parameters.Single(parameter => parameter.Name == now.Inputs[1].Name).Values.ToArray();
            Assert.Equal(values, trained.WeightsOf(now).Values(now.Inputs[1].Type.Shape));
        }
        float[] learnt = Int8Samples.Outputs(network.ToGraph(), examples);
        Assert.InRange(Int8Samples.Error(learnt, Int8Samples.Outputs(result.Graph, examples)), 0, 1e-4);
    }

    [Fact]
    public void A_graph_of_other_nodes_is_refused()
    {
        Graph graph = TestNetworks.Convolutional(1);
        Int8Plan plan = Int8Quantization.Plan(graph, new Int8Step(), Int8Samples.For(graph, 4, 2));
        Assert.Throws<CompressionException>(() => plan.WithTrained(Int8Samples.Detector(1)));
        Assert.Throws<CompressionException>(() => new RoundedWeights(new Network<float>(Int8Samples.WithUnsupported(1), new NetworkOptions()), plan));
    }
}
