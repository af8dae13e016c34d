using System.Collections.Immutable;
using System.Text;
using EdgeNet.Import.Onnx.Operators;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;

namespace EdgeNet.Import.Onnx;

/// <summary>
/// What a name of the ONNX graph stands for. Quantized arithmetic is Int8 here, so unsigned codes are shifted by −128, their
/// zero point with them.
/// </summary>
/// <param name="Value">The value in our graph.</param>
/// <param name="Unsigned">Whether ONNX has UINT8 codes where <paramref name="Value"/> has shifted Int8 ones.</param>
internal readonly record struct Operand(Value Value, bool Unsigned = false);

/// <summary>One walk over an ONNX graph, node by node, that builds ours.</summary>
internal sealed class GraphTranslation
{
    private const int OldestOpset = 7, NewestOpset = 21, MaxInputsAndOutputs = 4096;

    private readonly GraphBuilder _builder = new();
    private readonly ModelProto _model;
    private readonly GraphProto _graph;
    private readonly ImportOptions _options;
    private readonly GraphOrder _order;
    private readonly int _opset;
    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly Dictionary<string, Constant> _known = [];
    private readonly Dictionary<string, Operand> _operands = [];
    private readonly Lazy<ILookup<string, (NodeProto Node, int Input)>> _readers;
    private readonly Dictionary<(Value Value, ValueList<int> Permutation, Shape? Shape), Value> _arranged = [];
    private long _foldingBytes;

    /// <summary>Checks the frame of a model.</summary>
    public GraphTranslation(ModelProto model, long fileBytes, ImportOptions options)
    {
        _model = model;
        _options = options;
        _foldingBytes = options.FoldingBytes + 4 * fileBytes;
        _graph = model.Graph ?? throw new ModelFormatException("the file holds no graph; expected an ONNX model");
        if (_graph.Node.Count > options.MaxNodes)
            throw new ModelFormatException($"the graph has {_graph.Node.Count} nodes; expected at most {options.MaxNodes} (ImportOptions.{nameof(options.MaxNodes)})");
        if (_graph.Input.Count + (long)_graph.Output.Count > MaxInputsAndOutputs + (long)_graph.Initializer.Count)
            throw new ModelFormatException($"the graph has {_graph.Input.Count} inputs and {_graph.Output.Count} outputs; expected at most {MaxInputsAndOutputs}");
        if (_graph.SparseInitializer.Count > 0)
            throw new ModelFormatException("the graph has sparse initializers; expected dense ones: EdgeNet makes weights sparse itself, when it compresses");
        if (options.BatchSize < 1) throw new ModelFormatException($"a batch of {options.BatchSize} was asked for; expected at least 1");
        _opset = OpsetOf(model);
        foreach (TensorProto initializer in _graph.Initializer)
        {
            if (initializer.Name.Length == 0 || !_initializers.TryAdd(initializer.Name, initializer))
                throw new ModelFormatException($"initializer name '{initializer.Name}' is empty or used twice");
        }
        _order = new GraphOrder(_graph, [.. _initializers.Keys, .. _graph.Input.Select(input => input.Name)]);
        _readers = new(() => _order.Nodes
            .SelectMany(index => _graph.Node[index].Input.Select((name, input) => (name, reader: (_graph.Node[index], input))))
            .ToLookup(pair => pair.name, pair => pair.reader));
    }

