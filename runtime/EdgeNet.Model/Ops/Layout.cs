using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>The same elements in the same order under another shape.</summary>
public sealed record Reshape(ValueList<int> Shape) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = new(Shape.Span);
        Require(shape.ElementCount == inputs[0].Shape.ElementCount, $"{inputs[0].Shape} cannot become {shape}: {inputs[0].Shape.ElementCount} elements are not {shape.ElementCount}");
        Require(inputs[0].Quantization is null or { IsPerTensor: true }, "reshape of a tensor that is quantized per channel");
        return [Moved(inputs[0], shape)];
    }
}

/// <summary>Axes in another order: output axis i is input axis Permutation[i].</summary>
public sealed record Transpose(ValueList<int> Permutation) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        int[] axes = Permutation.ToArray(), extents = new int[axes.Length];
        for (int axis = 0; axis < x.Shape.Rank; axis++)
            Require(axes.Length == x.Shape.Rank && axes.AsSpan().Contains(axis), $"{Permutation} is not a permutation of the axes of {x.Shape}");
        for (int i = 0; i < axes.Length; i++) extents[i] = x.Shape[axes[i]];
        Quantization? quantization = x.Quantization is { IsPerTensor: false } q ? q with { Axis = axes.AsSpan().IndexOf(q.Axis) } : x.Quantization;
        return [new TensorType(x.Element, new Shape(extents), quantization)];
    }
}

/// <summary>Tensors joined along an axis. Quantized: of the same parameters.</summary>
public sealed record Concat(int Axis) : Op
{
    internal override (int Min, int Max) Arity => (1, 4096);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        RequireAxis(Axis, inputs[0].Shape);
        long extent = 0;
        foreach (TensorType input in inputs)
        {
            Require(input.Element == inputs[0].Element && input.Quantization == inputs[0].Quantization, $"parts of {inputs[0]} and {input}; expected the same type");
            Require(input.Shape.Rank == inputs[0].Shape.Rank && input.Shape.With(Axis, 0) == inputs[0].Shape.With(Axis, 0),
                $"parts of shapes {inputs[0].Shape} and {input.Shape} do not join along axis {Axis}");
            extent += input.Shape[Axis];
        }
        Require(extent <= int.MaxValue, $"{extent} elements along axis {Axis}");
        return [Moved(inputs[0], inputs[0].Shape.With(Axis, (int)extent))];
    }
}

/// <summary>A box of elements: along each axis, Sizes of them from Starts on, Steps apart (negative steps go backwards).</summary>
public sealed record Slice(ValueList<int> Starts, ValueList<int> Sizes, ValueList<int> Steps) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        Require(Starts.Count == shape.Rank && Sizes.Count == shape.Rank && Steps.Count == shape.Rank,
            $"starts {Starts}, sizes {Sizes}, steps {Steps}; expected one of each per axis of {shape}");
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            long last = Starts[axis] + (Sizes[axis] - 1L) * Steps[axis];
            Require(Sizes[axis] >= 0 && Steps[axis] != 0 && (Sizes[axis] == 0 || (Starts[axis] >= 0 && Starts[axis] < shape[axis] && last >= 0 && last < shape[axis])),
                $"{Sizes[axis]} elements from {Starts[axis]} in steps of {Steps[axis]} lie outside axis {axis} of {shape}");
        }
        return [Moved(inputs[0], new Shape(Sizes.Span))];
    }
}

/// <summary>What stands in the border that <see cref="Pad"/> adds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PadMode>))]
public enum PadMode
{
    /// <summary>A number.</summary>
    Constant,
    /// <summary>The elements mirrored at the edge, which is not repeated.</summary>
    Reflect,
    /// <summary>The elements mirrored at the border: the edge is repeated.</summary>
    Symmetric,
    /// <summary>The edge repeated.</summary>
    Edge,
    /// <summary>The elements from the other end.</summary>
    Wrap,
}

