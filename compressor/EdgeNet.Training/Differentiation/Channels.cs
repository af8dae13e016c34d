using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeNet.Training;

/// <summary>Arithmetic on pixels [any number, channels], each channel with numbers of its own.</summary>
internal static class Channels
{
    /// <summary>The sum of each channel.</summary>
    public static void Sum<T>(ReadOnlySpan<T> pixels, Span<T> sums) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sums.Clear();
        int vectors = sums.Length / Vector<T>.Count;
        for (int at = 0; at < pixels.Length; at += sums.Length)
        {
            ReadOnlySpan<T> pixel = pixels.Slice(at, sums.Length);
            Span<Vector<T>> to = MemoryMarshal.Cast<T, Vector<T>>(sums);
            ReadOnlySpan<Vector<T>> from = MemoryMarshal.Cast<T, Vector<T>>(pixel);
            for (int i = 0; i < to.Length && i < from.Length; i++) to[i] += from[i];
            for (int c = vectors * Vector<T>.Count; c < sums.Length; c++) sums[c] += pixel[c];
        }
    }

    /// <summary>The sum of (x − mean) × weight for each channel; of (x − mean)² where the weights are left out.</summary>
    public static void SumDeviations<T>(ReadOnlySpan<T> pixels, ReadOnlySpan<T> means, ReadOnlySpan<T> weights, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sums.Clear();
        ReadOnlySpan<Vector<T>> mean = MemoryMarshal.Cast<T, Vector<T>>(means);
        Span<Vector<T>> to = MemoryMarshal.Cast<T, Vector<T>>(sums);
        for (int at = 0; at < pixels.Length; at += sums.Length)
        {
            ReadOnlySpan<T> pixel = pixels.Slice(at, sums.Length), weight = weights.IsEmpty ? [] : weights.Slice(at, sums.Length);
            ReadOnlySpan<Vector<T>> x = MemoryMarshal.Cast<T, Vector<T>>(pixel), w = MemoryMarshal.Cast<T, Vector<T>>(weight);
            if (weight.IsEmpty)
            {
                for (int i = 0; i < to.Length && i < x.Length && i < mean.Length; i++)
                {
                    Vector<T> deviation = x[i] - mean[i];
                    to[i] += deviation * deviation;
                }
                for (int c = to.Length * Vector<T>.Count; c < sums.Length; c++) sums[c] += (pixel[c] - means[c]) * (pixel[c] - means[c]);
            }
            else
            {
                for (int i = 0; i < to.Length && i < x.Length && i < mean.Length && i < w.Length; i++) to[i] += (x[i] - mean[i]) * w[i];
                for (int c = to.Length * Vector<T>.Count; c < sums.Length; c++) sums[c] += (pixel[c] - means[c]) * weight[c];
            }
        }
    }

    /// <summary>y = x × scale + shift.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> scales, ReadOnlySpan<T> shifts, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> scale = MemoryMarshal.Cast<T, Vector<T>>(scales), shift = MemoryMarshal.Cast<T, Vector<T>>(shifts);
        for (int at = 0; at < x.Length; at += scales.Length)
        {
            ReadOnlySpan<T> from = x.Slice(at, scales.Length);
            Span<T> to = y.Slice(at, scales.Length);
            ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(from);
            Span<Vector<T>> results = MemoryMarshal.Cast<T, Vector<T>>(to);
            for (int i = 0; i < vectors.Length && i < scale.Length && i < shift.Length && i < results.Length; i++) results[i] = vectors[i] * scale[i] + shift[i];
            for (int c = scale.Length * Vector<T>.Count; c < to.Length; c++) to[c] = from[c] * scales[c] + shifts[c];
        }
    }

    /// <summary>y = a × scale + b × other scale + shift.</summary>
    public static void ScaleBoth<T>(
        ReadOnlySpan<T> a, ReadOnlySpan<T> scales, ReadOnlySpan<T> b, ReadOnlySpan<T> otherScales, ReadOnlySpan<T> shifts, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> scale = MemoryMarshal.Cast<T, Vector<T>>(scales), other = MemoryMarshal.Cast<T, Vector<T>>(otherScales);
        ReadOnlySpan<Vector<T>> shift = MemoryMarshal.Cast<T, Vector<T>>(shifts);
        for (int at = 0; at < a.Length; at += scales.Length)
        {
            ReadOnlySpan<T> first = a.Slice(at, scales.Length), second = b.Slice(at, scales.Length);
            Span<T> to = y.Slice(at, scales.Length);
            ReadOnlySpan<Vector<T>> u = MemoryMarshal.Cast<T, Vector<T>>(first), v = MemoryMarshal.Cast<T, Vector<T>>(second);
            Span<Vector<T>> results = MemoryMarshal.Cast<T, Vector<T>>(to);
            for (int i = 0; i < u.Length && i < v.Length && i < scale.Length && i < other.Length && i < shift.Length && i < results.Length; i++)
                results[i] = u[i] * scale[i] + v[i] * other[i] + shift[i];
            for (int c = scale.Length * Vector<T>.Count; c < to.Length; c++) to[c] = first[c] * scales[c] + second[c] * otherScales[c] + shifts[c];
        }
    }
}
