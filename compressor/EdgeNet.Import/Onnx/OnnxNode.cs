using System.Collections.Immutable;
using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;

namespace EdgeNet.Import.Onnx;

/// <summary>A node of an ONNX graph as the operator mappings see it: its inputs, its attributes, and ways to say what it becomes.</summary>
internal sealed class OnnxNode(GraphTranslation graph, NodeProto proto, string name, int opset)
{
    /// <summary>The operator.</summary>
    public string Operator => proto.OpType;

    /// <summary>The operator's domain; empty for ONNX's own.</summary>
    public string Domain => proto.Domain == "ai.onnx" ? "" : proto.Domain;

    /// <summary>The node's name.</summary>
    public string Name => name;

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset => opset;

    /// <summary>The attributes.</summary>
    public OnnxAttributes Attributes { get; } = new(proto, name);

    /// <summary>How many inputs there are, optional ones that were left out in the middle included.</summary>
    public int InputCount => proto.Input.Count;

    /// <summary>How many outputs there are.</summary>
    public int OutputCount => proto.Output.Count;

    /// <summary>Whether an input is there.</summary>
    public bool Has(int input) => input < proto.Input.Count && proto.Input[input].Length > 0;

    /// <summary>Whether anything reads an output.</summary>
    public bool IsUsed(int output) => output < proto.Output.Count && proto.Output[output].Length > 0 && graph.IsUsed(proto.Output[output]);

    /// <summary>An input as it is: numbers or quantized codes.</summary>
    public Operand Operand(int input) => Has(input)
        ? graph.Find(proto.Input[input])
        : throw new ModelFormatException($"{Operator} '{Name}' lacks its input {input}");

    /// <summary>An input whose elements are numbers.</summary>
    public Value Input(int input)
    {
        Value value = Operand(input).Value;
        if (value.Type.Quantization is not null)
            throw Unsupported("it computes with quantized codes as if they were numbers; put it behind DequantizeLinear");
        return value;
    }

    /// <summary>An input whose elements are numbers; null where it was left out.</summary>
    public Value? Optional(int input) => Has(input) ? Input(input) : null;

    /// <summary>All inputs.</summary>
    public Value[] Inputs() => [.. Enumerable.Range(0, InputCount).Select(Input)];

    /// <summary>An input of known values; null where it was left out.</summary>
    /// <exception cref="UnsupportedOperatorException">The values come at run time.</exception>
    public Constant? Known(int input)
    {
        if (Optional(input) is not { } value) return null;
        return value.Constant ?? throw Unsupported(
            $"its input {input} ('{proto.Input[input]}') must be known at import; make it an initializer, or fix it: ImportOptions.{nameof(ImportOptions.FixedInputs)}");
    }

    /// <summary>The integers of an input of known values; null where it was left out.</summary>
    public long[]? KnownLongs(int input)
    {
        Constant? known = Known(input);
        if (known?.Type.Element == ElementType.Float32) throw new ModelFormatException($"input {input} of {Operator} '{Name}' is {known.Type}; expected integers");
        return known?.ToInt64s();
    }

    /// <summary>The numbers of an input of known values; null where it was left out.</summary>
    public float[]? KnownFloats(int input)
    {
        Constant? known = Known(input);
        return known?.Type.Element == ElementType.Float32 ? known.ToArray<float>() : known?.ToInt64s().Select(x => (float)x).ToArray();
    }

    /// <summary>A number that is known; null where it was left out.</summary>
    public float? KnownFloat(int input) => KnownFloats(input) is { } floats ? Single(floats, input) : null;

    /// <summary>An integer that is known; null where it was left out.</summary>
    public long? KnownLong(int input) => KnownLongs(input) is { } longs ? Single(longs, input) : null;

    /// <summary>Integers that moved from an attribute to an input.</summary>
    public long[]? LongsOf(string attribute, int input, int inputSince) => opset < inputSince ? Attributes.Longs(attribute) : KnownLongs(input);

    /// <summary>An axis, counted from the front.</summary>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new ModelFormatException($"{Operator} '{Name}' names axis {axis} of a tensor of rank {rank}");

