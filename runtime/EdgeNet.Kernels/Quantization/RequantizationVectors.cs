using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>
/// <see cref="Requantization"/> on vectors of x64, bit for bit. A value is bounded from above before it is rounded, because what is too
/// large for int32 converts to its lowest value; what is too small does so too, and saturates rightly while it is narrowed. The lower
/// bound is applied to the codes. Multipliers are finite (<see cref="Requantization.Finite"/>), so no value is NaN.
/// </summary>
internal static class RequantizationVectors
{
    /// <summary>Values in units of the output scale, rounded half to even; the zero point is not yet added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Round(Vector512<int> sums, Vector512<float> multipliers, Vector512<float> high) =>
        Avx512F.ConvertToVector512Int32(Avx512F.Min(Avx512F.ConvertToVector512Single(sums) * multipliers, high));

    /// <inheritdoc cref="Round(Vector512{int}, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Round(Vector256<int> sums, Vector256<float> multipliers, Vector256<float> high) =>
        Avx.ConvertToVector256Int32(Avx.Min(Avx.ConvertToVector256Single(sums) * multipliers, high));

    /// <summary>One vector of two: <see cref="Vector512.Create{T}(Vector256{T}, Vector256{T})"/> would wait for what was in its register before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Join(Vector256<int> low, Vector256<int> high) =>
        Avx512F.InsertVector256(low.ToVector512Unsafe(), high, 1);

    /// <summary>The codes of four vectors, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<sbyte> Codes(
        Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d, Vector512<short> zero, Vector512<sbyte> low)
    {
        Vector512<short> ab = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(a, b), zero);
        Vector512<short> cd = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(c, d), zero);
        Vector512<sbyte> codes = Avx512BW.Max(Avx512BW.PackSignedSaturate(ab, cd), low);
        // Packing works within each 128 bits: four codes of a, of b, of c, of d, and so on.
        Vector512<int> order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        return Avx512F.PermuteVar16x32(codes.AsInt32(), order).AsSByte();
    }

    /// <inheritdoc cref="Codes(Vector512{int}, Vector512{int}, Vector512{int}, Vector512{int}, Vector512{short}, Vector512{sbyte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Codes(
        Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d, Vector256<short> zero, Vector256<sbyte> low)
    {
        Vector256<short> ab = Avx2.AddSaturate(Avx2.PackSignedSaturate(a, b), zero);
        Vector256<short> cd = Avx2.AddSaturate(Avx2.PackSignedSaturate(c, d), zero);
        Vector256<sbyte> codes = Avx2.Max(Avx2.PackSignedSaturate(ab, cd), low);
        return Avx2.PermuteVar8x32(codes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte();
    }
}
