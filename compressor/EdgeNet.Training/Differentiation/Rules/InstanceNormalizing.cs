using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Instance normalization (Ulyanov et al. 2016): the gradient goes through mean and variance of each channel of each sample.</summary>
internal sealed class InstanceNormalizing<T>(T epsilon, Shape shape) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _width = shape[^1], _length = shape.Product(1, shape.Rank);
    private readonly T[] _means = new T[shape[0] * shape[^1]], _inverses = new T[shape[0] * shape[^1]];

    private T Count => T.CreateChecked(_length / Math.Max(1, _width));

    public override bool ReadsInput(int index) => index is 0 or 1;

    public override void Forward(in Pass pass) => Workers.Each(_means.Length / Math.Max(1, _width), sample =>
    {
        ReadOnlySpan<T> x = X.Slice(sample * _length, _length);
        Span<T> mean = _means.AsSpan(sample * _width, _width), inverse = _inverses.AsSpan(sample * _width, _width);
        Channels.Sum(x, mean);
        for (int c = 0; c < _width; c++) mean[c] /= Count;
        Channels.SumDeviations(x, mean, [], inverse);
        T[] scale = new T[_width], shift = new T[_width];
        for (int c = 0; c < _width; c++)
        {
            inverse[c] = T.One / T.Sqrt(inverse[c] / Count + epsilon);
            scale[c] = Inputs[1].Span[c] * inverse[c];
            shift[c] = Inputs[2].Span[c] - mean[c] * scale[c];
        }
        Channels.Scale(x, scale, shift, Y.Slice(sample * _length, _length));
    });

    public override void Backward()
    {
        int samples = _means.Length / Math.Max(1, _width);
        T[] shifts = new T[_means.Length], scales = new T[_means.Length];
        Workers.Each(samples, sample =>
        {
            ReadOnlySpan<T> x = X.Slice(sample * _length, _length), dy = Dy.Slice(sample * _length, _length);
            Span<T> mean = _means.AsSpan(sample * _width, _width), inverse = _inverses.AsSpan(sample * _width, _width);
            Span<T> shift = shifts.AsSpan(sample * _width, _width), deviation = scales.AsSpan(sample * _width, _width);
            Channels.Sum(dy, shift);
            Channels.SumDeviations(x, mean, dy, deviation);
            T[] a = new T[_width], b = new T[_width], offset = new T[_width];
            for (int c = 0; c < _width; c++)
            {
                a[c] = Inputs[1].Span[c] * inverse[c];
                b[c] = -a[c] * inverse[c] * inverse[c] * deviation[c] / Count;
                offset[c] = -a[c] * shift[c] / Count - b[c] * mean[c];
                deviation[c] *= inverse[c];
            }
            if (InputGradients[0] is { } dx) Channels.ScaleBoth(dy, a, x, b, offset, dx.Span.Slice(sample * _length, _length));
        });
        if (InputGradients[1] is { } scaleGradient) Channels.Sum<T>(scales, scaleGradient.Span);
        if (InputGradients[2] is { } shiftGradient) Channels.Sum<T>(shifts, shiftGradient.Span);
    }
}

/// <summary>Normalization by the squares of neighbouring channels (Krizhevsky et al. 2012).</summary>
internal sealed class ResponseNormalizing<T>(LocalResponseNormalization op, int channels) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _before = (op.Size - 1) / 2, _after = op.Size / 2;
    private readonly T _alpha = T.CreateChecked((double)op.Alpha / op.Size), _beta = T.CreateChecked(op.Beta), _bias = T.CreateChecked(op.Bias);

    public override void Forward(in Pass pass) => EachPixel((at, sums) =>
    {
        ReadOnlySpan<T> x = X.Slice(at, channels);
        Span<T> y = Y.Slice(at, channels);
        Sums(x, sums);
        for (int c = 0; c < y.Length; c++) y[c] = x[c] / T.Pow(sums[c], _beta);
    });

    public override void Backward()
    {
        if (InputGradients[0] is not { } gradient) return;
        EachPixel((at, sums) =>
        {
            ReadOnlySpan<T> x = X.Slice(at, channels), dy = Dy.Slice(at, channels);
            Span<T> dx = gradient.Span.Slice(at, channels), shares = sums[channels..];
            Sums(x, sums);
            for (int c = 0; c < channels; c++)
            {
                T power = dy[c] / T.Pow(sums[c], _beta);
                dx[c] = power;
                shares[c] = power * x[c] / sums[c];
            }
            // A channel is a neighbour of those that it is in the window of.
            T factor = (_alpha + _alpha) * _beta;
            for (int c = 0; c < channels; c++)
            {
                T sum = T.Zero;
                for (int k = Math.Max(0, c - _after); k <= Math.Min(channels - 1, c + _before); k++) sum += shares[k];
                dx[c] -= factor * x[c] * sum;
            }
        });
    }

    private delegate void PixelAction(int at, Span<T> scratch);

    private void EachPixel(PixelAction run) => Workers.Ranges(X.Length / Math.Max(1, channels), Math.Max(1, Workers.Grain / Math.Max(1, channels)), (begin, end) =>
    {
        Span<T> scratch = new T[2 * channels];
        for (int pixel = begin; pixel < end; pixel++) run(pixel * channels, scratch);
    });

    private void Sums(ReadOnlySpan<T> x, Span<T> sums)
    {
        for (int c = 0; c < channels; c++)
        {
            T squares = T.Zero;
            foreach (T near in x[Math.Max(c - _before, 0)..Math.Min(c + _after + 1, channels)]) squares += near * near;
            sums[c] = _bias + _alpha * squares;
        }
    }
}
