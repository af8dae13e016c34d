using System.Collections.Immutable;
using EdgeNet.Model;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Compression.Tests;

public class LayerDensitiesTests
{
    [Fact]
    public void Depthwise_and_first_layers_are_protected_and_the_remarks_say_so()
    {
        PrunableLayers layers = PrunableLayers.Of(TestNetworks.Convolutional(seed: 1));
        Assert.Equal<double?>([1, 1, null, null], layers.Own);
        Assert.Equal<string>(["no weights are removed from what sees the input first: stem", "no weights are removed from depthwise layers: depthwise"], layers.Remarks);
        Assert.Equal<double?>([null, null, null, null], PrunableLayers.Of(TestNetworks.Convolutional(seed: 1), protect: false).Own);
    }

    [Fact]
    public void A_name_gives_a_layer_its_own_density_before_protection_and_the_longest_counts()
    {
        PrunableLayers layers = PrunableLayers.Of(TestNetworks.Convolutional(seed: 1), densities: new Dictionary<string, double> { ["s"] = 0.3, ["stem"] = 0.4, ["cl"] = 1 });
        Assert.Equal<double?>([0.4, 1, null, 1], layers.Own);
        Assert.Contains("layers with a density of their own: stem (0.4), classes (1)", layers.Remarks);
        Assert.Equal<double>([0.4, 1, 0.2, 1], LayerDensities.Uniform(layers, 0.2));
    }

    [Fact]
    public void A_name_that_no_layer_has_is_refused() =>
        Assert.Contains("stem, depthwise", Assert.Throws<CompressionException>(() =>
            PrunableLayers.Of(TestNetworks.Convolutional(seed: 1), densities: new Dictionary<string, double> { ["fc"] = 0.3 })).Message);

    [Theory]
    [InlineData(PruningPattern.Unstructured, 0.3)]
    [InlineData(PruningPattern.OneByFour, 0.3)]
    [InlineData(PruningPattern.FourByOne, 0.3)]
    [InlineData(PruningPattern.TwoOfFour, 0.3)]
    [InlineData(PruningPattern.TwoOfFour, 0.8)]
    public void A_global_threshold_reaches_the_density_of_the_whole(PruningPattern pattern, double density)
    {
        Graph graph = Two([8, 16], 1, [16, 8], 1);
        ImmutableArray<double> densities = LayerDensities.Global(PrunableLayers.Of(graph, protect: false), density, pattern);
        GraphCounts counts = GraphCounts.Of(MagnitudePruning.Prune(graph, densities, pattern));
        Assert.InRange(counts.NonZero, density * 256 - 1, density * 256 + 4);
    }

    [Fact]
    public void Scales_of_layers_do_not_matter_to_the_global_threshold_but_sensitivities_do()
    {
        PrunableLayers even = PrunableLayers.Of(Two([8, 16], 1, [16, 8], 1), protect: false), uneven = PrunableLayers.Of(Two([8, 16], 1, [16, 8], 100), protect: false);
        ImmutableArray<double> densities = LayerDensities.Global(uneven, 0.4);
        Assert.Equal<double>(LayerDensities.Global(even, 0.4), densities);
        Assert.InRange(densities[0], 0.3, 0.5);
        ImmutableArray<double> sensitive = LayerDensities.Global(even, 0.4, sensitivities: [1, 3]);
        Assert.True(sensitive[0] < 0.3 && sensitive[1] > 0.5, $"{sensitive[0]} {sensitive[1]}");
    }

    [Fact]
    public void In_the_2_of_4_pattern_no_layer_goes_below_half_before_all_are_there()
    {
        PrunableLayers layers = PrunableLayers.Of(Two([8, 16], 1, [16, 8], 1), protect: false);
        Assert.Equal<double>([0.5, 0.5], LayerDensities.Global(layers, 0.5, PruningPattern.TwoOfFour, [1, 100]));
        Assert.Equal<double>([0.5, 1], LayerDensities.Global(layers, 0.75, PruningPattern.TwoOfFour, [1, 100]));
        SensitivityCurve[] curves = [Curve("first", (1, 0), (0.25, -1)), Curve("second", (1, 0), (0.25, -100))];
        Assert.Equal<double>([0.5, 1], LayerDensities.BySensitivity(layers, 0.75, PruningPattern.TwoOfFour, curves));
        Assert.Equal<double>([0.25, 0.5], LayerDensities.BySensitivity(layers, 0.375, PruningPattern.TwoOfFour, curves));
    }

