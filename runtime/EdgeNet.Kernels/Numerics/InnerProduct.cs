using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

/// <summary>Inner products over contiguous values, the heart of the scalar matrix kernels.</summary>
internal static class InnerProduct
{
    /// <summary>
    /// Adds x·w to <paramref name="sum"/>, in double: four partial sums, then what is left over. Every machine adds in this order.
    /// </summary>
    public static double Add(double sum, ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        w = w[..x.Length];
        ReadOnlySpan<Vector128<float>> xs = MemoryMarshal.Cast<float, Vector128<float>>(x);
        ReadOnlySpan<Vector128<float>> ws = MemoryMarshal.Cast<float, Vector128<float>>(w)[..xs.Length];
        Vector128<double> low = default, high = default;
        for (int i = 0; i < xs.Length; i++)
        {
            low += Vector128.WidenLower(xs[i]) * Vector128.WidenLower(ws[i]);
            high += Vector128.WidenUpper(xs[i]) * Vector128.WidenUpper(ws[i]);
        }
        sum += Vector128.Sum(low + high);
        for (int i = x.Length & ~3; i < x.Length; i++) sum += (double)x[i] * w[i];
        return sum;
    }

    /// <summary>Adds x·w0 … x·w3 to four sums, each in the order of <see cref="Add(double, ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    public static void AddFour(
        ReadOnlySpan<float> x, ReadOnlySpan<float> w0, ReadOnlySpan<float> w1, ReadOnlySpan<float> w2, ReadOnlySpan<float> w3,
        ref Sums<double> sums)
    {
        ReadOnlySpan<Vector128<float>> xs = MemoryMarshal.Cast<float, Vector128<float>>(x);
        ReadOnlySpan<Vector128<float>> v0 = MemoryMarshal.Cast<float, Vector128<float>>(w0)[..xs.Length];
        ReadOnlySpan<Vector128<float>> v1 = MemoryMarshal.Cast<float, Vector128<float>>(w1)[..xs.Length];
        ReadOnlySpan<Vector128<float>> v2 = MemoryMarshal.Cast<float, Vector128<float>>(w2)[..xs.Length];
        ReadOnlySpan<Vector128<float>> v3 = MemoryMarshal.Cast<float, Vector128<float>>(w3)[..xs.Length];
        Vector128<double> low0 = default, low1 = default, low2 = default, low3 = default;
        Vector128<double> high0 = default, high1 = default, high2 = default, high3 = default;
        for (int i = 0; i < xs.Length; i++)
        {
            Vector128<double> low = Vector128.WidenLower(xs[i]), high = Vector128.WidenUpper(xs[i]);
            low0 += low * Vector128.WidenLower(v0[i]);
            high0 += high * Vector128.WidenUpper(v0[i]);
            low1 += low * Vector128.WidenLower(v1[i]);
            high1 += high * Vector128.WidenUpper(v1[i]);
            low2 += low * Vector128.WidenLower(v2[i]);
            high2 += high * Vector128.WidenUpper(v2[i]);
            low3 += low * Vector128.WidenLower(v3[i]);
            high3 += high * Vector128.WidenUpper(v3[i]);
        }
        sums.S0 += Vector128.Sum(low0 + high0);
        sums.S1 += Vector128.Sum(low1 + high1);
        sums.S2 += Vector128.Sum(low2 + high2);
        sums.S3 += Vector128.Sum(low3 + high3);
        for (int i = x.Length & ~3; i < x.Length; i++)
        {
            double value = x[i];
            sums.S0 += value * w0[i];
            sums.S1 += value * w1[i];
            sums.S2 += value * w2[i];
            sums.S3 += value * w3[i];
        }
    }

    /// <summary>Adds x·w[i] to each sum, in double.</summary>
    public static void AddScaled(Span<double> sums, double x, ReadOnlySpan<float> w)
    {
        w = w[..sums.Length];
        ReadOnlySpan<Vector128<float>> ws = MemoryMarshal.Cast<float, Vector128<float>>(w);
        Span<Vector128<double>> pairs = MemoryMarshal.Cast<double, Vector128<double>>(sums);
        Vector128<double> factor = Vector128.Create(x);
        for (int i = 0; i < ws.Length; i++)
        {
            pairs[2 * i] += factor * Vector128.WidenLower(ws[i]);
            pairs[2 * i + 1] += factor * Vector128.WidenUpper(ws[i]);
        }
        for (int i = w.Length & ~3; i < w.Length; i++) sums[i] += x * w[i];
    }

    /// <summary>Adds x[i]·w[i] to each sum, in double.</summary>
    public static void AddEach(Span<double> sums, ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        x = x[..sums.Length];
        w = w[..sums.Length];
        ReadOnlySpan<Vector128<float>> xs = MemoryMarshal.Cast<float, Vector128<float>>(x);
        ReadOnlySpan<Vector128<float>> ws = MemoryMarshal.Cast<float, Vector128<float>>(w)[..xs.Length];
        Span<Vector128<double>> pairs = MemoryMarshal.Cast<double, Vector128<double>>(sums);
        for (int i = 0; i < xs.Length; i++)
        {
            pairs[2 * i] += Vector128.WidenLower(xs[i]) * Vector128.WidenLower(ws[i]);
            pairs[2 * i + 1] += Vector128.WidenUpper(xs[i]) * Vector128.WidenUpper(ws[i]);
        }
        for (int i = x.Length & ~3; i < x.Length; i++) sums[i] += (double)x[i] * w[i];
    }

    /// <summary>Adds Σ (x - zx)(w - zw) to <paramref name="sum"/>, modulo 2^32.</summary>
    public static int Add(int sum, ReadOnlySpan<sbyte> x, int zeroX, ReadOnlySpan<sbyte> w, int zeroW)
    {
        w = w[..x.Length];
        for (int i = 0; i < x.Length; i++) sum += (x[i] - zeroX) * (w[i] - zeroW);
        return sum;
    }

    /// <summary>Adds four inner products of codes, modulo 2^32; <paramref name="zeroW"/> holds the four weight zero points.</summary>
    public static void AddFour(
        ReadOnlySpan<sbyte> x, int zeroX,
        ReadOnlySpan<sbyte> w0, ReadOnlySpan<sbyte> w1, ReadOnlySpan<sbyte> w2, ReadOnlySpan<sbyte> w3, Sums<int> zeroW,
        ref Sums<int> sums)
    {
        w0 = w0[..x.Length];
        w1 = w1[..x.Length];
        w2 = w2[..x.Length];
        w3 = w3[..x.Length];
        (int z0, int z1, int z2, int z3) = (zeroW.S0, zeroW.S1, zeroW.S2, zeroW.S3);
        (int s0, int s1, int s2, int s3) = (sums.S0, sums.S1, sums.S2, sums.S3);
        for (int i = 0; i < x.Length; i++)
        {
            int value = x[i] - zeroX;
            s0 += value * (w0[i] - z0);
            s1 += value * (w1[i] - z1);
            s2 += value * (w2[i] - z2);
            s3 += value * (w3[i] - z3);
        }
        sums = new(s0, s1, s2, s3);
    }

    /// <summary>Four running sums.</summary>
    public record struct Sums<T>(T S0, T S1, T S2, T S3);
}
