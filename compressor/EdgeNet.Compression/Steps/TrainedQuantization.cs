using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out a <see cref="ClusterStep"/>.</summary>
internal static class TrainedQuantization
{
    /// <summary>Shares the weights of a graph and fine-tunes what they share.</summary>
    public static Graph Run(Graph graph, ClusterStep step, Retrainer retrainer, int seed, CancellationToken cancellation)
    {
        WeightLayer[] layers = [.. WeightLayers.Of(graph)];
        float[][] weights = [.. layers.Select(layer => layer.Constant.ToArray<float>())];
        int[] bits = [.. layers.Select(layer => step.Layers.Where(pair => layer.Name.StartsWith(pair.Key, StringComparison.Ordinal)).Select(pair => (int?)pair.Value).FirstOrDefault() ?? step.Bits)];
        if (step.BySensitivity)
        {
            IReadOnlyDictionary<Constant, double> sensitivities = retrainer.Sensitivities(graph);
            double[][] costs = new double[layers.Length][];
            Parallel.For(0, layers.Length, i => costs[i] =
            [
                .. Enumerable.Range(1, BitAllocation.MostBits).Select(b =>
                    sensitivities.GetValueOrDefault(layers[i].Constant, 1e-30) * Clustering.Error(weights[i], Clustering.Share(weights[i], ValuesOf(b), step.Start, seed))),
            ]);
            bits = BitAllocation.Allocate([.. weights.Select(array => array.Length)], costs, step.Bits);
        }
        var shared = new Constant[layers.Length];
        Parallel.For(0, layers.Length, i => shared[i] = Constant.Of<float>(layers[i].Shape, Clustering.Share(weights[i], ValuesOf(bits[i]), step.Start, seed)));
        graph = WeightLayers.Replace(graph, layers.Zip(shared).ToDictionary(pair => pair.First.Constant, pair => pair.Second));
        return retrainer.Run(graph, new RetrainingRun("centroids", step.Epochs, step.Rate), network => new SharedConstraint(network), cancellation);
    }

    /// <summary>Zero, which is left to pruning, takes one of the 256 that a codebook has.</summary>
    private static int ValuesOf(int bits) => Math.Min(1 << bits, 255);
}
