using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class GraphCountsTests
{
    [Fact]
    public void Parameters_and_multiplications_are_counted_and_zeros_are_not_parameters_less()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        var counts = GraphCounts.Of(graph);
        Assert.Equal((216 + 8) + (72 + 8) + (128 + 16) + (80 + 5), counts.Parameters);
        Assert.Equal(counts.Parameters, counts.NonZero);
        Assert.Equal(36 * (216 + 72 + 128) + 80, counts.Macs);
        Assert.Equal(counts with { NonZero = counts.NonZero - 64 }, GraphCounts.Of(MagnitudePruning.Prune(graph, [1, 1, 0.5, 1])));
    }

    [Fact]
    public void Whole_numbers_that_only_index_are_no_parameters()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [4]));
        builder.Output("y", builder.Add(new Gather(0), "pick", x, builder.Constant(Constant.Of<long>(1, 2))));
        Assert.Equal(new GraphCounts(0, 0, 0), GraphCounts.Of(builder.Build()));
    }
}
