using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each element is zero with a probability, the others larger by as much. Which ones follows
/// from the pass's seed, the layer and the element's place, so that it need not be remembered and does not depend on threads.
/// </summary>
internal sealed class DroppingOut<T>(float rate, int layer) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _kept = T.One / T.CreateChecked(1 - rate);
    private readonly ulong _limit = (ulong)(rate * Math.Pow(2, 32));
    private Pass _pass;

    public override bool ReadsInput(int index) => false;

    public override void Forward(in Pass pass)
    {
        _pass = pass;
        Run(Inputs[0], Outputs[0]);
    }

    public override void Backward()
    {
        if (InputGradients[0] is { } dx) Run(OutputGradients[0]!, dx);
    }

    private void Run(Tensor<T> from, Tensor<T> to)
    {
        if (!_pass.Training)
        {
            from.Span.CopyTo(to.Span);
            return;
        }
        ulong seed = Noise.Mix(_pass.Seed ^ Noise.Mix((ulong)layer + 1));
        Workers.Ranges(from.Length, Workers.Grain, (begin, end) =>
        {
            Span<T> x = from.Span, y = to.Span;
            for (int i = begin; i < end; i++) y[i] = (Noise.Mix(seed + (ulong)i) >> 32) < _limit ? T.Zero : x[i] * _kept;
        });
    }
}

/// <summary>Numbers that look random and follow from where they stand.</summary>
internal static class Noise
{
    /// <summary>The finalizer of SplitMix64 (Steele, Lea &amp; Flood 2014).</summary>
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
