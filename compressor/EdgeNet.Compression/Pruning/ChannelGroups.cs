using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Channels of the same layers: any of them may go, from all these layers at once.</summary>
/// <param name="Name">The layers that make them.</param>
/// <param name="Channels">How many there are.</param>
/// <param name="Fixed">Why they stay; null where they may go.</param>
public sealed record ChannelGroup(string Name, int Channels, string? Fixed);

/// <summary>
/// The channels that a graph's layers make, in groups that can be made smaller. Layers whose outputs are added or otherwise meet element by
/// element share their channels; a channel goes through depthwise convolutions, functions of one element, normalizations, pooling, concatenation,
/// slices and reshapes up to the next layers, whose weights for it go, too. Where it meets a graph's output or an op that is not followed, it stays.
/// </summary>
public sealed class ChannelGroups
{
    private readonly ChannelTracing _tracing;
    private readonly (int Group, int Index)[] _places;

    private ChannelGroups(Graph graph, ChannelTracing tracing)
    {
        (Graph, _tracing, _places) = (graph, tracing, new (int, int)[tracing.Units.Count]);
        ChannelUnits units = tracing.Units;
        // Sets with the same marks stand at the same places everywhere, so that it does not matter which of them go.
        Dictionary<int, int[]> marks = units.MarksOfSets();
        List<List<int>> groups = [.. Enumerable.Range(0, units.Count).Where(unit => units.Find(unit) == unit)
            .GroupBy(set => string.Join(' ', marks[set])).Select(group => group.ToList())];
        var names = new HashSet<string>[groups.Count];
        for (int group = 0; group < groups.Count; group++)
        {
            names[group] = [];
            for (int i = 0; i < groups[group].Count; i++) _places[groups[group][i]] = (group, i);
        }
        for (int unit = 0; unit < units.Count; unit++) _places[unit] = _places[units.Find(unit)];
        foreach ((WeightLayer layer, Node _, ChannelAxis outputs) in tracing.Producers)
        {
            if (layer.Kind == LayerKind.Depthwise) continue;
            foreach (int unit in outputs.Units) names[_places[unit].Group].Add(layer.Name);
        }
        Groups = [.. groups.Select((sets, group) => new ChannelGroup(
            string.Join(" + ", names[group]), sets.Count, sets.Select(units.ReasonOf).FirstOrDefault(reason => reason is not null)))];
        Remarks = [.. Groups.Where(group => group.Fixed is not null && group.Name.Length > 0)
            .GroupBy(group => group.Fixed).Select(group => $"all channels stay in {string.Join(", ", group.Select(g => g.Name))}: {group.Key}")];
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>In the order of the graph.</summary>
    public ImmutableArray<ChannelGroup> Groups { get; }

    /// <summary>Which groups stay, and why.</summary>
    public ImmutableArray<string> Remarks { get; }

    internal ChannelTracing Tracing => _tracing;

    /// <summary>Finds the groups of a graph.</summary>
    public static ChannelGroups Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return new ChannelGroups(graph, ChannelTracing.Run(graph));
    }

    /// <summary>The group of a unit, and its index there.</summary>
    internal (int Group, int Index) PlaceOf(int unit) => _places[unit];

    /// <summary>The graph without some channels: weights, biases and normalizations are cut, and all shapes follow.</summary>
    /// <param name="channels">For each of <see cref="Groups"/> the indices of the channels that go.</param>
    /// <exception cref="CompressionException">A group is fixed or would have no channels left, an index is none of a group's, or there are not as many as groups.</exception>
    public Graph Remove(IReadOnlyList<IReadOnlyCollection<int>> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count != Groups.Length) throw new CompressionException($"channels of {channels.Count} groups; the graph has {Groups.Length}");
        bool[][] stays = new bool[Groups.Length][];
        for (int i = 0; i < stays.Length; i++)
        {
            ChannelGroup group = Groups[i];
            if (channels[i].Any(channel => channel < 0 || channel >= group.Channels))
                throw new CompressionException($"channel {channels[i].First(channel => channel < 0 || channel >= group.Channels)} of '{group.Name}'; it has {group.Channels}");
            if (channels[i].Count > 0 && group.Fixed is not null) throw new CompressionException($"channels of '{group.Name}' cannot be removed: {group.Fixed}");
            stays[i] = [.. Enumerable.Repeat(true, group.Channels)];
            foreach (int channel in channels[i]) stays[i][channel] = false;
            if (group.Channels > 0 && !stays[i].Contains(true)) throw new CompressionException($"all {group.Channels} channels of '{group.Name}' would go; at least one must stay");
        }
        return ChannelRemoval.Run(Graph, _tracing, unit => stays[_places[unit].Group][_places[unit].Index]);
    }
}
