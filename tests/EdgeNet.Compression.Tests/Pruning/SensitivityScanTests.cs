using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class SensitivityScanTests
{
    [Fact]
    public void A_curve_shows_what_one_layer_alone_does()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1);
        double[] weights = [0, 0, 1, 10];
        ImmutableArray<SensitivityCurve> curves = SensitivityScan.OfLoss(graph, PrunableLayers.Of(graph), PruningPattern.Unstructured, [0.25, 0.5], pruned =>
            Density.Of(pruned).Select((density, i) => weights[i] * (1 - density)).Sum());
        Assert.Equal(["pointwise", "classes"], curves.Select(curve => curve.Layer));
        Assert.Equal<SensitivityPoint>([new(1, 0), new(0.5, -0.5), new(0.25, -0.75)], curves[0].Points);
        Assert.Equal<SensitivityPoint>([new(1, 0), new(0.5, -5), new(0.25, -7.5)], curves[1].Points);
    }

    [Fact]
    public void What_removes_nothing_is_not_measured()
    {
        Graph graph = TestNetworks.Convolutional(seed: 1), sparse = MagnitudePruning.Prune(graph, [1, 1, 0.5, 0.5]);
        int calls = 0;
        ImmutableArray<SensitivityCurve> curves = SensitivityScan.OfQuality(sparse, PrunableLayers.Of(sparse), PruningPattern.Unstructured, [0.9, 0.5, 0.25], _ =>
        {
            calls++;
            return new Quality("top-1", 0.75, 4);
        });
        Assert.Equal(3, calls);
        Assert.Equal<SensitivityPoint>([new(0.5, 0.75), new(0.25, 0.75)], curves[1].Points);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_refused() =>
        Assert.Throws<CompressionException>(() => SensitivityScan.OfLoss(
            TestNetworks.Convolutional(1), PrunableLayers.Of(TestNetworks.Convolutional(1)), PruningPattern.Unstructured, [0.5], _ => double.NaN));
}
