using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>
/// Lifts the QDQ form (float ops between Dequantize and Quantize) to ops on codes, where the result stays within one
/// quantization step. Whatever does not fit stays in its float form, which is right by definition.
/// </summary>
/// <remarks>
/// Work starts at each Quantize: the float ops before it are copied as they are, and a lifted form that reads the codes takes
/// the Quantize's place; float ops that nobody reads any more fall away with the rewrite.
/// <para>
/// The IR quantizes activations per tensor. Codes of one scale per channel (<see cref="Reading"/>) keep their values and stand
/// under the scale 1 instead: the op that makes them has weights divided by the scales, a depthwise convolution that reads them
/// weights multiplied by them, both of which the scales of the weights take up. Other readers get the reals, multiplied back.
/// </para>
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
            Quantize { OutputQuantization: { IsPerTensor: true } parameters } op =>
                Requantized(node, op, parameters) ?? Rescaled(node, op, parameters) ?? Lifted(node, op, new Reading(parameters, parameters)),
            Quantize { OutputQuantization: { } parameters } op => Common(node, parameters) is { } common ? Lifted(node, op, new Reading(parameters, common)) : null,
            Dequantize => Restored(node),
            Transpose op => ConstantLayout.Rewrite(_graph, _graph[node.Inputs[0]], constant => constant.Transposed(op.Permutation.Span)),
            Reshape => ConstantLayout.Rewrite(_graph, _graph[node.Inputs[0]], constant => ConstantLayout.Reshaped(constant, node.Output.Type.Shape)),
            _ => null,
        };
        if (lifted is not null) _graph[node.Output] = lifted;
        else _graph.Copy(node);
    }

    /// <summary>Quantize(Dequantize(x)): x, or its codes under other parameters.</summary>
    private Value? Requantized(Node quantize, Quantize op, Quantization parameters) =>
        CodesBehind(quantize.Inputs[0]) is { Reading.IsPlain: true } x ? Under(x.Codes, op.To, parameters, quantize.Name) : null;

    /// <summary>Quantize(Dequantize(x) · constant) where no code changes: x, whose readers take the factor into their weights.</summary>
    private Value? Rescaled(Node quantize, Quantize op, Quantization parameters)
    {
        if (op.To != ElementType.Int8 || quantize.Inputs[0].Producer is not { Op: Mul } product || !IsReadAsReals(quantize.Output)) return null;
        for (int i = 0; i < 2; i++)
        {
            if (product.Inputs[i].Constant is not { Type: { Element: ElementType.Float32, Shape.ElementCount: 1 } } factor
                || product.Inputs[1 - i].Type.Shape != product.Output.Type.Shape
                || CodesBehind(product.Inputs[1 - i]) is not { Codes.Type.Element: ElementType.Int8, Reading.Meaning: { IsPerTensor: true } from } x) continue;
            float f = factor.ToArray<float>()[0];
            bool same = Enumerable.Range(sbyte.MinValue, 256).All(code =>
                MathF.Round((code - from.ZeroPoint) * from.Scale * f / parameters.Scale, MidpointRounding.ToEven) + parameters.ZeroPoint == code);
            if (same) return x.Codes;
        }
        return null;
    }

    /// <summary>Parameters for the whole tensor under which codes of one scale per channel can stand; null where they cannot.</summary>
    private Quantization? Common(Node quantize, Quantization meaning)
    {
        int zeroPoint = meaning.ZeroPoints[0];
        bool fits = meaning.Axis == quantize.Output.Type.Shape.Rank - 1 && meaning.ZeroPoints.All(zero => zero == zeroPoint) && IsReadAsReals(quantize.Output);
        return fits ? Quantization.PerTensor(1, zeroPoint) : null;
    }

    /// <summary>The reals of codes that stand under other parameters than they mean.</summary>
    private Value? Restored(Node dequantize)
    {
        Value codes = _graph[dequantize.Inputs[0]];
        var reading = new Reading(dequantize.Inputs[0].Type.Quantization!, codes.Type.Quantization!);
        if (reading.IsPlain) return null;
        float[] factors = [.. Enumerable.Range(0, reading.Meaning.Scales.Count).Select(channel => (float)reading.Factor(channel))];
        Value stated = _graph.Add(dequantize.Op, $"{dequantize.Name}/codes", codes);
        return _graph.Add(new Mul(), dequantize.Name, stated, _graph.Constant(Constant.Of<float>(factors), $"{dequantize.Name}/scales"));
    }

    private Value Under(Value codes, ElementType element, Quantization parameters, string name) =>
        codes.Type.Element == element && codes.Type.Quantization == parameters
            ? codes
            : _graph.Add(new Quantize(element) { OutputQuantization = parameters }, name, codes);

    /// <summary>Op, then any number of clamps, then Quantize: all on codes of the Quantize's parameters, with which clamps commute.</summary>
    private Value? Lifted(Node quantize, Quantize to, Reading result)
    {
        if (to.To != ElementType.Int8) return null;
        var clamps = new Stack<Node>();
        Value value = quantize.Inputs[0];
        while (true)
        {
            if (!IsPrivate(value) || value.Producer is not { } op) return null;
            if (LiftedOp(op, result) is { } codes)
            {
                foreach (Node clamp in clamps) codes = _graph.Add(clamp.Op with { OutputQuantization = result.Stated }, clamp.Name, codes);
                return codes;
            }
            // The bounds of Clip are reals: not the same codes in all channels.
            if (op.Op is not Relu && !(op.Op is Clip && result.IsPlain)) return null;
            clamps.Push(op);
            value = op.Inputs[0];
        }
    }

    private Value? LiftedOp(Node node, Reading result) => node.Op switch
    {
        Conv2D or DepthwiseConv2D or Dense => LiftedWeighted(node, result),
        Add when LiftedBias(node, result) is { } biased => biased,
        _ when !result.IsPlain => null,
        Add or Pool2D { Kind: PoolKind.Average } or MatMul or Sub or Mul or ReduceMean or Softmax or Unary => LiftedArithmetic(node, result.Stated),
        Resize => LiftedMover(node, result.Stated, requantizes: false),
        Pool2D or ReduceMax or ReduceMin or Concat or Slice or Pad or Expand or Tile or Reshape or Transpose or Gather or GatherElements or GatherNd
            => LiftedMover(node, result.Stated, requantizes: true),
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
    private Value? LiftedBias(Node add, Reading result)
    {
        for (int i = 0; i < 2; i++)
        {
            Value sum = add.Inputs[i], other = add.Inputs[1 - i];
            if (other.Constant is not { Type.Element: ElementType.Float32 } constant || !IsPrivate(sum)
                || sum.Producer is not { Op: Conv2D or DepthwiseConv2D or Dense } weighted) continue;
            Shape shape = constant.Type.Shape;
            bool perChannel = shape.Rank > 0 && shape[^1] == sum.Type.Shape[^1] && shape.ElementCount == shape[^1];
            if (perChannel && add.Output.Type.Shape == sum.Type.Shape) return LiftedWeighted(weighted, result, constant.ToArray<float>());
        }
        return null;
    }

    private Value? LiftedWeighted(Node node, Reading result, float[]? added = null)
    {
        bool depthwise = node.Op is DepthwiseConv2D;
        int channelAxis = depthwise ? 2 : 0;
        if (CodesBehind(node.Inputs[0]) is not { Codes.Type.Element: ElementType.Int8 } x) return null;
        // The others add up channels, and those of different scales do not add up as codes.
        if (!x.Reading.Meaning.IsPerTensor && !depthwise) return null;
        Value weights = _graph[node.Inputs[1]];
        if (weights.Producer is not { Op: Dequantize } dequantize || dequantize.Inputs[0] is not { Constant: not null } codes) return null;
        if (codes.Type is not { Element: ElementType.Int8, Quantization: { } scales } || (!scales.IsPerTensor && scales.Axis != channelAxis)) return null;

        int channels = codes.Type.Shape[channelAxis];
        int Source(int channel) => depthwise ? channel / (channels / node.Inputs[0].Type.Shape[^1]) : 0;
        bool plain = x.Reading.IsPlain && result.IsPlain;
        Value? stated = plain ? codes : Scaled(codes, channelAxis, channel => x.Reading.Factor(Source(channel)) / result.Factor(channel));
        if (stated is null) return null;
        Op op = node.Op with { OutputQuantization = result.Stated };
        if (node.Inputs.Length < 3 && added is null) return _graph.Add(op, node.Name, x.Codes, stated);

        Value? bias = node.Inputs.Length < 3 ? null : _graph[node.Inputs[2]];
        if (bias is { Constant: null }) return null;
        double[] units = new double[channels];
        float[]? own = bias?.Constant!.ToArray<float>();
        for (int i = 0; i < channels; i++)
        {
            double real = (own is null ? 0.0 : own[i]) + (added is null ? 0.0 : added[i]);
            units[i] = real / (x.Reading.Scale(Source(i)) * scales.Scales[scales.IsPerTensor ? 0 : i]);
        }
        return BiasCodes(units) is { } biasCodes
            ? _graph.Add(op, node.Name, x.Codes, stated, _graph.Constant(Constant.Of<int>(biasCodes), bias?.Name ?? $"{node.Name}/bias"))
            : null;
    }

    /// <summary>The same codes with each channel's scale times a factor; null where fp32 has no such scale.</summary>
    private Value? Scaled(Value weights, int channelAxis, Func<int, double> factor)
    {
        Quantization old = weights.Type.Quantization!;
        int[] channels = [.. Enumerable.Range(0, weights.Type.Shape[channelAxis])];
        float[] scales = [.. channels.Select(channel => (float)(old.Scales[old.IsPerTensor ? 0 : channel] * factor(channel)))];
        if (!scales.All(float.IsNormal)) return null;
        var scaled = new Quantization([.. scales], [.. channels.Select(channel => old.ZeroPoints[old.IsPerTensor ? 0 : channel])], channelAxis);
        var type = new TensorType(weights.Type.Element, weights.Type.Shape, scaled);
        return _graph.Constant(Constant.Dense(type, weights.Constant!.Elements()), weights.Name);
    }

    /// <summary>The bias in units of input × weight, rounded; null where Int32 cannot hold it.</summary>
    private static int[]? BiasCodes(double[] units)
    {
        int[] codes = new int[units.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            double rounded = Math.Round(units[i], MidpointRounding.ToEven);
            if (!(Math.Abs(rounded - units[i]) <= BiasTolerance && rounded is >= int.MinValue and <= int.MaxValue)) return null;
            codes[i] = (int)rounded;
        }
        return codes;
    }

    private Value[]? AllCodes(IEnumerable<Value> reals)
    {
        var result = new List<Value>();
        foreach (Value real in reals)
        {
            if (CodesBehind(real) is not { Codes.Type.Element: ElementType.Int8, Reading.IsPlain: true } x) return null;
            result.Add(x.Codes);
        }
        return [.. result];
    }

    /// <summary>The codes (in the new graph) that an old real value is the dequantized form of, also through ops that only move elements.</summary>
    private Coded? CodesBehind(Value real)
    {
        if (real.Producer is not { } node) return null;
        if (node.Op is Dequantize)
        {
            Value codes = _graph[node.Inputs[0]];
            return codes.Type.Quantization is { IsPerTensor: true } stated ? new Coded(codes, new Reading(node.Inputs[0].Type.Quantization!, stated)) : null;
        }
        if (node.Op is not (Reshape or Transpose or Slice) || !IsPrivate(real)) return null;
        // Moved, channels would no longer be where their scales are.
        return CodesBehind(node.Inputs[0]) is { Reading.Meaning.IsPerTensor: true } x ? x with { Codes = _graph.Add(node.Op, node.Name, x.Codes) } : null;
    }

    /// <summary>Whether codes are read by nothing but Dequantize, and so may stand under other parameters.</summary>
    private bool IsReadAsReals(Value codes) => !_graph.Old.IsOutput(codes) && _graph.Old.ConsumersOf(codes).All(reader => reader.Op is Dequantize);

    /// <summary>Whether one node alone reads a value.</summary>
    private bool IsPrivate(Value value) => _graph.Old.ConsumersOf(value).Length == 1 && !_graph.Old.IsOutput(value);
}
