using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// Transposed convolution: the product of each row of pixels with the weights, [pixels, channels] × [channels, outputs × taps], is added to
/// the places that the taps reach; gradients are gathered from there.
/// </summary>
internal sealed class TransposedConvolution<T> : Rule<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Parts = 8;

    private readonly ConvTranspose2D _op;
    private readonly int _images, _tall, _wide, _channels, _outTall, _outWide, _outputs, _kernelTall, _kernelWide;

    public TransposedConvolution(ConvTranspose2D op, Shape from, Shape weights, Shape to)
    {
        _op = op;
        (_images, _tall, _wide, _channels) = (from[0], from[1], from[2], from[3]);
        (_outTall, _outWide, _outputs) = (to[1], to[2], to[3]);
        (_kernelTall, _kernelWide) = (weights[1], weights[2]);
    }

    private int Taps => _kernelTall * _kernelWide;

    private int Depth => _channels / _op.Groups;

    private int OutputsOfGroup => _outputs / _op.Groups;

    /// <summary>Filters × taps of a group.</summary>
    private int Fan => OutputsOfGroup * Taps;

    public override bool ReadsInput(int index) => index == 0 ? InputGradients[1] is not null : index == 1 && InputGradients[0] is not null;

    public override void Forward(in Pass pass)
    {
        T[] turned = new T[Inputs[1].Length];
        for (int group = 0; group < _op.Groups; group++)
            MatrixProduct.Transpose<T>(Inputs[1].Span.Slice(group * Fan * Depth, Fan * Depth), turned.AsSpan(group * Fan * Depth, Fan * Depth), Fan, Depth);
        int length = _outTall * _outWide * _outputs;
        Workers.Each(_images, image =>
        {
            Span<T> y = Y.Slice(image * length, length);
            y.Clear();
            for (int i = 0; i < length && Inputs.Length > 2; i += _outputs) Inputs[2].Span.CopyTo(y[i..]);
            T[] pixels = new T[_wide * Depth], products = new T[_wide * Fan];
            for (int row = 0; row < _tall; row++)
            {
                for (int group = 0; group < _op.Groups; group++)
                {
                    Pixels(image * _tall + row, group, pixels);
                    MatrixProduct.Run<T>(pixels, turned.AsSpan(group * Fan * Depth, Fan * Depth), products, _wide, Depth, Fan, add: false);
                    foreach ((int pixel, int tap, int at) in Reached(image, row, group))
                    {
                        Span<T> to = Y.Slice(at, OutputsOfGroup);
                        for (int o = 0; o < to.Length; o++) to[o] += products[pixel * Fan + o * Taps + tap];
                    }
                }
            }
        });
    }

    public override void Backward()
    {
        if (InputGradients.Length > 2 && InputGradients[2] is { } bias) Channels.Sum<T>(Dy, bias.Span);
        if (InputGradients[0] is { } dx)
        {
            Workers.Each(_images * _tall, row =>
            {
                T[] slopes = new T[_wide * Fan], pixels = new T[_wide * Depth];
                for (int group = 0; group < _op.Groups; group++)
                {
                    slopes.AsSpan().Clear();
                    foreach ((int pixel, int tap, int at) in Reached(row / _tall, row % _tall, group))
                    {
                        ReadOnlySpan<T> dy = Dy.Slice(at, OutputsOfGroup);
                        for (int o = 0; o < dy.Length; o++) slopes[pixel * Fan + o * Taps + tap] = dy[o];
                    }
                    MatrixProduct.Run<T>(slopes, Inputs[1].Span.Slice(group * Fan * Depth, Fan * Depth), pixels, _wide, Fan, Depth, add: false);
                    for (int i = 0; i < _wide; i++) pixels.AsSpan(i * Depth, Depth).CopyTo(dx.Span[((row * _wide + i) * _channels + group * Depth)..]);
                }
            });
        }
        if (InputGradients[1] is { } dw) WeightsBackward(dw);
    }

    private void WeightsBackward(Tensor<T> gradient)
    {
        int rows = _images * _tall, parts = Math.Min(Parts, rows);
        T[] sums = new T[parts * gradient.Length];
        Workers.Each(parts, part =>
        {
            T[] slopes = new T[_wide * Fan], pixels = new T[_wide * Depth];
            for (int row = rows * part / parts; row < rows * (part + 1) / parts; row++)
            {
                for (int group = 0; group < _op.Groups; group++)
                {
                    slopes.AsSpan().Clear();
                    foreach ((int pixel, int tap, int at) in Reached(row / _tall, row % _tall, group))
                    {
                        ReadOnlySpan<T> dy = Dy.Slice(at, OutputsOfGroup);
                        for (int o = 0; o < dy.Length; o++) slopes[(o * Taps + tap) * _wide + pixel] = dy[o];
                    }
                    Pixels(row, group, pixels);
                    MatrixProduct.Run<T>(slopes, pixels, sums.AsSpan(part * gradient.Length + group * Fan * Depth, Fan * Depth), Fan, _wide, Depth, add: true);
                }
            }
        });
        Channels.Sum<T>(sums, gradient.Span);
    }

    /// <summary>The channels of a group of a row of input pixels.</summary>
    private void Pixels(int row, int group, Span<T> to)
    {
        for (int i = 0; i < _wide; i++) X.Slice((row * _wide + i) * _channels + group * Depth, Depth).CopyTo(to[(i * Depth)..]);
    }

    /// <summary>Where the taps of the pixels of a row lie in the output.</summary>
    private IEnumerable<(int Pixel, int Tap, int At)> Reached(int image, int row, int group)
    {
        for (int ky = 0; ky < _kernelTall; ky++)
        {
            int y = row * _op.Strides[0] + ky * _op.Dilations[0] - _op.Padding[0];
            if ((uint)y >= (uint)_outTall) continue;
            for (int kx = 0; kx < _kernelWide; kx++)
            {
                for (int pixel = 0; pixel < _wide; pixel++)
                {
                    int x = pixel * _op.Strides[1] + kx * _op.Dilations[1] - _op.Padding[1];
                    if ((uint)x < (uint)_outWide) yield return (pixel, ky * _kernelWide + kx, ((image * _outTall + y) * _outWide + x) * _outputs + group * OutputsOfGroup);
                }
            }
        }
    }
}
