using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// An op that picks slices of its first input by the indices in its second: the gradient of a slice is the sum over all that picked it.
/// </summary>
internal abstract class Picking<T>(int sliceLength) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override bool ReadsInput(int index) => index == 1;

    public override void Forward(in Pass pass)
    {
        if (sliceLength == 0) return;
        Workers.Ranges(Y.Length / sliceLength, Math.Max(1, Workers.Grain / sliceLength), (begin, end) =>
        {
            for (int slice = begin; slice < end; slice++) X.Slice(SourceOf(slice), sliceLength).CopyTo(Y.Slice(slice * sliceLength, sliceLength));
        });
    }

    public override void Backward()
    {
        if (InputGradients.Length > 1) InputGradients[1]?.Span.Clear();
        if (InputGradients[0] is not { } dx) return;
        dx.Span.Clear();
        // In order, as several may have picked one.
        for (int slice = 0; slice * sliceLength < Y.Length; slice++)
            Scaled.Add(Dy.Slice(slice * sliceLength, sliceLength), T.One, dx.Span.Slice(SourceOf(slice), sliceLength));
    }

    /// <summary>Where in the input a slice of the output begins.</summary>
    protected abstract int SourceOf(int slice);

    /// <summary>An index, which may count from the end.</summary>
    protected static int Index(T index, int extent, Node node)
    {
        int at = int.CreateTruncating(index);
        if (at < 0) at += extent;
        return (uint)at < (uint)extent ? at : throw new ModelFormatException($"{node}: index {index} is outside an axis of {extent}; check the indices that the model computes");
    }
}

/// <summary>Slices along one axis.</summary>
internal sealed class SlicePicking<T>(Node node, AxisShape shape) : Picking<T>(shape.Inner) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override int SourceOf(int slice)
    {
        (int outer, int at) = Math.DivRem(slice, Inputs[1].Length);
        return (outer * shape.Length + Index(Inputs[1].Span[at], shape.Length, node)) * shape.Inner;
    }
}

/// <summary>Single elements along one axis.</summary>
internal sealed class ElementPicking<T>(Node node, int axis) : Picking<T>(1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape _from = node.Inputs[0].Type.Shape, _indices = node.Inputs[1].Type.Shape;

    protected override int SourceOf(int slice)
    {
        int at = 0, stride = 1, rest = slice;
        for (int i = _from.Rank - 1; i >= 0; i--)
        {
            at += stride * (i == axis ? Index(Inputs[1].Span[slice], _from[axis], node) : rest % _indices[i]);
            rest /= _indices[i];
            stride *= _from[i];
        }
        return at;
    }
}

/// <summary>Slices by rows of indices, under shared leading axes.</summary>
internal sealed class RowPicking<T>(Node node, int batchAxes) : Picking<T>(SliceLength(node, batchAxes)) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape _from = node.Inputs[0].Type.Shape, _indices = node.Inputs[1].Type.Shape;

    protected override int SourceOf(int slice)
    {
        int depth = _indices[^1], at = slice / _indices.Product(batchAxes, _indices.Rank - 1);
        for (int i = 0; i < depth; i++) at = at * _from[batchAxes + i] + Index(Inputs[1].Span[slice * depth + i], _from[batchAxes + i], node);
        return at * SliceLength(node, batchAxes);
    }

    private static int SliceLength(Node node, int batchAxes)
    {
        Shape from = node.Inputs[0].Type.Shape;
        return from.Product(batchAxes + node.Inputs[1].Type.Shape[^1], from.Rank);
    }
}

/// <summary>
/// The largest or smallest elements along an axis, sorted; equal ones in index order, and what is not a number is the largest. The gradient
/// of the values goes to the elements they are; the indices have none.
/// </summary>
internal sealed class ExtremePicking<T>(AxisShape shape, int count, bool largest) : Picking<T>(1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _sources = new int[shape.Lines * count];

    public override bool ReadsInput(int index) => false;

    public override void Forward(in Pass pass) => Workers.Ranges(count == 0 ? 0 : shape.Lines, Math.Max(1, Workers.Grain / Math.Max(1, shape.Length)), (begin, end) =>
    {
        int[] order = new int[shape.Length];
        T[] line = new T[shape.Length];
        for (int index = begin; index < end; index++)
        {
            (int outer, int inner) = Math.DivRem(index, shape.Inner);
            int start = outer * shape.Length * shape.Inner + inner;
            for (int i = 0; i < line.Length; i++) (order[i], line[i]) = (i, X[start + i * shape.Inner]);
            Array.Sort(order, (i, k) => Compare(line[i], line[k]) is var byValue && byValue != 0 ? (largest ? -byValue : byValue) : i.CompareTo(k));
            for (int i = 0; i < count; i++)
            {
                int to = (outer * count + i) * shape.Inner + inner;
                _sources[to] = start + order[i] * shape.Inner;
                (Y[to], Outputs[1].Span[to]) = (line[order[i]], T.CreateChecked(order[i]));
            }
        }
    });

    public override void Backward()
    {
        if (OutputGradients[0] is not null) base.Backward();
        else InputGradients[0]?.Span.Clear();
    }

    protected override int SourceOf(int slice) => _sources[slice];

    private static int Compare(T a, T b) => T.IsNaN(a) || T.IsNaN(b) ? T.IsNaN(a).CompareTo(T.IsNaN(b)) : a.CompareTo(b);
}

/// <summary>The index of the largest or smallest element along an axis; no gradient. What is not a number is found in first place only.</summary>
internal sealed class IndexFinding<T>(AxisShape shape, bool largest, bool last) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass) => Workers.Ranges(shape.Lines, Math.Max(1, Workers.Grain / shape.Length), (begin, end) =>
    {
        for (int index = begin; index < end; index++)
        {
            (int outer, int inner) = Math.DivRem(index, shape.Inner);
            int start = outer * shape.Length * shape.Inner + inner, best = 0;
            for (int i = 1; i < shape.Length; i++)
            {
                T x = X[start + i * shape.Inner], most = X[start + best * shape.Inner];
                if ((largest ? x > most : x < most) || (last && x == most)) best = i;
            }
            Y[index] = T.CreateChecked(best);
        }
    });

    public override void Backward() => InputGradients[0]?.Span.Clear();
}
