using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Puts Quantize and Dequantize on the activations of a Float32 graph, where the int8 graph of the plan rounds them.</summary>
internal static class FakeQuantization
{
    public static Graph Run(Int8Plan plan)
    {
        var int8 = plan.Graph.Nodes.Where(plan.IsInt8).ToHashSet();
        var borders = new Dictionary<(Value, Quantization), Value>();
        return GraphRewriter.Run(plan.Graph, (rewriter, node) =>
        {
            if (!int8.Contains(node))
            {
                rewriter.Copy(node);
                return;
            }
            bool moves = Int8Forms.Of(node) == Int8Form.Mover;
            int data = Int8Forms.Data(node).Count();
            Value[] inputs = [.. node.Inputs.Select((input, i) => i < data && input.Constant is null ? AsRead(input, moves ? node.Output : input) : rewriter[input])];
            Value output = rewriter.Add(node.Op, node.Name, inputs);
            // Before a clamp that rounds nothing is rounded; what moves codes has nothing to round.
            bool isClamped = plan.Graph.ConsumersOf(node.Output) is [var next] && SharedParameters.IsAbsorbed(plan.Graph, int8, next) && int8.Contains(next);
            rewriter[node.Output] = moves || isClamped ? output : Rounded(output, plan.QuantizationOf(node.Output)!);

            // The codes that a node reads: rounded here where they come from outside, or stand under other parameters.
            Value AsRead(Value input, Value parameters)
            {
                Quantization wanted = plan.QuantizationOf(parameters)!;
                bool isCodes = input.Producer is { } producer && int8.Contains(producer);
                if (isCodes && plan.QuantizationOf(input) == wanted) return rewriter[input];
                if (borders.TryGetValue((input, wanted), out Value? known)) return known;
                return borders[(input, wanted)] = Rounded(rewriter[input], wanted);
            }

            Value Rounded(Value value, Quantization q) =>
                rewriter.Add(new Dequantize(), $"{value.Name}/rounded", rewriter.Add(new Quantize(ElementType.Int8) { OutputQuantization = q }, $"{value.Name}/codes", value));
        });
    }
}
