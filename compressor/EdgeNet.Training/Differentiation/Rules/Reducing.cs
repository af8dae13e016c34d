using System.Numerics;
using System.Runtime.CompilerServices;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A reduction: a fold, and the gradient to each element it was made of.</summary>
internal interface IReduction<T> : IFold<T> where T : unmanaged
{
    static abstract bool GradientReadsElements { get; }

    static abstract bool GradientReadsResult { get; }

    /// <param name="x">Elements.</param>
    /// <param name="y">The results they went into.</param>
    /// <param name="dy">The gradients of these.</param>
    /// <param name="count">Elements of each result.</param>
    static abstract Vector<T> Gradient(Vector<T> x, Vector<T> y, Vector<T> dy, T count);
}

/// <summary>Axes folded away.</summary>
internal class Reducing<T, TReduction> : Rule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TReduction : struct, IReduction<T>
{
    public Reducing(Reduction op, Shape from)
    {
        int[] kept = from.ToArray();
        foreach (int axis in op.Axes) kept[axis] = 1;
        Nest = LoopNest.Broadcast(from, new Shape(kept));
    }

    /// <summary>The loops over the elements, which are tensor 0, and the results.</summary>
    protected LoopNest Nest { get; }

    public sealed override bool ReadsInput(int index) => TReduction.GradientReadsElements;

    public sealed override bool ReadsOutput => TReduction.GradientReadsResult;

    public sealed override void Forward(in Pass pass) =>
        Folding.Into<T, TReduction>(Workers, Nest, 1, Outputs[0], (at, length, _) => X.Slice(at[0], length));

    public override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        T count = T.CreateChecked(Y.Length == 0 ? 0 : dx.Length / Y.Length);
        Workers.Ranges(dx.Length, Workers.Grain, (begin, end) =>
        {
            Span<T> scratch = Workers.Scratch(2 * Folding.Run * Unsafe.SizeOf<T>()).As<T>();
            LoopNest.Runs runs = Nest.Between(begin, end, Folding.Run);
            while (runs.Next())
            {
                Span<T> to = dx.Span.Slice(runs.At[0], runs.Length);
                ReadOnlySpan<T> dy = Result(OutputGradients[0]!, runs.At[1], runs.Length, scratch[Folding.Run..]);
                ReadOnlySpan<T> y = TReduction.GradientReadsResult ? Result(Outputs[0], runs.At[1], runs.Length, scratch) : dy;
                ReadOnlySpan<T> x = TReduction.GradientReadsElements ? X.Slice(runs.At[0], runs.Length) : dy;
                int i = 0;
                for (; i <= to.Length - Vector<T>.Count; i += Vector<T>.Count)
                    TReduction.Gradient(new Vector<T>(x[i..]), new Vector<T>(y[i..]), new Vector<T>(dy[i..]), count).CopyTo(to[i..]);
                if (i < to.Length) Lanes.Store(TReduction.Gradient(Lanes.Load(x, i, T.One), Lanes.Load(y, i, T.One), Lanes.Load(dy, i, T.Zero), count), to, i);
            }
        });
    }

    /// <summary>The results that a run of elements went into.</summary>
    private ReadOnlySpan<T> Result(Tensor<T> tensor, int at, int length, Span<T> scratch)
    {
        if (Nest.InnerStride(1) != 0) return tensor.Span.Slice(at, length);
        scratch[..length].Fill(tensor.Span[at]);
        return scratch[..length];
    }
}

/// <summary>The largest or the smallest elements. Equal ones share the gradient in equal parts.</summary>
internal sealed class ExtremeReducing<T, TReduction>(Reduction op, Shape from) : Reducing<T, TReduction>(op, from)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TReduction : struct, IReduction<T>
{
    public override void Backward()
    {
        if (InputGradients[0] is null) return;
        var ties = Tensor<T>.Alone(Outputs[0].Shape);
        Folding.Into<T, Sum<T>>(Workers, Nest, 1, ties, (at, length, scratch) =>
        {
            ReadOnlySpan<T> x = X.Slice(at[0], length);
            Span<T> equal = scratch[..length], y = scratch.Slice(Folding.Run, length);
            if (Nest.InnerStride(1) != 0) Y.Slice(at[1], length).CopyTo(y);
            else y.Fill(Y[at[1]]);
            for (int i = 0; i < length; i += Vector<T>.Count)
                Lanes.Store(Vector.Equals(Lanes.Load(x, i, T.One), Lanes.Load<T>(y, i, T.One)) & Vector<T>.One, equal, i);
            return equal;
        });
        Span<T> dy = Dy;
        for (int i = 0; i < dy.Length; i++) dy[i] /= ties.Span[i];
        base.Backward();
    }
}

/// <summary>The product. Where elements are zero, the gradient is the product of the others.</summary>
internal sealed class ProductReducing<T>(Reduction op, Shape from) : Reducing<T, Reductions<T>.Product>(op, from)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        base.Backward();
        if (!X.Contains(T.Zero)) return;
        Tensor<T> zeros = Tensor<T>.Alone(Outputs[0].Shape), others = Tensor<T>.Alone(Outputs[0].Shape);
        others.Span.Fill(T.One);
        LoopNest.Runs runs = Nest.Between(0, dx.Length, most: 1);
        while (runs.Next())
        {
            if (X[runs.At[0]] == T.Zero) zeros.Span[runs.At[1]] += T.One;
            else others.Span[runs.At[1]] *= X[runs.At[0]];
        }
        runs = Nest.Between(0, dx.Length, most: 1);
        while (runs.Next())
        {
            (int element, int result) = (runs.At[0], runs.At[1]);
            if (zeros.Span[result] == T.Zero) continue;
            dx.Span[element] = X[element] == T.Zero && zeros.Span[result] == T.One ? Dy[result] * others.Span[result] : T.Zero;
        }
    }
}