    [Fact]
    public void What_costs_least_goes_first()
    {
        PrunableLayers layers = PrunableLayers.Of(Two([8, 16], 1, [16, 8], 1), protect: false);
        SensitivityCurve[] curves = [Curve("first", (1, 1), (0.5, 0.9), (0.1, 0)), Curve("second", (1, 1), (0.5, 0.8), (0.1, 0.5))];
        // Slopes: 0.2 and 2.25; 0.4 and 0.75.
        Assert.Equal<double>([0.5, 1], LayerDensities.BySensitivity(layers, 0.75, PruningPattern.Unstructured, curves));
        Assert.Equal<double>([0.5, 0.5], LayerDensities.BySensitivity(layers, 0.5, PruningPattern.Unstructured, curves));
        AssertClose([0.5, 0.1], LayerDensities.BySensitivity(layers, 0.3, PruningPattern.Unstructured, curves));
        AssertClose([0.1, 0.1], LayerDensities.BySensitivity(layers, 0.1, PruningPattern.Unstructured, curves));
        // Below the last points of the curves, all by the same part.
        AssertClose([0.05, 0.05], LayerDensities.BySensitivity(layers, 0.05, PruningPattern.Unstructured, curves));
    }

    [Fact]
    public void Layers_that_cost_nothing_share_what_goes()
    {
        PrunableLayers layers = PrunableLayers.Of(Two([8, 16], 1, [16, 8], 1), protect: false);
        AssertClose([0.7, 0.7], LayerDensities.BySensitivity(layers, 0.7, PruningPattern.Unstructured, [Curve("first", (1, 1), (0.1, 1)), Curve("second", (1, 1), (0.1, 1))]));
    }

    /// <summary>No densities on a fine grid have less predicted loss; curves may rise and bend as they like.</summary>
    [Fact]
    public void No_other_densities_are_predicted_to_lose_less()
    {
        PrunableLayers layers = PrunableLayers.Of(Two([4, 8], 1, [16, 4], 1), protect: false);
        Prop.ForAll(Gen.Choose(0, 10000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            double[] at = [1, 0.8, 0.6, 0.4, 0.2];
            SensitivityCurve[] curves = [.. ((string[])["first", "second"]).Select(name => Curve(name, [.. at.Select((density, i) => (density, -i * i * random.NextDouble()))]))];
            double density = 0.2 + (0.8 * random.NextDouble());
            ImmutableArray<double> found = LayerDensities.BySensitivity(layers, density, PruningPattern.Unstructured, curves);
            double best = Loss(curves[0], found[0]) + Loss(curves[1], found[1]);
            bool reached = Math.Abs((32 * found[0]) + (64 * found[1]) - (96 * density)) < 1e-9;
            for (double first = 0.2; first <= 1; first += 0.01)
            {
                double second = ((96 * density) - (32 * first)) / 64;
                if (second is >= 0.2 and <= 1 && Loss(curves[0], first) + Loss(curves[1], second) < best - 1e-9) return false;
            }
            return reached;
        }).QuickCheckThrowOnFailure();

        // Independently of the code: the greatest convex function below the monotone curve, as the least of all chords.
        static double Loss(SensitivityCurve curve, double density)
        {
            double[] losses = [.. curve.Points.Select((_, i) => curve.Points.Take(i + 1).Max(point => curve.Points[0].Quality - point.Quality))];
            double least = double.MaxValue;
            for (int i = 0; i < losses.Length; i++)
            {
                for (int j = i; j < losses.Length; j++)
                {
                    double right = curve.Points[i].At, left = curve.Points[j].At;
                    if (density > right + 1e-12 || density < left - 1e-12) continue;
                    least = Math.Min(least, i == j ? losses[i] : losses[i] + ((right - density) / (right - left) * (losses[j] - losses[i])));
                }
            }
            return least;
        }
    }

    [Fact]
    public void Curves_of_other_layers_are_refused() =>
        Assert.Throws<CompressionException>(() => LayerDensities.BySensitivity(
            PrunableLayers.Of(Two([8, 16], 1, [16, 8], 1), protect: false), 0.5, PruningPattern.Unstructured, [Curve("first", (1, 1))]));

    private static SensitivityCurve Curve(string layer, params (double At, double Quality)[] points) =>
        new(layer, "density", [.. points.Select(point => new SensitivityPoint(point.At, point.Quality))]);

    private static void AssertClose(double[] expected, ImmutableArray<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-9);
    }

    /// <summary>Two layers with seeded weights, and the factors that these are multiplied by.</summary>
    private static Graph Two(Shape first, float firstScale, Shape second, float secondScale)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, first[1]]));
        builder.Output("a", builder.Add(new Dense(), "a", x, Weights("first", first, firstScale, 5)));
        Value y = builder.Input("y", new TensorType(ElementType.Float32, [1, second[1]]));
        builder.Output("b", builder.Add(new Dense(), "b", y, Weights("second", second, secondScale, 7)));
        return builder.Build();

        Value Weights(string name, Shape shape, float scale, int seed)
        {
            var random = new Random(seed);
            float[] values = [.. Enumerable.Range(0, shape.ElementCount).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1) * scale)];
            return builder.Constant(Constant.Of(shape, (ReadOnlySpan<float>)values), name);
        }
    }
}
