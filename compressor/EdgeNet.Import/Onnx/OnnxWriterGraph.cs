using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Import.Passes;
using EdgeNet.Model;
using static EdgeNet.Import.Onnx.OnnxWriterTensors;

namespace EdgeNet.Import.Onnx;

/// <summary>
/// The ONNX graph under construction. A value may be there in two layouts (its own, and channels first as ONNX's image operators
/// want it) and, if it is quantized, in two forms (codes, and reals behind a DequantizeLinear); each is made when it is first
/// asked for, and once.
/// </summary>
internal sealed class OnnxWriterGraph
{
    private readonly GraphProto _proto = new();
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<(Value, bool ChannelsFirst), string> _stored = [];
    private readonly Dictionary<(Value, bool ChannelsFirst), string> _reals = [];
    private readonly Dictionary<string, string> _numbers = [];
    private string _node = "";

    private OnnxWriterGraph() { }

    public static GraphProto Translate(Graph graph)
    {
        var writer = new OnnxWriterGraph();
        writer._proto.Name = graph.Card.Name ?? "EdgeNet";
        writer._taken.UnionWith(graph.Inputs.Select(input => input.Name).Concat(graph.Outputs.Select(output => output.Name)));
        foreach (Value input in graph.Inputs)
        {
            writer._proto.Input.Add(Info(input.Name, input.Type));
            writer._stored[(input, false)] = input.Name;
        }
        foreach (Node node in graph.Nodes)
        {
            writer._node = node.Name.Length > 0 ? node.Name : node.Op.Name;
            new OnnxWriterOps(writer, node).Write();
        }
        writer.Finish(graph);
        return writer._proto;
    }

    /// <summary>The order of axes that ONNX's image operators want: batch, channels, space.</summary>
    public static Permutation ChannelsFirst(int rank) => new(rank < 3 ? [.. Enumerable.Range(0, rank)] : [0, rank - 1, .. Enumerable.Range(1, rank - 2)]);

    /// <summary>Adds a node with one output.</summary>
    public string Emit(string op, IEnumerable<string> inputs, params IEnumerable<AttributeProto> attributes) => Emit(op, 1, inputs, attributes)[0];

