using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary>
/// Elementary functions of fp32 vectors, of additions, products, divisions and rounding to integers alone and none of them fused, so that
/// neither the width nor the machine changes a bit. Errors are against the exact function.
/// </summary>
internal static class FloatFunctions
{
    private const float Log2E = 1.44269504f;
    private const float Log2High = 0.693359375f;      // ln 2 in nine bits: its products with exponents are exact
    private const float Log2Low = -2.12194440e-4f;    // and the rest

    /// <summary>eˣ within 2 units in the last place, subnormal results within one; overflows to infinity, NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector>(TVector x) where TVector : struct, IFloatVector<TVector>
    {
        // Beyond these bounds the result is infinite or zero; Min and Max keep NaN.
        x = TVector.Max(TVector.Min(x, TVector.Create(90)), TVector.Create(-105));

        // x = k·ln 2 + r with |r| ≤ ln 2 / 2, and e^r = 1 + r + r²·P(r).
        TVector k = TVector.Round(x * TVector.Create(Log2E));
        TVector r = x - k * TVector.Create(Log2High) - k * TVector.Create(Log2Low);
        TVector series = TVector.Create(1.9875691500e-4f);
        series = series * r + TVector.Create(1.3981999507e-3f);
        series = series * r + TVector.Create(8.3334519073e-3f);
        series = series * r + TVector.Create(4.1665795894e-2f);
        series = series * r + TVector.Create(1.6666665459e-1f);
        series = series * r + TVector.Create(5.0000001201e-1f);
        TVector power = series * (r * r) + r + TVector.Create(1);

        // Two steps reach the subnormal numbers and the top of the range. NaN has no exponent, and needs none.
        k = TVector.Select(TVector.Equal(k, k), k, default);
        TVector half = TVector.Floor(k * TVector.Create(0.5f));
        return power * TVector.TwoTo(half) * TVector.TwoTo(k - half);
    }

    /// <summary>1 / (1 + e⁻ˣ) within 4 units in the last place; exact in its limits, NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector>(TVector x) where TVector : struct, IFloatVector<TVector>
    {
        // The power of a negative number does not overflow, and keeps the digits of results near zero.
        TVector one = TVector.Create(1), power = Exp(-TVector.Abs(x));
        return TVector.Select(TVector.Less(x, default), power, one) / (one + power);
    }

    /// <summary>The hyperbolic tangent within 4 units in the last place; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector>(TVector x) where TVector : struct, IFloatVector<TVector>
    {
        TVector one = TVector.Create(1), size = TVector.Abs(x), square = x * x;
        TVector series = TVector.Create(-5.70498872745e-3f);
        series = series * square + TVector.Create(2.06390887954e-2f);
        series = series * square + TVector.Create(-5.37397155531e-2f);
        series = series * square + TVector.Create(1.33314422036e-1f);
        series = series * square + TVector.Create(-3.33332819422e-1f);
        TVector small = series * square * x + x;
        TVector power = Exp(TVector.Create(-2) * size);
        TVector large = one - TVector.Create(2) * power / (one + power);
        large = TVector.Select(TVector.Less(x, default), -large, large);
        return TVector.Select(TVector.Less(size, TVector.Create(0.625f)), small, large);
    }
}
