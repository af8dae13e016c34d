using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>
/// How much each channel matters. What is measured, of a layer's weights or of a value's activations, is divided by its mean over the channels there; a channel's
/// score is the mean over all layers that make or filter it, or over all values of it that a layer reads. So layers that share channels have equal say, and 1 is
/// average in every group.
/// </summary>
internal static class ChannelScores
{
    /// <summary>For each group, for each channel.</summary>
    /// <param name="groups">Of the graph.</param>
    /// <param name="ranking">What is measured.</param>
    /// <param name="examples">Inputs of the graph; used for activations only.</param>
    /// <exception cref="CompressionException">Activations are asked for, and there are no examples or they do not fit.</exception>
    public static double[][] Of(ChannelGroups groups, ChannelRanking ranking, IReadOnlyList<float[]> examples)
    {
        var sums = new Sums(groups);
        if (ranking is ChannelRanking.L1 or ChannelRanking.L2)
        {
            foreach ((WeightLayer layer, Node node, ChannelAxis outputs) in groups.Tracing.Producers)
                sums.Add(outputs.Units, Norms(groups.Graph, layer, node, outputs, ranking));
        }
        else
        {
            foreach ((ChannelAxis axis, double[] measures) in Activations(groups, ranking, examples)) sums.Add(axis.Units, measures);
        }
        return sums.Means();
    }

    /// <summary>The length of each channel's weights, as a batch normalization right behind scales them.</summary>
    private static double[] Norms(Graph graph, WeightLayer layer, Node node, ChannelAxis outputs, ChannelRanking ranking)
    {
        float[] weights = node.Inputs[1].Constant!.ToArray<float>();
        int inner = layer.Shape.Product(outputs.Axis + 1, layer.Shape.Rank);
        double[] norms = new double[outputs.Units.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            double weight = Math.Abs((double)weights[i]);
            norms[i / inner % norms.Length] += ranking == ChannelRanking.L1 ? weight : weight * weight;
        }
        if (ranking == ChannelRanking.L2)
        {
            for (int i = 0; i < norms.Length; i++) norms[i] = Math.Sqrt(norms[i]);
        }
        if (graph.ConsumersOf(node.Output) is [{ Op: BatchNormalization normalization } next] && next.Inputs[1].Constant is { } scale && next.Inputs[4].Constant is { } variance)
        {
            float[] scales = scale.ToArray<float>(), variances = variance.ToArray<float>();
            for (int i = 0; i < norms.Length; i++) norms[i] *= Math.Abs(scales[i]) / Math.Sqrt(variances[i] + normalization.Epsilon);
        }
        return norms;
    }

    /// <summary>Of each value that a layer mixes: for each channel the mean magnitude, or how often it is not zero.</summary>
    private static IEnumerable<(ChannelAxis Axis, double[] Measures)> Activations(ChannelGroups groups, ChannelRanking ranking, IReadOnlyList<float[]> examples)
    {
        Graph graph = groups.Graph;
        (Value Value, ChannelAxis Axis)[] seen = [.. groups.Tracing.Producers.Where(producer => producer.Layer.Kind != LayerKind.Depthwise)
            .Select(producer => producer.Node.Inputs[0]).Distinct().Where(groups.Tracing.Axes.ContainsKey).Select(value => (value, groups.Tracing.Axes[value]))];
        if (seen.Length == 0) return [];
        if (examples.Count == 0) throw new CompressionException($"channels are to be ranked by {ranking}, which needs example inputs; give some, or rank by L1 or L2");
        if (graph.Inputs.Length != 1)
            throw new CompressionException($"channels are to be ranked by {ranking}, which needs a network with one input; this one has {graph.Inputs.Length}: rank by L1 or L2");
        using var session = new InferenceSession(graph.WithOutputs([.. seen.Select((pair, i) => new GraphOutput($"channels {i}", pair.Value))]));
        double[][] measures = [.. seen.Select(pair => new double[pair.Axis.Units.Length])];
        foreach (float[] example in examples)
        {
            if (example.Length != graph.Inputs[0].Type.Shape.ElementCount)
            {
                throw new CompressionException(
                    $"an example of {example.Length} numbers for an input of {graph.Inputs[0].Type.Shape}; expected {graph.Inputs[0].Type.Shape.ElementCount}");
            }
            example.CopyTo(session.Input<float>(0));
            session.Run();
            for (int i = 0; i < seen.Length; i++)
            {
                ReadOnlySpan<float> values = session.Output<float>(i);
                Shape shape = seen[i].Value.Type.Shape;
                int inner = shape.Product(seen[i].Axis.Axis + 1, shape.Rank), channels = measures[i].Length;
                for (int k = 0; k < values.Length; k++)
                    measures[i][k / inner % channels] += ranking == ChannelRanking.MeanActivation ? Math.Abs((double)values[k]) : values[k] != 0 ? 1 : 0;
            }
        }
        return seen.Select((pair, i) => (pair.Axis, measures[i]));
    }

    private sealed class Sums(ChannelGroups groups)
    {
        private readonly double[][] _sums = [.. groups.Groups.Select(group => new double[group.Channels])];
        private readonly int[][] _counts = [.. groups.Groups.Select(group => new int[group.Channels])];

        public void Add(int[] units, double[] measures)
        {
            double mean = measures.Sum() / measures.Length;
            for (int i = 0; i < units.Length; i++)
            {
                (int group, int index) = groups.PlaceOf(units[i]);
                _sums[group][index] += mean > 0 ? measures[i] / mean : 0;
                _counts[group][index]++;
            }
        }

        public double[][] Means() => [.. _sums.Select((sums, group) => sums.Select((sum, i) => _counts[group][i] == 0 ? 0 : sum / _counts[group][i]).ToArray())];
    }
}
