namespace EdgeNet.Kernels;

/// <summary>Inner products over contiguous values, the heart of the scalar matrix kernels.</summary>
internal static class InnerProduct
{
    /// <summary>Adds x·w to <paramref name="sum"/>, in double.</summary>
    public static double Add(double sum, ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        w = w[..x.Length];
        for (int i = 0; i < x.Length; i++) sum += (double)x[i] * w[i];
        return sum;
    }

    /// <summary>Adds x·w0 … x·w3 to four sums, in double, each in the order of one <see cref="Add(double, ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    public static void AddFour(
        ReadOnlySpan<float> x, ReadOnlySpan<float> w0, ReadOnlySpan<float> w1, ReadOnlySpan<float> w2, ReadOnlySpan<float> w3,
        ref Sums<double> sums)
    {
        w0 = w0[..x.Length];
        w1 = w1[..x.Length];
        w2 = w2[..x.Length];
        w3 = w3[..x.Length];
        (double s0, double s1, double s2, double s3) = (sums.S0, sums.S1, sums.S2, sums.S3);
        for (int i = 0; i < x.Length; i++)
        {
            double value = x[i];
            s0 += value * w0[i];
            s1 += value * w1[i];
            s2 += value * w2[i];
            s3 += value * w3[i];
        }
        sums = new(s0, s1, s2, s3);
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
