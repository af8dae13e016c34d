using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>Operators on each element by itself, and on pairs of elements.</summary>
internal static class ElementwiseOperators
{
    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["Relu"] = Unary(_ => new Relu()),
        ["Abs"] = Unary(_ => new Abs()),
        ["Neg"] = Unary(_ => new Neg()),
        ["Sign"] = Unary(_ => new Sign()),
        ["LeakyRelu"] = Unary(node => new LeakyRelu(node.Attributes.Float("alpha", 0.01f))),
        ["ThresholdedRelu"] = Unary(node => new ThresholdedRelu(node.Attributes.Float("alpha", 1))),
        ["Elu"] = Unary(node => new Elu(node.Attributes.Float("alpha", 1))),
        ["Selu"] = Unary(node => new Selu(node.Attributes.Float("alpha", 1.67326319217681884765625f), node.Attributes.Float("gamma", 1.05070102214813232421875f))),
        ["Celu"] = Unary(node => new Celu(node.Attributes.Float("alpha", 1))),
        ["Sigmoid"] = Unary(_ => new Sigmoid()),
        ["HardSigmoid"] = Unary(node => new HardSigmoid(node.Attributes.Float("alpha", 0.2f), node.Attributes.Float("beta", 0.5f))),
        ["HardSwish"] = Unary(_ => new HardSwish()),
        ["Tanh"] = Unary(_ => new Tanh()),
        ["Exp"] = Unary(_ => new Exp()),
        ["Log"] = Unary(_ => new Log()),
        ["Sqrt"] = Unary(_ => new Sqrt()),
        ["Reciprocal"] = Unary(_ => new Reciprocal()),
        ["Floor"] = Unary(_ => new Floor()),
        ["Ceil"] = Unary(_ => new Ceil()),
        ["Round"] = Unary(_ => new Round()),
        ["Erf"] = Unary(_ => new Erf()),
        ["Gelu"] = Unary(node => new Gelu(node.Attributes.Text("approximate", "none") == "tanh")),
        ["Softplus"] = Unary(_ => new Softplus()),
        ["Softsign"] = Unary(_ => new Softsign()),
        ["Mish"] = Unary(_ => new Mish()),
        ["Sin"] = Unary(_ => new Sin()),
        ["Cos"] = Unary(_ => new Cos()),
        ["Not"] = Unary(_ => new Not()),
        ["Clip"] = Clip,
        ["Add"] = Binary(new Add()),
        ["Sub"] = Binary(new Sub()),
        ["Mul"] = Binary(new Mul()),
        ["Div"] = Binary(new Div()),
        ["Pow"] = Pow,
        ["Mod"] = Mod,
        ["PRelu"] = Binary(new PRelu()),
        ["Max"] = node => node.Output(Chain(node, new Max())),
        ["Min"] = node => node.Output(Chain(node, new Min())),
        ["Sum"] = node => node.Output(Chain(node, new Add())),
        ["Mean"] = node => node.Output(node.InputCount == 1 ? node.Input(0) : node.Emit(new Div(), Chain(node, new Add()), node.Scalar(node.InputCount))),
        ["Equal"] = Binary(new Equal()),
        ["Less"] = Binary(new Less()),
        ["LessOrEqual"] = Binary(new LessOrEqual()),
        ["Greater"] = Binary(new Greater()),
        ["GreaterOrEqual"] = Binary(new GreaterOrEqual()),
        ["And"] = Binary(new And()),
        ["Or"] = Binary(new Or()),
        ["Xor"] = Binary(new Xor()),
        ["Where"] = node => node.Output(node.Emit(new Where(), node.Input(0), node.Input(1), node.Input(2))),
        ["Cast"] = node => node.Output(node.Cast(node.Input(0), ElementOf(node, node.Attributes.Int("to")))),
        ["CastLike"] = node => node.Output(node.Cast(node.Input(0), node.Input(1).Type.Element)),
        ["Softmax"] = node => node.Output(AlongAxis(node, axis => new Softmax(axis))),
        ["LogSoftmax"] = node => node.Output(AlongAxis(node, axis => new LogSoftmax(axis))),
    };

    public static Dictionary<string, OperatorMapping> Microsoft { get; } = new()
    {
        ["Gelu"] = Unary(_ => new Gelu()),
    };

    /// <summary>Softmax along the axis that the node names. Before version 13 it went over that axis and all that follow.</summary>
    private static Value AlongAxis(OnnxNode node, Func<int, Op> op)
    {
        Value x = node.Input(0);
        Shape shape = x.Type.Shape;
        bool flattens = node.Opset < 13;
        int axis = node.Axis(node.Attributes.Long("axis", flattens ? 1 : -1), shape.Rank);
        if (!flattens || shape.Product(axis + 1, shape.Rank) == 1) return node.Emit(op(axis), x);
        Value rows = node.Reshape(x, [shape.Product(0, axis), shape.Product(axis, shape.Rank)]);
        return node.Reshape(node.Emit(op(1), rows), shape);
    }

    private static OperatorMapping Unary(Func<OnnxNode, Op> op) => node => node.Output(node.Emit(op(node), node.Input(0)));

    private static OperatorMapping Binary(Op op) => node => node.Output(node.Emit(op, node.Input(0), Aligned(node)));

    /// <summary>The second operand. Before version 7 an attribute said to which axes of the first it belongs.</summary>
    private static Value Aligned(OnnxNode node)
    {
        Value b = node.Input(1);
        if (node.Opset >= 7 || !node.Attributes.Has("axis") || !node.Attributes.Flag("broadcast")) return b;
        int rank = node.Input(0).Type.Shape.Rank, axis = node.Axis(node.Attributes.Long("axis", 0), rank);
        return node.Reshape(b, [.. b.Type.Shape, .. Enumerable.Repeat(1, Math.Max(0, rank - axis - b.Type.Shape.Rank))]);
    }

    private static Value Chain(OnnxNode node, Op op)
    {
        Value[] inputs = node.Inputs();
        if (inputs.Length == 0) throw node.Invalid("it has no inputs");
        Value result = inputs[0];
        foreach (Value input in inputs.AsSpan(1)) result = node.Emit(op, result, input);
        return result;
    }

    private static void Clip(OnnxNode node)
    {
        Value x = node.Input(0);
        if (node.Opset < 11)
        {
            node.Output(node.Emit(new Clip(
                node.Attributes.Float("min", float.NegativeInfinity), node.Attributes.Float("max", float.PositiveInfinity)), x));
            return;
        }
        Value? min = node.Optional(1), max = node.Optional(2);
        if (min is null or { Constant: not null } && max is null or { Constant: not null })
        {
            node.Output(min is null && max is null
                ? x
                : node.Emit(new Clip(node.KnownFloat(1) ?? float.NegativeInfinity, node.KnownFloat(2) ?? float.PositiveInfinity), x));
            return;
        }
        if (min is not null) x = node.Emit(new Max(), x, min);
        if (max is not null) x = node.Emit(new Min(), x, max);
        node.Output(x);
    }

    /// <summary>The result has the type of the base; an integer base with a fractional exponent is computed in floats.</summary>
    private static void Pow(OnnxNode node)
    {
        Value x = node.Input(0), exponent = Aligned(node);
        ElementType element = x.Type.Element;
        bool fractional = exponent.Type.Element == ElementType.Float32 && element != ElementType.Float32
            && exponent.Constant?.ToArray<float>().All(float.IsInteger) != true;
        ElementType common = fractional ? ElementType.Float32 : element;
        node.Output(node.Cast(node.Emit(new Pow(), node.Cast(x, common), node.Cast(exponent, common)), element));
    }

    private static void Mod(OnnxNode node)
    {
        if (node.Input(0).Constant is not { } a || node.Input(1).Constant is not { } b)
            throw node.Unsupported("it is evaluated on constants only; write it as a − b × Floor(a ÷ b)");
        Shape shape = Shape.Broadcast(a.Type.Shape, b.Type.Shape);
        if (a.Type.Element != b.Type.Element) throw node.Invalid($"operands of {a.Type} and {b.Type}; expected one type");
        node.Spend(8L * shape.ElementCount);
        node.Output(node.Constant(ConstantFolding.Modulo(a, b, node.Attributes.Flag("fmod")) ?? throw node.Invalid($"operands of {a.Type}, or a divisor of 0 or −1")));
    }

    private static ElementType ElementOf(OnnxNode node, int dataType) => OnnxTensors.Element(dataType)
        ?? throw node.Unsupported($"it casts to {OnnxTensors.NameOf(dataType)}; tensors hold floats, integers of 8 to 64 bits or BOOL");
}
