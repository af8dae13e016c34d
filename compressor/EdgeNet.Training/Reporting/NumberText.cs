using System.Globalization;

namespace EdgeNet.Training;

/// <summary>Numbers for people to read, the same in every culture.</summary>
internal static class NumberText
{
    /// <summary>Four significant digits: 0.9132, 1204, 3.1e-6, NaN, ∞.</summary>
    public static string Short(double value) => Special(value) ?? (Math.Abs(value) is >= 1e-3 and < 1e6 or 0
        ? decimal.Round((decimal)value, Math.Clamp(3 - Exponent(value), 0, 6)).ToString("0.######", CultureInfo.InvariantCulture)
        : value.ToString("0.###e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal));

    /// <summary>Four digits behind the point while that says something, so that a number that changes keeps its width.</summary>
    public static string Fixed(double value) => Special(value) ?? (Math.Abs(value) is >= 1e-3 and < 1e4 or 0
        ? value.ToString("0.0000", CultureInfo.InvariantCulture)
        : value.ToString("0.000e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal));

    /// <summary>Digits in groups of three, with a narrow space that does not break.</summary>
    public static string Whole(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    private static int Exponent(double value) => value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));

    private static string? Special(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        _ => null,
    };
}
