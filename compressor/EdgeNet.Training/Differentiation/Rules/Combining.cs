using System.Numerics;
using System.Runtime.CompilerServices;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A function of two numbers, with its slopes.</summary>
internal interface IPairFunction<T> where T : unmanaged
{
    /// <summary>Whether the slope to one argument depends on another (or itself).</summary>
    static abstract bool SlopeReads(int slope, int argument);

    static abstract Vector<T> Value(Vector<T> a, Vector<T> b);

    static abstract Vector<T> SlopeA(Vector<T> a, Vector<T> b);

    static abstract Vector<T> SlopeB(Vector<T> a, Vector<T> b);
}

/// <summary>An op on two tensors element by element, either of which may be broadcast: its gradient is summed where it was repeated.</summary>
internal sealed class Combining<T, TFunction>(Shape a, Shape b, Shape result) : Rule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFunction : struct, IPairFunction<T>
{
    private readonly LoopNest _nest = LoopNest.Broadcast(result, a, b);

    public override bool Clamps => true;

    public override bool ReadsInput(int index) =>
        (InputGradients[0] is not null && TFunction.SlopeReads(0, index)) || (InputGradients[1] is not null && TFunction.SlopeReads(1, index));

    public override void Forward(in Pass pass) => Workers.Ranges(Y.Length, Workers.Grain, (begin, end) =>
    {
        Span<T> scratch = Scratch();
        LoopNest.Runs runs = _nest.Between(begin, end, Folding.Run);
        while (runs.Next())
        {
            ReadOnlySpan<T> a = Operand(0, runs.At, runs.Length, scratch), b = Operand(1, runs.At, runs.Length, scratch);
            Span<T> y = Y.Slice(runs.At[0], runs.Length);
            int i = 0;
            for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count) TFunction.Value(new Vector<T>(a[i..]), new Vector<T>(b[i..])).CopyTo(y[i..]);
            if (i < y.Length) Lanes.Store(TFunction.Value(Lanes.Load(a, i, T.One), Lanes.Load(b, i, T.One)), y, i);
            if (Clamp is { } clamp) Clamping.Run(y, clamp.Minimum, clamp.Maximum);
        }
    });

    public override void Backward()
    {
        MaskClamped();
        for (int k = 0; k < 2; k++)
        {
            if (InputGradients[k] is not { } gradient) continue;
            int operand = k;
            if (gradient.Length == _nest.Length)
            {
                // Nothing is repeated (or only what has one element), so the result is as long and in the same order.
                Workers.Ranges(gradient.Length, Workers.Grain, (begin, end) =>
                {
                    Span<T> scratch = Scratch();
                    LoopNest.Runs runs = _nest.Between(begin, end, Folding.Run);
                    while (runs.Next()) Slopes(operand, runs.At, runs.Length, scratch, gradient.Span.Slice(runs.At[0], runs.Length));
                });
            }
            else
            {
                Folding.Into<T, Sum<T>>(Workers, _nest, operand + 1, gradient, (at, length, scratch) =>
                {
                    if (!TFunction.SlopeReads(operand, 0) && !TFunction.SlopeReads(operand, 1) && operand == 0) return Dy.Slice(at[0], length);
                    Span<T> products = scratch.Slice(2 * Folding.Run, length);
                    Slopes(operand, at, length, scratch, products);
                    return products;
                });
            }
        }
    }

    private static Span<T> Scratch() => Workers.Scratch(3 * Folding.Run * Unsafe.SizeOf<T>()).As<T>();

    /// <summary>The gradient times the slope to an operand.</summary>
    private void Slopes(int operand, ReadOnlySpan<int> at, int length, Span<T> scratch, Span<T> to)
    {
        ReadOnlySpan<T> dy = Dy.Slice(at[0], length);
        ReadOnlySpan<T> a = TFunction.SlopeReads(operand, 0) ? Operand(0, at, length, scratch) : dy, b = TFunction.SlopeReads(operand, 1) ? Operand(1, at, length, scratch) : dy;
        int i = 0;
        for (; i <= to.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> x = new(a[i..]), z = new(b[i..]);
            ((operand == 0 ? TFunction.SlopeA(x, z) : TFunction.SlopeB(x, z)) * new Vector<T>(dy[i..])).CopyTo(to[i..]);
        }
        if (i == to.Length) return;
        Vector<T> lastA = Lanes.Load(a, i, T.One), lastB = Lanes.Load(b, i, T.One);
        Lanes.Store((operand == 0 ? TFunction.SlopeA(lastA, lastB) : TFunction.SlopeB(lastA, lastB)) * Lanes.Load(dy, i, T.Zero), to, i);
    }

    /// <summary>A run of an operand: as it lies there, or one number of it repeated.</summary>
    private ReadOnlySpan<T> Operand(int operand, ReadOnlySpan<int> at, int length, Span<T> scratch)
    {
        Span<T> values = Inputs[operand].Span;
        if (_nest.InnerStride(operand + 1) != 0) return values.Slice(at[operand + 1], length);
        Span<T> repeated = scratch.Slice(operand * Folding.Run, length);
        repeated.Fill(values[at[operand + 1]]);
        return repeated;
    }
}
