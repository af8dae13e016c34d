using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>One tensor where a condition holds, else another; all broadcast.</summary>
internal sealed class Choosing<T>(Shape condition, Shape a, Shape b, Shape result) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LoopNest _nest = LoopNest.Broadcast(result, condition, a, b);

    public override bool ReadsInput(int index) => index == 0;

    public override void Forward(in Pass pass) => Workers.Ranges(Y.Length, Workers.Grain, (begin, end) =>
    {
        int conditions = _nest.InnerStride(1), first = _nest.InnerStride(2), second = _nest.InnerStride(3);
        LoopNest.Runs runs = _nest.Between(begin, end);
        while (runs.Next())
        {
            Span<T> y = Y.Slice(runs.At[0], runs.Length), condition = X[runs.At[1]..], a = Inputs[1].Span[runs.At[2]..], b = Inputs[2].Span[runs.At[3]..];
            for (int i = 0; i < y.Length; i++) y[i] = condition[i * conditions] != T.Zero ? a[i * first] : b[i * second];
        }
    });

    public override void Backward()
    {
        InputGradients[0]?.Span.Clear();
        for (int k = 1; k < 3; k++)
        {
            if (InputGradients[k] is not { } gradient) continue;
            bool wanted = k == 1;
            Folding.Into<T, Sum<T>>(Workers, _nest, k + 1, gradient, (at, length, scratch) =>
            {
                int conditions = _nest.InnerStride(1);
                ReadOnlySpan<T> dy = Dy.Slice(at[0], length), condition = X[at[1]..];
                for (int i = 0; i < length; i++) scratch[i] = condition[i * conditions] != T.Zero == wanted ? dy[i] : T.Zero;
                return scratch[..length];
            });
        }
    }
}
