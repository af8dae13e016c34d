using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>
/// Computes ops on small integer constants while importing: converters compute shapes with operators, and the graph's shapes
/// are static. Everything else is left to the runtime's own folding.
/// </summary>
internal sealed class ConstantFolding
{
    private const int MaxElements = 1024;

    private int _budget = 1 << 20;

    /// <summary>The result of an op; null where it is not to be folded.</summary>
    public Constant? TryFold(Op op, ReadOnlySpan<Value> inputs)
    {
        if (op is Reshape reshape
            && inputs[0].Constant is { Type.Quantization: null or { IsPerTensor: true }, Affine: null or { IsPerTensor: true } } constant)
        {
            // Another shape over the same codes costs nothing, whatever the size.
            op.InferTypes([inputs[0].Type]);
            return constant.Reshaped(new Shape(reshape.Shape.Span));
        }
        foreach (Value input in inputs)
        {
            bool integers = input.Type.Element is ElementType.Int32 or ElementType.Int64;
            if (input.Constant is null || !integers || input.Type.Shape.ElementCount > MaxElements) return null;
        }
        TensorType type = op.InferTypes([.. inputs.ToArray().Select(input => input.Type)])[0];
        int count = type.Shape.ElementCount;
        if (count > MaxElements || _budget < count || type.Element is not (ElementType.Int32 or ElementType.Int64)) return null;
        long[][] operands = [.. inputs.ToArray().Select(input => input.Constant!.ToInt64s())];
        if (Evaluate(op, operands, inputs[0].Type.Shape, count) is not { } result) return null;
        _budget -= count;
        return type.Element == ElementType.Int64
            ? Constant.Of<long>(type.Shape, result)
            : Constant.Of<int>(type.Shape, [.. result.Select(x => unchecked((int)x))]);
    }

    private static long[]? Evaluate(Op op, long[][] operands, Shape shape, int count)
    {
        long[] x = operands[0];
        switch (op)
        {
            case Cast: return x;
            case Neg: return [.. x.Select(a => unchecked(-a))];
            case Expand when x.Length == 1: return [.. Enumerable.Repeat(x[0], count)];
            case Concat when shape.Rank == 1: return [.. operands.SelectMany(part => part)];
            case Slice slice when shape.Rank == 1: return [.. Enumerable.Range(0, count).Select(i => x[slice.Starts[0] + i * slice.Steps[0]])];
            case Gather when shape.Rank == 1:
                if (operands[1].Any(i => i < -x.Length || i >= x.Length)) throw new ShapeException($"an index lies outside {shape}");
                return [.. operands[1].Select(i => x[i < 0 ? i + x.Length : i])];
            case Div when operands[1].Contains(0): throw new ShapeException("integer division by zero");
            case Binary when operands.All(operand => operand.Length == count || operand.Length == 1):
                var result = new long[count];
                for (int i = 0; i < count; i++)
                {
                    long a = x[x.Length == 1 ? 0 : i], b = operands[1][operands[1].Length == 1 ? 0 : i];
                    long? y = unchecked(op switch
                    {
                        Add => a + b,
                        Sub => a - b,
                        Mul => a * b,
                        Div => b == -1 ? -a : a / b,
                        Max => Math.Max(a, b),
                        Min => Math.Min(a, b),
                        _ => (long?)null,
                    });
                    if (y is null) return null;
                    result[i] = y.Value;
                }
                return result;
            default: return null;
        }
    }
}
