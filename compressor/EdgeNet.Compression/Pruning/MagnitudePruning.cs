using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// Removes the smallest weights of each layer (Han et al. 2015): they become exactly zero, and those that are zero stay so.
/// </summary>
/// <remarks>
/// Patterns, where n weights of a layer should stay of N (a density of n ÷ N):
/// <list type="bullet">
/// <item><see cref="PruningPattern.Unstructured"/>: the N − n weights of the least magnitude go.</item>
/// <item><see cref="PruningPattern.OneByFour"/>, <see cref="PruningPattern.FourByOne"/>: blocks go by their root mean square, as many as
/// fit in N − n weights. Channels that do not fill a block make a smaller one at the end of their row, ranked by the same measure.</item>
/// <item><see cref="PruningPattern.TwoOfFour"/>: at a density of ½ the two largest of each four stay. Between 1 and ½, that is so for a part of
/// the fours only, those that lose least; below ½, single weights go besides. Three inputs at the end of a row lose one, two or
/// one lose none: a layer whose inputs are no multiple of four keeps more than its density. Depthwise layers, with one input for
/// each output, lose nothing down to ½.</item>
/// </list>
/// Of equal magnitudes the weight that stands first goes first. A layer keeps at least one weight or block.
/// </remarks>
public static class MagnitudePruning
{
    /// <summary>The graph with the smallest weights of each layer removed.</summary>
    /// <param name="graph">In Float32; weights that do not change keep their constants.</param>
    /// <param name="densities">The part of the weights that stays, above 0 to 1, for each of <see cref="WeightLayers.Of"/>; layers at 1 stay as they are.</param>
    /// <param name="pattern">What goes together.</param>
    /// <exception cref="CompressionException">A density is out of range, there are not as many as layers, or a weight is not finite.</exception>
    public static Graph Prune(Graph graph, IReadOnlyList<double> densities, PruningPattern pattern = PruningPattern.Unstructured)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(densities);
        IReadOnlyList<WeightLayer> layers = WeightLayers.Of(graph);
        if (densities.Count != layers.Count) throw new CompressionException($"{densities.Count} densities for {layers.Count} layers; expected one for each");
        var replacements = new Dictionary<Constant, Constant>();
        for (int i = 0; i < layers.Count; i++)
        {
            Density.Check(densities[i], layers[i].Name);
            if (densities[i] < 1 && Pruned(layers[i], RemovalOrder.Of(layers[i], pattern), densities[i]) is { } pruned) replacements.Add(layers[i].Constant, pruned);
        }
        return replacements.Count == 0 ? graph : WeightLayers.Replace(graph, replacements);
    }

    /// <summary>The weights of one layer, pruned; null where they are so already.</summary>
    internal static Constant? Pruned(WeightLayer layer, RemovalOrder order, double density)
    {
        float[] values = layer.Constant.ToArray<float>();
        bool changed = false;
        foreach (int weight in order.RemovedAt(density))
        {
            changed |= values[weight] != 0;
            values[weight] = 0;
        }
        return changed ? Constant.Of(layer.Shape, (ReadOnlySpan<float>)values) : null;
    }
}