    /// <summary>Adds a node.</summary>
    public string[] Emit(string op, int outputs, IEnumerable<string> inputs, params IEnumerable<AttributeProto> attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => Unique(_node))];
        var node = new NodeProto { OpType = op, Name = names[0] };
        node.Input.AddRange(inputs);
        while (node.Input.Count > 0 && node.Input[^1].Length == 0) node.Input.RemoveAt(node.Input.Count - 1);
        node.Output.AddRange(names);
        node.Attribute.AddRange(attributes);
        _proto.Node.Add(node);
        return names;
    }

    /// <summary>Says something about the node that was added last.</summary>
    public void Note(string text) => _proto.Node[^1].DocString = text;

    /// <summary>Adds a constant.</summary>
    public string Initializer(Constant constant, string name)
    {
        name = Unique(name.Length > 0 ? name : "constant");
        _proto.Initializer.Add(Tensor(name, constant));
        return name;
    }

    /// <summary>A small constant of the writer's own; equal ones are there once.</summary>
    public string Number(Constant constant)
    {
        string key = $"{constant.Type}:{Convert.ToHexString(constant.Codes.Span)}";
        return _numbers.TryGetValue(key, out string? name) ? name : _numbers[key] = Initializer(constant, "number");
    }

    public string Int64s(params IEnumerable<long> values) => Number(Constant.Of<long>([.. values]));

    public string Scalar(double value, ElementType element = ElementType.Float32) => Number(OnnxWriterTensors.Scalar(element, value));

    public string Transposed(string x, Permutation order) => order.IsIdentity ? x : Emit("Transpose", [x], Attribute("perm", order.Axes));

    public string Reshaped(string x, Shape shape) =>
        Emit("Reshape", [x, Int64s(shape.Select(extent => (long)extent))], shape.Contains(0) ? [Attribute("allowzero", 1)] : []);

    /// <summary>Whether a value is there with its channels first and not otherwise.</summary>
    public bool IsChannelsFirst(Value value) => value.Type.Shape.Rank > 2 && _stored.ContainsKey((value, true)) && !_stored.ContainsKey((value, false));

    /// <summary>The value as it is kept: elements or codes.</summary>
    public string Stored(Value value, bool channelsFirst = false)
    {
        channelsFirst &= value.Type.Shape.Rank > 2;
        if (_stored.TryGetValue((value, channelsFirst), out string? name)) return name;
        Permutation order = ChannelsFirst(value.Type.Shape.Rank);
        return _stored[(value, channelsFirst)] = value.Constant is { } constant
            ? Initializer(channelsFirst ? constant.Transposed(order.Axes.Span) : constant, value.Name)
            : Transposed(Stored(value, !channelsFirst), channelsFirst ? order : order.Inverse());
    }

    /// <summary>The value as reals (or as the integers that it holds, where it is not quantized).</summary>
    public string Real(Value value, bool channelsFirst = false)
    {
        channelsFirst &= value.Type.Shape.Rank > 2;
        if (value.Type.Quantization is null) return Stored(value, channelsFirst);
        if (_reals.TryGetValue((value, channelsFirst), out string? name)) return name;
        return _reals[(value, channelsFirst)] = Linear("DequantizeLinear", Stored(value, channelsFirst), value.Type, channelsFirst);
    }

    /// <summary>A constant, dequantized where it is quantized.</summary>
    public string Real(Constant constant, string name)
    {
        string codes = Initializer(constant, name);
        return constant.Type.Quantization is null ? codes : Linear("DequantizeLinear", codes, constant.Type, channelsFirst: false);
    }

    /// <summary>Says what a value is called, and in which layout.</summary>
    public void SetStored(Value value, string name, bool channelsFirst = false) => _stored[(value, channelsFirst && value.Type.Shape.Rank > 2)] = name;

    /// <summary>Gives a value its result, quantized where the value is.</summary>
    public void SetReal(Value value, string name, bool channelsFirst = false) =>
        SetStored(value, value.Type.Quantization is null ? name : Linear("QuantizeLinear", name, value.Type, channelsFirst), channelsFirst);

    private string Linear(string op, string x, TensorType type, bool channelsFirst)
    {
        Quantization q = type.Quantization!;
        if (q.IsPerTensor) return Emit(op, [x, Scalar(q.Scale), Scalar(q.ZeroPoint, type.Element)]);
        string zeroPoints = Number(type.Element == ElementType.Int8
            ? Constant.Of<sbyte>([.. q.ZeroPoints.Select(z => (sbyte)z)])
            : Constant.Of<byte>([.. q.ZeroPoints.Select(z => (byte)z)]));
        int axis = channelsFirst ? ChannelsFirst(type.Shape.Rank).Inverse()[q.Axis] : q.Axis;
        return Emit(op, [x, Number(Constant.Of<float>(q.Scales.Span)), zeroPoints], Attribute("axis", axis));
    }

    private string Unique(string hint)
    {
        string name = hint;
        for (int i = 1; !_taken.Add(name); i++) name = $"{hint}_{i}";
        return name;
    }

    /// <summary>Brings the outputs under the user's names: renamed where a node makes them, through an Identity elsewhere.</summary>
    private void Finish(Graph graph)
    {
        var made = new HashSet<string>(_proto.Node.SelectMany(node => node.Output));
        var renamed = new Dictionary<string, string>();
        var copies = new List<NodeProto>();
        foreach (GraphOutput output in graph.Outputs)
        {
            string name = Stored(output.Value);
            if (_proto.Node.Count > 0) made.UnionWith(_proto.Node[^1].Output);
            _proto.Output.Add(Info(output.Name, output.Value.Type));
            if (made.Contains(name) && renamed.TryAdd(name, output.Name)) continue;
            var copy = new NodeProto { OpType = "Identity", Name = output.Name };
            copy.Input.Add(name);
            copy.Output.Add(output.Name);
            copies.Add(copy);
        }
        _proto.Node.AddRange(copies);
        foreach (NodeProto node in _proto.Node)
        {
            for (int i = 0; i < node.Input.Count; i++) node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
            for (int i = 0; i < node.Output.Count; i++) node.Output[i] = renamed.GetValueOrDefault(node.Output[i], node.Output[i]);
        }
    }
}
