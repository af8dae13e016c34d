using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>A value that has not been written out: <c>Reshape(Transpose(Source, Order), Shape)</c>.</summary>
internal readonly record struct Deferred(Value Source, Permutation Order, Shape Shape)
{
    /// <summary>A value as it is.</summary>
    public static Deferred Plain(Value value) => Transposed(value, Permutation.Identity(value.Type.Shape.Rank));

    /// <summary>The transpose of a value.</summary>
    public static Deferred Transposed(Value source, Permutation order) => new(source, order, order.Apply(source.Type.Shape));

    /// <summary>Whether more than a transpose is pending.</summary>
    public bool IsReshaped => Order.Apply(Source.Type.Shape) != Shape;
}

/// <summary>Writes Transpose and Reshape nodes: merged with those before them, folded into constants, left out where they do nothing, each once.</summary>
internal sealed class LayoutNodes(GraphRewriter graph)
{
    private readonly Dictionary<(Value, ValueList<int>), Value> _transposed = [];
    private readonly Dictionary<(Value, Shape), Value> _reshaped = [];

    public Value Transposed(Value value, Permutation order)
    {
        if (order.IsIdentity) return value;
        Shape shape = value.Type.Shape;
        if (order.KeepsMemoryOrder(shape) && value.Type.Quantization is null or { IsPerTensor: true }) return Reshaped(value, order.Apply(shape));
        if (_transposed.TryGetValue((value, order.Axes), out Value? known)) return known;
        return _transposed[(value, order.Axes)] =
            ConstantLayout.Rewrite(graph, value, constant => constant.Transposed(order.Axes.Span))
            ?? (value.Producer is { Op: Transpose before }
                ? Transposed(value.Producer.Inputs[0], new Permutation(before.Permutation).Then(order))
                : graph.Add(new Transpose(order.Axes), $"{value.Name}/transpose", value));
    }

    public Value Reshaped(Value value, Shape shape)
    {
        if (value.Type.Shape == shape) return value;
        if (value.Producer is { Op: Reshape }) return Reshaped(value.Producer.Inputs[0], shape);
        if (_reshaped.TryGetValue((value, shape), out Value? known)) return known;
        return _reshaped[(value, shape)] =
            ConstantLayout.Rewrite(graph, value, constant => ConstantLayout.Reshaped(constant, shape))
            ?? graph.Add(new Reshape(ValueList.Create(shape.Span)), $"{value.Name}/reshape", value);
    }

    /// <summary>The value written out.</summary>
    public Value Written(Deferred value) => Reshaped(Transposed(value.Source, value.Order), value.Shape);

    /// <summary>How many elements a transpose would move: none if it is there already, or folds, or moves nothing.</summary>
    public long CostOf(Value value, Permutation order) =>
        order.KeepsMemoryOrder(value.Type.Shape) || ConstantLayout.IsFixed(value) || _transposed.ContainsKey((value, order.Axes))
        || (value.Producer is { Op: Transpose before } && new Permutation(before.Permutation).Then(order).IsIdentity)
            ? 0
            : value.Type.Shape.ElementCount;
}
