using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>How a network suffers when one layer alone is pruned (Han et al. 2015): what <see cref="LayerDensities.BySensitivity"/> spreads weights by.</summary>
public static class SensitivityScan
{
    /// <summary>Densities that show where curves bend.</summary>
    public static ImmutableArray<double> Usual { get; } = [0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05];

    /// <summary>Measures a loss, finer than quality and without labels where it is the distance from the original's outputs. The curves hold it with its sign changed.</summary>
    /// <param name="graph">In Float32; may be pruned already.</param>
    /// <param name="layers">Of this graph; those without a density of their own are scanned.</param>
    /// <param name="pattern">What goes together.</param>
    /// <param name="densities">To prune each to; those that remove nothing are not measured.</param>
    /// <param name="loss">Lower is better; called once for the graph, and then at most once for each layer and density.</param>
    /// <returns>A curve for each of <see cref="PrunableLayers.Free"/>, in order, from its present density downwards.</returns>
    /// <exception cref="CompressionException">A density is out of range, or a loss is no number.</exception>
    public static ImmutableArray<SensitivityCurve> OfLoss(
        Graph graph, PrunableLayers layers, PruningPattern pattern, IReadOnlyList<double> densities, Func<Graph, double> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Run(graph, layers, pattern, densities, pruned => 0 - loss(pruned));
    }

    /// <summary>Measures quality; see <see cref="OfLoss"/>.</summary>
    /// <param name="graph">In Float32; may be pruned already.</param>
    /// <param name="layers">Of this graph; those without a density of their own are scanned.</param>
    /// <param name="pattern">What goes together.</param>
    /// <param name="densities">To prune each to; those that remove nothing are not measured.</param>
    /// <param name="measure">Called once for the graph, and then at most once for each layer and density.</param>
    /// <returns>A curve for each of <see cref="PrunableLayers.Free"/>, in order, from its present density downwards.</returns>
    /// <exception cref="CompressionException">A density is out of range, or a quality is no number.</exception>
    public static ImmutableArray<SensitivityCurve> OfQuality(
        Graph graph, PrunableLayers layers, PruningPattern pattern, IReadOnlyList<double> densities, QualityMeasure measure)
    {
        ArgumentNullException.ThrowIfNull(measure);
        return Run(graph, layers, pattern, densities, pruned => measure(pruned).Value);
    }

    private static ImmutableArray<SensitivityCurve> Run(
        Graph graph, PrunableLayers layers, PruningPattern pattern, IReadOnlyList<double> densities, Func<Graph, double> quality)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(densities);
        double whole = Measured(graph, "the whole network");
        var curves = ImmutableArray.CreateBuilder<SensitivityCurve>();
        foreach (int index in layers.Free)
        {
            WeightLayer layer = layers.All[index];
            var order = RemovalOrder.Of(layer, pattern);
            double present = Density.Of(layer);
            List<SensitivityPoint> points = [new SensitivityPoint(present, whole)];
            foreach (double density in densities.Distinct().OrderDescending())
            {
                Density.Check(density, layer.Name);
                if (density >= present) continue;
                Constant? pruned = MagnitudePruning.Pruned(layer, order, density);
                points.Add(new SensitivityPoint(density, pruned is null
                    ? points[^1].Quality
                    : Measured(WeightLayers.Replace(graph, new Dictionary<Constant, Constant> { [layer.Constant] = pruned }), layer.Name)));
            }
            curves.Add(new SensitivityCurve(layer.Name, "density", [.. points]));
        }
        return curves.ToImmutable();

        double Measured(Graph pruned, string what)
        {
            double value = quality(pruned);
            return double.IsFinite(value) ? value : throw new CompressionException($"the sensitivity scan measured {value} with '{what}' pruned; expected a finite number");
        }
    }
}
