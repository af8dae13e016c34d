using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression;

/// <summary>Brings a Float32 graph into the shape that is quantized: normalizations and constants folded, products with constants as layers.</summary>
internal static class Int8Preparation
{
    /// <exception cref="CompressionException">The graph has codes already, or its inputs are no Float32 tensors.</exception>
    public static Graph Run(Graph graph)
    {
        if (graph.Nodes.FirstOrDefault(node => node.Op is Quantize or Dequantize || node.Outputs.Any(output => output.Type.Quantization is not null)) is { } quantized)
            throw new CompressionException($"int8: {quantized} works on codes: the model is quantized already; start from its Float32 form");
        if (graph.Inputs.FirstOrDefault(input => input.Type.Element != ElementType.Float32) is { } other)
            throw new CompressionException($"int8: input '{other.Name}' is {other.Type}; expected Float32");
        graph = NormalizationFolding.Run(GraphRewriter.Run(graph, Connect));
        return ConstantFolding.Run(graph, new SessionOptions().MaxActivationBytes);
    }

    /// <summary>A product with a constant matrix is a fully connected layer without a bias.</summary>
    private static void Connect(GraphRewriter rewriter, Node node)
    {
        if (node.Op is MatMul && node.Inputs[0].Constant is null && rewriter[node.Inputs[1]] is { Constant: { Type: { Element: ElementType.Float32, Shape.Rank: 2 } } matrix } weights)
        {
            Constant transposed = Constant.Of(matrix.Type.Shape, (ReadOnlySpan<float>)matrix.ToArray<float>()).Transposed([1, 0]);
            rewriter[node.Output] = rewriter.Add(new Dense(), node.Name, rewriter[node.Inputs[0]], rewriter.Constant(transposed, weights.Name));
        }
        else
        {
            rewriter.Copy(node);
        }
    }
}
