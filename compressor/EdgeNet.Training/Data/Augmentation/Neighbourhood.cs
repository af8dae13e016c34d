using System.Numerics;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>A picture with its edge pixels repeated outwards, and what can be computed of each pixel's neighbours, many samples at a time.</summary>
internal sealed class Neighbourhood
{
    private readonly Image _image;
    private readonly byte[] _padded;
    private readonly int _radius, _stride;

    public Neighbourhood(Image image, int radius)
    {
        (_image, _radius) = (image, radius);
        int channels = image.Channels, rowLength = image.Width * channels, margin = radius * channels;
        _stride = rowLength + (2 * margin);
        // The last vector of a row reads beyond it.
        _padded = GC.AllocateUninitializedArray<byte>((_stride * (image.Height + (2 * radius))) + Vector<byte>.Count);
        for (int y = -radius; y < image.Height + radius; y++)
        {
            ReadOnlySpan<byte> from = image.Row(Math.Clamp(y, 0, image.Height - 1));
            Span<byte> to = _padded.AsSpan((y + radius) * _stride, _stride);
            from.CopyTo(to[margin..]);
            for (int x = 0; x < radius; x++)
            {
                from[..channels].CopyTo(to[(x * channels)..]);
                from[^channels..].CopyTo(to[(margin + rowLength + (x * channels))..]);
            }
        }
    }

    /// <summary>A neighbour and what it counts.</summary>
    public readonly record struct Tap(int X, int Y, ushort Weight);

    /// <summary>Neighbours weighted; the weights sum to 256.</summary>
    public Image WeightedMean(ReadOnlySpan<Tap> taps)
    {
        Image result = Result(out byte[] row);
        int[] offsets = Offsets(taps);
        for (int y = 0; y < result.Height; y++)
        {
            for (int i = 0; i < result.Width * result.Channels; i += Vector<byte>.Count)
            {
                Vector<ushort> low = new(128), high = new(128);
                for (int tap = 0; tap < offsets.Length; tap++)
                {
                    Vector.Widen(new Vector<byte>(_padded, (y * _stride) + i + offsets[tap]), out Vector<ushort> first, out Vector<ushort> second);
                    Vector<ushort> weight = new(taps[tap].Weight);
                    low += first * weight;
                    high += second * weight;
                }
                Vector.Narrow(low >>> 8, high >>> 8).CopyTo(row, i);
            }
            row.AsSpan(0, result.Width * result.Channels).CopyTo(result.Row(y));
        }
        return result;
    }

    /// <summary>The darkest of some neighbours, for each channel.</summary>
    public Image Minimum(ReadOnlySpan<Tap> taps)
    {
        Image result = Result(out byte[] row);
        int[] offsets = Offsets(taps);
        for (int y = 0; y < result.Height; y++)
        {
            for (int i = 0; i < result.Width * result.Channels; i += Vector<byte>.Count)
            {
                Vector<byte> least = new(byte.MaxValue);
                foreach (int offset in offsets) least = Vector.Min(least, new Vector<byte>(_padded, (y * _stride) + i + offset));
                least.CopyTo(row, i);
            }
            row.AsSpan(0, result.Width * result.Channels).CopyTo(result.Row(y));
        }
        return result;
    }

    private Image Result(out byte[] row)
    {
        row = new byte[(_image.Width * _image.Channels) + Vector<byte>.Count];
        return PictureGeometry.Unwritten(_image.Width, _image.Height, _image.Channels);
    }

    private int[] Offsets(ReadOnlySpan<Tap> taps)
    {
        int[] offsets = new int[taps.Length];
        for (int i = 0; i < taps.Length; i++) offsets[i] = ((taps[i].Y + _radius) * _stride) + ((taps[i].X + _radius) * _image.Channels);
        return offsets;
    }
}
