using System.Numerics;

namespace EdgeNet.Vision;

/// <summary>Order of a picture tensor's axes.</summary>
public enum TensorLayout
{
    /// <summary>[height, width, channels]: TensorFlow, TFLite and EdgeNet.</summary>
    Nhwc,

    /// <summary>[channels, height, width]: PyTorch and most ONNX files.</summary>
    Nchw,
}

/// <summary>What a tensor's channels are.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as models trained with OpenCV or Caffe expect.</summary>
    Bgr,

    /// <summary>One channel: luma by ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, not rounded.</summary>
    Grey,
}

/// <summary>Turns a picture into a network's input: <c>(sample − mean) ⁄ std</c> per channel, samples 0…255. A grey picture fills every channel alike.</summary>
public sealed class ImageToTensor
{
    // What a sample becomes, [Channels, 256]: exact division at the price of a lookup.
    private readonly float[] _values;
    private readonly float[] _mean;
    private readonly float[] _deviation;

    // The same for a vector of interleaved samples, by the channel of its first.
    private readonly Vector<float>[] _means, _deviations;

    /// <summary>Fixes the conversion.</summary>
    /// <param name="layout">Order of the axes.</param>
    /// <param name="order">What the channels are.</param>
    /// <param name="mean">Per channel of the tensor in its order, or one for all; in units of samples, 0…255.</param>
    /// <param name="standardDeviation">Likewise; finite and not 0. 255 with mean 0 gives 0…1.</param>
    /// <exception cref="ArgumentException">Wrong number of values, or a deviation of 0 or not finite.</exception>
    public ImageToTensor(TensorLayout layout, ChannelOrder order, ReadOnlySpan<float> mean, ReadOnlySpan<float> standardDeviation)
    {
        (Layout, Order) = (layout, order);
        _mean = PerChannel(mean, nameof(mean));
        _deviation = PerChannel(standardDeviation, nameof(standardDeviation));
        foreach (float deviation in _deviation)
        {
            if (deviation == 0 || !float.IsFinite(deviation))
                throw new ArgumentException($"A standard deviation of {deviation}; expected a finite number other than 0.", nameof(standardDeviation));
        }

        _means = [.. Enumerable.Range(0, Channels).Select(first => Repeated(_mean, first))];
        _deviations = [.. Enumerable.Range(0, Channels).Select(first => Repeated(_deviation, first))];
        _values = new float[Channels * 256];
        for (int i = 0; i < _values.Length; i++)
            _values[i] = Normalised(i % 256, i / 256);
    }

    /// <summary>Order of the axes.</summary>
    public TensorLayout Layout { get; }

    /// <summary>What the channels are.</summary>
    public ChannelOrder Order { get; }

    /// <summary>1 for grey, otherwise 3.</summary>
    public int Channels => Order == ChannelOrder.Grey ? 1 : 3;

    /// <summary>What a sample becomes, [<see cref="Channels"/>, 256].</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Writes one picture. Allocates nothing.</summary>
    /// <param name="image">Grey or RGB, already of the network's size.</param>
    /// <param name="tensor">[height, width, channels] or [channels, height, width] by <see cref="Layout"/>, exactly that long.</param>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> has another length.</exception>
    public void Convert(Image image, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(image);
        ThrowIfOtherLength(image, tensor);
        if (Layout == TensorLayout.Nhwc && image.Channels == Channels && Order != ChannelOrder.Bgr)
        {
            ConvertInPlace(image.Pixels, tensor);
            return;
        }
        if (Order != ChannelOrder.Grey || image.Channels == 1)
        {
            Convert(image, _values, tensor);
            return;
        }

        ReadOnlySpan<byte> rgb = image.Pixels;
        for (int i = 0; i < tensor.Length; i++)
            tensor[i] = Normalised(Rgb.LumaOf(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]), 0);
    }

    /// <summary>Writes one picture by a table of the caller's: quantized inputs take the codes of <see cref="Values"/>. Allocates nothing.</summary>
    /// <param name="image">As for the other overload; not RGB where <see cref="Order"/> is grey.</param>
    /// <param name="table">What a sample becomes, [<see cref="Channels"/>, 256].</param>
    /// <param name="tensor">As for the other overload.</param>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> has another length, or the picture would have to become grey first.</exception>
    public void Convert<T>(Image image, ReadOnlySpan<T> table, Span<T> tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNotEqual(table.Length, _values.Length);
        ThrowIfOtherLength(image, tensor);
        if (Order == ChannelOrder.Grey && image.Channels != 1) throw new ArgumentException("The luma of an RGB picture is no whole number, so that no table has it.", nameof(image));
        int pixels = image.Width * image.Height;
        (int channelStep, int pixelStep) = Layout == TensorLayout.Nhwc ? (1, Channels) : (pixels, 1);
        for (int channel = 0; channel < Channels; channel++)
        {
            int sourceChannel = image.Channels == 1 ? 0 : Order == ChannelOrder.Bgr ? 2 - channel : channel;
            ReadOnlySpan<byte> source = image.Pixels.AsSpan(sourceChannel);
            ReadOnlySpan<T> values = table.Slice(channel * 256, 256);
            Span<T> target = tensor[(channel * channelStep)..];
            for (int i = 0; i < pixels; i++)
                target[i * pixelStep] = values[source[i * image.Channels]];
        }
    }

    /// <summary>Samples that stay where they are: division is exact, so that vectors give what the table has.</summary>
    private void ConvertInPlace(ReadOnlySpan<byte> samples, Span<float> tensor)
    {
        int lanes = Vector<float>.Count, i = 0;
        for (; i <= samples.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(samples[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
            Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
            Normalised(a, i).CopyTo(tensor[i..]);
            Normalised(b, i + lanes).CopyTo(tensor[(i + lanes)..]);
            Normalised(c, i + (2 * lanes)).CopyTo(tensor[(i + (2 * lanes))..]);
            Normalised(d, i + (3 * lanes)).CopyTo(tensor[(i + (3 * lanes))..]);
        }
        for (; i < samples.Length; i++) tensor[i] = _values[(i % Channels * 256) + samples[i]];
    }

    private Vector<float> Normalised(Vector<uint> samples, int first) => (Vector.ConvertToSingle(samples.As<uint, int>()) - _means[first % Channels]) / _deviations[first % Channels];

    private Vector<float> Repeated(float[] perChannel, int first)
    {
        Span<float> lanes = stackalloc float[Vector<float>.Count];
        for (int i = 0; i < lanes.Length; i++) lanes[i] = perChannel[(first + i) % Channels];
        return new Vector<float>(lanes);
    }

    private void ThrowIfOtherLength<T>(Image image, ReadOnlySpan<T> tensor)
    {
        long expected = (long)image.Width * image.Height * Channels;
        if (tensor.Length != expected)
            throw new ArgumentException($"A tensor of {tensor.Length} values for {image.Width}×{image.Height} pixels of {Channels} channels; expected {expected}.", nameof(tensor));
    }

    private float Normalised(float sample, int channel) => (sample - _mean[channel]) / _deviation[channel];

    private float[] PerChannel(ReadOnlySpan<float> values, string name)
    {
        if (values.Length == Channels)
            return values.ToArray();
        if (values.Length != 1)
            throw new ArgumentException($"{values.Length} values for {Channels} channels; expected {Channels}, or 1 for all.", name);
        float[] repeated = new float[Channels];
        Array.Fill(repeated, values[0]);
        return repeated;
    }
}
