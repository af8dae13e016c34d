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
        var layers = PrunableLayers.Of(graph, step.Protect, step.Layers);
        PruningPlan? plan = step.Scope == PruningScope.Global ? null : PruningPlan.Of(graph, step, pruned =>
        {
            cancellation.ThrowIfCancellationRequested();
            return retrainer.Loss(pruned);
        });
        foreach (string remark in layers.Remarks) record.Remark(remark);
        if (plan is not null) record.Sensitivity(plan.Curves);
        double start = DensityOf(layers);
        for (int round = 1; round <= step.Rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            graph = plan?.Prune(graph, round) ?? GlobalRound(graph, step, Density.AtRound(start, step.Density, round, step.Rounds), retrainer);
            graph = retrainer.Run(graph, new RetrainingRun($"prune-{round}", step.Epochs, step.Rate), network => new ZeroConstraint(network), cancellation);
            record.Stage(
                step.Rounds == 1 ? "prune" : $"prune {round}/{step.Rounds}",
                string.Create(CultureInfo.InvariantCulture, $"the smallest weights removed, to {100 * step.Density:0.##} % in the end ({SettingFormat.NameOf(step.Scope)}, {RecipeKeys.Patterns.First(each => each.Pattern == step.Pattern).Name}), {retrainer.InWords(step.Epochs)}"), graph, begin);
        }
        return graph;
    }

    /// <summary>
    /// One threshold for what each weight matters now: its square times the Fisher information of its layer is what the network's answers
    /// lose without it (LeCun, Denker and Solla 1990, with one curvature for a layer). What matters shifts as weights go, so every round looks again.
    /// </summary>
    private static Graph GlobalRound(Graph graph, PruneStep step, double density, Retrainer retrainer)
    {
        var layers = PrunableLayers.Of(graph, step.Protect, step.Layers);
        IReadOnlyDictionary<Constant, LayerInformation> information = retrainer.Information(graph);
        double[] sensitivities = [.. layers.All.Select(layer => Math.Sqrt(information.GetValueOrDefault(layer.Constant)?.Mean ?? 0))];
        return MagnitudePruning.Prune(graph, LayerDensities.Global(layers, density, step.Pattern, sensitivities), step.Pattern);
    }

    /// <summary>The part of the free layers' weights that is not zero already.</summary>
    private static double DensityOf(PrunableLayers layers)
    {
        double weights = layers.Free.Sum(i => (double)layers.All[i].Shape.ElementCount);
        return weights == 0 ? 1 : layers.Free.Sum(i => layers.All[i].Shape.ElementCount * Density.Of(layers.All[i])) / weights;
    }
}
