using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>The windows of a pooling along one axis.</summary>
internal sealed class PoolingAxis(int input, int output, int size, int stride, int dilation, int before, int after)
{
    public int Input => input;

    public int Output => output;

    public int Size => size;

    /// <summary>The input index under a tap of a window; -1 where it lies outside.</summary>
    public int Under(int window, int tap)
    {
        int at = window * stride - before + tap * dilation;
        return (uint)at < (uint)input ? at : -1;
    }

    /// <summary>The window that sees an input index with a tap; -1 where there is none.</summary>
    public int Over(int index, int tap)
    {
        (int window, int rest) = Math.DivRem(index + before - tap * dilation, stride);
        return rest == 0 && (uint)window < (uint)output ? window : -1;
    }

    /// <summary>The taps of a window that count in a mean.</summary>
    public int Count(int window, bool withPadding)
    {
        int count = 0;
        for (int tap = 0; tap < size; tap++)
        {
            int at = window * stride - before + tap * dilation;
            if (withPadding ? at < input + after : (uint)at < (uint)input) count++;
        }
        return count;
    }
}

/// <summary>The geometry that both poolings share.</summary>
internal abstract class Pooling<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected Pooling(Pool2D op, Shape from, Shape to)
    {
        (Images, Channels) = (from[0], from[3]);
        Tall = new(from[1], to[1], op.Size[0], op.Strides[0], op.Dilations[0], op.Padding[0], op.Padding[2]);
        Wide = new(from[2], to[2], op.Size[1], op.Strides[1], op.Dilations[1], op.Padding[1], op.Padding[3]);
    }

    protected int Images { get; }

    protected int Channels { get; }

    protected PoolingAxis Tall { get; }

    protected PoolingAxis Wide { get; }

    public override bool ReadsInput(int index) => false;

    public sealed override void Forward(in Pass pass) => EachRow(Tall.Output, Wide.Output, (row, image, y) => ForwardRow(row, image, y));

    public sealed override void Backward()
    {
        if (InputGradients[0] is not { } dx) return;
        EachRow(Tall.Input, Wide.Input, (row, image, y) =>
        {
            // Each input row gathers from the windows over it, so that no two threads write the same one.
            Span<T> to = dx.Span.Slice(row * Wide.Input * Channels, Wide.Input * Channels);
            to.Clear();
            for (int tapY = 0; tapY < Tall.Size; tapY++)
            {
                int oy = Tall.Over(y, tapY);
                if (oy < 0) continue;
                for (int tapX = 0; tapX < Wide.Size; tapX++)
                {
                    for (int ox = 0; ox < Wide.Output; ox++)
                    {
                        int x = Wide.Under(ox, tapX);
                        if (x >= 0) Gather(image, oy, ox, tapY * Wide.Size + tapX, to.Slice(x * Channels, Channels));
                    }
                }
            }
        });
    }

    protected abstract void ForwardRow(int row, int image, int y);

    /// <summary>Adds the gradient of a window that reaches an input pixel by a tap.</summary>
    protected abstract void Gather(int image, int oy, int ox, int tap, Span<T> to);

    protected int OutputAt(int image, int oy, int ox) => ((image * Tall.Output + oy) * Wide.Output + ox) * Channels;

    protected ReadOnlySpan<T> Pixel(int image, int y, int x) => X.Slice(((image * Tall.Input + y) * Wide.Input + x) * Channels, Channels);

    private void EachRow(int tall, int wide, Action<int, int, int> run) =>
        Workers.Ranges(Images * tall, Math.Max(1, Workers.Grain / Math.Max(1, wide * Channels)), (begin, end) =>
        {
            for (int row = begin; row < end; row++) run(row, row / tall, row % tall);
        });
}

