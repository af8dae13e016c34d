using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression.Tests;

/// <summary>Real networks lose channels and weights, and run.</summary>
public class RealModelPruningTests
{
    [SharedTheory]
    [InlineData("mobilenet_v2_1.0_224", 0.5, 0.7)]
    [InlineData("resnet20_cifar10", 0.5, 0.7)]
    [InlineData("squeezenet_v1.1_227", 0.5, 0.7)]
    [InlineData("pedestrian_ssd_mobilenet_v1_adas0002_384x672", 0.5, 0.7)]
    public void Without_a_quarter_of_its_channels_a_network_runs_with_fewer_multiplications(string model, double least, double most)
    {
        Graph graph = OnnxImporter.Load(SharedMaterial.Path("models", $"{model}.onnx"));
        PrunedChannels pruned = ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings { Keep = 0.75 });
        GraphCounts before = GraphCounts.Of(graph), after = GraphCounts.Of(pruned.Graph);
        Console.WriteLine($"{model}: {before.Macs} -> {after.Macs} ({(double)after.Macs / before.Macs:0.0000}), {before.Parameters} -> {after.Parameters} ({(double)after.Parameters / before.Parameters:0.0000})");
        foreach (string remark in pruned.Remarks) Console.WriteLine("  " + remark);
        Console.WriteLine("  " + string.Join("; ", pruned.Groups.Select(g => $"{g.Group.Name} {g.Group.Channels}->{g.Channels}")));
        Assert.InRange((double)after.Macs / before.Macs, least, most);
        Assert.Equal(graph.Outputs.Select(output => (output.Name, output.Value.Type)), pruned.Graph.Outputs.Select(output => (output.Name, output.Value.Type)));

        using var session = new InferenceSession(pruned.Graph, new SessionOptions { Threads = 2 });
        var random = new Random(1);
        foreach (ref float pixel in session.Input<float>(0)) pixel = random.NextSingle() - 0.5f;
        session.Run();
        for (int i = 0; i < graph.Outputs.Length; i++) Assert.All(session.Output<float>(i).ToArray(), value => Assert.True(float.IsFinite(value)));
    }
}
