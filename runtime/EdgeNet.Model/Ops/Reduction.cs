using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>An op that folds axes away.</summary>
/// <param name="Axes">The axes, ascending.</param>
/// <param name="KeepDims">Whether they stay with extent 1.</param>
public abstract record Reduction(ValueList<int> Axes, bool KeepDims) : Op
{
    internal sealed override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(x.Element != ElementType.Bool, "reduction of Bool; cast first");
        return [Computed(x, Reduced(x.Shape))];
    }

    private protected Shape Reduced(Shape shape)
    {
        for (int i = 0; i < Axes.Count; i++)
        {
            RequireAxis(Axes[i], shape);
            Require(i == 0 || Axes[i] > Axes[i - 1], $"axes {Axes}; expected ascending");
        }
        var extents = new List<int>();
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (!Axes.Span.Contains(axis)) extents.Add(shape[axis]);
            else if (KeepDims) extents.Add(1);
        }
        return new Shape([.. extents]);
    }

    private protected ImmutableArray<TensorType> FloatOnly(ImmutableArray<TensorType> inputs)
    {
        RequireFloat(inputs[0]);
        return [new TensorType(ElementType.Float32, Reduced(inputs[0].Shape))];
    }
}

/// <summary>The mean. Float32, or quantized Int8.</summary>
public sealed record ReduceMean(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Element == ElementType.Float32 || inputs[0].Quantization is not null, $"mean of {inputs[0]}; expected Float32 or quantized Int8");
        return base.InferOutputs(inputs);
    }
}

/// <summary>The sum. Float32, Int32 or Int64.</summary>
public sealed record ReduceSum(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims);
/// <summary>The largest element; quantized: on codes, parameters kept.</summary>
public sealed record ReduceMax(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs) => [Moved(inputs[0], Reduced(inputs[0].Shape))];
}
/// <summary>The smallest element; quantized: on codes, parameters kept.</summary>
public sealed record ReduceMin(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs) => [Moved(inputs[0], Reduced(inputs[0].Shape))];
}
/// <summary>The product. Float32, Int32 or Int64.</summary>
public sealed record ReduceProd(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims);
/// <summary>The sum of squares. Float32, Int32 or Int64.</summary>
public sealed record ReduceSumSquare(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims);
/// <summary>The sum of magnitudes. Float32.</summary>
public sealed record ReduceL1(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs) => FloatOnly(inputs);
}
/// <summary>The Euclidean length. Float32.</summary>
public sealed record ReduceL2(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs) => FloatOnly(inputs);
}

/// <summary>The index of an extreme along an axis, as Int64. Of equal ones the first, or the last if asked.</summary>
public abstract record IndexOfExtreme(int Axis, bool KeepDims, bool SelectLast) : Op
{
    internal sealed override (int Min, int Max) Arity => (1, 1);

    private protected sealed override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        RequireAxis(Axis, shape);
        Require(shape[Axis] > 0, $"axis {Axis} of shape {shape} is empty");
        Shape kept = KeepDims ? shape.With(Axis, 1) : new Shape([.. shape.Span[..Axis], .. shape.Span[(Axis + 1)..]]);
        return [new TensorType(ElementType.Int64, kept)];
    }
}

/// <summary>The index of the largest element.</summary>
public sealed record ArgMax(int Axis, bool KeepDims, bool SelectLast = false) : IndexOfExtreme(Axis, KeepDims, SelectLast);
/// <summary>The index of the smallest element.</summary>
public sealed record ArgMin(int Axis, bool KeepDims, bool SelectLast = false) : IndexOfExtreme(Axis, KeepDims, SelectLast);

/// <summary>
/// The Count largest (or smallest) elements along an axis, sorted; equal ones in index order. Outputs: values, indices (Int64).
/// </summary>
public sealed record TopK(int Count, int Axis, bool Largest = true) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape shape = inputs[0].Shape;
        RequireFloat(inputs[0]);
        RequireAxis(Axis, shape);
        Require(Count >= 0 && Count <= shape[Axis], $"{Count} of {shape[Axis]} elements were asked for");
        Shape output = shape.With(Axis, Count);
        return [Moved(inputs[0], output), new TensorType(ElementType.Int64, output)];
    }
}
