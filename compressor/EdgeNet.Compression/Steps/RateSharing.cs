using System.Numerics.Tensors;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out a <see cref="RateStep"/>.</summary>
internal static class RateSharing
{
    /// <summary>Bits of a weight below which nothing useful is left.</summary>
    private const double LeastBits = 0.05;

    /// <summary>Tries at a budget: what else is in a file than weights, and how well coders do, is only known once it is written.</summary>
    private const int MostFits = 6, MostTunes = 3;

    /// <summary>Shares the weights of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="step">How.</param>
    /// <param name="retrainer">What retrains it.</param>
    /// <param name="keepZeros">Whether weights that are zero stay so, because they were pruned.</param>
    /// <param name="sizeOf">Bytes of the file of a graph.</param>
    /// <param name="maxBytes">The most of them; null for as many as <see cref="RateStep.Bits"/> make.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Graph Run(Graph graph, RateStep step, Retrainer retrainer, bool keepZeros, Func<Graph, long> sizeOf, long? maxBytes, CancellationToken cancellation)
    {
        IReadOnlyDictionary<Constant, LayerInformation> information = retrainer.Information(graph);
        RateLayer[] layers = [.. WeightLayers.Of(graph).Select(layer => new RateLayer(layer, InformationOf(layer, information)))];
        long count = layers.Sum(layer => (long)layer.Weights.Length);
        double bits = step.Bits * count;
        RateQuantizer[] quantizers = RateGrid.For(layers, bits);
        // Coders of real files do better than the entropy of single layers, and there is more in a file than weights.
        for (int fit = 0; maxBytes is { } most && fit < MostFits; fit++)
        {
            long bytes = sizeOf(Rounded(graph, layers, quantizers));
            if (bytes <= most && bytes > most * 0.995) break;
            double wanted = bits + 8.0 * (most * 0.998 - bytes);
            if (wanted < LeastBits * count)
                throw new CompressionException(FormattableString.Invariant($"{most} bytes are too few for {count} weights: at {bits / count:0.##} bits each the file has {bytes}; allow more, or prune channels first"));
            bits = wanted;
            quantizers = RateGrid.For(layers, bits);
        }
        if (!retrainer.CanTrain || step.Epochs <= 0) return Rounded(graph, layers, quantizers);

        RateConstraint? constraint = null;
        Graph shared = retrainer.Run(graph, new RetrainingRun("rate", step.Epochs, step.Rate), network => constraint = new RateConstraint(network, [.. layers.Zip(quantizers)], bits, keepZeros), cancellation);
        if (maxBytes is not { } budget) return Tune(shared);
        // The weights are the constraint's until the file fits. Values that have moved one by one take a little more than those of a grid.
        long target = budget;
        for (int tune = 0; ; tune++)
        {
            for (int fit = 0; sizeOf(shared) is var bytes && bytes > target && fit < MostFits; fit++)
            {
                constraint!.Fit(8.0 * (bytes - target * 0.999));
                shared = constraint.WriteTo(shared);
            }
            Graph tuned = Tune(shared);
            long over = sizeOf(tuned) - budget;
            if (over <= 0 || tune == MostTunes) return tuned;
            target -= over + (over / 8) + 1;
        }

        Graph Tune(Graph graph) => retrainer.Run(graph, new RetrainingRun("tune", step.TuneEpochs, step.Rate / 4), network => new SharedConstraint(network), cancellation);
    }

    /// <summary>
    /// What is known of a layer. Channels of the last one are answers: those that the few pictures at hand do not show matter no less.
    /// Layers that no answer depends on matter next to nothing.
    /// </summary>
    private static LayerInformation InformationOf(WeightLayer layer, IReadOnlyDictionary<Constant, LayerInformation> information)
    {
        LayerInformation? known = information.GetValueOrDefault(layer.Constant);
        if (known is not null && !layer.IsLast) return known;
        double mean = known?.Mean ?? 1e-30;
        return new LayerInformation(mean, [.. Enumerable.Repeat(mean, layer.Shape[layer.OutputAxis])]);
    }

    private static Graph Rounded(Graph graph, RateLayer[] layers, RateQuantizer[] quantizers)
    {
        var replacements = new Dictionary<Constant, Constant>();
        for (int i = 0; i < layers.Length; i++)
        {
            float[] rounded = new float[layers[i].Scaled.Length];
            quantizers[i].Round(layers[i].Scaled, rounded);
            TensorPrimitives.Multiply(rounded, layers[i].Units, rounded);
            replacements[layers[i].Constant] = Constant.Of<float>(layers[i].Layer.Shape, rounded);
        }
        return WeightLayers.Replace(graph, replacements);
    }
}
