using System.Numerics;

namespace EdgeNet.Training;

/// <summary>
/// Batch normalization (Ioffe &amp; Szegedy 2015). In training, mean and variance are those of the batch, the gradient goes through them, and
/// the moving ones follow; else, and where the layer is frozen, the moving ones are constants.
/// </summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The part of the batch in the moving statistics, 0 to 1.</param>
/// <param name="frozen">Whether the layer keeps its statistics.</param>
internal sealed class BatchNormalizing<T>(T epsilon, T momentum, bool frozen) : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _mean = [], _inverse = [], _parts = [];
    private bool _fromBatch;

    private int Width => Inputs[1].Length;

    private int Grain => Math.Max(1, Workers.Grain / Width);

    private int Pixels => Inputs[0].Length / Width;

    private int Pieces => (Pixels + Grain - 1) / Grain;

    public override bool ReadsInput(int index) => index is 0 or 1;

    public override void Forward(in Pass pass)
    {
        int width = Width;
        if (_mean.Length == 0) (_mean, _inverse, _parts) = (new T[width], new T[width], new T[2 * Pieces * width]);
        _fromBatch = pass.Training && !frozen;
        T[] variance = new T[width];
        if (_fromBatch)
        {
            MeanAndVariance(variance);
            T correction = Pixels > 1 ? T.CreateChecked(Pixels) / T.CreateChecked(Pixels - 1) : T.One;
            Span<T> movingMean = Inputs[3].Span, movingVariance = Inputs[4].Span;
            for (int c = 0; c < width; c++)
            {
                movingMean[c] += momentum * (_mean[c] - movingMean[c]);
                movingVariance[c] += momentum * (variance[c] * correction - movingVariance[c]);
            }
        }
        else
        {
            Inputs[3].Span.CopyTo(_mean);
            Inputs[4].Span.CopyTo(variance);
        }
        T[] scale = new T[width], shift = new T[width];
        for (int c = 0; c < width; c++)
        {
            _inverse[c] = T.One / T.Sqrt(variance[c] + epsilon);
            scale[c] = Inputs[1].Span[c] * _inverse[c];
            shift[c] = Inputs[2].Span[c] - _mean[c] * scale[c];
        }
        Workers.Ranges(Pixels, Grain, (begin, end) => Channels.Scale<T>(X[(begin * width)..(end * width)], scale, shift, Y[(begin * width)..(end * width)]));
    }

    public override void Backward()
    {
        int width = Width;
        // For each piece of the pixels, the sums of dy and of dy × (x − mean); added up in order.
        Workers.Each(Pieces, piece =>
        {
            int begin = piece * Grain * width, end = Math.Min(Pixels, (piece + 1) * Grain) * width;
            Channels.Sum<T>(Dy[begin..end], _parts.AsSpan(2 * piece * width, width));
            Channels.SumDeviations(X[begin..end], _mean, Dy[begin..end], _parts.AsSpan((2 * piece + 1) * width, width));
        });
        T[] sums = new T[2 * width];
        Channels.Sum<T>(_parts, sums);
        Span<T> shiftGradient = sums.AsSpan(0, width), deviation = sums.AsSpan(width);
        if (InputGradients[2] is { } shift) shiftGradient.CopyTo(shift.Span);
        if (InputGradients[1] is { } scale)
        {
            for (int c = 0; c < width; c++) scale.Span[c] = deviation[c] * _inverse[c];
        }
        // Statistics that are computed, not kept, have gradients where they are used.
        for (int c = 0; c < width; c++)
        {
            T slope = _fromBatch ? T.Zero : -Inputs[1].Span[c] * _inverse[c];
            if (InputGradients[3] is { } mean) mean.Span[c] = slope * shiftGradient[c];
            if (InputGradients[4] is { } variance) variance.Span[c] = slope * _inverse[c] * _inverse[c] * deviation[c] / T.CreateChecked(2);
        }
        if (InputGradients[0] is not { } dx) return;
        T[] a = new T[width], b = new T[width], offset = new T[width];
        T count = T.CreateChecked(Pixels);
        for (int c = 0; c < width; c++)
        {
            a[c] = Inputs[1].Span[c] * _inverse[c];
            if (!_fromBatch) continue;
            b[c] = -a[c] * _inverse[c] * _inverse[c] * deviation[c] / count;
            offset[c] = -a[c] * shiftGradient[c] / count - b[c] * _mean[c];
        }
        Workers.Ranges(Pixels, Grain, (begin, end) =>
        {
            Range range = (begin * width)..(end * width);
            Channels.ScaleBoth<T>(Dy[range], a, X[range], b, offset, dx.Span[range]);
        });
    }

    /// <summary>Each piece by itself, then two by two by the formula of Chan, Golub &amp; LeVeque (1979): pixels are read once.</summary>
    private void MeanAndVariance(T[] variance)
    {
        int width = Width;
        Workers.Each(Pieces, piece =>
        {
            int first = piece * Grain, count = Math.Min(Pixels, first + Grain) - first;
            ReadOnlySpan<T> pixels = X.Slice(first * width, count * width);
            Span<T> mean = _parts.AsSpan(2 * piece * width, width);
            Channels.Sum(pixels, mean);
            for (int c = 0; c < width; c++) mean[c] /= T.CreateChecked(count);
            Channels.SumDeviations<T>(pixels, mean, [], _parts.AsSpan((2 * piece + 1) * width, width));
        });
        _parts.AsSpan(0, width).CopyTo(_mean);
        _parts.AsSpan(width, width).CopyTo(variance);
        for (int piece = 1; piece < Pieces; piece++)
        {
            T before = T.CreateChecked(piece * Grain), count = T.CreateChecked(Math.Min(Pixels, (piece + 1) * Grain) - piece * Grain), all = before + count;
            Span<T> mean = _parts.AsSpan(2 * piece * width, width), deviations = _parts.AsSpan((2 * piece + 1) * width, width);
            for (int c = 0; c < width; c++)
            {
                T difference = mean[c] - _mean[c];
                _mean[c] += difference * count / all;
                variance[c] += deviations[c] + difference * difference * before * count / all;
            }
        }
        T pixelCount = T.CreateChecked(Pixels);
        for (int c = 0; c < width; c++) variance[c] /= pixelCount;
    }
}
