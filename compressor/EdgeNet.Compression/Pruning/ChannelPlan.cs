using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What a <see cref="ChannelStep"/> removes from a network, in rounds. The caller retrains after each; the graph of a round has the groups of the one before.</summary>
/// <param name="Step">What was asked for.</param>
/// <param name="Channels">Of each of <see cref="ChannelGroups.Groups"/> before the first round.</param>
public sealed record ChannelPlan(ChannelStep Step, ImmutableArray<int> Channels)
{
    /// <summary>Counts the channels before the first round.</summary>
    /// <exception cref="CompressionException">A setting of the step is out of range.</exception>
    public static ChannelPlan Of(Graph graph, ChannelStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Rounds < 1) throw new CompressionException($"{step.Rounds} rounds of removing channels; expected at least 1");
        return new ChannelPlan(step, [.. ChannelGroups.Of(graph).Groups.Select(group => group.Channels)]);
    }

    /// <summary>A round: of the channels that there were at first, as many go as in every other round.</summary>
    /// <param name="graph">That of the round before, retrained.</param>
    /// <param name="round">From 1 to the step's rounds.</param>
    /// <param name="examples">Inputs, for rankings by activations.</param>
    /// <exception cref="CompressionException">A setting of the step is out of range, or examples are missing or do not fit.</exception>
    public PrunedChannels Remove(Graph graph, int round, IReadOnlyList<float[]> examples) => ChannelPruning.RemoveChannels(graph, new ChannelPruningSettings
    {
        Keep = round == Step.Rounds ? Step.Keep : 1 - ((1 - Step.Keep) * round / Step.Rounds),
        Ranking = Step.Ranking,
        Originally = Channels,
        Examples = examples,
    });
}
