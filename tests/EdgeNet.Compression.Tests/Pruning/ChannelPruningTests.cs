using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class ChannelPruningTests
{
    [Fact]
    public void Multiplications_and_parameters_fall_as_the_channels_do()
    {
        // 3 → 8 → 12 → 8, then flattened, at 8 × 8.
        Graph graph = ChannelNetworks.Of("chain", seed: 1);
        Assert.Equal(new GraphCounts(
            (27 * 8) + 8 + (72 * 12) + 12 + (12 * 8) + 8 + (512 * 5) + 5, (27 * 8) + 8 + (72 * 12) + 12 + (12 * 8) + 8 + (512 * 5) + 5,
            64 * ((27 * 8) + (72 * 12) + (12 * 8)) + (512 * 5)), GraphCounts.Of(graph));
        PrunedChannels half = ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings { Keep = 0.5, Multiple = 2 });
        Assert.Equal([4, 6, 4], half.Groups.Select(group => group.Channels));
        Assert.Equal(new GraphCounts(
            (27 * 4) + 4 + (36 * 6) + 6 + (6 * 4) + 4 + (256 * 5) + 5, (27 * 4) + 4 + (36 * 6) + 6 + (6 * 4) + 4 + (256 * 5) + 5,
            64 * ((27 * 4) + (36 * 6) + (6 * 4)) + (256 * 5)), GraphCounts.Of(half.Graph));
        Assert.Equal<string>(["all channels stay in weights16: they reach output 'logits'"], half.Remarks.Select(remark => remark.Replace(LastName(graph), "weights16")));
    }

    [Theory]
    [InlineData(0.5, 4, new[] { 4, 8, 4 })]
    [InlineData(0.8, 4, new[] { 8, 8, 8 })]
    [InlineData(0.01, 4, new[] { 4, 4, 4 })]
    [InlineData(0.5, 8, new[] { 8 })]
    [InlineData(1, 1, new[] { 8, 12, 8 })]
    public void Groups_keep_multiples_and_at_least_one(double keep, int multiple, int[] channels) =>
        Assert.Equal(channels, ChannelPruning.RemoveChannels(ChannelNetworks.Of("chain", seed: 1), new ChannelPruningSettings { Keep = keep, Multiple = multiple })
            .Groups.Select(group => group.Channels));

    [Fact]
    public void Groups_no_larger_than_the_multiple_stay_and_the_remarks_say_so()
    {
        PrunedChannels pruned = ChannelPruning.RemoveChannels(ChannelNetworks.Of("chain", seed: 1), new ChannelPruningSettings { Keep = 0.5, Multiple = 8 });
        Assert.Contains("there are no more than 8", pruned.Remarks[^1]);
    }

    [Theory]
    [InlineData(ChannelRanking.L1, new[] { 4f, 5f })]
    [InlineData(ChannelRanking.L2, new[] { 3f, 5f })]
    [InlineData(ChannelRanking.MeanActivation, new[] { 2f, 3f })]
    [InlineData(ChannelRanking.NonZero, new[] { 2f, 4f })]
    public void The_ranking_decides_which_channels_stay(ChannelRanking ranking, float[] biases)
    {
        // Biases tell the channels apart.
        PrunedChannels pruned = ChannelPruning.RemoveChannels(Five(), new ChannelPruningSettings
        {
            Keep = 0.4,
            Multiple = 1,
            Ranking = ranking,
            Examples = [[1, 1], [-1, 1], [-1, 1]],
        });
        Assert.Equal(biases, pruned.Graph.Nodes[0].Inputs[2].Constant!.ToArray<float>());
    }

    [Fact]
    public void Ranked_by_activations_without_fitting_examples_is_refused()
    {
        var settings = new ChannelPruningSettings { Keep = 0.4, Multiple = 1, Ranking = ChannelRanking.NonZero };
        Assert.Contains("example", Assert.Throws<CompressionException>(() => ChannelPruning.RemoveChannels(Five(), settings)).Message);
        Assert.Contains("expected 2", Assert.Throws<CompressionException>(() => ChannelPruning.RemoveChannels(Five(), settings with { Examples = [[1]] })).Message);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1.1, 4)]
    [InlineData(0.5, 0)]
    public void Settings_out_of_range_are_refused(double keep, int multiple) =>
        Assert.Throws<CompressionException>(() => ChannelPruning.RemoveChannels(Five(), new ChannelPruningSettings { Keep = keep, Multiple = multiple }));

    [Fact]
    public void Under_one_rank_for_all_layers_those_with_weak_channels_lose_more()
    {
        // The first layer has three channels of next to nothing, the second has equal ones.
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 1]));
        x = builder.Add(new Dense(), "first", x, builder.Constant(Constant.Of<float>([6, 1], [0.01f, 1, 0.02f, 1, 1, 0.03f]), "uneven"));
        x = builder.Add(new Dense(), "second", x, builder.Constant(Constant.Of<float>([6, 6], [.. Enumerable.Repeat(5f, 36)]), "even"));
        builder.Output("y", builder.Add(new Dense(), "last", x, builder.Constant(Constant.Of<float>([1, 6], [1, 1, 1, 1, 1, 1]), "last")));
        PrunedChannels pruned = ChannelPruning.RemoveChannels(builder.Build(), new ChannelPruningSettings { Keep = 0.75, Multiple = 1, Scope = ChannelScope.Global });
        Assert.Equal([3, 6], pruned.Groups.Select(group => group.Channels));
        Assert.Equal([1, 1, 1], WeightLayers.Of(pruned.Graph)[0].Constant.ToArray<float>());
    }

    [Fact]
    public void Layers_that_share_channels_have_equal_say()
    {
        // Two layers are added; the second, a hundred times as strong, must not decide alone.
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 1]));
        Value a = builder.Add(new Dense(), "a", x, builder.Constant(Constant.Of<float>([3, 1], [1, 9, 2]), "weak"));
        Value b = builder.Add(new Dense(), "b", x, builder.Constant(Constant.Of<float>([3, 1], [400, 300, 300]), "strong"));
        x = builder.Add(new Add(), "sum", a, b);
        builder.Output("y", builder.Add(new Dense(), "last", x, builder.Constant(Constant.Of<float>([1, 3], [1, 2, 3]), "last")));
        PrunedChannels pruned = ChannelPruning.RemoveChannels(builder.Build(), new ChannelPruningSettings { Keep = 0.34, Multiple = 1 });
        Assert.Equal("weak + strong", pruned.Groups[0].Group.Name);
        Assert.Equal([2], WeightLayers.Of(pruned.Graph)[2].Constant.ToArray<float>());
    }

    [Fact]
    public void A_batch_normalization_right_behind_a_layer_scales_its_channels()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 1]));
        x = builder.Add(new Dense(), "first", x, builder.Constant(Constant.Of<float>([3, 1], [9, 5, 7]), "first"));
        // What comes out: 9 · 0.1, 5 · 1, and 7 · 4 ⁄ √100.
        Value zeros = builder.Constant(Constant.Of<float>(0, 0, 0));
        Value scale = builder.Constant(Constant.Of<float>(0.1f, -1, 4)), variance = builder.Constant(Constant.Of<float>(1, 1, 100));
        x = builder.Add(new BatchNormalization(0), "normalized", x, scale, zeros, zeros, variance);
        builder.Output("y", builder.Add(new Dense(), "last", x, builder.Constant(Constant.Of<float>([1, 3], [1, 2, 3]), "last")));
        PrunedChannels pruned = ChannelPruning.RemoveChannels(builder.Build(), new ChannelPruningSettings { Keep = 0.34, Multiple = 1 });
        Assert.Equal([5], WeightLayers.Of(pruned.Graph)[0].Constant.ToArray<float>());
    }

    [Fact]
    public void Pruning_channels_twice_gives_the_same_bytes()
    {
        Graph graph = ChannelNetworks.Of("concat", seed: 5);
        var settings = new ChannelPruningSettings { Keep = 0.6, Multiple = 2, Scope = ChannelScope.Global };
        Assert.Equal(
            ModelFile.Write(ChannelPruning.RemoveChannels(graph, settings).Graph), ModelFile.Write(ChannelPruning.RemoveChannels(graph, settings).Graph));
    }

    private static string LastName(Graph graph) => WeightLayers.Of(graph)[^1].Name;

    private static Graph Five()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 2]));
        // Channel by channel: weights of the two inputs, bias.
        Value weights = builder.Constant(Constant.Of<float>([5, 2], [1, 0, 0, 1.5f, 6, -2, -4, -4.6f, 0, -9]), "first");
        x = builder.Add(new Dense(), "first", x, weights, builder.Constant(Constant.Of<float>(1, 2, 3, 4, 5)));
        x = builder.Add(new Relu(), "relu", x);
        builder.Output("y", builder.Add(new Dense(), "last", x, builder.Constant(Constant.Of<float>([1, 5], [1, 1, 1, 1, 1]), "last")));
        return builder.Build();
    }
}