    /// <summary>A number that must fit 32 bits.</summary>
    public int Narrow(long value) => value is >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw new ModelFormatException($"{Operator} '{Name}' was given {value}; expected a 32-bit number");

    /// <summary>Adds an op under the node's name.</summary>
    public Value Emit(Op op, params ReadOnlySpan<Value> inputs) => graph.Emit(op, name, inputs);

    /// <summary>Adds an op with several outputs under the node's name.</summary>
    public ImmutableArray<Value> EmitAll(Op op, params ReadOnlySpan<Value> inputs) => graph.EmitAll(op, name, inputs);

    /// <summary>Permutes axes.</summary>
    public Value Transpose(Value value, params ReadOnlySpan<int> permutation) => graph.Transpose(value, ValueList.Create(permutation), name);

    /// <summary>Gives another shape.</summary>
    public Value Reshape(Value value, Shape shape) => graph.Reshape(value, shape, name);

    /// <summary>Permutes and reshapes weights, quantized ones as their codes.</summary>
    public Value Weights(Value value, ReadOnlySpan<int> permutation, Shape? shape = null, int channels = 0) =>
        graph.Weights(value, ValueList.Create(permutation), shape, channels, name);

    /// <summary>From channels second to channels last.</summary>
    public Value ChannelsLast(Value value) =>
        value.Type.Shape.Rank <= 2 ? value : Transpose(value, [0, .. Enumerable.Range(2, value.Type.Shape.Rank - 2), 1]);

    /// <summary>From channels last to channels second.</summary>
    public Value ChannelsSecond(Value value) =>
        value.Type.Shape.Rank <= 2 ? value : Transpose(value, [0, value.Type.Shape.Rank - 1, .. Enumerable.Range(1, value.Type.Shape.Rank - 2)]);

    /// <summary>Another element type, where it is another.</summary>
    public Value Cast(Value value, ElementType to) => value.Type.Element == to ? value : Emit(new Cast(to), value);

    /// <summary>One number of the given type.</summary>
    public Value Scalar(float number, ElementType element = ElementType.Float32) =>
        Cast(graph.Constant(Model.Constant.Of<float>(Shape.Scalar, [number]), ""), element);

    /// <summary>A constant under the node's name.</summary>
    public Value Constant(Constant constant) => graph.Constant(constant, name);

    /// <summary>A constant under a name of its own.</summary>
    public Value Constant(Constant constant, string called) => graph.Constant(constant, called);

    /// <summary>The name of an input.</summary>
    public string InputName(int input) => proto.Input[input];

    /// <summary>Takes what a constant costs from the budget of folding.</summary>
    /// <exception cref="ModelFormatException">That is not enough.</exception>
    public void Spend(long bytes) => graph.Spend(bytes, name);

    /// <summary>Says what an output is.</summary>
    public void Output(int output, Operand operand)
    {
        if (output < proto.Output.Count && proto.Output[output].Length > 0) graph.Define(proto.Output[output], operand);
    }

    /// <summary>Says what an output is.</summary>
    public void Output(int output, Value value) => Output(output, new Operand(value));

    /// <summary>Says what the first output is.</summary>
    public void Output(Value value) => Output(0, value);

    /// <summary>An op that moves elements and so serves codes as well as numbers: the output is of the kind that the input is.</summary>
    public void Move(Func<Value, Value> op)
    {
        Operand operand = Operand(0);
        Output(0, operand with { Value = op(operand.Value) });
    }

    /// <summary>The error of a form that is not supported.</summary>
    public UnsupportedOperatorException Unsupported(string advice) =>
        new(Domain.Length > 0 ? $"{Domain}.{Operator}" : Operator, Name, advice);

    /// <summary>The error of a node that contradicts itself.</summary>
    public ModelFormatException Invalid(string why) => new($"{Operator} '{Name}': {why}");

    /// <summary>Refuses an output that has no counterpart, if anything reads it.</summary>
    public void RefuseOutputs(int from, string advice)
    {
        for (int output = from; output < OutputCount; output++)
        {
            if (IsUsed(output)) throw Unsupported(advice);
        }
    }

    private T Single<T>(T[] values, int input) => values.Length == 1 ? values[0] : throw Invalid($"input {input} has {values.Length} elements; expected one");
}
