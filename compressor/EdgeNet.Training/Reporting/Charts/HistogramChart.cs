using System.Text;
using System.Xml.Linq;

namespace EdgeNet.Training;

/// <summary>
/// A small picture of a histogram, with an earlier one as an outline over it. Heights are square roots of densities, so that tails can be
/// seen beside a peak, and numbers that are exactly zero are left out: after a rectifier they would dwarf the rest.
/// </summary>
public static class HistogramChart
{
    private const double Width = 240, Height = 64, Margin = 4, MarkHeight = 4;

    /// <summary>Draws it.</summary>
    /// <param name="name">What it shows, for readers that see no pictures.</param>
    /// <param name="histogram">The bars.</param>
    /// <param name="earlier">The outline over them, or null.</param>
    /// <param name="marks">Values to mark under the bars; those that are not within the picture are left out.</param>
    public static XElement ToSvg(string name, Histogram histogram, Histogram? earlier, params IEnumerable<double> marks)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentNullException.ThrowIfNull(marks);
        if (earlier?.Finite == 0) earlier = null;
        XElement svg = LineChart.Element(
            "svg", ("class", "histogram"), ("viewBox", $"0 0 {Width} {Height + 18}"), ("role", "img"), ("aria-label", name));
        svg.Add(LineChart.Element("path", ("class", "base"), ("d", $"M0 {Height}h{Width}")));
        if (histogram.Finite == 0) return svg.With(Label(Width / 2, "middle", "no finite value"));

        Histogram[] shown = earlier is null ? [histogram] : [histogram, earlier];
        double low = shown.Min(part => part.Minimum), high = shown.Max(part => part.Maximum);
        // A single value stands in the middle.
        double scale = high > low ? (Width - (2 * Margin)) / (high - low) : 0, origin = high > low ? Margin : Width / 2;
        double peak = shown.Max(part => Bars(part, high - low).Select(bar => bar.Height).DefaultIfEmpty().Max());
        svg.Add(Path(histogram, "bars"), earlier is null ? null : Path(earlier, "outline"));
        string ticks = string.Concat(marks.Where(mark => mark >= low && mark <= high).Select(mark => $"M{LineChart.Text(At(mark))} {Height}v{MarkHeight}"));
        if (ticks.Length > 0) svg.Add(LineChart.Element("path", ("class", "values"), ("d", ticks)));
        if (low < 0 && high > 0)
        {
            double zero = At(0);
            svg.Add(LineChart.Element("path", ("class", "zero"), ("d", $"M{LineChart.Text(zero)} 0v{Height}")));
            if (zero is > 70 and < Width - 70) svg.Add(Label(zero, "middle", "0"));
        }
        if (high == low) return svg.With(Label(Width / 2, "middle", NumberText.Short(low)));
        return svg.With(Label(0, "start", NumberText.Short(low)), Label(Width, "end", NumberText.Short(high)));

        double At(double value) => Math.Clamp(origin + ((value - low) * scale), 0, Width);

        XElement Path(Histogram part, string @class)
        {
            StringBuilder path = new();
            double end = double.NaN;
            foreach ((double from, double to, double height) in Bars(part, high - low))
            {
                // At least a hair wide, so that a single value is seen.
                double left = At(from), right = Math.Max(At(to), left + 2), y = Height - (Height * 0.94 * height / peak);
                if (left != end) path.Append(path.Length > 0 ? $"V{Height}" : "").Append('M').Append(LineChart.Text(left)).Append(' ').Append(Height);
                path.Append('V').Append(LineChart.Text(y)).Append('H').Append(LineChart.Text(right));
                end = right;
            }
            if (path.Length > 0) path.Append('V').Append(Height);
            return LineChart.Element("path", ("class", @class), ("d", path.ToString()));
        }
    }

    /// <summary>Bins that hold something, and the square root of how much, in shares of all numbers per <paramref name="range"/>.</summary>
    private static IEnumerable<(double From, double To, double Height)> Bars(Histogram histogram, double range)
    {
        for (int i = 0; i < histogram.Counts.Count; i++)
        {
            double from = histogram.Start + (i * histogram.Width), to = from + histogram.Width;
            bool holdsZeros = histogram.Width > 0 && from == 0;
            double share = (double)(histogram.Counts[i] - (holdsZeros ? histogram.Zeros : 0)) / histogram.Finite;
            if (share > 0) yield return (from, to, Math.Sqrt(histogram.Width > 0 ? share * range / histogram.Width : share));
        }
    }

    private static XElement Label(double x, string anchor, string text) =>
        LineChart.Element("text", ("class", "tick"), ("x", x), ("y", Height + 14), ("text-anchor", anchor)).With(text);
}
