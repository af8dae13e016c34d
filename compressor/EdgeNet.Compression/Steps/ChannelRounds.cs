using System.Diagnostics;
using System.Globalization;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out a <see cref="ChannelStep"/>.</summary>
internal static class ChannelRounds
{
    /// <summary>Examples that activations are ranked by.</summary>
    private const int Examples = 64;

    /// <summary>Removes channels in rounds, and retrains after each.</summary>
    public static Graph Run(Graph graph, ChannelStep step, Retrainer retrainer, RunRecord record, CancellationToken cancellation)
    {
        bool byActivations = step.Ranking is ChannelRanking.MeanActivation or ChannelRanking.NonZero;
        float[][] examples = byActivations ? [.. retrainer.Examples(Examples).Select(inputs => inputs[0])] : [];
        if (byActivations && examples.Length == 0) throw new CompressionException($"channels cannot be ranked by {SettingFormat.NameOf(step.Ranking)} without pictures; give some: --data DIR");
        var plan = ChannelPlan.Of(graph, step);
        for (int round = 1; round <= step.Rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            PrunedChannels pruned = plan.Remove(graph, round, examples);
            foreach (string remark in pruned.Remarks) record.Remark(remark);
            graph = retrainer.Run(pruned.Graph, new RetrainingRun($"channels-{round}", step.Epochs, step.Rate), network => new ZeroConstraint(network), cancellation);
            record.Stage(
                step.Rounds == 1 ? "channels" : $"channels {round}/{step.Rounds}",
                string.Create(CultureInfo.InvariantCulture, $"channels removed, to {100 * step.Keep:0.#} % in the end, ranked by {SettingFormat.NameOf(step.Ranking)}, {retrainer.InWords(step.Epochs)}"), graph, begin);
        }
        return graph;
    }
}