    /// <summary>Translates the graph.</summary>
    public Graph Run()
    {
        foreach (string name in _options.FixedInputs.Keys)
        {
            if (!_graph.Input.Any(input => input.Name == name))
                throw new ModelFormatException($"ImportOptions.{nameof(ImportOptions.FixedInputs)} names '{name}'; the model has no such input");
        }
        foreach (ValueInfoProto input in _graph.Input) DeclareInput(input);
        foreach (int index in _order.Nodes) Translate(_graph.Node[index], _order.NameOf(index));
        foreach (ValueInfoProto output in _graph.Output) _builder.Output(output.Name, Unshifted(Find(output.Name), output.Name));
        if (_model.MetadataProps.FirstOrDefault(property => property.Key == OnnxWriter.CardKey) is { } card) _builder.Card = ReadCard(card.Value);
        else if (_model.ProducerName.Length > 0) _builder.Card = new ModelCard(Provenance: [$"{_model.ProducerName} {_model.ProducerVersion}".TrimEnd()]);
        return _builder.Build();
    }

    private static ModelCard ReadCard(string json)
    {
        try
        {
            return ModelCardJson.Read(Encoding.UTF8.GetBytes(json));
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"metadata '{OnnxWriter.CardKey}': {e.Message}; remove it, or export the model again", e);
        }
    }

    /// <summary>What a name stands for.</summary>
    public Operand Find(string name)
    {
        if (_operands.TryGetValue(name, out Operand operand)) return operand;
        if (Known(name) is not Constant constant) throw new ModelFormatException($"nothing gives '{name}'");
        return _operands[name] = new Operand(_builder.Constant(constant, name));
    }

    /// <summary>Says what a name stands for.</summary>
    public void Define(string name, Operand operand) => _operands[name] = operand;

    /// <summary>Whether anything reads the value.</summary>
    public bool IsUsed(string name) => _order.IsUsed(name);

    /// <summary>The values of a name that are known before any node is translated; null where they are not.</summary>
    public Constant? Known(string name)
    {
        if (_operands.TryGetValue(name, out Operand operand)) return operand.Value.Constant;
        if (_options.FixedInputs.TryGetValue(name, out Constant? given)) return given;
        if (_known.TryGetValue(name, out Constant? known)) return known;
        if (_initializers.TryGetValue(name, out TensorProto? tensor)) return _known[name] = OnnxTensors.Read(tensor, $"initializer '{name}'");
        if (_order.ProducerOf(name) is { OpType: "Constant" } node && node.Attribute.FirstOrDefault(a => a.Name == "value") is { T: { } value })
            return _known[name] = OnnxTensors.Read(value, $"the constant '{name}'");
        return null;
    }

    /// <summary>The needed nodes that read a name, each with the place of the input.</summary>
    public IEnumerable<(NodeProto Node, int Input)> ReadersOf(string name) => _readers.Value[name];

    /// <summary>Adds a constant to our graph.</summary>
    public Value Constant(Constant constant, string name) => _builder.Constant(constant, name);

    /// <summary>Adds a node to our graph, or its result where that can be had now at little cost.</summary>
    public Value Emit(Op op, string name, params ReadOnlySpan<Value> inputs) => TryFold(op, name, inputs) ?? _builder.Add(op, name, inputs);

    /// <summary>Adds a node with several outputs.</summary>
    public ImmutableArray<Value> EmitAll(Op op, string name, params ReadOnlySpan<Value> inputs) => _builder.AddNode(op, name, inputs).Outputs;

    /// <summary>The value with its axes permuted. A value is permuted once, however many ask; weights are permuted here and now.</summary>
    public Value Transpose(Value value, ValueList<int> permutation, string name)
    {
        if (permutation.Span.SequenceEqual(Enumerable.Range(0, permutation.Count).ToArray())) return value;
        if (WeightCodes(value) is not null) return Weights(value, permutation, null, 0, name);
        return Once((value, permutation, null), () => Emit(new Transpose(permutation), name, value));
    }

    /// <summary>The value under another shape.</summary>
    public Value Reshape(Value value, Shape shape, string name)
    {
        if (value.Type.Shape == shape) return value;
        if (WeightCodes(value) is { Type.Quantization.IsPerTensor: true } && value.Type.Shape.ElementCount == shape.ElementCount)
            return Weights(value, Enumerable.Range(0, value.Type.Shape.Rank).ToValueList(), shape, 0, name);
        return Emit(new Reshape(ValueList.Create(shape.Span)), name, value);
    }

    /// <summary>
    /// Weights with their axes permuted and then, where a shape is given, reshaped. Quantized ones keep their codes:
    /// <paramref name="channels"/> is where the axis of their scales is afterwards.
    /// </summary>
    public Value Weights(Value value, ValueList<int> permutation, Shape? shape, int channels, string name)
    {
        if (WeightCodes(value) is not { } codes)
        {
            Value permuted = Transpose(value, permutation, name);
            return shape is { } wanted ? Once((value, permutation, shape), () => Reshape(permuted, wanted, name)) : permuted;
        }
        return Once((value, permutation, shape), () =>
        {
            Constant arranged = Emit(new Transpose(permutation), codes.Name, codes).Constant
                ?? throw BeyondBudget(name);
            if (shape is { } wanted) arranged = arranged.Reshaped(wanted, channels);
            return Emit(new Dequantize(), value.Name, Constant(arranged, codes.Name));
        });
    }

    /// <summary>The codes of a value that is a dequantized constant; null for any other.</summary>
    public static Value? WeightCodes(Value value) =>
        value.Producer is { Op: Dequantize } node && node.Inputs[0] is { Constant: not null } codes ? codes : null;

    /// <summary>Takes what folding costs from the budget; false where that is not enough.</summary>
    public bool TrySpend(long bytes)
    {
        if (bytes > _foldingBytes) return false;
        _foldingBytes -= bytes;
        return true;
    }

    /// <summary>Takes what a constant costs from the budget.</summary>
    /// <exception cref="ModelFormatException">That is not enough.</exception>
    public void Spend(long bytes, string name)
    {
        if (!TrySpend(bytes)) throw BeyondBudget(name);
    }

    private static ModelFormatException BeyondBudget(string name) =>
        new($"the constants that node '{name}' takes are too many or too large; if the model is as it should be, raise ImportOptions.{nameof(ImportOptions.FoldingBytes)}");

    private Value? TryFold(Op op, string name, ReadOnlySpan<Value> inputs)
    {
        // Bytes are copied fast; elements that are computed one by one take about as long as eight of them.
        bool copies = op is Model.Transpose or Model.Reshape;
        long cost = 0;
        foreach (Value input in inputs)
        {
            if (input.Constant is null) return null;
            cost += Cost(input.Type);
        }

        long Cost(TensorType type) => copies ? type.ByteCount : 8L * type.Shape.ElementCount;
        ImmutableArray<TensorType> types;
        try
        {
            types = op.InferTypes([.. inputs.ToArray().Select(input => input.Type)]);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"{op.Name} '{name}': {e.Message}", e);
        }
        cost += Cost(types[0]);
        if (!ConstantFolding.IsWorthwhile(op, types[0]) || !TrySpend(cost)) return null;
        Constant? folded = ConstantFolding.Evaluate(op, [.. inputs.ToArray().Select(input => input.Constant!)], types[0], name);
        if (folded is null) _foldingBytes += cost;
        return folded is null ? null : _builder.Constant(folded, inputs.Length == 1 && inputs[0].Name.Length > 0 ? inputs[0].Name : name);
    }

    private Value Once((Value, ValueList<int>, Shape?) key, Func<Value> make)
    {
        if (!_arranged.TryGetValue(key, out Value? value)) _arranged[key] = value = make();
        return value;
    }

    /// <summary>Unsigned codes as ONNX has them.</summary>
    public Value Unshifted(Operand operand, string name)
    {
        (Value value, bool unsigned) = operand;
        if (!unsigned) return value;
        Quantization shifted = value.Type.Quantization!;
        var quantize = new Quantize(ElementType.UInt8)
        {
            OutputQuantization = shifted with { ZeroPoints = shifted.ZeroPoints.Select(zeroPoint => zeroPoint + 128).ToValueList() },
        };
        // Codes per channel cannot be coded anew; the numbers that they were made of can.
        return !shifted.IsPerTensor && value.Producer is { Op: Quantize } node ? Emit(quantize, name, node.Inputs[0]) : Emit(quantize, name, value);
    }

    private void Translate(NodeProto proto, string name)
    {
        var node = new OnnxNode(this, proto, name, _opset);
        try
        {
            OperatorTable.Find(node)(node);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidOperationException)
        {
            // Attributes that contradict each other or the inputs, in a way that no rule has a message for.
            throw new ModelFormatException($"{proto.OpType} '{name}' makes no sense: {e.Message}", e);
        }
    }

    private void DeclareInput(ValueInfoProto input)
    {
        string name = input.Name;
        if (_initializers.ContainsKey(name) || _options.FixedInputs.ContainsKey(name)) return;
        if (input.Type?.TensorType is not { } tensor) throw new ModelFormatException($"input '{name}' is no tensor; sequences, maps and optionals are not supported");
        if (OnnxTensors.Element(tensor.ElemType) is not ElementType element)
        {
            throw new ModelFormatException(
                $"input '{name}' has elements of {OnnxTensors.NameOf(tensor.ElemType)}; expected floats, integers of 8 to 64 bits or BOOL");
        }
        if (tensor.Shape is null) throw new ModelFormatException($"input '{name}' has no shape; export the model with one");
        if (tensor.Shape.Dim.Count > Shape.MaxRank)
            throw new ModelFormatException($"input '{name}' has {tensor.Shape.Dim.Count} dimensions; at most {Shape.MaxRank} are supported");
        Shape shape = [.. tensor.Shape.Dim.Select((dim, axis) => ExtentOf(dim, axis, name))];
        Quantization? quantization = element.IsEightBit() ? QuantizationOperators.OfInput(this, name, element) : null;
        Value value = _builder.Input(name, new TensorType(element, shape, quantization));
        _operands[name] = quantization is null || element == ElementType.Int8
            ? new Operand(value)
            : new Operand(_builder.Add(new Quantize(ElementType.Int8) { OutputQuantization = QuantizationOperators.Shifted(quantization) }, name, value), Unsigned: true);
    }

    private int ExtentOf(TensorShapeProto.Types.Dimension dim, int axis, string input)
    {
        // Exporters write an open dimension as a name, as nothing, or as a negative number.
        if (dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dim.DimValue >= 0)
        {
            return dim.DimValue <= Shape.MaxElements
                ? (int)dim.DimValue
                : throw new ModelFormatException($"dimension {axis} of input '{input}' is {dim.DimValue}; expected at most {Shape.MaxElements}");
        }
        string key = dim.DimParam.Length > 0 ? dim.DimParam : $"{input}[{axis}]";
        if (_options.Dimensions.TryGetValue(key, out int extent))
            return extent >= 0 ? extent : throw new ModelFormatException($"ImportOptions.{nameof(ImportOptions.Dimensions)} sets '{key}' to {extent}");
        if (axis == 0) return _options.BatchSize;
        throw new ModelFormatException(
            $"dimension {axis} of input '{input}' is left open ('{key}'); give it an extent: ImportOptions.{nameof(ImportOptions.Dimensions)}[\"{key}\"]");
    }

    private static int OpsetOf(ModelProto model)
    {
        OperatorSetIdProto[] own = [.. model.OpsetImport.Where(opset => opset.Domain is "" or "ai.onnx")];
        if (own.Length == 0) return NewestOpset;
        long version = own[0].Version;
        if (version is < 1 or > NewestOpset)
        {
            throw new ModelFormatException(
                $"the model uses operator set {version}; expected {OldestOpset} to {NewestOpset}: export it with opset_version={(version > NewestOpset ? NewestOpset : 13)}");
        }
        return (int)version;
    }
}
