using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>How the channels that go are spread over the groups.</summary>
public enum ChannelScope
{
    /// <summary>The same part of each.</summary>
    Uniform,
    /// <summary>Those of the lowest rank, wherever they are; ranks are relative to the mean of the layer.</summary>
    Global,
}

/// <summary>Which channels stay.</summary>
public sealed record ChannelPruningSettings
{
    /// <summary>The part of the channels that stays, above 0 to 1, of those that may go.</summary>
    public required double Keep { get; init; }

    /// <summary>By what they are ranked.</summary>
    public ChannelRanking Ranking { get; init; } = ChannelRanking.L1;

    /// <summary>How those that go are spread.</summary>
    public ChannelScope Scope { get; init; } = ChannelScope.Uniform;

    /// <summary>Each group keeps a multiple of this, as kernels have vectors of so many; at least one multiple. Smaller groups stay as they are.</summary>
    public int Multiple { get; init; } = 4;

    /// <summary>
    /// The channels that <see cref="Keep"/> is a part of, for each of <see cref="ChannelGroups.Groups"/>, where the graph has lost some in rounds
    /// before; null for those that it has.
    /// </summary>
    public IReadOnlyList<int>? Originally { get; init; }

    /// <summary>Inputs in the layout of the graph's only input, for rankings by activations.</summary>
    public IReadOnlyList<float[]> Examples { get; init; } = [];
}

/// <summary>A graph with fewer channels.</summary>
/// <param name="Graph">It.</param>
/// <param name="Groups">The groups that could have lost channels, as they were, and the channels that they have now.</param>
/// <param name="Remarks">What stayed, and why.</param>
public sealed record PrunedChannels(Graph Graph, ImmutableArray<(ChannelGroup Group, int Channels)> Groups, ImmutableArray<string> Remarks);

/// <summary>Removes whole channels, so that a graph computes less (Li et al. 2017; by activations, Hu et al. 2016). Retraining is the caller's.</summary>
public static class ChannelPruning
{
    /// <summary>The graph without the channels that matter least; of equal ones the first stay.</summary>
    /// <exception cref="CompressionException">A setting is out of range, or examples are missing or do not fit.</exception>
    public static PrunedChannels RemoveChannels(Graph graph, ChannelPruningSettings settings)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Keep is not (> 0 and <= 1)) throw new CompressionException($"{settings.Keep} of the channels should stay; expected a part above 0, at most 1");
        if (settings.Multiple < 1) throw new CompressionException($"channels should stay in multiples of {settings.Multiple}; expected at least 1");
        var groups = ChannelGroups.Of(graph);
        if (settings.Originally is { } originally && originally.Count != groups.Groups.Length)
            throw new CompressionException($"{originally.Count} original counts of channels; the graph has {groups.Groups.Length} groups");
        int[] free = [.. Enumerable.Range(0, groups.Groups.Length).Where(i => groups.Groups[i].Fixed is null && groups.Groups[i].Channels > settings.Multiple)];
        double[][] scores = ChannelScores.Of(groups, settings.Ranking, settings.Examples);
        int[] kept = settings.Scope == ChannelScope.Uniform ? Uniform(groups, free, settings) : Global(groups, free, scores, settings);

        IReadOnlyCollection<int>[] removed = [.. groups.Groups.Select(_ => Array.Empty<int>())];
        for (int i = 0; i < free.Length; i++)
        {
            double[] score = scores[free[i]];
            removed[free[i]] = [.. Enumerable.Range(0, score.Length).OrderByDescending(channel => score[channel]).Skip(kept[i])];
        }
        string[] small = [.. groups.Groups
            .Where(group => group.Fixed is null && group.Channels <= settings.Multiple && group.Name.Length > 0).Select(group => group.Name)];
        return new PrunedChannels(
            removed.All(channels => channels.Count == 0) ? graph : groups.Remove(removed),
            [.. free.Select((group, i) => (groups.Groups[group], kept[i]))],
            [.. groups.Remarks, .. small.Length > 0 ? [$"all channels stay in {string.Join(", ", small)}: there are no more than {settings.Multiple}"] : Array.Empty<string>(),
                .. free.Length == 0 ? ["no channels can be removed from this network"] : Array.Empty<string>()]);
    }

    private static int[] Uniform(ChannelGroups groups, int[] free, ChannelPruningSettings settings) =>
        [.. free.Select(group => Rounded(settings.Keep * Original(groups, group, settings), groups.Groups[group].Channels, settings.Multiple))];

    private static int[] Global(ChannelGroups groups, int[] free, double[][] scores, ChannelPruningSettings settings)
    {
        int[] kept = [.. free.Select(group => groups.Groups[group].Channels)];
        int left = kept.Sum() - (int)Math.Round(settings.Keep * free.Sum(group => Original(groups, group, settings)));
        IEnumerable<(int Index, double Score)> channels = free.SelectMany((group, i) => scores[group].Select(score => (i, score)));
        foreach ((int i, double _) in channels.OrderBy(channel => channel.Score))
        {
            if (left <= 0) break;
            if (kept[i] <= settings.Multiple) continue;
            kept[i]--;
            left--;
        }
        return [.. free.Select((group, i) => Rounded(kept[i], groups.Groups[group].Channels, settings.Multiple))];
    }

    private static int Original(ChannelGroups groups, int group, ChannelPruningSettings settings) => settings.Originally?[group] ?? groups.Groups[group].Channels;

    /// <summary>The nearest multiple, at least one and at most all channels.</summary>
    private static int Rounded(double channels, int all, int multiple) =>
        Math.Min(all, Math.Max(multiple, multiple * (int)Math.Round(channels / multiple, MidpointRounding.AwayFromZero)));
}
