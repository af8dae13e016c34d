using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// What a <see cref="PruneStep"/> will remove from a network, decided before its first round. The caller retrains between rounds, with a
/// <see cref="ZeroConstraint"/>.
/// </summary>
/// <param name="Step">What was asked for.</param>
/// <param name="Start">The densities before the first round, for each of <see cref="WeightLayers.Of"/>.</param>
/// <param name="End">Those after the last.</param>
/// <param name="Curves">What the sensitivity scan measured; empty where none was made.</param>
/// <param name="Remarks">Which layers are protected.</param>
public sealed record PruningPlan(
    PruneStep Step, ImmutableArray<double> Start, ImmutableArray<double> End, ImmutableArray<SensitivityCurve> Curves, ImmutableArray<string> Remarks)
{
    /// <summary>Decides how much of each layer stays.</summary>
    /// <param name="graph">In Float32; may be pruned already.</param>
    /// <param name="step">What is asked for.</param>
    /// <param name="loss">How far a pruned graph is off; needed, and called, for <see cref="PruningScope.Sensitivity"/> only.</param>
    /// <exception cref="CompressionException">A setting of the step is out of range, or a weight or loss is not finite.</exception>
    public static PruningPlan Of(Graph graph, PruneStep step, Func<Graph, double> loss)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Rounds < 1) throw new CompressionException($"{step.Rounds} rounds of pruning; expected at least 1");
        Density.Check(step.Density, "the network");
        var layers = PrunableLayers.Of(graph, step.Protect, step.Layers);
        ImmutableArray<SensitivityCurve> curves = step.Scope == PruningScope.Sensitivity
            ? SensitivityScan.OfLoss(graph, layers, step.Pattern, SensitivityScan.Usual, loss) : [];
        ImmutableArray<double> end = step.Scope switch
        {
            PruningScope.Uniform => LayerDensities.Uniform(layers, step.Density),
            PruningScope.Global => LayerDensities.Global(layers, step.Density, step.Pattern),
            _ => LayerDensities.BySensitivity(layers, step.Density, step.Pattern, curves),
        };
        return new PruningPlan(step, Density.Of(graph), end, curves, layers.Remarks);
    }

    /// <summary>A round: the graph of the round before, retrained, with more of its smallest weights removed (<see cref="Density.AtRound"/>).</summary>
    /// <param name="graph">With the layers that the plan was made for.</param>
    /// <param name="round">From 1 to the step's rounds.</param>
    /// <exception cref="CompressionException">The layers are not as many, or a weight is not finite.</exception>
    public Graph Prune(Graph graph, int round) =>
        MagnitudePruning.Prune(graph, [.. Start.Zip(End, (start, end) => Density.AtRound(start, end, round, Step.Rounds))], Step.Pattern);
}
