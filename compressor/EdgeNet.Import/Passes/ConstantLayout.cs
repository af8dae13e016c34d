using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>Changes of layout worked out on the spot: on constants, and on quantized constants behind their Dequantize.</summary>
internal static class ConstantLayout
{
    /// <summary>Whether a value is fixed: a constant, or a dequantized one.</summary>
    public static bool IsFixed(Value value) => Of(value) is not null;

    /// <summary>The constant behind a value, where there is one.</summary>
    public static Constant? Of(Value value) =>
        value.Constant ?? (value.Producer is { Op: Dequantize } dequantize ? dequantize.Inputs[0].Constant : null);

    /// <summary>The value (of the new graph) with its constant laid out anew; null if it has none or the constant refuses.</summary>
    public static Value? Rewrite(GraphRewriter graph, Value value, Func<Constant, Constant?> layout)
    {
        if (Of(value) is not { } constant || layout(constant) is not { } changed) return null;
        return value.Constant is not null
            ? graph.Constant(changed, value.Name)
            : graph.Add(value.Producer!.Op, value.Name, graph.Constant(changed, value.Producer.Inputs[0].Name));
    }

    /// <summary>The constant under another shape; null if its channel axis does not survive.</summary>
    public static Constant? Reshaped(Constant constant, Shape shape)
    {
        if ((constant.Type.Quantization ?? constant.Affine) is not { IsPerTensor: false } quantization) return constant.Reshaped(shape);
        Shape from = constant.Type.Shape;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == from[quantization.Axis] && shape.Product(0, axis) == from.Product(0, quantization.Axis))
                return constant.Reshaped(shape, axis);
        }
        return null;
    }

    /// <summary>
    /// Weights [O, K] of a <see cref="Dense"/> with their input columns in another order: K counts through
    /// <paramref name="columns"/>, whose axes are brought into <paramref name="order"/>. Null if the channels are not along O.
    /// </summary>
    public static Constant? WithColumns(Constant weights, Shape columns, Permutation order)
    {
        if ((weights.Type.Quantization ?? weights.Affine) is { IsPerTensor: false, Axis: not 0 } || columns.Rank >= Shape.MaxRank) return null;
        Shape shape = weights.Type.Shape;
        return weights.Reshaped([shape[0], .. columns]).Transposed(order.Lifted(columns.Rank + 1).Axes.Span).Reshaped(shape);
    }
}
