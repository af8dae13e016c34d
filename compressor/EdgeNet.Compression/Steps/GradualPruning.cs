using System.Diagnostics;
using System.Globalization;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out a <see cref="PruneStep"/>.</summary>
internal static class GradualPruning
{
    /// <summary>Prunes in rounds, and retrains after each.</summary>
    public static Graph Run(Graph graph, PruneStep step, Retrainer retrainer, RunRecord record, CancellationToken cancellation)
    {
        // Nothing to scan with: one threshold for all layers.
        if (step.Scope == PruningScope.Sensitivity && !retrainer.CanTrain) step = step with { Scope = PruningScope.Global };
        var plan = PruningPlan.Of(graph, step, pruned =>
        {
            cancellation.ThrowIfCancellationRequested();
            return retrainer.Loss(pruned);
        });
        foreach (string remark in plan.Remarks) record.Remark(remark);
        record.Sensitivity(plan.Curves);
        for (int round = 1; round <= step.Rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            graph = plan.Prune(graph, round);
            graph = retrainer.Run(graph, new RetrainingRun($"prune-{round}", step.Epochs, step.Rate), network => new ZeroConstraint(network), cancellation);
            record.Stage(
                step.Rounds == 1 ? "prune" : $"prune {round}/{step.Rounds}",
                string.Create(CultureInfo.InvariantCulture, $"the smallest weights removed, to {100 * step.Density:0.##} % in the end ({step.Scope}, {step.Pattern}), {step.Epochs} epochs"), graph, begin);
        }
        return graph;
    }
}
