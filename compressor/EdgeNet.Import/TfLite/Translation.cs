using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>One walk over the operators of a model, in file order, that builds the graph.</summary>
internal sealed class Translation
{
    private const int FreshBeyondLength = 1 << 22;

    private readonly ModelFile _model;
    private readonly TensorReader _tensors;
    private readonly GraphBuilder _builder = new();
    private readonly ConstantFolding _folding = new();
    private readonly Value?[] _values;
    private readonly HashSet<string> _names = [];
    private long _freshBudget;

    public Translation(ModelFile model, int fileLength)
    {
        _model = model;
        _tensors = new TensorReader(model, fileLength);
        _values = new Value?[model.Main.Tensors.Length];
        _freshBudget = fileLength + FreshBeyondLength;
    }

    /// <summary>What is known of the model beside the graph.</summary>
    public ModelCard Card { get; set; } = ModelCard.Empty;

    public Graph Run()
    {
        if (_model.Description.Length > 0) Card = Card with { Provenance = [$"TensorFlow Lite: {_model.Description}"] };
        foreach (int index in _model.Main.Inputs) AddInput(index);
        foreach (Operator op in _model.Main.Operators) Translate(op);
        foreach (int index in _model.Main.Outputs) AddOutput(index);
        _builder.Card = Card;
        return _builder.Build();
    }

    public Tensor Tensor(int index)
    {
        Tensor[] tensors = _model.Main.Tensors;
        return (uint)index < (uint)tensors.Length
            ? tensors[index]
            : throw new ModelFormatException($"tensor {index} was named but the model has {tensors.Length} of them; the file is damaged");
    }

    /// <summary>The value of a tensor that is an input, a constant or written by an operator before.</summary>
    public Value Read(int index)
    {
        Tensor tensor = Tensor(index);
        if (_values[index] is Value value) return value;
        if (tensor.IsVariable)
            throw new UnsupportedOperatorException("VARIABLE", tensor.Name, "tensors that keep their values between runs are not supported; convert a stateless model");
        Constant constant = _tensors.Constant(tensor)
            ?? throw new ModelFormatException($"tensor '{tensor.Name}' ({index}) is read before any operator writes it; the file is damaged");
        return (_values[index] = _builder.Constant(constant, tensor.Name))!;
    }

    /// <summary>Declares what an operator computed for a tensor, brought to the element type and quantization that it states.</summary>
    public void Write(int index, Value value)
    {
        Tensor tensor = Tensor(index);
        if (_values[index] is not null || _tensors.HasData(tensor))
            throw new ModelFormatException($"tensor '{tensor.Name}' ({index}) is written by an operator but has a value already; the file is damaged");
        _values[index] = Conform(value, tensor);
    }

    /// <summary>Counts the bytes of a constant that the file does not hold, before it is made.</summary>
    public void ChargeFresh(long bytes)
    {
        _freshBudget -= bytes;
        if (_freshBudget < 0) throw new ModelFormatException("the constants that the operators need are larger than the file; the file is damaged");
    }

    public Quantization? QuantizationOf(Tensor tensor) => _tensors.InnerOfActivation(tensor);

    public Value Constant(Constant constant, string name) => _builder.Constant(constant, name);

    public Node AddNode(Op op, string tensorName, params ReadOnlySpan<Value> inputs) => _builder.AddNode(op, NodeName(op, tensorName), inputs);

    /// <summary>The only output of an op; a constant where only small constants went in.</summary>
    public Value Add(Op op, string tensorName, params ReadOnlySpan<Value> inputs) =>
        _folding.TryFold(op, inputs) is Constant folded ? _builder.Constant(folded, tensorName) : AddNode(op, tensorName, inputs).Output;

    private void AddInput(int index)
    {
        Tensor tensor = Tensor(index);
        if (_values[index] is not null) throw new ModelFormatException($"tensor '{tensor.Name}' ({index}) is named as an input twice; the file is damaged");
        Value input = _builder.Input(tensor.Name, TensorReader.OuterType(tensor));
        _names.Add(tensor.Name);
        _values[index] = Conform(input, tensor);
    }

    private void AddOutput(int index)
    {
        Tensor tensor = Tensor(index);
        Value value = Read(index);
        if (tensor.Type == StoredType.UINT8 && value.Type.Quantization is not null)
            value = Add(new Quantize(ElementType.UInt8) { OutputQuantization = TensorReader.Outer(tensor) }, tensor.Name, value);
        _builder.Output(tensor.Name, value);
    }

    private void Translate(Operator op)
    {
        if (op.Code >= (uint)_model.OperatorCodes.Length)
            throw new ModelFormatException($"operator {op.Index} has code {op.Code} but the model lists {_model.OperatorCodes.Length}; the file is damaged");
        var call = new OperatorCall(this, op, _model.OperatorCodes[op.Code]);
        try
        {
            Mappings.Find(call)(call);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"{call}: {e.Message}", e);
        }
        call.RequireAllWritten();
    }

    private Value Conform(Value value, Tensor tensor)
    {
        Quantization? declared = _tensors.InnerOfActivation(tensor);
        if (declared is not null)
        {
            bool same = value.Type.Element == ElementType.Int8 && value.Type.Quantization == declared;
            return same ? value : Add(new Quantize(ElementType.Int8) { OutputQuantization = declared }, tensor.Name, value);
        }
        ElementType element = TensorReader.Element(tensor);
        if (value.Type.Quantization is null && value.Type.Element == element) return value;
        bool widened = value.Type.Quantization is null && value.Type.Element == ElementType.Int64 && element == ElementType.Int32;
        return widened
            ? Add(new Cast(ElementType.Int32), tensor.Name, value)
            : throw new ModelFormatException($"tensor '{tensor.Name}' is declared {tensor.Type} without quantization, but its operator gives {value.Type}; the file is damaged");
    }

    private string NodeName(Op op, string tensorName)
    {
        if (_names.Add(tensorName)) return tensorName;
        const int longest = 200;
        string stem = $"{(tensorName.Length > longest ? tensorName[..longest] : tensorName)}/{op.Name}", name = stem;
        // A node has its output's name; the few others of the same operator say what they do.
        for (int i = 2; !_names.Add(name); i++) name = i < 100 ? $"{stem}{i}" : $"{stem}#{_names.Count}";
        return name;
    }
}
