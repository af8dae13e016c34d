using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>One operator of the file, as its mapping sees it: operands as values of the graph, options, and ways to answer.</summary>
internal sealed class OperatorCall(Translation translation, Operator op, OperatorCode code)
{
    private readonly bool[] _written = new bool[op.Outputs.Length];

    public OperatorCode Code => code;

    public int InputCount => op.Inputs.Length;

    public int OutputCount => op.Outputs.Length;

    public ReadOnlyMemory<byte> CustomOptions => op.CustomOptions;

    /// <summary>What the user may call the operator: its place and the tensor that it writes.</summary>
    public string Label => op.Outputs.Length > 0 ? $"{op.Index}: {Name(0)}" : $"{op.Index}";

    /// <summary>The value of an operand that must be there.</summary>
    public Value this[int input] => Optional(input) ?? throw Malformed($"operand {input} is missing");

    /// <summary>The value of an operand, or null.</summary>
    public Value? Optional(int input) => input < op.Inputs.Length && op.Inputs[input] != -1 ? translation.Read(op.Inputs[input]) : null;

    public string Name(int output = 0) => translation.Tensor(op.Outputs[RequireOutput(output)]).Name;

    public StoredType OutputType(int output = 0) => translation.Tensor(op.Outputs[RequireOutput(output)]).Type;

    public ElementType OutputElement() => TensorReader.Element(translation.Tensor(op.Outputs[RequireOutput(0)]));

    /// <summary>The zero point of an operand's codes as they are in the file.</summary>
    public long RawZeroPoint(int input) => translation.Tensor(op.Inputs[input]).Quantization?.ZeroPoint is [long only] ? only : 0;

    /// <summary>The parameters that the file states for a result; null where it is not quantized.</summary>
    public Quantization? OutputQuantization(int output = 0) => translation.QuantizationOf(translation.Tensor(op.Outputs[RequireOutput(output)]));

    /// <summary>The options; null where the file has none and every field has its default.</summary>
    public FlatTable? Options(BuiltinOptions type)
    {
        if (op.OptionsType == BuiltinOptions.None) return null;
        return op.OptionsType == type ? op.Options : throw Malformed($"options of type {(int)op.OptionsType}; expected {type}");
    }

    /// <summary>Adds an op that computes: on quantized operands it gives codes under the parameters of the output tensor.</summary>
    public Value Compute(Op computation, params ReadOnlySpan<Value> inputs)
    {
        if (inputs[0].Type.Quantization is null) return Add(computation, inputs);
        Quantization output = OutputQuantization() ?? throw Malformed($"its operands are quantized but its result '{Name()}' is not");
        return Add(computation with { OutputQuantization = output }, inputs);
    }

    /// <summary>Adds an op as it is.</summary>
    public Value Add(Op added, params ReadOnlySpan<Value> inputs) => AddFor(0, added, inputs);

    /// <summary>Adds an op that leads to a certain result, whose name it takes.</summary>
    public Value AddFor(int output, Op added, params ReadOnlySpan<Value> inputs) => translation.Add(added, Name(output), inputs);

    public Node AddNode(Op added, params ReadOnlySpan<Value> inputs) => translation.AddNode(added, Name(), inputs);

    /// <summary>A constant over bytes that are there already.</summary>
    public Value Constant(Constant constant, string name) => translation.Constant(constant, name);

    /// <summary>A constant of the mapping's own making.</summary>
    public Value Constant<T>(Shape shape, int count, Func<int, T> element) where T : unmanaged
    {
        translation.ChargeFresh(count * 8L);
        return translation.Constant(EdgeNet.Model.Constant.Of<T>(shape, [.. Enumerable.Range(0, count).Select(element)]), Name());
    }

    public void Describe(Func<ModelCard, ModelCard> change) => translation.Card = change(translation.Card);

    /// <summary>A quantized value as Float32; others as they are. Constants stay stored as codes.</summary>
    public Value Float(Value value)
    {
        if (value.Type.Quantization is not { } quantization) return value;
        return value.Constant is { Storage: Storage.Dense, Type.Element: ElementType.Int8 } constant
            ? translation.Constant(EdgeNet.Model.Constant.AffineCodes(constant.Type.Shape, constant.Codes, quantization), value.Name)
            : translation.Add(new Dequantize(), value.Name, value);
    }

    /// <summary>A value of the same reals under the output's parameters: quantized operands of ops that only move elements.</summary>
    public Value AsOutput(Value value)
    {
        if (value.Type.Quantization is null || OutputQuantization() is not { } wanted || value.Type.Quantization == wanted) return value;
        return translation.Add(new Quantize(ElementType.Int8) { OutputQuantization = wanted }, value.Name, value);
    }

    /// <summary>Gives a result.</summary>
    public void Return(Value value, int output = 0)
    {
        translation.Write(op.Outputs[RequireOutput(output)], value);
        _written[output] = true;
    }

    /// <summary>Gives the result after the activation that is fused into the operator.</summary>
    public void Return(Value value, FusedActivation activation)
    {
        Op? node = activation switch
        {
            FusedActivation.NONE => null,
            FusedActivation.RELU => new Relu(),
            FusedActivation.RELU_N1_TO_1 => new Clip(-1, 1),
            FusedActivation.RELU6 => new Clip(0, 6),
            FusedActivation.TANH when value.Type.Quantization is null => new Tanh(),
            _ => throw Unsupported($"a fused {activation}; convert it as an operator of its own"),
        };
        Return(node is null ? value : Compute(node, value));
    }

    /// <summary>The integers of an operand that must be constant.</summary>
    public int[] Integers(int input)
    {
        Value value = this[input];
        if (value.Constant is not { } constant)
            throw Unsupported($"its operand '{value.Name}' must be a constant; convert the model with fixed shapes");
        if (value.Type.Element is not (ElementType.Int32 or ElementType.Int64) || value.Type.Shape.ElementCount > Limits.Operands)
            throw Malformed($"operand '{value.Name}' is of {value.Type}; expected at most {Limits.Operands} integers");
        return [.. constant.ToInt64s().Select(x => (int)Math.Clamp(x, int.MinValue, int.MaxValue))];
    }

    /// <summary>The one integer of a constant operand.</summary>
    public int Integer(int input) => Integers(input) is [int only] ? only : throw Malformed($"operand '{this[input].Name}' of {this[input].Type}; expected one integer");

    /// <summary>As many integers as there are axes.</summary>
    public int[] PerAxis(int input, Shape shape)
    {
        int[] numbers = Integers(input);
        return numbers.Length == shape.Rank
            ? numbers
            : throw Malformed($"{numbers.Length} numbers in operand '{this[input].Name}' for shape {shape}; expected one per axis");
    }

    /// <summary>An axis that may be counted from the end, as one from the start.</summary>
    public int Axis(int axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Malformed($"axis {axis} of a tensor of rank {rank}");
        return axis < 0 ? axis + rank : axis;
    }

    public void RequireAllWritten()
    {
        int missing = Array.IndexOf(_written, false);
        if (missing >= 0) throw Malformed($"it states {op.Outputs.Length} results; result {missing} is more than it has");
    }

    public ModelFormatException Malformed(string what) => new($"{this}: {what}; the file is damaged or not supported");

    public UnsupportedOperatorException Unsupported(string advice) => new(code.ToString(), Label, advice);

    public override string ToString() => $"operator {code} (node '{Label}')";

    private int RequireOutput(int output) =>
        output < op.Outputs.Length ? output : throw Malformed($"it states {op.Outputs.Length} results; expected more");
}