/// <summary>A border around a tensor; negative widths cut. Value is a real number: quantized tensors get its code.</summary>
public sealed record Pad(ValueList<int> Before, ValueList<int> After, PadMode Mode = PadMode.Constant, float Value = 0) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        Require(Before.Count == shape.Rank && After.Count == shape.Rank, $"borders {Before} and {After}; expected one of each per axis of {shape}");
        int[] extents = new int[shape.Rank];
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            long extent = (long)shape[axis] + Before[axis] + After[axis];
            Require(extent >= 0 && extent <= EdgeNet.Model.Shape.MaxElements, $"axis {axis} of {shape} would have {extent} elements");
            Require(Mode == PadMode.Constant || shape[axis] > 0 || extent == 0, $"axis {axis} of {shape} is empty: nothing to repeat");
            Require(Mode != PadMode.Reflect || shape[axis] > 1 || (Before[axis] <= 0 && After[axis] <= 0), $"axis {axis} of {shape} has one element: nothing to mirror");
            extents[axis] = (int)extent;
        }
        return [Moved(inputs[0], new Shape(extents))];
    }
}

/// <summary>Inputs: x, indices (Int32 or Int64; negative ones count from the end). Slices of x along an axis, picked by index.</summary>
public sealed record Gather(int Axis) : Op
{
    internal override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        RequireAxis(Axis, shape);
        Require(inputs[1].Element is ElementType.Int32 or ElementType.Int64, $"indices of {inputs[1].Element}; expected Int32 or Int64");
        Require(inputs[0].Quantization is null or { IsPerTensor: true }, "gather from a tensor that is quantized per channel");
        return [Moved(inputs[0], [.. shape.Span[..Axis], .. inputs[1].Shape.Span, .. shape.Span[(Axis + 1)..]])];
    }
}

/// <summary>Inputs: x, indices (Int32 or Int64) of x's rank. Each output element is picked along an axis by its own index.</summary>
public sealed record GatherElements(int Axis) : Op
{
    internal override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape, indices = inputs[1].Shape;
        RequireAxis(Axis, shape);
        Require(inputs[1].Element is ElementType.Int32 or ElementType.Int64, $"indices of {inputs[1].Element}; expected Int32 or Int64");
        Require(indices.Rank == shape.Rank, $"indices of shape {indices} for {shape}; expected the same rank");
        for (int axis = 0; axis < shape.Rank; axis++)
            Require(axis == Axis || indices[axis] <= shape[axis], $"indices of shape {indices} reach beyond axis {axis} of {shape}");
        return [Moved(inputs[0], indices)];
    }
}

/// <summary>
/// Inputs: x, indices (Int64) [batch..., ..., k]. Each row of k indices picks a slice of x under the shared leading batch axes.
/// </summary>
public sealed record GatherNd(int BatchDims = 0) : Op
{
    internal override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape, indices = inputs[1].Shape;
        Require(inputs[1].Element == ElementType.Int64, $"indices of {inputs[1].Element}; expected Int64");
        Require(indices.Rank >= 1 && BatchDims >= 0 && BatchDims < indices.Rank && BatchDims + indices[^1] <= shape.Rank
            && shape.Span[..BatchDims].SequenceEqual(indices.Span[..BatchDims]), $"indices of shape {indices} do not fit {shape} under {BatchDims} batch axes");
        return [Moved(inputs[0], [.. indices.Span[..^1], .. shape.Span[(BatchDims + indices[^1])..]])];
    }
}

/// <summary>The tensor repeated to a shape that it broadcasts to.</summary>
public sealed record Expand(ValueList<int> Shape) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = new(Shape.Span);
        Require(EdgeNet.Model.Shape.Broadcast(inputs[0].Shape, shape) == shape, $"{inputs[0].Shape} does not broadcast to {shape}");
        return [Moved(inputs[0], shape)];
    }
}

/// <summary>The tensor repeated along each axis.</summary>
public sealed record Tile(ValueList<int> Repeats) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        Require(Repeats.Count == shape.Rank && Repeats.All(r => r >= 0), $"repeats {Repeats}; expected one per axis of {shape}");
        int[] extents = new int[shape.Rank];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            long extent = (long)shape[axis] * Repeats[axis];
            Require(extent <= EdgeNet.Model.Shape.MaxElements, $"{shape} repeated {Repeats} times is too large");
            extents[axis] = (int)extent;
        }
        return [Moved(inputs[0], new Shape(extents))];
    }
}
