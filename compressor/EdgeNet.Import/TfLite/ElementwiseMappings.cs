using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>Activations and arithmetic, element by element, and the conversions between element types.</summary>
internal static class ElementwiseMappings
{
    public static IEnumerable<KeyValuePair<BuiltinOperator, Action<OperatorCall>>> All { get; } =
    [
        new(BuiltinOperator.RELU, Unary(new Relu())),
        new(BuiltinOperator.RELU6, Unary(new Clip(0, 6))),
        new(BuiltinOperator.RELU_N1_TO_1, Unary(new Clip(-1, 1))),
        new(BuiltinOperator.RELU_0_TO_1, Unary(new Clip(0, 1))),
        new(BuiltinOperator.LEAKY_RELU, call => call.Return(call.Compute(new LeakyRelu(call.Options(BuiltinOptions.LeakyRelu)?.Single(0) ?? 0), call[0]))),
        new(BuiltinOperator.PRELU, call => call.Return(call.Compute(new PRelu(), call[0], call[1]))),
        new(BuiltinOperator.ELU, Unary(new Elu(1))),
        new(BuiltinOperator.GELU, call => call.Return(call.Compute(new Gelu(call.Options(BuiltinOptions.Gelu)?.Bool(0) ?? false), call[0]))),
        new(BuiltinOperator.HARD_SWISH, Unary(new HardSwish())),
        new(BuiltinOperator.LOGISTIC, Unary(new Sigmoid())),
        new(BuiltinOperator.TANH, Unary(new Tanh())),
        new(BuiltinOperator.ABS, Unary(new Abs())),
        new(BuiltinOperator.NEG, Unary(new Neg())),
        new(BuiltinOperator.SIGN, Unary(new Sign())),
        new(BuiltinOperator.EXP, Unary(new Exp())),
        new(BuiltinOperator.LOG, Unary(new Log())),
        new(BuiltinOperator.SQRT, Unary(new Sqrt())),
        new(BuiltinOperator.FLOOR, Unary(new Floor())),
        new(BuiltinOperator.CEIL, Unary(new Ceil())),
        new(BuiltinOperator.ROUND, Unary(new Round())),
        new(BuiltinOperator.SIN, Unary(new Sin())),
        new(BuiltinOperator.COS, Unary(new Cos())),
        new(BuiltinOperator.RSQRT, call => call.Return(call.Add(new Reciprocal(), call.Add(new Sqrt(), call.Float(call[0]))))),
        new(BuiltinOperator.SQUARE, call => call.Return(call.Compute(new Mul(), call[0], call[0]))),
        new(BuiltinOperator.ADD, Binary(new Add(), BuiltinOptions.Add)),
        new(BuiltinOperator.SUB, Binary(new Sub(), BuiltinOptions.Sub)),
        new(BuiltinOperator.MUL, Binary(new Mul(), BuiltinOptions.Mul)),
        new(BuiltinOperator.MAXIMUM, Binary(new Max())),
        new(BuiltinOperator.MINIMUM, Binary(new Min())),
        // Codes do not divide or exponentiate well: through Float32.
        new(BuiltinOperator.DIV, call => call.Return(call.Add(new Div(), call.Float(call[0]), call.Float(call[1])), Activation(call, BuiltinOptions.Div))),
        new(BuiltinOperator.POW, call => call.Return(call.Add(new Pow(), call.Float(call[0]), call.Float(call[1])))),
        // A result takes its tensor's parameters as it is returned.
        new(BuiltinOperator.QUANTIZE, Quantize),
        new(BuiltinOperator.DEQUANTIZE, call => call.Return(call.Float(call[0]))),
        new(BuiltinOperator.CAST, Cast),
    ];

    private static Action<OperatorCall> Unary(Op op) => call => call.Return(call.Compute(op, call[0]));

    private static Action<OperatorCall> Binary(Op op, BuiltinOptions options = BuiltinOptions.None) =>
        call => call.Return(call.Compute(op, call[0], call[1]), options == BuiltinOptions.None ? FusedActivation.NONE : Activation(call, options));

    private static FusedActivation Activation(OperatorCall call, BuiltinOptions options) => (FusedActivation)(call.Options(options)?.UInt8(0) ?? 0);

    private static void Quantize(OperatorCall call)
    {
        if (call.OutputQuantization() is null)
            throw call.Unsupported($"its result is {call.OutputType()} without affine parameters; convert with int8 or uint8 activations");
        call.Return(call[0]);
    }

    private static void Cast(OperatorCall call)
    {
        Value x = call[0];
        // TFLite casts the codes, not what they stand for; only where these are the same is there one meaning.
        if (x.Type.Quantization is { IsPerTensor: true, Scale: 1 } && call.RawZeroPoint(0) == 0) x = call.Float(x);
        if (x.Type.Quantization is not null || call.OutputQuantization() is not null)
            throw call.Unsupported("a cast of the codes of a quantized tensor; use QUANTIZE or DEQUANTIZE");
        ElementType to = call.OutputElement();
        call.Return(x.Type.Element == to ? x : call.Add(new Cast(to), x));
    }
}
