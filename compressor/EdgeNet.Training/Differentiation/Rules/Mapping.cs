using System.Numerics;

namespace EdgeNet.Training;

/// <summary>A function of one number, with its slope.</summary>
internal interface IFunction<T> where T : unmanaged
{
    /// <summary>Whether <see cref="Slope"/> takes the function's result (so that nothing need be kept of its argument).</summary>
    static abstract bool SlopeOfResult { get; }

    Vector<T> Value(Vector<T> x);

    Vector<T> Slope(Vector<T> at);
}

/// <summary>An op on each element by itself.</summary>
internal sealed class Mapping<T, TFunction>(TFunction function) : Rule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFunction : struct, IFunction<T>
{
    public override bool ReadsInput(int index) => !TFunction.SlopeOfResult;

    public override bool ReadsOutput => TFunction.SlopeOfResult;

    public override void Forward(in Pass pass) => Workers.Ranges(Y.Length, Workers.Grain, (begin, end) =>
    {
        ReadOnlySpan<T> x = X[begin..end];
        Span<T> y = Y[begin..end];
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count) function.Value(new Vector<T>(x[i..])).CopyTo(y[i..]);
        if (i < x.Length) Lanes.Store(function.Value(Lanes.Load(x, i, T.One)), y, i);
    });

    public override void Backward()
    {
        if (InputGradients[0] is not { } gradient) return;
        Workers.Ranges(Y.Length, Workers.Grain, (begin, end) =>
        {
            ReadOnlySpan<T> at = (TFunction.SlopeOfResult ? Y : X)[begin..end], dy = Dy[begin..end];
            Span<T> dx = gradient.Span[begin..end];
            int i = 0;
            for (; i <= at.Length - Vector<T>.Count; i += Vector<T>.Count) (function.Slope(new Vector<T>(at[i..])) * new Vector<T>(dy[i..])).CopyTo(dx[i..]);
            if (i < at.Length) Lanes.Store(function.Slope(Lanes.Load(at, i, T.One)) * Lanes.Load(dy, i, T.Zero), dx, i);
        });
    }
}
