using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class ChannelPlanTests
{
    [Fact]
    public void Rounds_end_with_as_many_channels_as_one_round_does()
    {
        Graph graph = ChannelNetworks.Of("chain", seed: 2);
        var plan = ChannelPlan.Of(graph, new ChannelStep { Keep = 0.4, Rounds = 3 });
        var channels = new List<int[]>();
        for (int round = 1; round <= 3; round++)
        {
            PrunedChannels pruned = plan.Remove(graph, round, []);
            graph = pruned.Graph;
            channels.Add([.. WeightLayers.Of(graph).Select(layer => layer.Shape[0])]);
        }
        // Of 8, 12 and 8, in multiples of four: parts of 0.8, 0.6 and 0.4.
        Assert.Equal([8, 8, 8, 5], channels[0]);
        Assert.Equal([4, 8, 4, 5], channels[1]);
        Assert.Equal([4, 4, 4, 5], channels[2]);
    }

    [Fact]
    public void A_step_out_of_range_is_refused()
    {
        Graph graph = ChannelNetworks.Of("chain", seed: 2);
        Assert.Throws<CompressionException>(() => ChannelPlan.Of(graph, new ChannelStep { Keep = 0.5, Rounds = 0 }));
        Assert.Throws<CompressionException>(() => ChannelPlan.Of(graph, new ChannelStep { Keep = 0 }).Remove(graph, 1, []));
        Assert.Throws<CompressionException>(() => ChannelPlan.Of(ChannelNetworks.Of("residual", 1), new ChannelStep { Keep = 0.5 }).Remove(ChannelNetworks.Of("depthwise", 1), 1, []));
    }
}
