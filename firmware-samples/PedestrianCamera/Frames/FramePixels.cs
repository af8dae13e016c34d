using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// RGB pictures out of frames, of the size that is wanted and of the part that is wanted: planes are resized as they are, rows before columns,
/// and only the pixels of the result are converted. Half-pixel centres everywhere, for chroma too (MPEG-1's and JPEG's place in the middle of its
/// four pixels): between the two nearest samples of an axis that shrinks to no less than half, and the mean of what is covered where it shrinks
/// more, so that small people do not fall between samples. All arithmetic is in integers: weights have 11 bits, samples keep 6 bits behind the
/// point until they are colours, coefficients of BT.601 have 14, and the one rounding to a byte is half up. So every machine gives the same bytes.
/// </summary>
internal static class FramePixels
{
    private const int WeightBits = 11, PointBits = 6, CoefficientBits = 14;

    /// <summary>Axes that are remembered: those of a frame's parts, of the page and of a picture of an event.</summary>
    private const int MostTaps = 256;

    private static readonly ConcurrentDictionary<(int Start, int Length, int To, int Samples, int PixelsPerSample), AxisTaps> s_taps = [];

    /// <summary>The frame, made smaller in its own shape where it is larger than asked for; never larger.</summary>
    /// <exception cref="SourceException">It is a JPEG picture that cannot be decoded.</exception>
    public static Image ToImage(Frame frame, int maximumWidth, int maximumHeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumHeight, 1);
        frame.DecodeJpeg();
        double scale = Math.Min(1, Math.Min((double)maximumWidth / frame.Width, (double)maximumHeight / frame.Height));
        var image = new Image(Math.Max(1, (int)Math.Round(frame.Width * scale)), Math.Max(1, (int)Math.Round(frame.Height * scale)), 3);
        Fill(frame, new PixelArea(0, 0, frame.Width, frame.Height), image);
        return image;
    }

    /// <summary>A part of the frame, stretched to the size of a picture that is there.</summary>
    /// <param name="frame">The frame; one of JPEG is decoded, which stays so.</param>
    /// <param name="area">The part, inside the frame. Samples beside it are looked at where a pixel at its edge lies between them.</param>
    /// <param name="target">RGB, of any size; every pixel is written.</param>
    /// <exception cref="SourceException">It is a JPEG picture that cannot be decoded.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The area is empty or reaches outside.</exception>
    /// <exception cref="ArgumentException">The target is grey.</exception>
    public static void Fill(Frame frame, PixelArea area, Image target)
    {
        if (target.Channels != 3) throw new ArgumentException("Expected an RGB picture.", nameof(target));
        frame.DecodeJpeg();
        if (area.X < 0 || area.Y < 0 || area.Width < 1 || area.Height < 1 || (long)area.X + area.Width > frame.Width || (long)area.Y + area.Height > frame.Height)
            throw new ArgumentOutOfRangeException(nameof(area), area, $"Not inside the {frame.Width}×{frame.Height} of the frame.");

        (int width, int height) = (frame.Width, frame.Height);
        (int halfWidth, int halfHeight) = ((width + 1) / 2, (height + 1) / 2);
        int luma = width * height;
        // Rows of bytes, and the three channels in them: red, green, blue, or luma, blue chroma, red chroma.
        (Plane[] planes, Channel[] channels) = frame.Layout switch
        {
            PixelLayout.Rgb => ((Plane[])[new(0, width * 3, height, 1)], (Channel[])[new(0, 0, 3, width, 1), new(0, 1, 3, width, 1), new(0, 2, 3, width, 1)]),
            PixelLayout.Yuyv => ([new(0, halfWidth * 4, height, 1)], [new(0, 0, 2, width, 1), new(0, 1, 4, halfWidth, 2), new(0, 3, 4, halfWidth, 2)]),
            _ => (
                [new(0, width, height, 1), new(luma, halfWidth, halfHeight, 2), new(luma + (halfWidth * halfHeight), halfWidth, halfHeight, 2)],
                [new(0, 0, 1, width, 1), new(1, 0, 1, halfWidth, 2), new(2, 0, 1, halfWidth, 2)]),
        };

        AxisTaps[] rows = [.. planes.Select(plane => TapsOf(area.Y, area.Height, target.Height, plane.Rows, plane.PixelsPerRow))];
        AxisTaps[] columns = [.. channels.Select(channel => TapsOf(area.X, area.Width, target.Width, channel.Samples, channel.PixelsPerSample))];
        // Behind the last sample lies one more, of no weight: the taps of a result always are two.
        uint[][] blended = [.. planes.Select(plane => new uint[plane.RowLength + 4])];
        int[][] samples = [.. channels.Select(_ => new int[target.Width])];
        ReadOnlySpan<byte> bytes = frame.Bytes;
        var conversion = Conversion.Of(frame.FullRange);
        for (int y = 0; y < target.Height; y++)
        {
            for (int p = 0; p < planes.Length; p++)
            {
                // Only the columns that some channel needs.
                (int from, int to) = (int.MaxValue, 0);
                for (int c = 0; c < channels.Length; c++)
                {
                    if (channels[c].Plane != p) continue;
                    from = Math.Min(from, channels[c].Offset + (columns[c].FirstSample * channels[c].Step));
                    to = Math.Max(to, channels[c].Offset + (columns[c].LastSample * channels[c].Step) + 1);
                }
                BlendRows(bytes[planes[p].Start..], planes[p].RowLength, rows[p], y, from, to, blended[p]);
            }
            for (int c = 0; c < channels.Length; c++) PickColumns(blended[channels[c].Plane], channels[c], columns[c], samples[c]);
            if (frame.Layout == PixelLayout.Rgb) Interleave(samples, target.Row(y));
            else Convert(samples, conversion, target.Row(y));
        }
    }

    /// <summary>The taps of an axis; frames of a source ask for the same again and again.</summary>
    private static AxisTaps TapsOf(int start, int length, int to, int samples, int pixelsPerSample)
    {
        if (s_taps.Count > MostTaps) s_taps.Clear();
        return s_taps.GetOrAdd((start, length, to, samples, pixelsPerSample), static key => AxisTaps.Of(key.Start, key.Length, key.To, key.Samples, key.PixelsPerSample));
    }

    /// <summary>Weighs rows of bytes together, one tap after the other: 11 bits behind the point.</summary>
    private static void BlendRows(ReadOnlySpan<byte> plane, int rowLength, AxisTaps taps, int index, int from, int to, uint[] blended)
    {
        Span<uint> sums = blended.AsSpan(from, to - from);
        ReadOnlySpan<int> weights = taps.Weights(index);
        for (int t = 0; t < weights.Length; t++)
        {
            ReadOnlySpan<byte> row = plane.Slice((taps.First(index) + t) * rowLength, rowLength)[from..to];
            if (t == 0) Weigh(row, (uint)weights[t], sums, add: false);
            else if (weights[t] != 0) Weigh(row, (uint)weights[t], sums, add: true);
        }
    }

    private static void Weigh(ReadOnlySpan<byte> row, uint weight, Span<uint> sums, bool add)
    {
        int i = 0, step = Vector<byte>.Count;
        for (; i <= row.Length - step; i += step)
        {
            Vector.Widen(new Vector<byte>(row[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
            Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
            Span<Vector<uint>> four = MemoryMarshal.Cast<uint, Vector<uint>>(sums.Slice(i, step));
            four[0] = (a * weight) + (add ? four[0] : Vector<uint>.Zero);
            four[1] = (b * weight) + (add ? four[1] : Vector<uint>.Zero);
            four[2] = (c * weight) + (add ? four[2] : Vector<uint>.Zero);
            four[3] = (d * weight) + (add ? four[3] : Vector<uint>.Zero);
        }
        for (; i < row.Length; i++) sums[i] = (row[i] * weight) + (add ? sums[i] : 0);
    }

    /// <summary>Weighs the columns of a blended row together: 22 bits behind the point, of which 6 stay.</summary>
    private static void PickColumns(uint[] row, Channel channel, AxisTaps taps, int[] samples)
    {
        const int Shift = (2 * WeightBits) - PointBits;
        const uint Half = 1 << (Shift - 1);
        (int offset, int step) = (channel.Offset, channel.Step);
        if (taps.IsIdentity && step == 1)
        {
            ReadOnlySpan<uint> from = row.AsSpan(taps.FirstSample, samples.Length);
            int i = 0;
            for (; i <= samples.Length - Vector<uint>.Count; i += Vector<uint>.Count)
                ((new Vector<uint>(from[i..]) + new Vector<uint>(1 << (WeightBits - PointBits - 1))) >>> (WeightBits - PointBits)).As<uint, int>().CopyTo(samples, i);
            for (; i < samples.Length; i++) samples[i] = (int)((from[i] + (1 << (WeightBits - PointBits - 1))) >> (WeightBits - PointBits));
            return;
        }

        if (taps.IsHalving && step == 1)
        {
            // What a camera's 640 columns become in a network of 320: neighbours are added as the two halves of one integer.
            ReadOnlySpan<ulong> pairs = MemoryMarshal.Cast<uint, ulong>(row.AsSpan(taps.FirstSample, 2 * samples.Length));
            var low = new Vector<ulong>(uint.MaxValue);
            int i = 0;
            for (; i <= samples.Length - Vector<uint>.Count; i += Vector<uint>.Count)
            {
                Vector<ulong> first = new(pairs[i..]), second = new(pairs[(i + Vector<ulong>.Count)..]);
                Vector<uint> sums = Vector.Narrow((first & low) + (first >>> 32), (second & low) + (second >>> 32));
                (((sums << (WeightBits - 1)) + new Vector<uint>(Half)) >>> Shift).As<uint, int>().CopyTo(samples, i);
            }
            for (; i < samples.Length; i++) samples[i] = (int)((((uint)pairs[i] + (uint)(pairs[i] >> 32) << (WeightBits - 1)) + Half) >> Shift);
            return;
        }

        ReadOnlySpan<int> firsts = taps.Firsts;
        if (taps.Count == 2)
        {
            ReadOnlySpan<uint> from = row.AsSpan(offset), next = row.AsSpan(offset + step);
            ReadOnlySpan<int> seconds = taps.Seconds;
            for (int x = 0; x < samples.Length; x++)
            {
                int at = firsts[x] * step;
                uint second = (uint)seconds[x];
                samples[x] = (int)(((from[at] * ((1 << WeightBits) - second)) + (next[at] * second) + Half) >> Shift);
            }
            return;
        }
        for (int x = 0; x < samples.Length; x++)
        {
            uint sum = Half;
            int at = offset + (firsts[x] * step);
            foreach (int weight in taps.Weights(x))
            {
                if (weight != 0) sum += row[at] * (uint)weight;
                at += step;
            }
            samples[x] = (int)(sum >> Shift);
        }
    }

    private static void Interleave(int[][] samples, Span<byte> to)
    {
        (int[] red, int[] green, int[] blue) = (samples[0], samples[1], samples[2]);
        for (int x = 0; x < red.Length; x++)
        {
            to[3 * x] = (byte)((red[x] + (1 << (PointBits - 1))) >> PointBits);
            to[(3 * x) + 1] = (byte)((green[x] + (1 << (PointBits - 1))) >> PointBits);
            to[(3 * x) + 2] = (byte)((blue[x] + (1 << (PointBits - 1))) >> PointBits);
        }
    }

    private static void Convert(int[][] samples, Conversion k, Span<byte> to)
    {
        ReadOnlySpan<int> luma = samples[0], blue = samples[1], red = samples[2];
        int x = 0;
        // Four pixels are packed into four integers and their twelve bytes shuffled together; a store of sixteen needs room behind.
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);
        for (; x + 6 <= luma.Length; x += 4)
        {
            Vector128<int> y = ((Vector128.Create(luma[x..]) - Vector128.Create(k.Black)) * k.Luma) + Vector128.Create(1 << (PointBits + CoefficientBits - 1));
            Vector128<int> cb = Vector128.Create(blue[x..]) - Vector128.Create(128 << PointBits);
            Vector128<int> cr = Vector128.Create(red[x..]) - Vector128.Create(128 << PointBits);
            Vector128<int> r = Byte((y + (cr * k.RedOfRed)) >> (PointBits + CoefficientBits));
            Vector128<int> g = Byte((y - (cb * k.GreenOfBlue) - (cr * k.GreenOfRed)) >> (PointBits + CoefficientBits));
            Vector128<int> b = Byte((y + (cb * k.BlueOfBlue)) >> (PointBits + CoefficientBits));
            Vector128.Shuffle((r | (g << 8) | (b << 16)).AsByte(), order).CopyTo(to[(3 * x)..]);
        }
        for (; x < luma.Length; x++)
        {
            int y = ((luma[x] - k.Black) * k.Luma) + (1 << (PointBits + CoefficientBits - 1));
            int cb = blue[x] - (128 << PointBits), cr = red[x] - (128 << PointBits);
            to[3 * x] = (byte)Math.Clamp((y + (cr * k.RedOfRed)) >> (PointBits + CoefficientBits), 0, 255);
            to[(3 * x) + 1] = (byte)Math.Clamp((y - (cb * k.GreenOfBlue) - (cr * k.GreenOfRed)) >> (PointBits + CoefficientBits), 0, 255);
            to[(3 * x) + 2] = (byte)Math.Clamp((y + (cb * k.BlueOfBlue)) >> (PointBits + CoefficientBits), 0, 255);
        }

        static Vector128<int> Byte(Vector128<int> value) => Vector128.Min(Vector128.Max(value, Vector128<int>.Zero), Vector128.Create(255));
    }

    /// <summary>Rows of bytes.</summary>
    private readonly record struct Plane(int Start, int RowLength, int Rows, int PixelsPerRow);

    /// <summary>Every Step-th byte of a plane's rows, from Offset on.</summary>
    private readonly record struct Channel(int Plane, int Offset, int Step, int Samples, int PixelsPerSample);

    /// <summary>
    /// ITU-R BT.601 in 14 bits behind the point: luma red 0.299, green 0.587, blue 0.114; of 16…235 with chroma of 16…240, or of all of 0…255.
    /// </summary>
    private readonly record struct Conversion(int Black, int Luma, int RedOfRed, int GreenOfBlue, int GreenOfRed, int BlueOfBlue)
    {
        public static Conversion Of(bool fullRange)
        {
            (double luma, double chroma) = fullRange ? (1.0, 1.0) : (255.0 / 219, 255.0 / 224);
            return new(
                fullRange ? 0 : 16 << PointBits, Fixed(luma),
                Fixed(chroma * 2 * (1 - 0.299)), Fixed(chroma * 2 * (1 - 0.114) * 0.114 / 0.587), Fixed(chroma * 2 * (1 - 0.299) * 0.299 / 0.587), Fixed(chroma * 2 * (1 - 0.114)));
        }

        private static int Fixed(double value) => (int)Math.Round(value * (1 << CoefficientBits));
    }

    /// <summary>For each sample of a result the first sample of the source, and the weights of it and those after it.</summary>
    private sealed class AxisTaps
    {
        private readonly int[] _firsts, _weights;
        private int[] _seconds = [];

        private AxisTaps(int to, int count) => (_firsts, _weights, Count) = (new int[to], new int[to * count], count);

        /// <summary>Weights of each sample; some are 0.</summary>
        public int Count { get; }

        public ReadOnlySpan<int> Firsts => _firsts;

        /// <summary>Where there are two taps, the weights of the second.</summary>
        public ReadOnlySpan<int> Seconds => _seconds;

        /// <summary>The first sample of the source that is looked at.</summary>
        public int FirstSample => _firsts[0];

        /// <summary>The last sample of the source that has any weight.</summary>
        public int LastSample { get; private set; }

        /// <summary>Whether the result is a row of source samples as they are.</summary>
        public bool IsIdentity { get; private set; }

        /// <summary>Whether the result is the mean of each two source samples.</summary>
        public bool IsHalving { get; private set; }

        public int First(int index) => _firsts[index];

        /// <summary>Of one sample, without those that weigh nothing behind.</summary>
        public ReadOnlySpan<int> Weights(int index) => _weights.AsSpan(index * Count, Math.Min(Count, LastSample - _firsts[index] + 1));

        /// <summary>The taps of one axis.</summary>
        /// <param name="start">Where the part begins, in pixels.</param>
        /// <param name="length">Its pixels.</param>
        /// <param name="to">Samples of the result.</param>
        /// <param name="samples">Of the source.</param>
        /// <param name="pixelsPerSample">2 for chroma that has half the samples.</param>
        public static AxisTaps Of(int start, int length, int to, int samples, int pixelsPerSample)
        {
            double step = (double)length / to / pixelsPerSample, begin = (double)start / pixelsPerSample;
            int count = step > 2 ? (int)Math.Ceiling(step) + 1 : 2;
            var taps = new AxisTaps(to, count) { IsIdentity = true, IsHalving = count == 2 };
            for (int i = 0; i < to; i++)
            {
                Span<int> weights = taps._weights.AsSpan(i * count, count);
                int first;
                if (step > 2)
                {
                    (double from, double end) = (begin + (i * step), Math.Min(begin + ((i + 1) * step), samples));
                    first = Math.Clamp((int)from, 0, samples - 1);
                    // Each weight is the difference of two roundings, so that all sum to one exactly.
                    int before = 0;
                    for (int t = 0; t < count; t++)
                    {
                        double covered = Math.Clamp((first + t + 1 - from) / (end - from), 0, 1);
                        int until = first + t + 1 >= samples ? 1 << WeightBits : (int)Math.Round(covered * (1 << WeightBits));
                        (weights[t], before) = (until - before, until);
                    }
                }
                else
                {
                    double centre = Math.Clamp(begin + ((i + 0.5) * step) - 0.5, 0, samples - 1);
                    first = (int)centre;
                    int second = (int)Math.Round((centre - first) * (1 << WeightBits));
                    (weights[0], weights[1]) = ((1 << WeightBits) - second, second);
                }
                taps._firsts[i] = first;
                taps.LastSample = Math.Max(taps.LastSample, first + weights.LastIndexOfAnyExcept(0));
                taps.IsHalving &= weights[0] == weights[^1] && first == taps._firsts[0] + (2 * i);
                taps.IsIdentity &= weights[0] == 1 << WeightBits && first == taps._firsts[0] + i;
            }
            if (count == 2) taps._seconds = [.. Enumerable.Range(0, to).Select(i => taps._weights[(2 * i) + 1])];
            return taps;
        }
    }
}
