namespace EdgeNet.Kernels;

/// <summary>
/// The one rule by which integers become codes: scale in fp32, round half to even, add the zero point, clamp.
/// Every int8 kernel of every instruction set gives exactly what is written here.
/// </summary>
public static class Requantization
{
    /// <summary>scaleX · scaleW / scaleY, computed in double and rounded once.</summary>
    public static float Multiplier(float scaleX, float scaleW, float scaleY) => (float)((double)scaleX * scaleW / scaleY);

    /// <summary>The multiplier of a mean over <paramref name="count"/> codes: scaleX / (scaleY · count).</summary>
    public static float MeanMultiplier(float scaleX, float scaleY, int count) => (float)((double)scaleX / ((double)scaleY * count));

    /// <summary>
    /// A multiplier that gives the same code for every accumulator and with which no product is NaN: what fast kernels are given, so that
    /// they need not ask.
    /// </summary>
    internal static float Finite(float multiplier) =>
        float.IsNaN(multiplier) ? 0 : Math.Clamp(multiplier, float.MinValue, float.MaxValue);

    /// <summary>The code of an int32 accumulator.</summary>
    /// <returns>clamp(round((float)accumulator · multiplier) + zeroPoint, minimum, maximum).</returns>
    public static int Apply(int accumulator, float multiplier, int zeroPoint, int minimum = sbyte.MinValue, int maximum = sbyte.MaxValue) =>
        Code(accumulator * multiplier, zeroPoint, minimum, maximum);

    /// <summary>
    /// The code of a value in units of the output scale: rounded half to even, saturating at both ends (infinities included);
    /// NaN counts as zero.
    /// </summary>
    public static int Code(float value, int zeroPoint, int minimum = sbyte.MinValue, int maximum = sbyte.MaxValue)
    {
        float rounded = MathF.Round(value, MidpointRounding.ToEven);
        // The bounds are small integers and exact in fp32, so that nothing overflows on the way to int.
        float low = minimum - zeroPoint, high = maximum - zeroPoint;
        if (rounded <= low) return minimum;
        if (rounded >= high) return maximum;
        return float.IsNaN(rounded) ? Math.Clamp(zeroPoint, minimum, maximum) : (int)rounded + zeroPoint;
    }
}
