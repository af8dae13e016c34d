namespace EdgeNet.Kernels;

/// <summary>
/// A vector of fp32 lanes of one width. A streaming kernel is written once for any of them, and runs over the widest this processor has,
/// then over the narrower ones for what is left. Every operation rounds as the scalar one does, so that a result does not depend on the
/// width; comparisons give lanes of all bits or none.
/// </summary>
public interface IFloatVector<TSelf> where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in each lane.</summary>
    static abstract TSelf Create(float value);

    /// <summary>Count values from <paramref name="at"/> on.</summary>
    static abstract TSelf Load(ref readonly float from, nuint at);

    /// <summary>4·Count codes from <paramref name="at"/> on, as floats.</summary>
    static abstract void LoadCodes(ref readonly sbyte from, nuint at, out TSelf a, out TSelf b, out TSelf c, out TSelf d);

    /// <summary>Writes 4·Count integers within [-128, 127] as codes.</summary>
    static abstract void StoreCodes(ref sbyte to, nuint at, TSelf a, TSelf b, TSelf c, TSelf d);

    /// <summary>The larger; NaN wins.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller; NaN wins.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>max(low, min(high, x)) of numbers, in two instructions; NaN and the sign of zero are left open.</summary>
    static abstract TSelf Clamp(TSelf x, TSelf low, TSelf high);

    /// <summary>|x|.</summary>
    static abstract TSelf Abs(TSelf x);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>The largest integer not above x.</summary>
    static abstract TSelf Floor(TSelf x);

    /// <summary>The smallest integer not below x.</summary>
    static abstract TSelf Ceiling(TSelf x);

    /// <summary>The nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>2^k of integers k within [-126, 127].</summary>
    static abstract TSelf TwoTo(TSelf k);

    /// <summary>a &lt; b.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>a = b.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>a where the condition holds, else b.</summary>
    static abstract TSelf Select(TSelf condition, TSelf a, TSelf b);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(TSelf x);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf x);

    /// <summary>Writes the lanes from <paramref name="at"/> on.</summary>
    void Store(ref float to, nuint at);

    /// <summary>The first lane.</summary>
    float First { get; }
}
