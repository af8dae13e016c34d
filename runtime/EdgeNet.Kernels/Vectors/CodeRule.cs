using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary><see cref="Requantization.Code"/> on vectors, bit for bit.</summary>
internal readonly struct CodeRule<TVector> where TVector : struct, IFloatVector<TVector>
{
    private readonly TVector _low, _high, _zeroPoint;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CodeRule(int zeroPoint, int minimum = sbyte.MinValue, int maximum = sbyte.MaxValue)
    {
        _low = TVector.Create(minimum - zeroPoint);
        _high = TVector.Create(maximum - zeroPoint);
        _zeroPoint = TVector.Create(zeroPoint);
    }

    /// <summary>
    /// The codes, as floats. The bounds are integers, so that clamping before rounding gives what clamping after it does, and nothing
    /// overflows; the sum is exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Apply(TVector value)
    {
        TVector number = TVector.Select(TVector.Equal(value, value), value, default);
        return TVector.Round(TVector.Clamp(number, _low, _high)) + _zeroPoint;
    }

    /// <summary>Writes 4·Count codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref sbyte to, nuint at, TVector a, TVector b, TVector c, TVector d) =>
        TVector.StoreCodes(ref to, at, Apply(a), Apply(b), Apply(c), Apply(d));
}
