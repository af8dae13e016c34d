using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Carries out a <see cref="ClusterStep"/>.</summary>
internal static class TrainedQuantization
{
    private const int MostValues = 256;

    /// <summary>Shares the weights of a graph and fine-tunes what they share.</summary>
    public static Graph Run(Graph graph, ClusterStep step, Retrainer retrainer, int seed, CancellationToken cancellation)
    {
        WeightLayer[] layers = [.. WeightLayers.Of(graph)];
        float[][] weights = [.. layers.Select(layer => layer.Constant.ToArray<float>())];
        WeightLayers.CheckPrefixes(layers, step.Layers.Keys, "bits are given");
        int[] bits = [.. layers.Select(layer => WeightLayers.LongestPrefix(layer, step.Layers.Keys) is { } prefix ? step.Layers[prefix] : Bits(layer))];
        int Bits(WeightLayer layer) => step.ConvolutionBits > 0 && layer.Kind is LayerKind.Convolution or LayerKind.Depthwise or LayerKind.TransposedConvolution ? step.ConvolutionBits : step.Bits;
        if (step.BySensitivity)
        {
            IReadOnlyDictionary<Constant, LayerInformation> information = retrainer.Information(graph);
            double[][] costs = new double[layers.Length][];
            Parallel.For(0, layers.Length, i => costs[i] =
            [
                .. Enumerable.Range(1, BitAllocation.MostBits).Select(b =>
                    (information.GetValueOrDefault(layers[i].Constant)?.Mean ?? 0) * Clustering.Error(weights[i], Share(layers[i], weights[i], b, step, seed))),
            ]);
            bits = BitAllocation.Allocate([.. weights.Select(array => array.Length)], costs, step.Bits);
        }
        var shared = new Constant[layers.Length];
        Parallel.For(0, layers.Length, i => shared[i] = Constant.Of<float>(layers[i].Shape, Share(layers[i], weights[i], bits[i], step, seed)));
        graph = WeightLayers.Replace(graph, layers.Zip(shared).ToDictionary(pair => pair.First.Constant, pair => pair.Second));
        return retrainer.Run(graph, new RetrainingRun("centroids", step.Epochs, step.Rate), network => new SharedConstraint(network), cancellation);
    }

    private static float[] Share(WeightLayer layer, float[] weights, int bits, ClusterStep step, int seed)
    {
        int channels = layer.Shape[layer.OutputAxis], groups = Math.Min(step.Groups, channels);
        // Zero, which is left to pruning, takes one of the values that a codebook has for all groups.
        int values = Math.Min(1 << bits, (MostValues - 1) / groups);
        if (groups == 1) return Clustering.Share(weights, values, step.Start, seed);
        int inner = layer.Shape.Product(layer.OutputAxis + 1, layer.Shape.Rank);
        float[] result = new float[weights.Length];
        for (int group = 0; group < groups; group++)
        {
            int[] members = [.. Enumerable.Range(0, weights.Length).Where(i => (long)(i / inner % channels) * groups / channels == group)];
            float[] shared = Clustering.Share(Array.ConvertAll(members, i => weights[i]), values, step.Start, seed + group);
            for (int k = 0; k < members.Length; k++) result[members[k]] = shared[k];
        }
        return result;
    }
}
