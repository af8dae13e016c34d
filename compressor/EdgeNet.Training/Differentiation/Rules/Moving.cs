using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>An op that only moves elements: its gradient moves them back.</summary>
internal abstract class Moving<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public sealed override bool ReadsInput(int index) => false;

    /// <summary>Copies what a view shows.</summary>
    protected void Copy(StridedView view, Tensor<T> from, Tensor<T> to) =>
        Workers.Ranges(to.Length, Workers.Grain, (begin, end) => StridedCopy.Run<T>(in view, from.Span, to.Span, begin, end));
}

/// <summary>The same elements in the same order.</summary>
internal sealed class Reshaping<T> : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass) => Copy(Inputs[0], Outputs[0]);

    public override void Backward()
    {
        if (InputGradients[0] is { } dx) Copy(OutputGradients[0]!, dx);
    }

    private void Copy(Tensor<T> from, Tensor<T> to) => Workers.Ranges(to.Length, Workers.Grain, (begin, end) => from.Span[begin..end].CopyTo(to.Span[begin..end]));
}

/// <summary>Axes in another order, and back.</summary>
internal sealed class Transposing<T> : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StridedView _there, _back;

    public Transposing(Transpose op, Shape from, Shape to)
    {
        int[] back = new int[from.Rank];
        for (int axis = 0; axis < back.Length; axis++) back[op.Permutation[axis]] = axis;
        (_there, _back) = (StridedView.Transpose(from.Span, op.Permutation.Span), StridedView.Transpose(to.Span, back));
    }

    public override void Forward(in Pass pass) => Copy(_there, Inputs[0], Outputs[0]);

    public override void Backward()
    {
        if (InputGradients[0] is { } dx) Copy(_back, OutputGradients[0]!, dx);
    }
}

/// <summary>A box of elements; the others have no gradient.</summary>
internal sealed class Slicing<T> : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StridedView _view;
    private readonly StridedBox _box;

    public Slicing(Slice op, Shape from, Shape to)
    {
        _view = StridedView.Slice(from.Span, op.Starts.Span, op.Steps.Span, op.Sizes.Span);
        int[] dense = LoopNest.Dense(from);
        int first = 0;
        for (int axis = 0; axis < dense.Length; axis++)
        {
            first += op.Starts[axis] * dense[axis];
            dense[axis] *= op.Steps[axis];
        }
        _box = new StridedBox(new LoopNest(to.Span, LoopNest.Dense(to), dense), first);
    }

    public override void Forward(in Pass pass) => Copy(_view, Inputs[0], Outputs[0]);

    public override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        dx.Span.Clear();
        _box.Write(OutputGradients[0]!, dx, Workers);
    }
}

/// <summary>A border of one number, or cuts: the elements that stay are a box in both tensors.</summary>
internal sealed class Bordering<T> : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PadShape _shape;
    private readonly T _value;
    private readonly StridedBox _box;

    public Bordering(EdgeNet.Model.Pad op, Shape from, Shape to)
    {
        _shape = new PadShape(from.Span, op.Before.Span, op.After.Span, EdgeNet.Kernels.PadMode.Constant);
        _value = T.CreateChecked(op.Value);
        int[] inner = LoopNest.Dense(from), outer = LoopNest.Dense(to), kept = new int[from.Rank];
        int first = 0, second = 0;
        for (int axis = 0; axis < kept.Length; axis++)
        {
            int skipped = Math.Max(0, -op.Before[axis]), added = Math.Max(0, op.Before[axis]);
            kept[axis] = Math.Max(0, Math.Min(from[axis] - skipped, to[axis] - added));
            first += skipped * inner[axis];
            second += added * outer[axis];
        }
        _box = new StridedBox(new LoopNest(kept, outer, inner), first, second);
    }

    public override void Forward(in Pass pass) =>
        Workers.Ranges(Y.Length, Workers.Grain, (begin, end) => EdgeNet.Kernels.Pad.Run<T>(in _shape, _value, X, Y, begin, end));

    public override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        dx.Span.Clear();
        _box.Write(OutputGradients[0]!, dx, Workers);
    }
}

/// <summary>A box of elements of two tensors: no two of them are the same.</summary>
/// <param name="nest">The loops over it in the source, which is tensor 0, and the target.</param>
/// <param name="first">The first element in the target.</param>
/// <param name="source">The first element in the source.</param>
internal sealed class StridedBox(LoopNest nest, int first, int source = 0)
{
    public void Write<T>(Tensor<T> from, Tensor<T> to, Workers workers) where T : unmanaged
    {
        workers.Ranges(nest.Length, Workers.Grain, (begin, end) =>
        {
            int strideFrom = nest.InnerStride(0), strideTo = nest.InnerStride(1);
            LoopNest.Runs runs = nest.Between(begin, end);
            while (runs.Next())
            {
                Span<T> x = from.Span, y = to.Span;
                int at = source + runs.At[0], target = first + runs.At[1];
                if (strideFrom == 1 && strideTo == 1) x.Slice(at, runs.Length).CopyTo(y.Slice(target, runs.Length));
                else for (int i = 0; i < runs.Length; i++) y[target + i * strideTo] = x[at + i * strideFrom];
            }
        });
    }
}

/// <summary>Tensors joined along an axis.</summary>
internal sealed class Concatenating<T>(int axis, Shape to) : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _rows = to.Product(0, axis), _width = to.Product(axis, to.Rank);

    public override void Forward(in Pass pass) => EachRow((row, at, part, width) => Inputs[part].Span.Slice(row * width, width).CopyTo(Y.Slice(at, width)));

    public override void Backward() => EachRow((row, at, part, width) =>
    {
        if (InputGradients[part] is { } dx) Dy.Slice(at, width).CopyTo(dx.Span.Slice(row * width, width));
    });

    private void EachRow(Action<int, int, int, int> copy)
    {
        if (_width == 0) return;
        Workers.Ranges(_rows, Math.Max(1, Workers.Grain / _width), (begin, end) =>
        {
            for (int row = begin; row < end; row++)
            {
                int at = row * _width;
                for (int part = 0; part < Inputs.Length; part++)
                {
                    int width = Inputs[part].Length / _rows;
                    copy(row, at, part, width);
                    at += width;
                }
            }
        });
    }
}

/// <summary>A tensor repeated to a shape that it broadcasts to: its gradient is the sum over the repetitions.</summary>
internal sealed class Expanding<T>(Shape from, Shape to) : Moving<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StridedView _view = StridedView.Expand(from.Span, to.Span);
    private readonly LoopNest _nest = LoopNest.Broadcast(to, from);

    public override void Forward(in Pass pass) => Copy(_view, Inputs[0], Outputs[0]);

    public override void Backward()
    {
        if (InputGradients[0] is { } dx) Folding.Into<T, Sum<T>>(Workers, _nest, 1, dx, (at, length, _) => Dy.Slice(at[0], length));
    }
}
