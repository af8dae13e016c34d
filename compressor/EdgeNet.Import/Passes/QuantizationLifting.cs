using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>
/// Lifts the QDQ form (float ops between Dequantize and Quantize) to ops on codes, where the result stays within one
/// quantization step. Whatever does not fit stays in its float form, which is right by definition.
/// </summary>
/// <remarks>
/// Work starts at each Quantize: the float ops before it are copied as they are, and a lifted form that reads the codes takes
/// the Quantize's place; float ops that nobody reads any more fall away with the rewrite.
/// </remarks>
public sealed class QuantizationLifting
{
    // Rounded to the nearest code, a bias is never further away than half of one; beyond this the float was no number.
    private const double BiasTolerance = 0.51;

    private readonly GraphRewriter _graph;

    private QuantizationLifting(GraphRewriter graph) => _graph = graph;

    /// <summary>The same network with quantized ops wherever the IR has them.</summary>
    public static Graph Run(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        QuantizationLifting? pass = null;
        return GraphRewriter.Run(graph, (rewriter, node) => (pass ??= new QuantizationLifting(rewriter)).Visit(node));
    }

    private void Visit(Node node)
    {
        Value? lifted = node.Op switch
        {
            Quantize { OutputQuantization: { IsPerTensor: true } parameters } op => Requantized(node, op, parameters) ?? Lifted(node, op, parameters),
            Transpose op => ConstantLayout.Rewrite(_graph, _graph[node.Inputs[0]], constant => constant.Transposed(op.Permutation.Span)),
            Reshape => ConstantLayout.Rewrite(_graph, _graph[node.Inputs[0]], constant => ConstantLayout.Reshaped(constant, node.Output.Type.Shape)),
            _ => null,
        };
        if (lifted is not null) _graph[node.Output] = lifted;
        else _graph.Copy(node);
    }

    /// <summary>Quantize(Dequantize(x)): x, or its codes under other parameters.</summary>
    private Value? Requantized(Node quantize, Quantize op, Quantization parameters) =>
        CodesBehind(quantize.Inputs[0]) is { } codes ? Under(codes, op.To, parameters, quantize.Name) : null;

    private Value Under(Value codes, ElementType element, Quantization parameters, string name) =>
        codes.Type.Element == element && codes.Type.Quantization == parameters
            ? codes
            : _graph.Add(new Quantize(element) { OutputQuantization = parameters }, name, codes);

    /// <summary>Op, then any number of clamps, then Quantize: all on codes of the Quantize's parameters, with which clamps commute.</summary>
    private Value? Lifted(Node quantize, Quantize to, Quantization parameters)
    {
        if (to.To != ElementType.Int8) return null;
        var clamps = new Stack<Node>();
        Value value = quantize.Inputs[0];
        while (true)
        {
            if (!IsPrivate(value) || value.Producer is not { } op) return null;
            if (LiftedOp(op, parameters) is { } codes)
            {
                foreach (Node clamp in clamps) codes = _graph.Add(clamp.Op with { OutputQuantization = parameters }, clamp.Name, codes);
                return codes;
            }
            if (op.Op is not (Relu or Clip)) return null;
            clamps.Push(op);
            value = op.Inputs[0];
        }
    }

    private Value? LiftedOp(Node node, Quantization parameters) => node.Op switch
    {
        Conv2D or DepthwiseConv2D or Dense => LiftedWeighted(node, parameters),
        Add => LiftedBias(node, parameters) ?? LiftedArithmetic(node, parameters),
        Pool2D { Kind: PoolKind.Average } or MatMul or Sub or Mul or ReduceMean or Softmax or Unary => LiftedArithmetic(node, parameters),
        Resize => LiftedMover(node, parameters, requantizes: false),
        Pool2D or ReduceMax or ReduceMin or Concat or Slice or Pad or Expand or Tile or Reshape or Transpose or Gather or GatherElements or GatherNd
            => LiftedMover(node, parameters, requantizes: true),
        _ => null,
    };

    private Value? LiftedArithmetic(Node node, Quantization parameters)
    {
        Value[]? codes = AllCodes(node.Inputs);
        return codes is null ? null : _graph.Add(node.Op with { OutputQuantization = parameters }, node.Name, codes);
    }

