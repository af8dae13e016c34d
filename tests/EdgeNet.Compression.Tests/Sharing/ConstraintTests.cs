using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public class ConstraintTests
{
    private static Network<float> Network(Graph graph) => new(graph, new NetworkOptions { Batch = 2, Threads = 1 });

    private static void Step(Network<float> network, IWeightConstraint constraint, int seed)
    {
        var random = Rng.For(seed);
        Span<float> input = network.Input();
        for (int i = 0; i < input.Length; i++) input[i] = random.Normal();
        network.Forward(training: true);
        Span<float> gradient = network.OutputGradient();
        for (int i = 0; i < gradient.Length; i++) gradient[i] = random.Normal();
        network.Backward();
        constraint.BeforeUpdate();
        Optimizer optimizer = Optimizer.Parse("adam");
        foreach (Parameter<float> parameter in network.Parameters)
            optimizer.Step(parameter.Values, parameter.Gradient, new float[optimizer.Slots * parameter.Values.Length], new StepSettings(0.001f, 1, 1e-3f, 0));
        constraint.AfterUpdate();
    }

    private static Graph Shared(int seed, int count)
    {
        Graph graph = TestNetworks.Convolutional(seed, width: 8);
        return WeightLayers.Replace(graph, WeightLayers.Of(graph).ToDictionary(
            layer => layer.Constant, layer => Constant.Of<float>(layer.Shape, Clustering.Share(MagnitudeCut(layer.Constant.ToArray<float>()), count, CentroidStart.Linear, 0))));
    }

    private static RateLayer Layer(WeightLayer layer) => new(layer, new LayerInformation(1, [.. Enumerable.Repeat(1.0, layer.Shape[layer.OutputAxis])]));

    private static (RateLayer Layer, RateQuantizer Quantizer)[] Grids(Graph graph, float step) => [.. WeightLayers.Of(graph).Select(layer => (Layer(layer), new RateQuantizer(step)))];

    private static float[] MagnitudeCut(float[] weights) => Array.ConvertAll(weights, weight => MathF.Abs(weight) < 0.1f ? 0 : weight);

    [Fact]
    public void Weights_that_share_a_value_share_one_after_any_number_of_steps_and_zeros_stay()
    {
        Graph graph = Shared(seed: 3, count: 6);
        Network<float> network = Network(graph);
        var constraint = new SharedConstraint(network);
        for (int i = 0; i < 5; i++) Step(network, constraint, i);
        foreach (WeightLayer layer in WeightLayers.Of(graph))
        {
            float[] before = layer.Constant.ToArray<float>(), after = network.Parameters.Single(parameter => parameter.Constant.Constant == layer.Constant || parameter.Name == layer.Name).Values.ToArray();
            Assert.Equal(before.Select(weight => weight == 0), after.Select(weight => weight == 0));
            // Values that few weights share would make a codebook a large part of a layer: they stay on their grid.
            Assert.Equal(before.Length >= 32 * (before.Distinct().Count() + (before.Contains(0) ? 0 : 1)), !before.AsSpan().SequenceEqual(after));
            foreach (IGrouping<float, int> cluster in Enumerable.Range(0, before.Length).GroupBy(i => before[i]))
                Assert.Single(cluster.Select(i => after[i]).Distinct());
        }
    }

    [Fact]
    public void A_shared_value_follows_the_sum_of_the_gradients_of_its_weights()
    {
        Graph graph = Shared(seed: 4, count: 3);
        Network<float> network = Network(graph);
        var constraint = new SharedConstraint(network);
        network.Input().Fill(0.5f);
        network.Forward();
        network.OutputGradient().Fill(1);
        network.Backward();
        Parameter<float> parameter = network.Parameters.First(p => p.Role == ParameterRole.Weight);
        float[] values = parameter.Values.ToArray(), before = parameter.Gradient.ToArray();
        constraint.BeforeUpdate();
        for (int i = 0; i < values.Length; i++)
        {
            double sum = values[i] == 0 ? 0 : before.Where((_, k) => values[k] == values[i]).Sum(gradient => (double)gradient);
            Assert.Equal(sum, parameter.Gradient[i], 1e-4);
        }
    }

    [Fact]
    public void The_forward_pass_sees_weights_on_the_grid_while_small_steps_add_up_beside_it()
    {
        Graph graph = TestNetworks.Convolutional(seed: 5);
        Network<float> network = Network(graph);
        Parameter<float>[] weights = [.. network.Parameters.Where(p => p.Role == ParameterRole.Weight)];
        var constraint = new RateConstraint(network, Grids(graph, 0.125f), bits: 1e6, keepZeros: false);
        float[] first = weights[0].Values.ToArray();
        for (int i = 0; i < 40; i++)
        {
            Step(network, constraint, seed: 0);
            foreach (float value in weights[0].Values) Assert.Equal(MathF.Round(value / 0.125f), value / 0.125f);
        }
        Assert.NotEqual(first, weights[0].Values.ToArray());
    }

    [Fact]
    public void The_rate_is_held_while_weights_move()
    {
        Graph graph = TestNetworks.Convolutional(seed: 6, width: 6);
        Network<float> network = Network(graph);
        Parameter<float>[] weights = [.. network.Parameters.Where(p => p.Role == ParameterRole.Weight)];
        int count = weights.Sum(p => p.Values.Length);
        RateLayer[] layers = [.. WeightLayers.Of(graph).Select(Layer)];
        var constraint = new RateConstraint(network, [.. layers.Zip(RateGrid.For(layers, 2.5 * count))], 2.5 * count, keepZeros: false);
        for (int i = 0; i < 100; i++) Step(network, constraint, i);
        Assert.InRange(constraint.CodedBits / count, 2.1, 2.9);
        constraint.Fit(constraint.CodedBits - 1.8 * count);
        Assert.True(constraint.CodedBits <= 1.8 * count);
    }

    [Fact]
    public void Weights_from_a_checkpoint_are_fitted_to_a_budget_like_those_that_have_just_learnt()
    {
        Graph graph = TestNetworks.Convolutional(seed: 6, width: 6);
        double count = WeightLayers.Of(graph).Sum(layer => layer.Constant.Type.Shape.ElementCount);
        (Network<float> trained, RateConstraint ended) = Begun();
        for (int i = 0; i < 60; i++) Step(trained, ended, i);
        (Network<float> resumed, RateConstraint restored) = Begun();
        foreach ((float[] from, float[] to) in ended.State.Zip(restored.State)) from.CopyTo(to, 0);
        foreach ((Parameter<float> from, Parameter<float> to) in trained.Parameters.Zip(resumed.Parameters)) from.Values.CopyTo(to.Values);
        for (double fewer = 0.05; fewer < 1; fewer += 0.15)
        {
            ended.Fit(fewer * count);
            restored.Fit(fewer * count);
            foreach ((Parameter<float> expected, Parameter<float> actual) in trained.Parameters.Zip(resumed.Parameters)) Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        }

        (Network<float>, RateConstraint) Begun()
        {
            Network<float> network = Network(graph);
            RateLayer[] layers = [.. WeightLayers.Of(graph).Select(Layer)];
            return (network, new RateConstraint(network, [.. layers.Zip(RateGrid.For(layers, 2.5 * count))], 2.5 * count, keepZeros: false));
        }
    }

    [Fact]
    public void Pruned_weights_stay_zero_on_the_grid()
    {
        Graph graph = Shared(seed: 7, count: 20);
        Network<float> network = Network(graph);
        Parameter<float>[] weights = [.. network.Parameters.Where(p => p.Role == ParameterRole.Weight)];
        bool[][] zero = [.. weights.Select(p => Array.ConvertAll(p.Values.ToArray(), weight => weight == 0))];
        var constraint = new RateConstraint(network, Grids(graph, 0.01f), 1e6, keepZeros: true);
        for (int i = 0; i < 20; i++) Step(network, constraint, i);
        for (int k = 0; k < weights.Length; k++)
        {
            for (int i = 0; i < zero[k].Length; i++) Assert.True(!zero[k][i] || weights[k].Values[i] == 0);
        }
    }
}
