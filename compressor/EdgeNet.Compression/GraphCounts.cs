using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What a graph holds and computes, whatever type its weights have; a constant that several nodes read counts once.</summary>
/// <param name="Parameters">Elements of all parameters: weights, biases, normalizations.</param>
/// <param name="NonZero">Those that are not zero.</param>
/// <param name="Macs">Multiply-accumulates of one run, zeros counted like others; see <see cref="Node.MultiplyAdds"/>.</param>
public sealed record GraphCounts(long Parameters, long NonZero, long Macs)
{
    /// <summary>Counts.</summary>
    public static GraphCounts Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        long parameters = 0, zeros = 0;
        foreach (Value value in graph.Constants.Where(IsParameter))
        {
            parameters += value.Type.Shape.ElementCount;
            zeros += value.Constant!.CountZeros();
        }
        return new GraphCounts(parameters, parameters - zeros, graph.Nodes.Sum(node => node.MultiplyAdds));
    }

    /// <summary>
    /// Whether a constant is one of the numbers that training finds, or came from them: Float32, 8-bit codes with quantization, or an
    /// Int32 (a quantized bias). Shapes and indices, Int64 or Bool, are not.
    /// </summary>
    public static bool IsParameter(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Constant is not null && (value.Type.Element is ElementType.Float32 or ElementType.Int32 || value.Type.Quantization is not null);
    }
}
