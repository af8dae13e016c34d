using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// Cross-layer equalization (Nagel et al. 2019): a channel between two layers is divided by a factor in the first and multiplied by it in the
/// second, so that its weights reach as far in both. Nothing between them but ReLU, which commutes with such factors: the function stays.
/// </summary>
internal static class Equalization
{
    private const int Rounds = 20;

    /// <summary>Two layers of which only the second reads the first.</summary>
    private sealed record Pair(Node First, Node Second);

    /// <summary>The graph with ranges equalized.</summary>
    /// <param name="graph">A Float32 graph with normalizations folded.</param>
    /// <param name="keepShared">Whether layers whose weights lie on a grid are left alone.</param>
    /// <param name="remarks">Gets what could not be done.</param>
    public static Graph Run(Graph graph, bool keepShared, ICollection<string> remarks)
    {
        var users = graph.Nodes.SelectMany(node => node.Inputs.Where(input => input.Constant is not null).Select(input => input.Constant!)).CountBy(constant => constant).ToDictionary();
        var shared = new Dictionary<Node, bool>();
        var pairs = new List<Pair>();
        int clipped = 0;
        foreach (Node first in graph.Nodes.Where(IsLayer))
        {
            if (Next(graph, first, out bool isClipped) is not { } second || !Fits(first, second)) continue;
            if (isClipped) clipped++;
            else pairs.Add(new Pair(first, second));
        }
        if (clipped > 0) remarks.Add($"equalization left {clipped} pairs of layers alone: a clip between them (ReLU6) does not commute with factors");
        var weights = new Dictionary<Node, float[]>();
        var biases = new Dictionary<Node, float[]>();
        foreach (Node node in pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct())
        {
            weights[node] = node.Inputs[1].Constant!.ToArray<float>();
            if (node.Inputs.Length > 2) biases[node] = node.Inputs[2].Constant!.ToArray<float>();
        }
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((Node first, Node second) in pairs) Equalize(first, second, weights, biases);
        }
        return GraphRewriter.Run(graph, (rewriter, node) =>
        {
            if (weights.TryGetValue(node, out float[]? scaled)) Replace(node.Inputs[1], scaled);
            if (biases.TryGetValue(node, out scaled)) Replace(node.Inputs[2], scaled);
            rewriter.Copy(node);

            void Replace(Value constant, float[] values) => rewriter[constant] = rewriter.Constant(Constant.Of(constant.Type.Shape, (ReadOnlySpan<float>)values), constant.Name);
        });

        // Tied weights belong to other layers, too; weights on a grid would leave it.
        bool IsLayer(Node node) => Int8Forms.Of(node) == Int8Form.Weighted && node.Inputs.Skip(1).All(input => users[input.Constant!] == 1) && !IsShared(node);

        bool IsShared(Node node)
        {
            if (shared.TryGetValue(node, out bool known)) return known;
            return shared[node] = keepShared && WeightCodes.AreShared(node.Inputs[1].Constant!.ToArray<float>());
        }

        bool Fits(Node first, Node second) => IsLayer(second) && second.Op is not Conv2D { Groups: > 1 };
    }

    /// <summary>The layer that alone reads another, directly or through a clamp.</summary>
    private static Node? Next(Graph graph, Node first, out bool isClipped)
    {
        Value value = first.Output;
        isClipped = false;
        while (!graph.IsOutput(value) && graph.ConsumersOf(value) is [var reader])
        {
            if (reader.Op is Relu or Clip)
            {
                isClipped |= reader.Op is Clip { Min: not 0 } or Clip { Max: < float.PositiveInfinity };
                value = reader.Output;
                continue;
            }
            return Int8Forms.Of(reader) == Int8Form.Weighted ? reader : null;
        }
        return null;
    }

    private static void Equalize(Node first, Node second, Dictionary<Node, float[]> weights, Dictionary<Node, float[]> biases)
    {
        float[] w1 = weights[first], w2 = weights[second];
        int channels = LayerWeights.OutputChannels(first);
        float[] r1 = new float[channels], r2 = new float[channels], factors = new float[channels];
        for (int i = 0; i < w1.Length; i++) r1[LayerWeights.OutputOf(first, i)] = Math.Max(r1[LayerWeights.OutputOf(first, i)], Math.Abs(w1[i]));
        for (int i = 0; i < w2.Length; i++) r2[LayerWeights.InputOf(second, i)] = Math.Max(r2[LayerWeights.InputOf(second, i)], Math.Abs(w2[i]));
        for (int c = 0; c < channels; c++)
        {
            // Both reach √(r1 · r2) afterwards. Channels that are dead on either side stay, as do those that would lose their numbers.
            double factor = Math.Sqrt((double)r1[c] / r2[c]);
            factors[c] = factor is > 1e-4 and < 1e4 ? (float)factor : 1;
        }
        for (int i = 0; i < w1.Length; i++) w1[i] /= factors[LayerWeights.OutputOf(first, i)];
        for (int i = 0; i < w2.Length; i++) w2[i] *= factors[LayerWeights.InputOf(second, i)];
        if (!biases.TryGetValue(first, out float[]? bias)) return;
        for (int c = 0; c < channels; c++) bias[c] /= factors[c];
    }
}
