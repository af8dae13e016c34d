using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public class ZeroConstraintTests
{
    [Theory]
    [InlineData(PruningPattern.Unstructured, "adam")]
    [InlineData(PruningPattern.TwoOfFour, "adam")]
    [InlineData(PruningPattern.TwoOfFour, "adamw")]
    [InlineData(PruningPattern.OneByFour, "momentum")]
    [InlineData(PruningPattern.FourByOne, "adam")]
    public void Zeros_stay_and_all_other_weights_learn(PruningPattern pattern, string optimizer)
    {
        Graph graph = MagnitudePruning.Prune(TestNetworks.Convolutional(seed: 2), [0.5, 0.5, 0.5, 0.5], pattern);
        var network = new Network<float>(graph, new NetworkOptions { Batch = 4, Threads = 1 });
        var constraint = new ZeroConstraint(network);
        Train(network, Optimizer.Parse(optimizer), constraint, steps: 12);
        Graph trained = network.ToGraph();
        foreach ((WeightLayer before, WeightLayer after) in WeightLayers.Of(graph).Zip(WeightLayers.Of(trained)))
        {
            float[] old = before.Constant.ToArray<float>(), now = after.Constant.ToArray<float>();
            Assert.Equal(old.Select(weight => weight == 0), now.Select(weight => weight == 0));
            Assert.All(old.Zip(now).Where(pair => pair.First != 0), pair => Assert.NotEqual(pair.First, pair.Second));
        }
        Assert.Equal<double>(Density.Of(graph), Density.Of(trained));
        Assert.Empty(constraint.State);
    }

    [Fact]
    public void Without_it_zeros_do_not_stay()
    {
        Graph graph = MagnitudePruning.Prune(TestNetworks.Convolutional(seed: 2), [0.5, 0.5, 0.5, 0.5]);
        var network = new Network<float>(graph, new NetworkOptions { Batch = 4, Threads = 1 });
        Train(network, Optimizer.Parse("adam"), null, steps: 2);
        Assert.All(Density.Of(network.ToGraph()), density => Assert.True(density > 0.9));
    }

    [Fact]
    public void Momentum_that_was_there_before_does_not_bring_weights_back_and_biases_are_free()
    {
        Graph graph = MagnitudePruning.Prune(TestNetworks.Convolutional(seed: 2), [1, 1, 1, 0.5]);
        var network = new Network<float>(graph, new NetworkOptions { Threads = 1 });
        var constraint = new ZeroConstraint(network);
        foreach (Parameter<float> parameter in network.Parameters)
        {
            parameter.Gradient.Fill(float.NaN);
            constraint.BeforeUpdate();
            Assert.Equal(parameter is { Role: ParameterRole.Weight, Name: "classes" } ? 40 : 0, parameter.Gradient.Count(0f));
            parameter.Values.Fill(3);
            constraint.AfterUpdate();
            Assert.Equal(parameter is { Role: ParameterRole.Weight, Name: "classes" } ? 40 : 0, parameter.Values.Count(0f));
        }
    }

    /// <summary>The sum of squared distances of the logits to seeded numbers.</summary>
    private static void Train(Network<float> network, Optimizer optimizer, ZeroConstraint? constraint, int steps)
    {
        var random = new Random(4);
        float[][] states = [.. network.Parameters.Select(parameter => new float[optimizer.Slots * parameter.Values.Length])];
        for (int step = 1; step <= steps; step++)
        {
            foreach (ref float pixel in network.Input()) pixel = random.NextSingle() - 0.5f;
            network.Forward(training: true);
            for (int i = 0; i < network.Output().Length; i++) network.OutputGradient()[i] = network.Output()[i] - (random.NextSingle() * 4) + 2;
            network.Backward();
            constraint?.BeforeUpdate();
            for (int i = 0; i < states.Length; i++)
                optimizer.Step(network.Parameters[i].Values, network.Parameters[i].Gradient, states[i], new StepSettings(0.01f, step, WeightDecay: 0.01f));
            constraint?.AfterUpdate();
        }
    }
}
