using System.Collections.Immutable;

namespace EdgeNet.Compression;

/// <summary>
/// Spreads a density of the whole over the layers: how much of each stays. Layers with a density of their own (<see cref="PrunableLayers.Own"/>)
/// do not count in the whole. All results are for <see cref="MagnitudePruning.Prune"/>, in the order of <see cref="WeightLayers.Of"/>.
/// </summary>
/// <remarks>
/// In the 2:4 pattern every layer comes to the pattern before any goes below it: with a density of at least ½ for the whole no layer has less
/// than ½, with at most ½ none has more.
/// </remarks>
public static class LayerDensities
{
    /// <summary>The same part of every layer.</summary>
    /// <exception cref="CompressionException">The density is out of range.</exception>
    public static ImmutableArray<double> Uniform(PrunableLayers layers, double density)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Density.Check(density, "the network");
        return layers.Spread(_ => density);
    }

    /// <summary>One threshold for all: on magnitudes divided by the root mean square of their layer, or times a sensitivity of the layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="density">Of all free layers together.</param>
    /// <param name="pattern">What goes together; units are compared by the root mean square of what they lose.</param>
    /// <param name="sensitivities">For each of <see cref="PrunableLayers.All"/> the saliency of a weight is its magnitude times this, which is not negative;
    /// where null, one over the root mean square of the layer's weights that are not zero.</param>
    /// <exception cref="CompressionException">The density is out of range, sensitivities are not as many as layers or not finite, or a weight is not finite.</exception>
    public static ImmutableArray<double> Global(
        PrunableLayers layers, double density, PruningPattern pattern = PruningPattern.Unstructured, IReadOnlyList<double>? sensitivities = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Density.Check(density, "the network");
        if (sensitivities is not null && (sensitivities.Count != layers.All.Length || sensitivities.Any(s => !(s >= 0 && double.IsFinite(s)))))
            throw new CompressionException($"{sensitivities.Count} sensitivities for {layers.All.Length} layers; expected a finite number, not negative, for each");

        RemovalOrder[] orders = new RemovalOrder[layers.Free.Length];
        double[] scales = new double[orders.Length];
        for (int i = 0; i < orders.Length; i++)
        {
            float[] values = layers.All[layers.Free[i]].Constant.ToArray<float>();
            orders[i] = RemovalOrder.Of(layers.All[layers.Free[i]], values, pattern);
            scales[i] = sensitivities?[layers.Free[i]] ?? OneOverRootMeanSquare(values);
        }
        // Units in the order in which they go: those of the pattern by saliency, then the others; layer by layer where equal.
        int[] firstUnit = new int[orders.Length + 1];
        for (int i = 0; i < orders.Length; i++) firstUnit[i + 1] = firstUnit[i] + orders[i].Units;
        long[] removed = new long[orders.Length];
        long target = RemovalOrder.RemovedWeights(
            density, orders.Sum(order => (long)order.Weights), orders.Sum(order => (long)order.PatternWeights), RemovalOrder.PatternPart(pattern));
        long total = 0;
        foreach (bool ofPattern in (bool[])[true, false])
        {
            var keys = new List<ulong>();
            for (int i = 0; i < orders.Length; i++)
            {
                // The last unit of a layer never goes.
                int begin = ofPattern ? 0 : orders[i].PatternUnits, end = Math.Min(ofPattern ? orders[i].PatternUnits : orders[i].Units, orders[i].Units - 1);
                for (int unit = begin; unit < end; unit++) keys.Add(RemovalOrder.Key((float)(orders[i].Cost(unit) * scales[i]), firstUnit[i] + unit));
            }
            ulong[] sorted = [.. keys];
            Array.Sort(sorted);
            foreach (ulong key in sorted)
            {
                int unit = (int)key;
                int place = Array.BinarySearch(firstUnit, unit), layer = place < 0 ? ~place - 1 : place;
                while (orders[layer].Units == 0) layer++;
                int size = orders[layer].Size(unit - firstUnit[layer]);
                if (total + size > target) return Densities();
                (removed[layer], total) = (removed[layer] + size, total + size);
            }
        }
        return Densities();

        ImmutableArray<double> Densities() => layers.Spread(i => orders[i].DensityAt(removed[i]));
    }

    /// <summary>
    /// The densities that reach the whole's with the least loss, as far as losses of layers pruned alone add up. Each curve is made monotone (a
    /// loss counts at all lower densities, too) and convex (its lower hull), straight between its points; then the weights that cost least go first,
    /// by the hulls' slopes, which is optimal for such curves (the slope where it ends is the Lagrange multiplier). Stretches of equal slope give
    /// the same part of themselves. No layer goes below the lowest density of its curve until all are there; from there all go on by the same part.
    /// </summary>
    /// <param name="layers">The layers that were scanned.</param>
    /// <param name="density">Of all free layers together; layers that have less already stay as they are.</param>
    /// <param name="pattern">What goes together.</param>
    /// <param name="curves">Those of <see cref="SensitivityScan"/>: one for each of <see cref="PrunableLayers.Free"/>.</param>
    /// <exception cref="CompressionException">The density is out of range, or the curves are of other layers.</exception>
    public static ImmutableArray<double> BySensitivity(
        PrunableLayers layers, double density, PruningPattern pattern, IReadOnlyList<SensitivityCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(curves);
        Density.Check(density, "the network");
        if (!curves.Select(curve => curve.Layer).SequenceEqual(layers.Free.Select(i => layers.All[i].Name)))
            throw new CompressionException($"{curves.Count} sensitivity curves for {layers.Free.Length} layers; expected one for each, in order: scan the graph again");

        double edge = 1 - RemovalOrder.PatternPart(pattern), low = density >= edge ? edge : 0, high = density < edge ? edge : 1;
        double[] densities = new double[curves.Count];
        long[] weights = [.. layers.Free.Select(i => (long)layers.All[i].Shape.ElementCount)];
        var stretches = new List<(double Slope, int Layer, double Density)>();
        for (int i = 0; i < curves.Count; i++)
        {
            List<(double Density, double Loss)> hull = LowerHull(Bounded(LossesOf(curves[i]), low, high));
            densities[i] = hull[0].Density;
            for (int k = 1; k < hull.Count && weights[i] > 0; k++)
            {
                double drop = hull[k - 1].Density - hull[k].Density;
                stretches.Add(((hull[k].Loss - hull[k - 1].Loss) / (drop * weights[i]), i, drop));
            }
        }
        double excess = weights.Zip(densities, (n, d) => n * d).Sum() - (density * weights.Sum());
        foreach (IGrouping<double, (double Slope, int Layer, double Density)> equal in stretches.GroupBy(stretch => stretch.Slope).OrderBy(group => group.Key))
        {
            if (excess <= 0) break;
            double there = equal.Sum(stretch => stretch.Density * weights[stretch.Layer]), part = Math.Min(1, excess / there);
            foreach ((double _, int layer, double drop) in equal) densities[layer] -= part * drop;
            excess -= part * there;
        }
        double stays = weights.Zip(densities, (n, d) => n * d).Sum();
        if (excess > 1e-9 * stays)
        {
            for (int i = 0; i < densities.Length; i++) densities[i] *= (stays - excess) / stays;
        }
        return layers.Spread(i => Math.Clamp(densities[i], double.Epsilon, 1));
    }

    private static double OneOverRootMeanSquare(float[] values)
    {
        double squares = values.Sum(value => (double)value * value);
        return squares == 0 ? 1 : Math.Sqrt(values.Count(value => value != 0) / squares);
    }

    /// <summary>What is lost at falling densities, never less than at a higher one.</summary>
    private static List<(double Density, double Loss)> LossesOf(SensitivityCurve curve)
    {
        var losses = new List<(double Density, double Loss)>();
        double loss = 0, whole = curve.Points.MaxBy(point => point.At)?.Quality ?? 0;
        foreach (SensitivityPoint point in curve.Points.OrderByDescending(point => point.At))
        {
            loss = Math.Max(loss, whole - point.Quality);
            losses.Add((point.At, loss));
        }
        return losses.Count > 0 ? losses : throw new CompressionException($"the sensitivity curve of '{curve.Layer}' has no points; scan it again");
    }

    /// <summary>The part of a curve between two densities; at least its upper end.</summary>
    private static List<(double Density, double Loss)> Bounded(List<(double Density, double Loss)> curve, double low, double high)
    {
        double top = Math.Min(high, curve[0].Density), bottom = Math.Min(top, Math.Max(low, curve[^1].Density));
        return [(top, At(top)), .. curve.Where(point => point.Density < top && point.Density > bottom), .. bottom < top ? [(bottom, At(bottom))] : Array.Empty<(double, double)>()];

        double At(double density)
        {
            int below = curve.FindIndex(point => point.Density <= density);
            if (below < 0) return curve[^1].Loss;
            if (below == 0 || curve[below].Density == density) return curve[below].Loss;
            double part = (curve[below - 1].Density - density) / (curve[below - 1].Density - curve[below].Density);
            return curve[below - 1].Loss + (part * (curve[below].Loss - curve[below - 1].Loss));
        }
    }

    /// <summary>Those points of a curve between which straight lines run below all others.</summary>
    private static List<(double Density, double Loss)> LowerHull(List<(double Density, double Loss)> curve)
    {
        var hull = new List<(double Density, double Loss)>();
        foreach ((double Density, double Loss) point in curve)
        {
            while (hull.Count >= 2 && Slope(hull[^2], hull[^1]) >= Slope(hull[^2], point)) hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }
        return hull;

        static double Slope((double Density, double Loss) from, (double Density, double Loss) to) => (to.Loss - from.Loss) / (from.Density - to.Density);
    }
}
