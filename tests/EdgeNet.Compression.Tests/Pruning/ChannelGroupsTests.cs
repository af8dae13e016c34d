using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression.Tests;

public class ChannelGroupsTests
{
    public static TheoryData<string> Networks => [.. ChannelNetworks.Names];

    /// <summary>The law of channel pruning: what contributes nothing can go.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Without_channels_that_are_zero_a_network_computes_the_same(string network)
    {
        bool shrunk = false;
        for (int seed = 0; seed < 8; seed++)
        {
            Graph graph = ChannelNetworks.Of(network, seed);
            var groups = ChannelGroups.Of(graph);
            var random = new Random(seed);
            int[][] removed = ZeroedChannels.Draw(groups, random);
            Graph smaller = groups.Remove(removed), zeroed = ZeroedChannels.Of(groups, removed);
            float[] picture = [.. Enumerable.Range(0, 192).Select(_ => random.NextSingle() - 0.5f)];
            float[] expected = Run(zeroed, picture), actual = Run(smaller, picture), before = Run(graph, picture);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
            if (!removed.Any(channels => channels.Length > 0)) continue;
            shrunk = true;
            Assert.True(GraphCounts.Of(smaller).Macs < GraphCounts.Of(graph).Macs);
            Assert.True(GraphCounts.Of(smaller).Parameters < GraphCounts.Of(graph).Parameters);
            // And what was removed had its say before.
            Assert.Contains(Enumerable.Range(0, expected.Length), i => Math.Abs(expected[i] - before[i]) > 1e-4);
        }
        Assert.True(shrunk);
    }

    [Fact]
    public void Groups_are_what_goes_together()
    {
        Assert.Equal([8, 12, 8, 5], Channels("chain"));
        Assert.Equal([8, 8, 5], Channels("depthwise"));
        Assert.Equal([6, 8, 5], Channels("depthwise, two filters a channel"));
        Assert.Equal([8, 12, 4, 5], Channels("residual"));
        Assert.Equal([8, 4, 6, 4, 5], Channels("concat"));
        Assert.Equal([8, 4, 4, 5], Channels("squeeze and excite"));
        // Each half is counted for itself; the left one is read by a layer of five.
        Assert.Equal([5, 7, 5, 4, 5], Channels("split"));
        // The zeros before and after meet the outer channels, the trunk meets those between.
        Assert.Equal([8, 2, 2, 4, 5], Channels("padded residual"));
        Assert.Equal([6, 7, 5], Channels("flattened"));
        Assert.Equal([8, 4, 5], Channels("shared weights"));
    }

    [Fact]
    public void Channels_that_reach_an_output_or_an_op_that_is_not_followed_stay_and_the_remarks_say_why()
    {
        var groups = ChannelGroups.Of(ChannelNetworks.Of("through ops that are not followed", 1));
        Assert.Equal([true, false, false, true, false], groups.Groups.Select(group => group.Fixed is null));
        Assert.Contains("LocalResponseNormalization", groups.Remarks[0]);
        Assert.Contains("Conv2D", groups.Remarks[1]);
        Assert.Contains("output 'logits'", groups.Remarks[2]);
        int[][] removed = [.. groups.Groups.Select((_, i) => i == 1 ? new int[] { 0 } : [])];
        Assert.Contains("LocalResponseNormalization", Assert.Throws<CompressionException>(() => groups.Remove(removed)).Message);
    }

    [Fact]
    public void Channels_whose_normalization_is_computed_stay_with_those_that_compute_it()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 2])), ones = builder.Constant(Constant.Of<float>(1, 1, 1, 1));
        Value y = builder.Add(new Dense(), "y", x, builder.Constant(Constant.Of(new Shape([4, 2]), (ReadOnlySpan<float>)new float[8]), "followed"));
        Value scale = builder.Add(new Dense(), "scale", x, builder.Constant(Constant.Of(new Shape([4, 2]), (ReadOnlySpan<float>)new float[8]), "scales"));
        y = builder.Add(new BatchNormalization(1e-3f), "normalized", y, builder.Add(new Reshape([4]), "vector", scale), ones, ones, ones);
        builder.Output("out", builder.Add(new Dense(), "last", y, builder.Constant(Constant.Of(new Shape([2, 4]), (ReadOnlySpan<float>)new float[8]), "last")));
        Assert.All(ChannelGroups.Of(builder.Build()).Groups, group => Assert.NotNull(group.Fixed));
    }

    [Fact]
    public void Weights_that_are_shared_between_what_is_followed_and_what_is_not_stay()
    {
        // The first layer sees the input, the second its outputs, with the same weights.
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4]));
        Value weights = builder.Constant(Constant.Of(new Shape([4, 4]), (ReadOnlySpan<float>)new float[16]), "shared");
        x = builder.Add(new Dense(), "second", builder.Add(new Dense(), "first", x, weights), weights);
        builder.Output("out", builder.Add(new Dense(), "last", x, builder.Constant(Constant.Of(new Shape([2, 4]), (ReadOnlySpan<float>)new float[8]), "last")));
        Assert.All(ChannelGroups.Of(builder.Build()).Groups, group => Assert.NotNull(group.Fixed));
    }

    [Fact]
    public void At_least_one_channel_stays_and_there_are_no_others_than_there_are()
    {
        var groups = ChannelGroups.Of(ChannelNetworks.Of("chain", 1));
        Assert.Throws<CompressionException>(() => groups.Remove([[0, 1, 2, 3, 4, 5, 6, 7], [], [], []]));
        Assert.Throws<CompressionException>(() => groups.Remove([[8], [], [], []]));
        Assert.Throws<CompressionException>(() => groups.Remove([[0]]));
    }

    private static int[] Channels(string network) => [.. ChannelGroups.Of(ChannelNetworks.Of(network, 1)).Groups.Select(group => group.Channels)];

    private static float[] Run(Graph graph, float[] input)
    {
        using var session = new InferenceSession(graph, new SessionOptions { Threads = 1 });
        float[] output = new float[5];
        session.Run<float, float>(input, output);
        return output;
    }
}
