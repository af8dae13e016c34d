using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What a layer with weights computes.</summary>
public enum LayerKind
{
    /// <summary>A convolution with weights [O, kernel H, kernel W, I].</summary>
    Convolution,
    /// <summary>A depthwise convolution with weights [kernel H, kernel W, C].</summary>
    Depthwise,
    /// <summary>A transposed convolution with weights [O, kernel H, kernel W, I].</summary>
    TransposedConvolution,
    /// <summary>Fully connected with weights [O, I].</summary>
    Dense,
    /// <summary>A matrix product with a constant [..., I, O].</summary>
    Product,
}

/// <summary>A tensor of weights that can be pruned, shared and quantized, and the node that uses it first.</summary>
/// <param name="Node">The first node that uses the weights.</param>
/// <param name="Weights">The weights; a Float32 constant.</param>
/// <param name="Kind">What the node computes.</param>
/// <param name="IsFirst">Whether it sees the picture itself.</param>
/// <param name="IsLast">Whether nothing with weights comes after it.</param>
public sealed record WeightLayer(Node Node, Value Weights, LayerKind Kind, bool IsFirst, bool IsLast)
{
    /// <summary>The weights' name, or that of their node.</summary>
    public string Name => Weights.Name.Length > 0 ? Weights.Name : Node.Name;

    /// <summary>The weights as they are stored.</summary>
    public Constant Constant => Weights.Constant!;

    /// <summary>Their shape.</summary>
    public Shape Shape => Weights.Type.Shape;

    /// <summary>The axis of output channels.</summary>
    public int OutputAxis => WeightLayers.OutputAxisOf(Node.Op, Shape);
}

/// <summary>The weights of a graph.</summary>
public static class WeightLayers
{
    /// <summary>All layers with Float32 weights, in the order of the graph; weights that several nodes use count once.</summary>
    public static ImmutableArray<WeightLayer> Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        // Nodes with weights before and behind each node.
        var behind = new HashSet<Value>();
        var isLast = new Dictionary<Node, bool>();
        foreach (Node node in graph.Nodes.Reverse())
        {
            bool leadsToWeights = node.Outputs.Any(behind.Contains);
            isLast[node] = !leadsToWeights;
            if (!leadsToWeights && WeightsOf(node) is null) continue;
            foreach (Value input in node.Inputs) behind.Add(input);
        }
        var after = new HashSet<Value>();
        var seen = new HashSet<Constant>();
        var layers = ImmutableArray.CreateBuilder<WeightLayer>();
        foreach (Node node in graph.Nodes)
        {
            bool first = !node.Inputs.Any(after.Contains);
            if (WeightsOf(node) is var (weights, kind))
            {
                if (seen.Add(weights.Constant!)) layers.Add(new WeightLayer(node, weights, kind, first, isLast[node]));
                after.UnionWith(node.Outputs);
            }
            else if (!first)
            {
                after.UnionWith(node.Outputs);
            }
        }
        return layers.ToImmutable();
    }

    /// <summary>Of the beginnings of names, the longest with which this layer's begins; null where there is none.</summary>
    internal static string? LongestPrefix(WeightLayer layer, IEnumerable<string> prefixes) =>
        prefixes.Where(prefix => layer.Name.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length);

    /// <summary>Refuses beginnings with which no layer's name begins.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="prefixes">The beginnings.</param>
    /// <param name="what">What is given for them, for the message.</param>
    /// <exception cref="CompressionException">There is no such layer.</exception>
    internal static void CheckPrefixes(IReadOnlyList<WeightLayer> layers, IEnumerable<string> prefixes, string what)
    {
        foreach (string prefix in prefixes)
        {
            if (!layers.Any(layer => layer.Name.StartsWith(prefix, StringComparison.Ordinal)))
                throw new CompressionException($"{what} for layers '{prefix}…'; no layer's name begins so: there are {string.Join(", ", layers.Select(layer => layer.Name))}");
        }
    }

    /// <summary>The graph with other constants in the place of some.</summary>
    public static Graph Replace(Graph graph, IReadOnlyDictionary<Constant, Constant> replacements)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(replacements);
        return GraphRewriter.Run(graph, (rewriter, node) =>
        {
            foreach (Value input in node.Inputs)
            {
                if (input.Constant is { } old && replacements.TryGetValue(old, out Constant? replacement) && rewriter[input].Constant == old)
                    rewriter[input] = rewriter.Constant(replacement, input.Name);
            }
            rewriter.Copy(node);
        });
    }

    /// <summary>The axis of output channels of a node's weights.</summary>
    internal static int OutputAxisOf(Op op, Shape weights) => op is DepthwiseConv2D or MatMul ? weights.Rank - 1 : 0;

    private static (Value Weights, LayerKind Kind)? WeightsOf(Node node)
    {
        (Value? weights, LayerKind kind) = node.Op switch
        {
            Conv2D => (node.Inputs[1], LayerKind.Convolution),
            DepthwiseConv2D => (node.Inputs[1], LayerKind.Depthwise),
            ConvTranspose2D => (node.Inputs[1], LayerKind.TransposedConvolution),
            Dense => (node.Inputs[1], LayerKind.Dense),
            MatMul when node.Inputs[1].Constant is not null => (node.Inputs[1], LayerKind.Product),
            _ => (null, default),
        };
        return weights is { Constant: not null, Type.Element: ElementType.Float32 } ? (weights, kind) : null;
    }
}
