using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>Operators that fold axes away or search along one.</summary>
internal static class ReductionOperators
{
    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["ReduceMean"] = Reduce((axes, keep) => new ReduceMean(axes, keep), onFloats: true),
        ["ReduceSum"] = Reduce((axes, keep) => new ReduceSum(axes, keep), axesInputSince: 13),
        ["ReduceMax"] = Reduce((axes, keep) => new ReduceMax(axes, keep), onCodes: true),
        ["ReduceMin"] = Reduce((axes, keep) => new ReduceMin(axes, keep), onCodes: true),
        ["ReduceProd"] = Reduce((axes, keep) => new ReduceProd(axes, keep)),
        ["ReduceSumSquare"] = Reduce((axes, keep) => new ReduceSumSquare(axes, keep)),
        ["ReduceL1"] = Reduce((axes, keep) => new ReduceL1(axes, keep), onFloats: true),
        ["ReduceL2"] = Reduce((axes, keep) => new ReduceL2(axes, keep), onFloats: true),
        ["ReduceLogSum"] = ReduceLogSum,
        ["ReduceLogSumExp"] = ReduceLogSumExp,
        ["ArgMax"] = node => Search(node, (axis, keep, last) => new ArgMax(axis, keep, last)),
        ["ArgMin"] = node => Search(node, (axis, keep, last) => new ArgMin(axis, keep, last)),
        ["TopK"] = TopK,
    };

    private static OperatorMapping Reduce(
        Func<ValueList<int>, bool, Op> op, int axesInputSince = 18, bool onFloats = false, bool onCodes = false) => node =>
        {
            Operand operand = onCodes ? node.Operand(0) : new Operand(node.Input(0));
            if (Axes(node, operand.Value, axesInputSince) is not { } axes)
            {
                node.Output(0, operand);
                return;
            }
            // Means and lengths of integers are taken in floats, extremes of truth values in bytes.
            ElementType element = operand.Value.Type.Element;
            ElementType within = onFloats ? ElementType.Float32 : element == ElementType.Bool ? ElementType.UInt8 : element;
            Value reduced = node.Emit(op(axes, Keep(node)), node.Cast(operand.Value, within));
            node.Output(0, operand with { Value = node.Cast(reduced, element) });
        };

    private static void ReduceLogSum(OnnxNode node)
    {
        Value x = node.Input(0);
        node.Output(Axes(node, x, 18) is { } axes ? node.Emit(new Log(), node.Emit(new ReduceSum(axes, Keep(node)), x)) : x);
    }

    /// <summary>Around the maximum, so that no power overflows.</summary>
    private static void ReduceLogSumExp(OnnxNode node)
    {
        Value x = node.Input(0);
        if (Axes(node, x, 18) is not { } axes)
        {
            node.Output(x);
            return;
        }
        Value peak = node.Emit(new ReduceMax(axes, KeepDims: true), x);
        Value sum = node.Emit(new ReduceSum(axes, KeepDims: true), node.Emit(new Exp(), node.Emit(new Sub(), x, peak)));
        Value result = node.Emit(new Add(), node.Emit(new Log(), sum), peak);
        Shape shape = result.Type.Shape;
        node.Output(Keep(node) ? result : node.Reshape(result, [.. shape.Where((_, axis) => !axes.Contains(axis))]));
    }

    /// <summary>The axes, ascending; all where none are named, or null if the node then means to do nothing.</summary>
    private static ValueList<int>? Axes(OnnxNode node, Value x, int inputSince)
    {
        int rank = x.Type.Shape.Rank;
        long[] named = node.LongsOf("axes", 1, inputSince) ?? [];
        if (named.Length > 0) return named.Select(axis => node.Axis(axis, rank)).Distinct().Order().ToValueList();
        return node.Attributes.Flag("noop_with_empty_axes") ? null : Enumerable.Range(0, rank).ToValueList();
    }

    private static bool Keep(OnnxNode node) => node.Attributes.Flag("keepdims", otherwise: true);

    /// <summary>Codes are in the order of the numbers that they stand for, so they serve as well.</summary>
    private static void Search(OnnxNode node, Func<int, bool, bool, Op> op)
    {
        Value x = node.Operand(0).Value;
        node.Output(node.Emit(op(node.Axis(node.Attributes.Long("axis", 0), x.Type.Shape.Rank), Keep(node), node.Attributes.Flag("select_last_index")), x));
    }

    private static void TopK(OnnxNode node)
    {
        Value x = node.Input(0);
        if (x.Type.Element != ElementType.Float32) throw node.Unsupported($"it sorts {x.Type.Element}; put Cast to FLOAT before it");
        long count = node.Opset < 10 ? node.Attributes.Int("k") : node.KnownLong(1) ?? throw node.Invalid("it lacks its input 1, how many elements are wanted");
        var op = new TopK(node.Narrow(count), node.Axis(node.Attributes.Long("axis", -1), x.Type.Shape.Rank), node.Attributes.Flag("largest", otherwise: true));
        var outputs = node.EmitAll(op, x);
        node.Output(0, outputs[0]);
        node.Output(1, outputs[1]);
    }
}
