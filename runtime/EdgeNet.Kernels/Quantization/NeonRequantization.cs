using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

/// <summary>
/// <see cref="Requantization"/> on vectors of ARM. Conversion to integers saturates and makes NaN zero, and so do the narrowing and the
/// addition of the zero point: a value that any of them changes lies beyond every clamp, which comes last.
/// </summary>
internal readonly struct NeonRequantization
{
    private readonly Vector128<short> _zero;
    private readonly Vector128<sbyte> _low, _high;

    /// <param name="zeroPoint">That of the output.</param>
    /// <param name="minimum">The clamp, less the zero point.</param>
    /// <param name="maximum">The clamp, less the zero point.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NeonRequantization(int zeroPoint, float minimum, float maximum)
    {
        _zero = Vector128.Create((short)zeroPoint);
        _low = Vector128.Create((sbyte)((int)minimum + zeroPoint));
        _high = Vector128.Create((sbyte)((int)maximum + zeroPoint));
    }

    /// <summary>Eight codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector64<sbyte> Codes(Vector128<int> c0, Vector128<int> c1, Vector128<float> m0, Vector128<float> m1) =>
        AdvSimd.Min(_high.GetLower(), AdvSimd.Max(_low.GetLower(), AdvSimd.ExtractNarrowingSaturateLower(Shifted(c0, c1, m0, m1))));

    /// <summary>Sixteen codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<sbyte> Codes(
        Vector128<int> c0, Vector128<int> c1, Vector128<int> c2, Vector128<int> c3,
        Vector128<float> m0, Vector128<float> m1, Vector128<float> m2, Vector128<float> m3)
    {
        Vector64<sbyte> lower = AdvSimd.ExtractNarrowingSaturateLower(Shifted(c0, c1, m0, m1));
        return AdvSimd.Min(_high, AdvSimd.Max(_low, AdvSimd.ExtractNarrowingSaturateUpper(lower, Shifted(c2, c3, m2, m3))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<short> Shifted(Vector128<int> c0, Vector128<int> c1, Vector128<float> m0, Vector128<float> m1)
    {
        Vector128<int> low = AdvSimd.ConvertToInt32RoundToEven(AdvSimd.Multiply(AdvSimd.ConvertToSingle(c0), m0));
        Vector128<int> high = AdvSimd.ConvertToInt32RoundToEven(AdvSimd.Multiply(AdvSimd.ConvertToSingle(c1), m1));
        return AdvSimd.AddSaturate(AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(low), high), _zero);
    }
}
