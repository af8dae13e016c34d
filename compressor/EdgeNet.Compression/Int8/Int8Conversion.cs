using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Makes the int8 graph of a plan: ops on codes, Quantize and Dequantize at the borders.</summary>
internal sealed class Int8Conversion
{
    private readonly Int8Plan _plan;
    private readonly GraphRewriter _graph;
    private readonly IReadOnlyDictionary<Node, float[]> _biases;
    private readonly Dictionary<Value, Value> _codes = [], _reals = [];
    private readonly Dictionary<(Value, Quantization), Value> _requantized = [];
    private readonly Dictionary<Node, Node> _layers = [];

    private Int8Conversion(Int8Plan plan, GraphRewriter graph, IReadOnlyDictionary<Node, float[]> biases) => (_plan, _graph, _biases) = (plan, graph, biases);

    /// <summary>A graph on codes.</summary>
    /// <param name="Graph">It.</param>
    /// <param name="Codes">The codes that stand for values of the Float32 graph.</param>
    /// <param name="Layers">The layers of the Float32 graph, by those of this.</param>
    public sealed record Result(Graph Graph, IReadOnlyDictionary<Value, Value> Codes, IReadOnlyDictionary<Node, Node> Layers);

    /// <summary>Converts; layers named in <paramref name="biases"/> get these instead of their own.</summary>
    public static Result Run(Int8Plan plan, IReadOnlyDictionary<Node, float[]>? biases = null)
    {
        Int8Conversion? pass = null;
        Graph graph = GraphRewriter.Run(plan.Graph, (rewriter, node) => (pass ??= new Int8Conversion(plan, rewriter, biases ?? new Dictionary<Node, float[]>())).Visit(node));
        return new Result(graph, pass?._codes ?? [], pass?._layers ?? []);
    }

    private void Visit(Node node)
    {
        if (_plan.IsInt8(node))
        {
            _codes[node.Output] = OnCodes(node, _plan.QuantizationOf(node.Output)!);
            if (_plan.Graph.IsOutput(node.Output)) _graph[node.Output] = Real(node.Output);
            return;
        }
        foreach (Value input in node.Inputs) _graph[input] = Real(input);
        _graph.Copy(node);
        foreach (Value output in node.Outputs) _reals[output] = _graph[output];
    }

    private Value OnCodes(Node node, Quantization result)
    {
        switch (Int8Forms.Of(node))
        {
            case Int8Form.Weighted:
                Value made = Layer(node, result);
                _layers[made.Producer!] = node;
                return made;
            case Int8Form.Arithmetic:
                Value[] operands = [.. node.Inputs.Select(input => input.Constant is null ? Codes(input, _plan.QuantizationOf(input)!) : ConstantCodes(input))];
                // A clamp that codes cannot overstep has no work left.
                if (Int8Forms.IsClamp(node.Op) && operands[0].Type.Quantization == result && !Limits(node.Op, result)) return operands[0];
                return _graph.Add(node.Op with { OutputQuantization = result }, node.Name, operands);
            default:
                int data = Int8Forms.Data(node).Count();
                return _graph.Add(node.Op, node.Name, [.. node.Inputs.Select((input, i) => i < data ? Codes(input, result) : _graph[input])]);
        }
    }

    private Value Layer(Node node, Quantization result)
    {
        Value x = Codes(node.Inputs[0], _plan.QuantizationOf(node.Inputs[0])!), weights = node.Inputs[1];
        WeightCodes codes = _plan.WeightsOf(node);
        Value constant = _graph.Constant(codes.ToConstant(weights.Type.Shape), weights.Name);
        Op op = node.Op with { OutputQuantization = result };
        float[]? bias = _biases.GetValueOrDefault(node) ?? (node.Inputs.Length > 2 ? node.Inputs[2].Constant!.ToArray<float>() : null);
        if (bias is null) return _graph.Add(op, node.Name, x, constant);
        int[] units = BiasCodes(bias, x.Type.Quantization!, codes.Quantization);
        string name = node.Inputs.Length > 2 && node.Inputs[2].Name.Length > 0 ? node.Inputs[2].Name : $"{node.Name}/bias";
        return _graph.Add(op, node.Name, x, constant, _graph.Constant(Constant.Of<int>(units), name));
    }

    /// <summary>A bias in units of input × weight.</summary>
    public static int[] BiasCodes(float[] bias, Quantization input, Quantization weights)
    {
        int[] units = new int[bias.Length];
        for (int channel = 0; channel < units.Length; channel++)
        {
            double unit = (double)input.Scale * weights.Scales[weights.IsPerTensor ? 0 : channel];
            units[channel] = (int)Math.Clamp(Math.Round(bias[channel] / unit, MidpointRounding.ToEven), -MostBias, MostBias);
        }
        return units;
    }

    /// <summary>The largest magnitude of a bias in units of input × weight: sums of products still find room beside it.</summary>
    public const int MostBias = 1 << 30;

    /// <summary>An activation as codes under some parameters.</summary>
    private Value Codes(Value old, Quantization wanted)
    {
        if (!_codes.TryGetValue(old, out Value? codes))
            _codes[old] = codes = _graph.Add(new Quantize(ElementType.Int8) { OutputQuantization = _plan.QuantizationOf(old) }, $"{old.Name}/quantize", Real(old));
        if (codes.Type.Quantization == wanted) return codes;
        if (_requantized.TryGetValue((old, wanted), out Value? other)) return other;
        return _requantized[(old, wanted)] = _graph.Add(new Quantize(ElementType.Int8) { OutputQuantization = wanted }, $"{old.Name}/requantize", codes);
    }

    /// <summary>An activation as real numbers.</summary>
    private Value Real(Value old)
    {
        if (_reals.TryGetValue(old, out Value? real)) return real;
        return _reals[old] = _codes.TryGetValue(old, out Value? codes) ? _graph.Add(new Dequantize(), $"{old.Name}/dequantize", codes) : _graph[old];
    }

    /// <summary>A constant operand of an addition or product, over its own range.</summary>
    private Value ConstantCodes(Value operand)
    {
        float[] values = operand.Constant!.ToArray<float>();
        Quantization q = new ActivationRange(values.Min(), values.Max()).ToQuantization();
        sbyte[] codes = Array.ConvertAll(values, value => (sbyte)Math.Clamp(MathF.Round(value / q.Scale, MidpointRounding.ToEven) + q.ZeroPoint, sbyte.MinValue, sbyte.MaxValue));
        var type = new TensorType(ElementType.Int8, operand.Type.Shape, q);
        return _graph.Constant(Constant.Dense(type, System.Runtime.InteropServices.MemoryMarshal.AsBytes(codes.AsSpan()).ToArray()), operand.Name);
    }

    /// <summary>Whether a clamp changes any code.</summary>
    private static bool Limits(Op op, Quantization q)
    {
        (float low, float high) = op is Clip clip ? (clip.Min, clip.Max) : (0, float.PositiveInfinity);
        return Math.Round((double)low / q.Scale) + q.ZeroPoint > sbyte.MinValue || Math.Round((double)high / q.Scale) + q.ZeroPoint < sbyte.MaxValue;
    }
}
