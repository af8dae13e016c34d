using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class LedgerLayersTests
{
    private static readonly Graph s_graph = TestNetworks.Convolutional(seed: 1), s_shared = SampleLedger.Changed(s_graph, 0.5, 15);

    [Fact]
    public void Every_constant_has_a_record_that_says_what_it_is()
    {
        LayerRecord[] layers = [.. LedgerLayers.Of(s_graph, s_shared)];
        Assert.Equal(["stem", "conv1: bias", "depthwise", "conv2: bias", "pointwise", "conv3: bias", "classes", "dense: bias"], layers.Select(layer => layer.Name));
        Assert.Equal(["convolution", "bias", "depthwise", "bias", "convolution", "bias", "dense", "bias"], layers.Select(layer => layer.Kind));
        Assert.Equal([8, 3, 3, 3], layers[0].Shape.AsEnumerable());
        Assert.Equal((216L, 864L, 216L + 32), (layers[0].Weights, layers[0].Float32Bytes, layers[0].Int8Bytes));
        Assert.Equal((9 * 8) + 32, layers[2].Int8Bytes);
        Assert.Equal(32, layers[1].Int8Bytes);
        // Eight biases that all differ are no indices.
        Assert.Equal((8, 32.0), (layers[1].Distinct, layers[1].IndexBits));
    }

    [Fact]
    public void Records_count_what_is_there()
    {
        LayerRecord layer = LedgerLayers.Of(s_graph, s_shared)[4];
        Constant constant = WeightLayers.Of(s_shared)[2].Constant;
        float[] weights = constant.ToArray<float>();
        Assert.Equal(weights.Distinct().Count(), layer.Distinct);
        Assert.Equal(weights.Count(weight => weight != 0), layer.NonZero);
        Assert.Equal(weights.Distinct().Order(), layer.Centroids.AsEnumerable());
        Assert.Equal(Math.Ceiling(Math.Log2(layer.Distinct)), layer.IndexBits);
        Assert.Equal(8.0 * layer.Bytes / 128, layer.Bits);
        // The codes, and a codebook of 15 floats that nothing makes smaller.
        Assert.InRange(layer.Bytes, ModelFile.StoredSize(constant).Stored + 1, ModelFile.StoredSize(constant).Stored + 60);
        Assert.StartsWith("codebook, ", layer.Coding, StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_before_and_after_have_the_same_bounds_and_count_all_weights()
    {
        LayerRecord layer = LedgerLayers.Of(s_graph, s_shared)[0];
        float[] before = WeightLayers.Of(s_graph)[0].Constant.ToArray<float>(), after = WeightLayers.Of(s_shared)[0].Constant.ToArray<float>();
        Assert.Equal((64, 64, 216L, 216L), (layer.Before!.Counts.Length, layer.After!.Counts.Length, layer.Before.Counts.Sum(), layer.After.Counts.Sum()));
        Assert.Equal((before.Concat(after).Min(), before.Concat(after).Max()), (layer.Before.Minimum, layer.Before.Maximum));
        Assert.Equal((layer.Before.Minimum, layer.Before.Maximum), (layer.After.Minimum, layer.After.Maximum));
        double width = ((double)layer.Before.Maximum - layer.Before.Minimum) / 64;
        for (int i = 0; i < 64; i++)
        {
            int own = i;
            Assert.Equal(before.Count(weight => Math.Min(63, (int)(((double)weight - layer.Before.Minimum) / width)) == own), layer.Before.Counts[i]);
        }
    }

    [Fact]
    public void Weights_that_all_differ_have_no_centroids() => Assert.All(LedgerLayers.Of(s_graph, s_graph), layer => Assert.Empty(layer.Centroids));

    [Fact]
    public void Weights_that_are_all_zero_or_no_numbers_have_a_record_too()
    {
        WeightLayer first = WeightLayers.Of(s_graph)[0], last = WeightLayers.Of(s_graph)[3];
        Graph odd = WeightLayers.Replace(s_graph, new Dictionary<Constant, Constant>
        {
            [first.Constant] = Constant.Of(first.Shape, new float[216]),
            [last.Constant] = Constant.Of(last.Shape, Enumerable.Repeat(float.NaN, 80).ToArray()),
        });
        LayerRecord[] layers = [.. LedgerLayers.Of(s_graph, odd)];
        Assert.Equal((0L, 1, 0.0), (layers[0].NonZero, layers[0].Distinct, layers[0].IndexBits));
        Assert.Equal([0f], layers[0].Centroids.AsEnumerable());
        Assert.Equal(0, layers[6].After!.Counts.Sum());
        Assert.Equal(80, layers[6].Before!.Counts.Sum());
    }

    [Fact]
    public void Originals_are_found_by_name_wherever_they_are_and_by_place_without_names()
    {
        // The same layers under one another's names: names win.
        (Graph original, Graph exchanged) = (Two("a", "b", 1, 2), Two("b", "a", 2, 1));
        Assert.Equal([1, 2], LedgerLayers.Of(original, original).Select(layer => layer.Before!.Maximum));
        Assert.Equal([2, 1], LedgerLayers.Of(original, exchanged).Select(layer => layer.Before!.Maximum));
        Assert.Equal([1, 2], LedgerLayers.Of(Two("", "", 1, 2), Two("", "", 5, 6)).Select(layer => layer.Before!.Counts.Sum() == 4 ? layer.Before.Minimum : 0));
        Assert.Equal([1, 2], LedgerLayers.Of(Two("", "", 1, 2, "", ""), Two("c", "d", 5, 6, "", "")).Select(layer => layer.Before!.Minimum));
    }

    [Fact]
    public void A_constant_that_is_new_has_no_histogram_before()
    {
        Graph original = Two("a", "b", 1, 2);
        LayerRecord layer = LedgerLayers.Of(original.WithOutputs([new GraphOutput("h", original.Nodes[0].Output)]), Two("x", "y", 1, 2, "n", "m"))[1];
        Assert.Null(layer.Before);
        Assert.NotNull(layer.After);
    }

    private static Graph Two(string first, string second, float a, float b, string firstNode = "one", string secondNode = "two")
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 2]));
        x = builder.Add(new Dense(), firstNode, x, builder.Constant(Constant.Of([2, 2], Enumerable.Repeat(a, 4).ToArray()), first));
        builder.Output("y", builder.Add(new Dense(), secondNode, x, builder.Constant(Constant.Of([2, 2], Enumerable.Repeat(b, 4).ToArray()), second)));
        return builder.Build();
    }
}
