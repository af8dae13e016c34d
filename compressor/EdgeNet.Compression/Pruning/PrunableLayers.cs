using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>The layers of a graph, and which of them are left out of pruning or have a density of their own.</summary>
public sealed class PrunableLayers
{
    private PrunableLayers(ImmutableArray<WeightLayer> all, ImmutableArray<double?> own, ImmutableArray<string> remarks)
    {
        (All, Own, Remarks) = (all, own, remarks);
        Free = [.. Enumerable.Range(0, all.Length).Where(i => own[i] is null)];
    }

    /// <summary>All of <see cref="WeightLayers.Of"/>.</summary>
    public ImmutableArray<WeightLayer> All { get; }

    /// <summary>For each, its own density: 1 where it is protected; null where it takes its part of the whole.</summary>
    public ImmutableArray<double?> Own { get; }

    /// <summary>Indices of the layers without a density of their own, over which a density of the whole is spread.</summary>
    public ImmutableArray<int> Free { get; }

    /// <summary>Which layers are protected or have a density of their own, for the report.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>Finds them.</summary>
    /// <param name="graph">In Float32.</param>
    /// <param name="protect">Whether depthwise and first layers are left alone: they are small, and matter.</param>
    /// <param name="densities">Densities of layers whose names begin so; the longest beginning counts, and goes before protection.</param>
    /// <exception cref="CompressionException">A density is out of range, or no layer's name begins so.</exception>
    public static PrunableLayers Of(Graph graph, bool protect = true, IReadOnlyDictionary<string, double>? densities = null)
    {
        ImmutableArray<WeightLayer> all = WeightLayers.Of(graph);
        densities ??= ImmutableDictionary<string, double>.Empty;
        foreach ((string prefix, double density) in densities) Density.Check(density, prefix);
        WeightLayers.CheckPrefixes(all, densities.Keys, "a density is given");
        double?[] own = new double?[all.Length];
        List<string> first = [], depthwise = [], named = [];
        for (int i = 0; i < own.Length; i++)
        {
            WeightLayer layer = all[i];
            string? prefix = WeightLayers.LongestPrefix(layer, densities.Keys);
            own[i] = prefix is not null ? densities[prefix] : protect && (layer.IsFirst || layer.Kind == LayerKind.Depthwise) ? 1 : null;
            if (prefix is not null) named.Add(FormattableString.Invariant($"{layer.Name} ({own[i]:0.###})"));
            else if (own[i] is not null) (layer.IsFirst ? first : depthwise).Add(layer.Name);
        }
        var remarks = ImmutableArray.CreateBuilder<string>();
        if (first.Count > 0) remarks.Add($"no weights are removed from what sees the input first: {string.Join(", ", first)}");
        if (depthwise.Count > 0) remarks.Add($"no weights are removed from depthwise layers: {string.Join(", ", depthwise)}");
        if (named.Count > 0) remarks.Add($"layers with a density of their own: {string.Join(", ", named)}");
        return new PrunableLayers(all, [.. own], remarks.ToImmutable());
    }

    /// <summary>A density for every layer, from those of the free ones.</summary>
    internal ImmutableArray<double> Spread(Func<int, double> free)
    {
        double[] densities = [.. Own.Select(own => own ?? 0)];
        for (int i = 0; i < Free.Length; i++) densities[Free[i]] = free(i);
        return [.. densities];
    }
}