/// <summary>Maximum pooling, which remembers by which tap each maximum came: the first of equal ones.</summary>
internal sealed class MaximumPooling<T>(Pool2D op, Shape from, Shape to) : Pooling<T>(op, from, to) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _taps = new T[to.ElementCount];

    protected override void ForwardRow(int row, int image, int y)
    {
        for (int ox = 0; ox < Wide.Output; ox++)
        {
            int at = OutputAt(image, y, ox);
            Span<T> best = Y.Slice(at, Channels), taps = _taps.AsSpan(at, Channels);
            bool first = true;
            best.Fill(T.NegativeInfinity);
            for (int tapY = 0; tapY < Tall.Size; tapY++)
            {
                int iy = Tall.Under(y, tapY);
                if (iy < 0) continue;
                for (int tapX = 0; tapX < Wide.Size; tapX++)
                {
                    int ix = Wide.Under(ox, tapX);
                    if (ix < 0) continue;
                    ReadOnlySpan<T> pixel = Pixel(image, iy, ix);
                    T tap = T.CreateChecked(tapY * Wide.Size + tapX);
                    if (first)
                    {
                        pixel.CopyTo(best);
                        taps.Fill(tap);
                        first = false;
                    }
                    else
                    {
                        Keep(pixel, tap, best, taps);
                    }
                }
            }
        }
    }

    protected override void Gather(int image, int oy, int ox, int tap, Span<T> to)
    {
        int at = OutputAt(image, oy, ox);
        ReadOnlySpan<T> dy = Dy.Slice(at, to.Length), taps = _taps.AsSpan(at, to.Length);
        T number = T.CreateChecked(tap);
        int i = 0;
        for (; i <= to.Length - Vector<T>.Count; i += Vector<T>.Count)
            (new Vector<T>(to[i..]) + (Vector.Equals(new Vector<T>(taps[i..]), new Vector<T>(number)) & new Vector<T>(dy[i..]))).CopyTo(to[i..]);
        for (; i < to.Length; i++)
        {
            if (taps[i] == number) to[i] += dy[i];
        }
    }

    /// <summary>Takes what is larger, or not a number.</summary>
    private static void Keep(ReadOnlySpan<T> pixel, T tap, Span<T> best, Span<T> taps)
    {
        int i = 0;
        for (; i <= best.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> x = new(pixel[i..]), most = new(best[i..]);
            Vector<T> better = Vector.GreaterThan(x, most) | ~Vector.Equals(x, x);
            Vector.ConditionalSelect(better, x, most).CopyTo(best[i..]);
            Vector.ConditionalSelect(better, new Vector<T>(tap), new Vector<T>(taps[i..])).CopyTo(taps[i..]);
        }
        for (; i < best.Length; i++)
        {
            if (pixel[i] > best[i] || T.IsNaN(pixel[i])) (best[i], taps[i]) = (pixel[i], tap);
        }
    }
}

/// <summary>Average pooling.</summary>
internal sealed class AveragePooling<T> : Pooling<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _parts;

    public AveragePooling(Pool2D op, Shape from, Shape to) : base(op, from, to)
    {
        _parts = new T[to[1] * to[2]];
        for (int i = 0; i < _parts.Length; i++)
        {
            int count = Tall.Count(i / to[2], op.CountIncludesPadding) * Wide.Count(i % to[2], op.CountIncludesPadding);
            _parts[i] = count == 0 ? T.Zero : T.One / T.CreateChecked(count);
        }
    }

    protected override void ForwardRow(int row, int image, int y)
    {
        for (int ox = 0; ox < Wide.Output; ox++)
        {
            Span<T> mean = Y.Slice(OutputAt(image, y, ox), Channels);
            mean.Clear();
            for (int tapY = 0; tapY < Tall.Size; tapY++)
            {
                int iy = Tall.Under(y, tapY);
                if (iy < 0) continue;
                for (int tapX = 0; tapX < Wide.Size; tapX++)
                {
                    int ix = Wide.Under(ox, tapX);
                    if (ix >= 0) Scaled.Add(Pixel(image, iy, ix), T.One, mean);
                }
            }
            T part = _parts[y * Wide.Output + ox];
            for (int c = 0; c < mean.Length; c++) mean[c] *= part;
        }
    }

    protected override void Gather(int image, int oy, int ox, int tap, Span<T> to) =>
        Scaled.Add(Dy.Slice(OutputAt(image, oy, ox), to.Length), _parts[oy * Wide.Output + ox], to);
}