    /// <summary>Ops that move or select elements: on codes that already stand under the result's parameters.</summary>
    private Value? LiftedMover(Node node, Quantization parameters, bool requantizes)
    {
        int data = node.Op is Gather or GatherElements or GatherNd ? 1 : node.Inputs.Length;
        if (AllCodes(node.Inputs.Take(data)) is not { } codes) return null;
        if (!requantizes && codes.Any(part => part.Type.Quantization != parameters)) return null;
        return _graph.Add(node.Op, node.Name,
            [.. codes.Select(part => Under(part, ElementType.Int8, parameters, $"{node.Name}/requantize")), .. node.Inputs.Skip(data).Select(input => _graph[input])]);
    }

    /// <summary>A constant per channel that is added to the result of a weighted op is (one more) bias.</summary>
    private Value? LiftedBias(Node add, Quantization parameters)
    {
        for (int i = 0; i < 2; i++)
        {
            Value result = add.Inputs[i], other = add.Inputs[1 - i];
            if (other.Constant is not { Type.Element: ElementType.Float32 } constant || !IsPrivate(result)
                || result.Producer is not { Op: Conv2D or DepthwiseConv2D or Dense } weighted) continue;
            Shape shape = constant.Type.Shape;
            bool perChannel = shape.Rank > 0 && shape[^1] == result.Type.Shape[^1] && shape.ElementCount == shape[^1];
            if (perChannel && add.Output.Type.Shape == result.Type.Shape) return LiftedWeighted(weighted, parameters, constant.ToArray<float>());
        }
        return null;
    }

    private Value? LiftedWeighted(Node node, Quantization parameters, float[]? added = null)
    {
        int channelAxis = node.Op is DepthwiseConv2D ? 2 : 0;
        if (AllCodes([node.Inputs[0]]) is not [var x]) return null;
        Value weights = _graph[node.Inputs[1]];
        if (weights.Producer is not { Op: Dequantize } dequantize || dequantize.Inputs[0] is not { Constant: not null } codes) return null;
        if (codes.Type is not { Element: ElementType.Int8, Quantization: { } scales } || (!scales.IsPerTensor && scales.Axis != channelAxis)) return null;
        Op op = node.Op with { OutputQuantization = parameters };
        if (node.Inputs.Length < 3 && added is null) return _graph.Add(op, node.Name, x, codes);

        Value? bias = node.Inputs.Length < 3 ? null : _graph[node.Inputs[2]];
        if (bias is { Constant: null }) return null;
        double[] real = new double[codes.Type.Shape[channelAxis]];
        float[]? own = bias?.Constant!.ToArray<float>();
        for (int i = 0; i < real.Length; i++) real[i] = (own is null ? 0.0 : own[i]) + (added is null ? 0.0 : added[i]);
        return BiasCodes(real, x.Type.Quantization!, scales) is { } biasCodes
            ? _graph.Add(op, node.Name, x, codes, _graph.Constant(Constant.Of<int>(biasCodes), bias?.Name ?? $"{node.Name}/bias"))
            : null;
    }

    /// <summary>The bias in units of input × weight; null where Int32 cannot hold it.</summary>
    private static int[]? BiasCodes(double[] real, Quantization x, Quantization weights)
    {
        int[] codes = new int[real.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            double units = real[i] / ((double)x.Scale * weights.Scales[weights.IsPerTensor ? 0 : i]), rounded = Math.Round(units, MidpointRounding.ToEven);
            if (!(Math.Abs(rounded - units) <= BiasTolerance && rounded is >= int.MinValue and <= int.MaxValue)) return null;
            codes[i] = (int)rounded;
        }
        return codes;
    }

    private Value[]? AllCodes(IEnumerable<Value> reals)
    {
        var result = new List<Value>();
        foreach (Value real in reals)
        {
            if (CodesBehind(real) is not { Type.Element: ElementType.Int8 } codes) return null;
            result.Add(codes);
        }
        return [.. result];
    }

    /// <summary>The codes (in the new graph) that an old real value is the dequantized form of, also through ops that only move elements.</summary>
    private Value? CodesBehind(Value real)
    {
        if (real.Producer is not { } node) return null;
        if (node.Op is Dequantize)
        {
            Value codes = _graph[node.Inputs[0]];
            return codes.Type.Quantization is { IsPerTensor: true } ? codes : null;
        }
        if (node.Op is not (Reshape or Transpose or Slice) || !IsPrivate(real)) return null;
        return CodesBehind(node.Inputs[0]) is { } moved ? _graph.Add(node.Op, node.Name, moved) : null;
    }

    /// <summary>Whether one node alone reads a value.</summary>
    private bool IsPrivate(Value value) => _graph.Old.ConsumersOf(value).Length == 1 && !_graph.Old.IsOutput(value);
}
