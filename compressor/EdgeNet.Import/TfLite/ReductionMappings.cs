using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>Operators that fold or normalize axes.</summary>
internal static class ReductionMappings
{
    private const float L2Epsilon = 1e-6f;

    public static IEnumerable<KeyValuePair<BuiltinOperator, Action<OperatorCall>>> All { get; } =
    [
        new(BuiltinOperator.MEAN, call => call.Return(call.Compute(new ReduceMean(Axes(call), KeepDims(call)), call[0]))),
        // A sum outgrows 8-bit codes on the way: through Float32.
        new(BuiltinOperator.SUM, call => call.Return(call.Add(new ReduceSum(Axes(call), KeepDims(call)), call.Float(call[0])))),
        new(BuiltinOperator.REDUCE_PROD, call => call.Return(call.Add(new ReduceProd(Axes(call), KeepDims(call)), call.Float(call[0])))),
        new(BuiltinOperator.REDUCE_MAX, call => call.Return(call.Add(new ReduceMax(Axes(call), KeepDims(call)), call[0]))),
        new(BuiltinOperator.REDUCE_MIN, call => call.Return(call.Add(new ReduceMin(Axes(call), KeepDims(call)), call[0]))),
        new(BuiltinOperator.ARG_MAX, call => call.Return(call.Add(new ArgMax(AxisOperand(call), KeepDims: false), call[0]))),
        new(BuiltinOperator.ARG_MIN, call => call.Return(call.Add(new ArgMin(AxisOperand(call), KeepDims: false), call[0]))),
        new(BuiltinOperator.TOPK_V2, TopK),
        new(BuiltinOperator.SOFTMAX, Softmax),
        new(BuiltinOperator.LOG_SOFTMAX, call => call.Return(call.Add(new LogSoftmax(LastAxis(call)), call.Float(call[0])))),
        new(BuiltinOperator.L2_NORMALIZATION, L2Normalization),
    ];

    private static void TopK(OperatorCall call)
    {
        Node node = call.AddNode(new TopK(call.Integer(1), LastAxis(call)), call.Float(call[0]));
        call.Return(node.Outputs[0], 0);
        call.Return(node.Outputs[1], 1);
    }

    private static void Softmax(OperatorCall call)
    {
        float beta = call.Options(BuiltinOptions.Softmax)?.Single(0) ?? 1;
        var softmax = new Softmax(LastAxis(call));
        if (beta == 1) call.Return(call.Compute(softmax, call[0]));
        else call.Return(call.Add(softmax, call.Add(new Mul(), call.Float(call[0]), call.Constant(Shape.Scalar, 1, _ => beta))));
    }

    /// <summary>x ÷ max(|x|, ε) along the last axis.</summary>
    private static void L2Normalization(OperatorCall call)
    {
        Value x = call.Float(call[0]);
        Value length = call.Add(new ReduceL2([LastAxis(call)], KeepDims: true), x);
        Value divisor = call.Add(new Max(), length, call.Constant(Shape.Scalar, 1, _ => L2Epsilon));
        call.Return(call.Add(new Div(), x, divisor), (FusedActivation)(call.Options(BuiltinOptions.L2Norm)?.UInt8(0) ?? 0));
    }

    private static ValueList<int> Axes(OperatorCall call)
    {
        int rank = call[0].Type.Shape.Rank;
        return call.Integers(1).Select(axis => call.Axis(axis, rank)).Distinct().Order().ToValueList();
    }

    private static bool KeepDims(OperatorCall call) => call.Options(BuiltinOptions.Reducer)?.Bool(0) ?? false;

    private static int AxisOperand(OperatorCall call) => call.Axis(call.Integer(1), call[0].Type.Shape.Rank);

    private static int LastAxis(OperatorCall call) => call.Axis(-1, call[0].Type.Shape.Rank);
}
