using System.Globalization;

namespace EdgeNet.Training;

/// <summary>How numbers are laid along an axis.</summary>
public enum AxisScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Evenly, with ticks at whole numbers only and limits at the data: for epochs and steps.</summary>
    Whole,

    /// <summary>By their logarithm. What is not above zero lies at the lower end.</summary>
    Logarithmic,
}

/// <summary>Where a tick is and what stands at it.</summary>
internal readonly record struct AxisTick(double Value, string Label);

/// <summary>One axis: its limits, and ticks at 1, 2 or 5 times powers of ten, ordered and inside the limits.</summary>
internal sealed class ChartAxis
{
    /// <summary>Larger numbers are drawn at the edge, so that no difference of two overflows.</summary>
    private const double Largest = 1e300;

    /// <summary>Smaller numbers than the largest × this are drawn at the lower end of a logarithmic axis.</summary>
    private const double LeastShare = 1e-12;

    private const int MostLogarithmicTicks = 8;

    private readonly bool _logarithmic;

    /// <summary>Chooses limits and ticks for values; those that are not finite do not count, and there may be none.</summary>
    public ChartAxis(IEnumerable<double> values, AxisScale scale, int ticks)
    {
        _logarithmic = scale == AxisScale.Logarithmic;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (!double.IsFinite(value) || (_logarithmic && value <= 0)) continue;
            (low, high) = (Math.Min(low, Math.Clamp(value, -Largest, Largest)), Math.Max(high, Math.Clamp(value, -Largest, Largest)));
        }
        if (low > high) (low, high) = _logarithmic ? (1, 1) : (0, 1);
        (Low, High, Ticks) = _logarithmic ? Logarithmic(Math.Max(low, 1 / Largest), Math.Max(high, 1 / Largest)) : Even(low, high, scale == AxisScale.Whole, ticks);
    }

    /// <summary>The number at the start.</summary>
    public double Low { get; }

    /// <summary>The number at the end.</summary>
    public double High { get; }

    /// <summary>At least one, from low to high.</summary>
    public IReadOnlyList<AxisTick> Ticks { get; }

    /// <summary>Where a number lies, from 0 at the start to 1 at the end; what lies outside is at the edge.</summary>
    public double Fraction(double value)
    {
        value = Math.Clamp(value, Low, High);
        return _logarithmic
            ? (Math.Log10(value) - Math.Log10(Low)) / (Math.Log10(High) - Math.Log10(Low))
            : (value - Low) / (High - Low);
    }

    private static (double Low, double High, IReadOnlyList<AxisTick> Ticks) Even(double low, double high, bool whole, int ticks)
    {
        double size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= size * 1e-9 || high - low < 1e-290)
        {
            // All the same: something to stand in the middle of. Whole numbers get a neighbour on either side.
            double margin = Math.Max(whole ? 1 : 0, size < 1e-280 ? 1 : size * 0.05);
            (low, high) = (low - margin, high + margin);
        }
        double step = NiceStep((high - low) / ticks);
        if (whole) step = Math.Max(1, step);
        double first = whole ? Math.Ceiling((low / step) - 1e-9) : Math.Floor((low / step) + 1e-9);
        double last = whole ? Math.Floor((high / step) + 1e-9) : Math.Ceiling((high / step) - 1e-9);
        if (!whole) (low, high) = (first * step, last * step);
        double greatest = Math.Max(Math.Abs(first), Math.Abs(last)) * step;
        List<AxisTick> found = [];
        for (double i = first; i <= last; i++) found.Add(new AxisTick(Math.Clamp(i * step, low, high), Label(i * step, step, greatest)));
        // A whole axis within less than one step has no tick of its own.
        if (found.Count == 0) found.Add(new AxisTick(low, NumberText.Short(low)));
        return (low, high, found);
    }

    /// <summary>The least of 1, 2, 5 × 10ⁿ that is not below <paramref name="step"/>.</summary>
    private static double NiceStep(double step)
    {
        int exponent = (int)Math.Floor(Math.Log10(step));
        double power = Math.Pow(10, exponent), mantissa = step / power;
        return power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
    }

    private static string Label(double value, double step, double greatest)
    {
        if (greatest is >= 1e10 or < 1e-4)
        {
            if (value == 0) return "0";
            int digits = Math.Clamp((int)Math.Floor(Math.Log10(Math.Abs(value) * 1.000001)) - (int)Math.Floor(Math.Log10(step * 1.000001)), 0, 12);
            return Exponential(value, digits);
        }
        (double unit, string suffix) = greatest switch { >= 1e9 => (1e9, "G"), >= 1e6 => (1e6, "M"), >= 1e4 => (1e3, "k"), _ => (1, "") };
        int decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step / unit * 1.000001)), 0, 15);
        double shown = Math.Round(value / unit, decimals);
        return shown == 0 ? "0" : shown.ToString("F" + decimals, CultureInfo.InvariantCulture) + suffix;
    }

    private static (double Low, double High, IReadOnlyList<AxisTick> Ticks) Logarithmic(double low, double high)
    {
        low = Math.Max(low, high * LeastShare);
        List<double> nice = [];
        for (int exponent = (int)Math.Floor(Math.Log10(low)) - 1; exponent <= (int)Math.Ceiling(Math.Log10(high)) + 1; exponent++)
        {
            // By text, since a power of ten that is computed may be off by its last bit.
            foreach (string mantissa in new[] { "1", "2", "5" })
                nice.Add(double.Parse(string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{exponent}"), CultureInfo.InvariantCulture));
        }
        int first = nice.FindLastIndex(value => value <= low), last = nice.FindIndex(value => value >= high);
        if (first == last) (first, last) = (first - 1, last + 1);
        double[] inside = [.. nice.Skip(first).Take(last - first + 1)];
        // Where there is no room for all of them: powers of ten, every second, every third...
        for (int every = 1; inside.Length > MostLogarithmicTicks; every++)
            inside = [.. nice.Skip(first).Take(last - first + 1).Where(value => Decade(value) is { } decade && decade % every == 0)];
        return (nice[first], nice[last], [.. inside.Select(value => new AxisTick(value, LogarithmicLabel(value)))]);

        static int? Decade(double value) => Math.Round(Math.Log10(value)) is double decade && Math.Abs(decade - Math.Log10(value)) < 1e-6 ? (int)decade : null;
    }

    private static string LogarithmicLabel(double value) =>
        value is >= 1e-3 and < 1e5 ? value.ToString("0.###", CultureInfo.InvariantCulture) : Exponential(value, 0);

    private static string Exponential(double value, int digits) =>
        value.ToString("0." + new string('0', digits) + "e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal);
}
