using System.Globalization;

namespace EdgeNet.Training.Tests;

/// <summary>
/// Compares a derivative with (f(x + h) − f(x − h)) ⁄ 2h, element by element, in double. f must be smooth within h of the point: keep away
/// from kinks.
/// </summary>
internal static class CentredDifferences
{
    /// <summary>Fails with the worst element if one is off by more than <paramref name="tolerance"/>, relative to the larger of 1 and both numbers.</summary>
    /// <param name="value">The function; must not keep or change its argument.</param>
    /// <param name="at">The point.</param>
    /// <param name="gradient">The derivative to check, one number for each element of <paramref name="at"/>.</param>
    /// <param name="what">Said first in the message.</param>
    /// <param name="tolerance">The error allowed.</param>
    /// <param name="step">h, times the larger of 1 and the element's magnitude.</param>
    public static void Check(
        Func<double[], double> value, ReadOnlySpan<double> at, ReadOnlySpan<double> gradient, string what = "", double tolerance = 1e-6, double step = 1e-5)
    {
        (int index, double analytic, double numeric, double error) = Worst(value, at, gradient, step);
        // Written so that NaN fails.
        if (!(error <= tolerance))
        {
            Assert.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} element {index} of {at.Length}, at {at[index]:G9}: derivative {analytic:G9}, by centred differences {numeric:G9}; off by {error:G3}, allowed {tolerance:G3}"));
        }
    }

    /// <summary>The element whose derivative is furthest off; any NaN is further than all else. An empty point has no error.</summary>
    public static (int Index, double Analytic, double Numeric, double Error) Worst(
        Func<double[], double> value, ReadOnlySpan<double> at, ReadOnlySpan<double> gradient, double step = 1e-5)
    {
        Assert.Equal(at.Length, gradient.Length);
        (int Index, double Analytic, double Numeric, double Error) worst = (-1, 0, 0, 0);
        double[] point = at.ToArray();
        for (int i = 0; i < point.Length; i++)
        {
            double h = step * Math.Max(1, Math.Abs(at[i]));
            double above = point[i] = at[i] + h;
            double valueAbove = value(point);
            double below = point[i] = at[i] - h;
            double valueBelow = value(point);
            point[i] = at[i];

            // Divided by the distance that the rounded points really have.
            double numeric = (valueAbove - valueBelow) / (above - below);
            double error = Math.Abs(gradient[i] - numeric) / Math.Max(1, Math.Max(Math.Abs(gradient[i]), Math.Abs(numeric)));
            if (double.IsNaN(error)) return (i, gradient[i], numeric, error);
            if (worst.Index < 0 || error > worst.Error) worst = (i, gradient[i], numeric, error);
        }
        return worst;
    }
}
