using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

/// <summary>Real networks lose channels and weights, and run.</summary>
public class RealModelPruningTests
{
    [SharedTheory]
    [InlineData("mobilenet_v2_1.0_224", 0.591, 0.636)]
    [InlineData("resnet20_cifar10", 0.608, 0.620)]
    [InlineData("squeezenet_v1.1_227", 0.631, 0.641)]
    [InlineData("pedestrian_ssd_mobilenet_v1_adas0002_384x672", 0.600, 0.650)]
    public void Without_a_quarter_of_its_channels_a_network_runs_with_fewer_multiplications(string model, double macs, double parameters)
    {
        Graph graph = Load(model);
        PrunedChannels pruned = ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings { Keep = 0.75 });
        GraphCounts before = GraphCounts.Of(graph), after = GraphCounts.Of(pruned.Graph);
        Assert.Equal(macs, (double)after.Macs / before.Macs, 0.001);
        Assert.Equal(parameters, (double)after.Parameters / before.Parameters, 0.001);
        Assert.NotEmpty(pruned.Remarks);
        Assert.Equal(graph.Outputs.Select(output => (output.Name, output.Value.Type)), pruned.Graph.Outputs.Select(output => (output.Name, output.Value.Type)));
        AssertRuns(pruned.Graph);
    }

    /// <summary>The law of channel pruning, on networks as they come.</summary>
    [SharedTheory]
    [InlineData("lenet_mnist")]
    [InlineData("resnet20_cifar10")]
    [InlineData("mlperf_tiny_resnet8_cifar10")]
    [InlineData("vww_mobilenet_v1_0.25_96")]
    [InlineData("squeezenet_v1.1_227")]
    [InlineData("nanodet_m_320")]
    public void Without_channels_that_are_zero_a_real_network_computes_the_same(string model)
    {
        Graph graph = Load(model);
        var groups = ChannelGroups.Of(graph);
        int[][] removed = ZeroedChannels.Draw(groups, new Random(7));
        Graph smaller = groups.Remove(removed);
        Assert.True(GraphCounts.Of(smaller).Macs < GraphCounts.Of(graph).Macs);
        foreach ((float[] expected, float[] actual) in Run(ZeroedChannels.Of(groups, removed)).Zip(Run(smaller)))
        {
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5 * Math.Max(1, scale));
        }
    }

    [SharedTheory]
    [InlineData(ChannelRanking.MeanActivation)]
    [InlineData(ChannelRanking.NonZero)]
    public void Channels_of_a_real_network_are_ranked_by_their_activations(ChannelRanking ranking)
    {
        Graph graph = Load("resnet20_cifar10");
        var random = new Random(3);
        float[][] examples = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, 3072).Select(_ => random.NextSingle() - 0.5f).ToArray())];
        PrunedChannels pruned = ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings { Keep = 0.75, Ranking = ranking, Examples = examples, Scope = ChannelScope.Global });
        Assert.InRange((double)GraphCounts.Of(pruned.Graph).Macs / GraphCounts.Of(graph).Macs, 0.4, 0.8);
        AssertRuns(pruned.Graph);
    }

    [SharedTheory]
    [InlineData(PruningPattern.Unstructured)]
    [InlineData(PruningPattern.TwoOfFour)]
    [InlineData(PruningPattern.OneByFour)]
    [InlineData(PruningPattern.FourByOne)]
    public void A_real_network_keeps_the_part_of_its_weights_that_was_asked_for(PruningPattern pattern)
    {
        Graph graph = Load("vww_mobilenet_v1_0.25_96");
        var layers = PrunableLayers.Of(graph);
        Graph pruned = MagnitudePruning.Prune(graph, LayerDensities.Global(layers, 0.4, pattern), pattern);
        long Left(Graph of) => layers.Free.Sum(i => (long)WeightLayers.Of(of)[i].Shape.ElementCount - WeightLayers.Of(of)[i].Constant.CountZeros());
        // A few zeros were there, and some of them stay among those that are kept.
        Assert.InRange((double)Left(pruned) / layers.Free.Sum(i => (long)layers.All[i].Shape.ElementCount), 0.37, 0.401);
        AssertRuns(pruned);
    }

    [SharedTheory]
    [InlineData(PruningPattern.Unstructured, 0.4)]
    [InlineData(PruningPattern.OneByFour, 0.6)]
    public void Densities_by_sensitivity_lose_less_than_the_same_density_everywhere(PruningPattern pattern, double density)
    {
        Graph graph = Logits.Of(Load("mlperf_tiny_resnet8_cifar10"));
        float[] original = Run(graph)[0];
        double Loss(Graph pruned) => Run(pruned)[0].Zip(original, (a, b) => ((double)a - b) * (a - b)).Sum();
        double Lost(PruningScope scope) =>
            Loss(PruningPlan.Of(graph, new PruneStep { Density = density, Pattern = pattern, Scope = scope, Rounds = 1 }, Loss).Prune(graph, 1));
        Assert.True(Lost(PruningScope.Sensitivity) < Lost(PruningScope.Uniform));
    }

    [SharedFact]
    public void An_integer_network_stays_as_it_is_and_the_remarks_say_so()
    {
        Graph graph = Load("vww_mobilenet_v1_0.25_96_int8_qdq");
        PrunedChannels pruned = ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings { Keep = 0.5 });
        Assert.Same(graph, pruned.Graph);
        Assert.Equal<string>(["no channels can be removed from this network"], pruned.Remarks);
        Assert.Equal(GraphCounts.Of(Load("vww_mobilenet_v1_0.25_96")).Macs, GraphCounts.Of(graph).Macs);
    }

    private static Graph Load(string model) => OnnxImporter.Load(SharedMaterial.Path("models", $"{model}.onnx"));

    private static void AssertRuns(Graph graph) => Assert.All(Run(graph), output => Assert.All(output, value => Assert.True(float.IsFinite(value))));

    /// <summary>All outputs for a seeded input.</summary>
    private static float[][] Run(Graph graph)
    {
        using var session = new InferenceSession(graph, new SessionOptions { Threads = 2 });
        var random = new Random(1);
        foreach (ref float pixel in session.Input<float>(0)) pixel = random.NextSingle() - 0.5f;
        session.Run();
        return [.. graph.Outputs.Select(output => session.Output<float>(output.Name).ToArray())];
    }
}
