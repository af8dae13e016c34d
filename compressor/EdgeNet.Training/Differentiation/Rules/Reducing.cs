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
