using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class WeightLayerTests
{
    [Fact]
    public void Layers_come_in_order_and_know_whether_they_are_first_or_last()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        Assert.Equal(["stem", "depthwise", "pointwise", "classes"], WeightLayers.Of(graph).Select(layer => layer.Name));
        Assert.Equal([LayerKind.Convolution, LayerKind.Depthwise, LayerKind.Convolution, LayerKind.Dense], WeightLayers.Of(graph).Select(layer => layer.Kind));
        Assert.Equal([true, false, false, false], WeightLayers.Of(graph).Select(layer => layer.IsFirst));
        Assert.Equal([false, false, false, true], WeightLayers.Of(graph).Select(layer => layer.IsLast));
    }

    [Fact]
    public void A_replaced_constant_leaves_the_rest_of_the_graph_as_it_was()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        WeightLayer layer = WeightLayers.Of(graph)[2];
        var zeros = Constant.Of(layer.Shape, new float[layer.Shape.ElementCount]);
        Graph other = WeightLayers.Replace(graph, new Dictionary<Constant, Constant> { [layer.Constant] = zeros });
        Assert.Same(zeros, WeightLayers.Of(other)[2].Constant);
        Assert.Same(WeightLayers.Of(graph)[0].Constant, WeightLayers.Of(other)[0].Constant);
        Assert.Equal(graph.Nodes.Select(node => node.Name), other.Nodes.Select(node => node.Name));
        Assert.Equal(graph.Card, other.Card);
    }
}
