using System.Diagnostics;
using System.Globalization;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries a recipe out once.</summary>
internal static class RecipeRun
{
    /// <summary>Makes the graph that is stored.</summary>
    /// <param name="job">The job; its recipe is not looked at.</param>
    /// <param name="original">The model with its normalizations folded.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="retrainer">What retrains.</param>
    /// <param name="record">Takes what there is to say.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Graph Run(CompressionJob job, Graph original, Recipe recipe, Retrainer retrainer, RunRecord record, CancellationToken cancellation)
    {
        Graph graph = original;
        record.Stage("original", "as it was given", job.Model, Stopwatch.GetTimestamp(), asGiven: true);
        bool pruned = false;
        for (int i = 0; i < recipe.Steps.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            switch (recipe.Steps[i])
            {
                case PruneStep prune:
                    graph = GradualPruning.Run(graph, prune, retrainer, record, cancellation);
                    pruned = true;
                    break;
                case ChannelStep channels:
                    graph = ChannelRounds.Run(graph, channels, retrainer, record, cancellation);
                    break;
                case ClusterStep cluster:
                    graph = TrainedQuantization.Run(graph, cluster, retrainer, recipe.Seed, cancellation);
                    record.Stage("cluster", Invariant($"shared by k-means, {cluster.Bits} {(cluster.Bits == 1 ? "bit" : "bits")}{(cluster.BySensitivity ? " on average" : cluster.ConvolutionBits > 0 ? Invariant($", {cluster.ConvolutionBits} in convolutions") : "")}, {retrainer.InWords(cluster.Epochs)}"), graph, begin);
                    break;
                case RateStep rate:
                    // Values that move one by one are on no grid that int8 kernels know.
                    bool keepGrid = recipe.Steps.Skip(i + 1).Any(step => step is Int8Step);
                    long? maxBytes = i + 1 == recipe.Steps.Length ? job.MaxBytes : null;
                    graph = RateSharing.Run(graph, keepGrid ? rate with { TuneEpochs = 0 } : rate, retrainer, pruned, stored => SizeOf(stored, recipe), maxBytes, cancellation);
                    record.Stage("rate", Invariant($"shared on grids{(maxBytes is null ? $" at {rate.Bits:0.###} bits" : "")}, {retrainer.InWords(rate.Epochs, keepGrid ? 0 : rate.TuneEpochs)}"), graph, begin);
                    break;
                case Int8Step int8:
                    graph = ToInt8.Run(graph, int8, retrainer, record, cancellation);
                    record.Stage("int8", Invariant($"8-bit codes, ranges by {SettingFormat.NameOf(int8.Calibration)}, {retrainer.InWords(int8.Epochs)}"), graph, begin);
                    break;
                default:
                    throw new InvalidOperationException($"the step {recipe.Steps[i].GetType().Name} is not known");
            }
        }
        return StoredForm.Of(graph, recipe.Biases);
    }

    private static long SizeOf(Graph graph, Recipe recipe) => ModelFile.Write(StoredForm.Of(graph, recipe.Biases)).Length;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
