using System.Globalization;

namespace EdgeNet.Device;

/// <summary>What one comparison found.</summary>
/// <param name="Failure">What is wrong, on one line; null where nothing is.</param>
/// <param name="Deviation">The largest deviation from the reference as a share of what is allowed.</param>
internal readonly record struct Outcome(string? Failure, double Deviation)
{
    /// <summary>Half the distance of two fp32 numbers of magnitude 1: the relative error of one rounding.</summary>
    private const double Rounding = 1.0 / (1 << 24);

    public static Outcome Failed(string reason) => new(reason, 0);

    /// <summary>Codes: each the same.</summary>
    public static Outcome OfCodes(ReadOnlySpan<sbyte> expected, ReadOnlySpan<sbyte> actual, int channels)
    {
        int at = expected.CommonPrefixLength(actual);
        return at == expected.Length ? default : Failed($"{Place(at, channels)} is {actual[at]}, expected {expected[at]}");
    }

    /// <summary>
    /// Sums in fp32: within <paramref name="roundings"/> · 2^-24 · <paramref name="magnitudes"/> of those that were added in double. What is
    /// not finite there must be the same here.
    /// </summary>
    public static Outcome OfSums(ReadOnlySpan<float> expected, ReadOnlySpan<float> magnitudes, int roundings, ReadOnlySpan<float> actual, int channels)
    {
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            float wanted = expected[i], found = actual[i];
            if (wanted.Equals(found)) continue;
            double allowed = roundings * Rounding * magnitudes[i], share = Math.Abs((double)found - wanted) / allowed;
            if (!float.IsFinite(wanted) || !(share <= 1))
                return Failed(string.Create(CultureInfo.InvariantCulture, $"{Place(i, channels)} is {found:R}, expected {wanted:R} within {allowed:0.0e+0}"));
            worst = Math.Max(worst, share);
        }
        return new(null, worst);
    }

    private static string Place(int element, int channels) => $"pixel {element / channels} channel {element % channels}";
}
