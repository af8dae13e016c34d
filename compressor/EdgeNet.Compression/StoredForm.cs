using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>How the constants of a compressed graph are kept in its file.</summary>
public static class StoredForm
{
    /// <summary>Vectors shorter than this stay as they are: they are next to nothing.</summary>
    private const int ShortestVector = 4;

    /// <summary>The same graph with shared weights as indices into codebooks, and biases as asked.</summary>
    /// <param name="graph">A graph.</param>
    /// <param name="biases">How biases, and other vectors that are added or multiplied, are kept.</param>
    public static Graph Of(Graph graph, BiasStorage biases)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Dictionary<Constant, WeightLayer> weights = WeightLayers.Of(graph).ToDictionary(layer => layer.Constant);
        var replacements = new Dictionary<Constant, Constant>();
        foreach (Value value in graph.Constants)
        {
            Constant constant = value.Constant!;
            if (constant.Type.Element != ElementType.Float32 || constant.Storage != Storage.Dense || replacements.ContainsKey(constant)) continue;
            if (weights.TryGetValue(constant, out WeightLayer? layer))
            {
                Constant[] forms = [.. new[] { Shared(constant), Gridded(constant, layer.OutputAxis) }.OfType<Constant>()];
                if (forms.Length > 0) replacements[constant] = forms.MinBy(form => ModelFile.StoredSize(form).Total)!;
            }
            else if (biases == BiasStorage.Half && IsBias(graph, value) && Halves(constant) is { } half) replacements[constant] = half;
        }
        return WeightLayers.Replace(graph, replacements);
    }

    /// <summary>Indices into a codebook of numbers of 8 significant bits in ascending order; null where there are too many values, or too few weights for a codebook to pay.</summary>
    private static Constant? Shared(Constant constant)
    {
        float[] weights = constant.ToArray<float>();
        var values = new SortedSet<float>();
        foreach (float weight in weights)
        {
            if (values.Add(Bfloat16.Round(weight)) && values.Count > 256) return null;
        }
        if (values.Count * 4 + weights.Length >= 4 * weights.Length) return null;
        float[] codebook = [.. values];
        byte[] indices = Array.ConvertAll(weights, weight => (byte)Array.BinarySearch(codebook, Bfloat16.Round(weight)));
        return Constant.Codebook(constant.Type.Shape, indices, codebook.ToValueList());
    }

    /// <summary>Whole codes and a step for each output channel, where all of a channel's weights are multiples of it to the bit; else null.</summary>
    private static Constant? Gridded(Constant constant, int axis)
    {
        float[] weights = constant.ToArray<float>();
        Shape shape = constant.Type.Shape;
        int channels = shape[axis], inner = shape.Product(axis + 1, shape.Rank);
        float[] steps = new float[channels];
        byte[] codes = new byte[weights.Length];
        float any = 1;
        for (int channel = 0; channel < channels; channel++)
        {
            int[] members = Members(channel);
            float[] values = Array.ConvertAll(members, i => weights[i]);
            if (values.AsSpan().IndexOfAnyExcept(0f) < 0) continue;
            if (SharedGrid.Of(values) is not { IsSymmetric: true } grid) return null;
            steps[channel] = any = grid.Step;
            foreach (int i in members)
            {
                int code = (int)MathF.Round(weights[i] / grid.Step);
                if (grid.Step * code != weights[i]) return null;
                codes[i] = (byte)(sbyte)code;
            }
        }
        // A channel of zeros has any step; its neighbour's is the shortest to write.
        for (int channel = 0; channel < channels; channel++) any = steps[channel] = steps[channel] == 0 ? any : steps[channel];
        bool same = steps.AsSpan().IndexOfAnyExcept(steps[0]) < 0;
        return Constant.AffineCodes(shape, codes, same ? Quantization.PerTensor(steps[0], 0) : Quantization.PerChannel(steps.ToValueList(), axis));

        int[] Members(int channel)
        {
            var members = new List<int>();
            for (int begin = channel * inner; begin < weights.Length; begin += channels * inner)
            {
                for (int i = 0; i < inner; i++) members.Add(begin + i);
            }
            return [.. members];
        }
    }

    private static bool IsBias(Graph graph, Value value) =>
        value.Type.Shape.ElementCount >= ShortestVector && value.Type.Shape.Rank >= 1 && value.Type.Shape.ElementCount == value.Type.Shape[^1]
        && !graph.IsOutput(value)
        && graph.ConsumersOf(value).All(node => node.Op is Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense or Add or PRelu);

    private static Constant? Halves(Constant constant)
    {
        Half[] halves = Array.ConvertAll(constant.ToArray<float>(), number => (Half)number);
        return Array.Exists(halves, half => !Half.IsFinite(half)) ? null : Constant.Half(constant.Type.Shape, MemoryMarshal.AsBytes<Half>(halves).ToArray());
    }
}
