namespace EdgeNet.Kernels;

/// <summary>
/// Elementary functions in double made only of additions, subtractions, multiplications, divisions, rounding and bit operations in a
/// fixed order, so that every machine gives the same bits. Exp and Log are within 2 units in the last place over the normal range,
/// the others within a few.
/// </summary>
public static class PortableMath
{
    private const double Log2High = 0.69314718036912382;     // ln 2 in its leading 32 bits
    private const double Log2Low = 1.9082149292705877e-10;   // and the rest
    private const double TwoOverRootPi = 1.1283791670955126;

    /// <summary>e^x. Overflows to infinity above 709.78 and to zero below -745.13.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.782712893384) return double.PositiveInfinity;
        if (x < -745.1332191019412) return 0;

        // x = k·ln 2 + r with |r| ≤ ln 2 / 2, and e^r by its series.
        double k = Math.Round(x * 1.4426950408889634, MidpointRounding.ToEven);
        double high = x - k * Log2High, low = k * Log2Low;
        double r = high - low;
        double rest = high - r - low;
        double series = 1 / 6227020800.0;
        series = series * r + 1 / 479001600.0;
        series = series * r + 1 / 39916800.0;
        series = series * r + 1 / 3628800.0;
        series = series * r + 1 / 362880.0;
        series = series * r + 1 / 40320.0;
        series = series * r + 1 / 5040.0;
        series = series * r + 1 / 720.0;
        series = series * r + 1 / 120.0;
        series = series * r + 1 / 24.0;
        series = series * r + 1 / 6.0;
        series = series * r + 0.5;
        double power = 1 + (r + (rest + r * r * series));

        // Two steps reach the subnormal numbers and the top of the range.
        int half = (int)k / 2;
        return power * TwoTo(half) * TwoTo((int)k - half);
    }

    /// <summary>The natural logarithm: NaN below zero, negative infinity at zero.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        int k = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0; // 2^54
            k = -54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            k++;
        }

        // m = 1 + f; with s = f / (2 + f), ln m = 2 artanh s = f - s·(f - R), where R = 2s²/3 + 2s⁴/5 + …
        double f = m - 1;
        double s = f / (2 + f);
        double square = s * s;
        double series = 2 / 23.0;
        series = series * square + 2 / 21.0;
        series = series * square + 2 / 19.0;
        series = series * square + 2 / 17.0;
        series = series * square + 2 / 15.0;
        series = series * square + 2 / 13.0;
        series = series * square + 2 / 11.0;
        series = series * square + 2 / 9.0;
        series = series * square + 2 / 7.0;
        series = series * square + 2 / 5.0;
        series = series * square + 2 / 3.0;
        double correction = s * (f - square * series);
        return k == 0 ? f - correction : k * Log2High - ((correction - k * Log2Low) - f);
    }

    /// <summary>e^x - 1, accurate near zero.</summary>
    public static double Expm1(double x)
    {
        if (!(Math.Abs(x) < 0.35)) return Exp(x) - 1;
        double term = x, sum = 0;
        for (int n = 2; n < 16; n++)
        {
            term = term * x / n;
            sum += term;
        }
        return x + sum;
    }

    /// <summary>ln(1 + x), accurate near zero.</summary>
    public static double Log1p(double x)
    {
        double sum = 1 + x;
        if (sum == 1) return x;
        return double.IsFinite(sum) && sum > 0 ? Log(sum) + (x - (sum - 1)) / sum : Log(sum);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public static double Tanh(double x)
    {
        if (double.IsNaN(x)) return x;
        double size = Math.Abs(x);
        if (size > 20) return x > 0 ? 1 : -1;
        double grown = Expm1(2 * size);
        double tanh = grown / (grown + 2);
        return x < 0 ? -tanh : tanh;
    }

    /// <summary>The error function 2/√π ∫₀ˣ e^(-t²) dt, by the series 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all of one sign.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return x > 0 ? 1 : -1;
        double square = x * x, term = x, sum = x;
        for (int n = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); n += 2)
        {
            term = term * (2 * square) / n;
            sum += term;
        }
        return TwoOverRootPi * Exp(-square) * sum;
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Exp(-x));

    /// <summary>ln(1 + e^x), without overflow.</summary>
    public static double Softplus(double x) => (x > 0 ? x : 0) + Log1p(Exp(-Math.Abs(x)));

    /// <summary>x · Φ(x) with Φ the normal distribution.</summary>
    public static double Gelu(double x) => 0.5 * x * (1 + Erf(x * 0.70710678118654752));

    /// <summary>The tanh approximation of <see cref="Gelu"/>.</summary>
    public static double GeluTanh(double x) => 0.5 * x * (1 + Tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));

    /// <summary>x · tanh(softplus(x)).</summary>
    public static double Mish(double x) => x * Tanh(Softplus(x));

    /// <summary>The sine, for |x| up to a million.</summary>
    public static double Sin(double x) => Circle(x, 0);

    /// <summary>The cosine, for |x| up to a million.</summary>
    public static double Cos(double x) => Circle(x, 1);

    private static double Circle(double x, int quarter)
    {
        if (!(Math.Abs(x) <= 1e6)) return double.NaN;

        // x = k·π/2 + r, with π/2 in pieces whose products with k are exact.
        double k = Math.Round(x * 0.63661977236758134, MidpointRounding.ToEven);
        double r = x - k * 1.5707963267341256 - k * 6.0771005063039660e-11 - k * 2.0222662487959506e-21;
        int turn = ((int)k + quarter) & 3;
        double square = r * r;
        double term = (turn & 1) == 0 ? r : 1, sum = term;
        for (int n = (turn & 1) == 0 ? 2 : 1; n < 22; n += 2)
        {
            term = -term * square / (n * (n + 1));
            sum += term;
        }
        return turn >= 2 ? -sum : sum;
    }

    private static double TwoTo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
