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
        WeightLayer[] layers = [.. WeightLayers.Of(graph)];
        float[][] weights = [.. layers.Select(layer => layer.Constant.ToArray<float>())];
        long count = weights.Sum(array => (long)array.Length);
        IReadOnlyDictionary<Constant, double> sensitivities = retrainer.Sensitivities(graph);
        (float[] Weights, double Sensitivity)[] measured = [.. layers.Select((layer, i) => (weights[i], sensitivities.GetValueOrDefault(layer.Constant, 1e-30)))];
        double bits = step.Bits * count;
        RateQuantizer[] quantizers = RateGrid.For(measured, bits);
        // Coders of real files do better than the entropy of single layers, and there is more in a file than weights.
        for (int fit = 0; maxBytes is { } most && fit < MostFits; fit++)
        {
            long bytes = sizeOf(Rounded(graph, layers, weights, quantizers));
            if (bytes <= most && bytes > most * 0.995) break;
            double wanted = bits + 8.0 * (most * 0.998 - bytes);
            if (wanted < LeastBits * count)
                throw new CompressionException(FormattableString.Invariant($"{most} bytes are too few for {count} weights: at {bits / count:0.##} bits each the file has {bytes}; allow more, or prune channels first"));
            bits = wanted;
            quantizers = RateGrid.For(measured, bits);
        }
        Dictionary<Constant, RateQuantizer> byConstant = layers.Select((layer, i) => (layer.Constant, Quantizer: quantizers[i])).ToDictionary(pair => pair.Constant, pair => pair.Quantizer);
        if (!retrainer.CanTrain || step.Epochs <= 0) return Rounded(graph, layers, weights, quantizers);

        RateConstraint? constraint = null;
        Graph shared = retrainer.Run(graph, new RetrainingRun("rate", step.Epochs, step.Rate), network => constraint = new RateConstraint(network, byConstant, bits, keepZeros), cancellation);
        if (maxBytes is not { } budget) return Tune(shared);
        // The weights are the constraint's until the file fits. Values that have moved one by one take a little more than those of a grid.
        long target = budget;
        for (int tune = 0; ; tune++)
        {
            for (int fit = 0; sizeOf(shared) is var bytes && bytes > target && fit < MostFits; fit++)
            {
                constraint!.Fit(constraint.CodedBits - 8.0 * (bytes - target * 0.999));
                shared = constraint.WriteTo(shared);
            }
            Graph tuned = Tune(shared);
            long over = sizeOf(tuned) - budget;
            if (over <= 0 || tune == MostTunes) return tuned;
            target -= over + (over / 8) + 1;
        }

        Graph Tune(Graph graph) => retrainer.Run(graph, new RetrainingRun("tune", step.TuneEpochs, step.Rate / 4), network => new SharedConstraint(network), cancellation);
    }

    private static Graph Rounded(Graph graph, WeightLayer[] layers, float[][] weights, RateQuantizer[] quantizers)
    {
        var replacements = new Dictionary<Constant, Constant>();
        for (int i = 0; i < layers.Length; i++)
        {
            float[] rounded = new float[weights[i].Length];
            quantizers[i].Round(weights[i], rounded);
            replacements[layers[i].Constant] = Constant.Of<float>(layers[i].Shape, rounded);
        }
        return WeightLayers.Replace(graph, replacements);
    }
}
