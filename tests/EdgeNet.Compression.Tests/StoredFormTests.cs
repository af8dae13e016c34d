using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class StoredFormTests
{
    private static Graph With(Func<float[], float[]> weights)
    {
        Graph graph = TestNetworks.Convolutional(seed: 1, width: 8);
        return WeightLayers.Replace(graph, WeightLayers.Of(graph).ToDictionary(layer => layer.Constant, layer => Constant.Of<float>(layer.Shape, weights(layer.Constant.ToArray<float>()))));
    }

    [Fact]
    public void Weights_on_a_grid_are_kept_as_whole_codes_and_to_the_bit()
    {
        Graph graph = With(weights => Array.ConvertAll(weights, weight => MathF.Round(weight * 128) / 128)), stored = StoredForm.Of(graph, BiasStorage.Float);
        foreach ((WeightLayer before, WeightLayer after) in WeightLayers.Of(graph).Zip(WeightLayers.Of(stored)))
        {
            Assert.NotEqual(Storage.Dense, after.Constant.Storage);
            Assert.Equal(before.Constant.ToArray<float>(), after.Constant.ToArray<float>());
        }
    }

    [Fact]
    public void Shared_values_are_kept_in_a_codebook_to_eight_bits()
    {
        Graph graph = With(weights => Clustering.Share(weights, 12, CentroidStart.Linear, 0)), stored = StoredForm.Of(graph, BiasStorage.Float);
        foreach ((WeightLayer before, WeightLayer after) in WeightLayers.Of(graph).Zip(WeightLayers.Of(stored)).Where(pair => pair.First.Shape.ElementCount > 1000))
        {
            Assert.Equal(Storage.Codebook, after.Constant.Storage);
            Assert.All(before.Constant.ToArray<float>().Zip(after.Constant.ToArray<float>()), pair => Assert.InRange(pair.Second, pair.First - Math.Abs(pair.First) / 256, pair.First + Math.Abs(pair.First) / 256));
        }
    }

    [Fact]
    public void Weights_that_share_nothing_stay_as_they_are()
    {
        Graph graph = With(weights => weights), stored = StoredForm.Of(graph, BiasStorage.Float);
        Assert.All(WeightLayers.Of(stored), layer => Assert.Equal(Storage.Dense, layer.Constant.Storage));
    }

    [Theory]
    [InlineData(BiasStorage.Half, Storage.Half)]
    [InlineData(BiasStorage.Float, Storage.Dense)]
    public void Biases_are_kept_as_asked(BiasStorage asked, Storage storage)
    {
        Graph stored = StoredForm.Of(With(weights => weights), asked);
        Assert.All(stored.Nodes.Where(node => node.Op is Conv2D), node => Assert.Equal(storage, node.Inputs[2].Constant!.Storage));
    }
}
