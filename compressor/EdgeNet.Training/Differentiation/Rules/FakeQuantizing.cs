using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// Quantization as training sees it (Jacob et al. 2018): codes are kept as the real numbers that they stand for, so that the output is the
/// input rounded to those that there are. The gradient goes straight through (Bengio et al. 2013), but not to numbers beyond the range.
/// </summary>
internal sealed class FakeQuantizing<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _scales, _lows, _highs;
    private readonly int _run;

    public FakeQuantizing(Quantization quantization, ElementType element, Shape shape)
    {
        (int low, int high) = element == ElementType.Int8 ? (-128, 127) : (0, 255);
        _scales = [.. quantization.Scales.Select(scale => T.CreateChecked(scale))];
        _lows = [.. quantization.ZeroPoints.Select(zero => T.CreateChecked(low - zero))];
        _highs = [.. quantization.ZeroPoints.Select(zero => T.CreateChecked(high - zero))];
        _run = quantization.IsPerTensor ? Math.Max(1, shape.ElementCount) : shape.Product(quantization.Axis + 1, shape.Rank);
    }

    public override void Forward(in Pass pass) => EachRun((begin, end, scale, low, high) =>
    {
        ReadOnlySpan<T> x = X[begin..end];
        Span<T> y = Y[begin..end];
        for (int i = 0; i < y.Length; i += Vector<T>.Count)
        {
            Vector<T> steps = Elementary.Round(Lanes.Load(x, i, T.One) / new Vector<T>(scale));
            steps = Vector.ConditionalSelect(Vector.Equals(steps, steps), steps, Vector<T>.Zero);
            Lanes.Store(Vector.Min(Vector.Max(steps, new(low)), new(high)) * new Vector<T>(scale), y, i);
        }
    });

    public override void Backward()
    {
        if (InputGradients[0] is not { } gradient) return;
        EachRun((begin, end, scale, low, high) =>
        {
            ReadOnlySpan<T> x = X[begin..end], dy = Dy[begin..end];
            Span<T> dx = gradient.Span[begin..end];
            for (int i = 0; i < dx.Length; i += Vector<T>.Count)
            {
                Vector<T> steps = Elementary.Round(Lanes.Load(x, i, T.One) / new Vector<T>(scale));
                Lanes.Store(Vector.GreaterThanOrEqual(steps, new(low)) & Vector.LessThanOrEqual(steps, new(high)) & Lanes.Load(dy, i, T.Zero), dx, i);
            }
        });
    }

    /// <summary>Ranges of elements with the scale, and the range in units of it, that they have in common.</summary>
    private void EachRun(Action<int, int, T, T, T> run) => Workers.Ranges(X.Length, Workers.Grain, (begin, end) =>
    {
        while (begin < end)
        {
            int next = Math.Min(end, (begin / _run + 1) * _run), channel = begin / _run % _scales.Length;
            run(begin, next, _scales[channel], _lows[channel], _highs[channel]);
            begin = next;
        }
    });
}
