using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class EqualizationTests
{
    /// <summary>The tiny network with channels between its layers that reach far in one and hardly in the other.</summary>
    private static Graph Uneven(int seed)
    {
        Graph graph = TestNetworks.Convolutional(seed);
        Node[] layers = [.. graph.Nodes.Where(node => Int8Forms.Of(node) == Int8Form.Weighted)];
        var replacements = new Dictionary<Constant, Constant>();
        for (int n = 0; n < 3; n++)
        {
            Node layer = layers[n];
            // Into the layer as much less as came out of the one before it more; a depthwise layer passes the factors on.
            Scale(layer.Inputs[1], i => (n == 2 ? 1 : Factor(LayerWeights.OutputOf(layer, i))) / (n == 0 ? 1 : Factor(LayerWeights.InputOf(layer, i))));
            if (n < 2) Scale(layer.Inputs[2], Factor);
        }
        return WeightLayers.Replace(graph, replacements);

        static float Factor(int channel) => MathF.Pow(4, channel % 5 - 2);

        void Scale(Value value, Func<int, float> factor)
        {
            float[] scaled = [.. value.Constant!.ToArray<float>().Select((x, i) => x * factor(i))];
            replacements[value.Constant!] = Constant.Of(value.Type.Shape, (ReadOnlySpan<float>)scaled);
        }
    }

    private static float[] Reach(Node layer, Func<Node, int, int> channelOf)
    {
        float[] weights = layer.Inputs[1].Constant!.ToArray<float>();
        return [.. weights.Select((weight, i) => (Channel: channelOf(layer, i), Weight: Math.Abs(weight))).GroupBy(w => w.Channel).OrderBy(g => g.Key).Select(g => g.Max(w => w.Weight))];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Equalization_leaves_the_function_unchanged(int seed)
    {
        Graph graph = Uneven(seed), equalized = Equalization.Run(graph, keepShared: true, []);
        float[][][] examples = Int8Samples.For(graph, 4, seed);
        float[] expected = Int8Samples.Outputs(graph, examples), actual = Int8Samples.Outputs(equalized, examples);
        Assert.Equal(expected, actual, (e, a) => Math.Abs(e - a) <= 1e-5 * Math.Max(1, Math.Abs(e)));
    }

    [Fact]
    public void Channels_reach_as_far_in_the_layer_before_as_in_that_after()
    {
        Graph equalized = Equalization.Run(Uneven(1), keepShared: true, []);
        Node[] layers = [.. equalized.Nodes.Where(node => Int8Forms.Of(node) == Int8Form.Weighted)];
        Assert.Equal(Reach(layers[1], LayerWeights.OutputOf), Reach(layers[2], LayerWeights.InputOf), (a, b) => Math.Abs(a - b) < 0.02 * a);
        Assert.Equal(Reach(layers[0], LayerWeights.OutputOf), Reach(layers[1], LayerWeights.InputOf), (a, b) => Math.Abs(a - b) < 0.02 * a);
    }

    [Fact]
    public void Equalized_networks_lose_less_with_one_scale_for_all_channels()
    {
        Graph graph = Uneven(1);
        float[][][] examples = Int8Samples.For(graph, 20, 3);
        var step = new Int8Step { PerChannel = false, CorrectBias = false };
        double with = Int8Quantization.Run(graph, step, examples).Error, without = Int8Quantization.Run(graph, step with { Equalize = false }, examples).Error;
        Assert.True(with < 0.5 * without, $"{with} with, {without} without");
    }

    [Fact]
    public void Layers_with_a_clip_between_are_left_alone_and_it_is_said()
    {
        var random = new Random(4);
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4, 4, 3]));
        x = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "a", x, Int8Samples.Weights(builder, random, "wa", [8, 1, 1, 3], 3));
        x = builder.Add(new Clip(0, 6), "clip", x);
        x = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "b", x, Int8Samples.Weights(builder, random, "wb", [8, 1, 1, 8], 8));
        builder.Output("y", x);
        Graph graph = builder.Build();
        List<string> remarks = [];
        Graph equalized = Equalization.Run(graph, keepShared: true, remarks);
        Assert.Equal(graph.Constants.Select(constant => constant.Constant!.ToArray<float>()), equalized.Constants.Select(constant => constant.Constant!.ToArray<float>()));
        Assert.Contains("1 pairs", Assert.Single(remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_weights_stay_shared()
    {
        Graph graph = TestNetworks.Convolutional(1);
        WeightLayer layer = WeightLayers.Of(graph)[2];
        float[] onGrid = Array.ConvertAll(layer.Constant.ToArray<float>(), weight => 0.05f * MathF.Round(weight / 0.05f));
        graph = WeightLayers.Replace(graph, new Dictionary<Constant, Constant> { [layer.Constant] = Constant.Of(layer.Shape, (ReadOnlySpan<float>)onGrid) });
        Assert.Equal(onGrid, WeightLayers.Of(Equalization.Run(graph, keepShared: true, []))[2].Constant.ToArray<float>());
        Assert.NotEqual(onGrid, WeightLayers.Of(Equalization.Run(graph, keepShared: false, []))[2].Constant.ToArray<float>());
    }
}
