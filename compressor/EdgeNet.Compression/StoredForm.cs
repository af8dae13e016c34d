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
        HashSet<Constant> weights = [.. WeightLayers.Of(graph).Select(layer => layer.Constant)];
        var replacements = new Dictionary<Constant, Constant>();
        foreach (Value value in graph.Constants)
        {
            Constant constant = value.Constant!;
            if (constant.Type.Element != ElementType.Float32 || constant.Storage != Storage.Dense || replacements.ContainsKey(constant)) continue;
            if (weights.Contains(constant) && Shared(constant) is { } shared) replacements[constant] = shared;
            else if (!weights.Contains(constant) && biases == BiasStorage.Half && IsBias(graph, value) && Halves(constant) is { } half) replacements[constant] = half;
        }
        return WeightLayers.Replace(graph, replacements);
    }

    /// <summary>Indices into a codebook in ascending order; null where there are too many values, or too few weights for a codebook to pay.</summary>
    private static Constant? Shared(Constant constant)
    {
        float[] weights = constant.ToArray<float>();
        var values = new SortedSet<float>();
        foreach (float weight in weights)
        {
            if (values.Add(Rounded(weight)) && values.Count > 256) return null;
        }
        if (values.Count * 4 + weights.Length >= 4 * weights.Length) return null;
        float[] codebook = [.. values];
        byte[] indices = Array.ConvertAll(weights, weight => (byte)Array.BinarySearch(codebook, Rounded(weight)));
        return Constant.Codebook(constant.Type.Shape, indices, codebook.ToValueList());
    }

    /// <summary>
    /// Shared values keep the 8 bits of bfloat16: finer than they lie apart, and of each only two bytes are to be coded. The sign of zero is not
    /// worth an entry.
    /// </summary>
    private static float Rounded(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return value == 0 ? 0f : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
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
