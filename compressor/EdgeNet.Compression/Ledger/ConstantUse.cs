using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>A constant of a graph, and what the first node that reads it takes it for.</summary>
/// <param name="Value">The constant.</param>
/// <param name="Node">The node; null of a constant that is an output.</param>
/// <param name="Input">Which of the node's inputs it is.</param>
/// <param name="Layer">What the node computes, if these are its weights; null of biases and all else.</param>
internal sealed record ConstantUse(Value Value, Node? Node, int Input, LayerKind? Layer)
{
    public Constant Constant => Value.Constant!;

    /// <summary>Its name, or one from its node.</summary>
    public string Name => Value.Name.Length > 0 ? Value.Name : Layer is not null ? Node!.Name : Node is null ? Kind : $"{Node.Name}: {Kind}";

    /// <summary>What it is, in a word.</summary>
    public string Kind => Layer switch
    {
        LayerKind.Convolution => "convolution",
        LayerKind.Depthwise => "depthwise",
        LayerKind.TransposedConvolution => "transposed convolution",
        LayerKind.Dense => "dense",
        LayerKind.Product => "matrix product",
        _ => Node?.Op is Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense && Input == 2 ? "bias" : "table",
    };

    /// <summary>The extent of the output channels of weights; 1 of all else.</summary>
    public int OutputChannels => Layer switch
    {
        null => 1,
        LayerKind.Depthwise or LayerKind.Product => Value.Type.Shape[^1],
        _ => Value.Type.Shape[0],
    };

    /// <summary>All constants of a graph, each once, in the order of their first use.</summary>
    public static ImmutableArray<ConstantUse> Of(Graph graph)
    {
        var seen = new HashSet<Constant>();
        var uses = ImmutableArray.CreateBuilder<ConstantUse>();
        foreach (Node node in graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                if (node.Inputs[i] is { Constant: { } constant } value && seen.Add(constant)) uses.Add(new(value, node, i, LayerOf(node, i)));
            }
        }
        foreach (GraphOutput output in graph.Outputs)
        {
            if (output.Value.Constant is { } constant && seen.Add(constant)) uses.Add(new(output.Value, null, 0, null));
        }
        return uses.ToImmutable();
    }

    // Weights of 8 bits are weights, too; WeightLayers has only those that can still be changed.
    private static LayerKind? LayerOf(Node node, int input) => input != 1 || node.Inputs[1].Type.Element is not (ElementType.Float32 or ElementType.Int8 or ElementType.UInt8) ? null : node.Op switch
    {
        Conv2D => LayerKind.Convolution,
        DepthwiseConv2D => LayerKind.Depthwise,
        ConvTranspose2D => LayerKind.TransposedConvolution,
        Dense => LayerKind.Dense,
        MatMul => LayerKind.Product,
        _ => null,
    };
}
