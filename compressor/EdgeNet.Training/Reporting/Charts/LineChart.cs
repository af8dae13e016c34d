using System.Globalization;
using System.Xml.Linq;

namespace EdgeNet.Training;

/// <summary>
/// A chart of lines or dots as inline SVG, with axes, ticks, a legend, and what belongs to each place along the x axis shown under the
/// pointer. Colours come from the style sheet of <see cref="ReportPage"/>, so that they follow light and dark.
/// </summary>
/// <param name="Title">What is shown.</param>
/// <param name="XTitle">What the x axis counts.</param>
/// <param name="Series">What is drawn; may be empty. More than eight series are coloured from the first to the last along a ramp.</param>
public sealed record LineChart(string Title, string XTitle, IReadOnlyList<LineSeries> Series)
{
    internal static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private const int Colors = 8;
    private const double Width = 400, Height = 240, LeastPlotHeight = 110, Right = 14, BelowPlot = 42, LineHeight = 16;

    /// <summary>Rough width of a character of 12 pixels, for what must be placed before a browser measures it.</summary>
    private const double CharacterWidth = 6.6;

    /// <summary>More places than these get no words under the pointer: they would be narrower than a pixel.</summary>
    private const int MostPlaces = 400;

    private const int LongestName = 42;

    /// <summary>How the x axis is laid out.</summary>
    public AxisScale X { get; init; }

    /// <summary>How the y axis is laid out.</summary>
    public AxisScale Y { get; init; }

    /// <summary>Levels to compare with.</summary>
    public IReadOnlyList<ChartLevel> Levels { get; init; } = [];

    /// <summary>Points to look at.</summary>
    public IReadOnlyList<ChartMark> Marks { get; init; } = [];

    /// <summary>Draws the chart.</summary>
    public XElement ToSvg()
    {
        List<(string Name, string? Class, string? Style)> legend = Legend();
        (List<XElement> keys, double legendHeight) = PlaceLegend(legend);
        IEnumerable<ChartPoint> points = Series.SelectMany(series => series.Points);
        IEnumerable<ChartPoint> shown = points.Concat(Marks.Select(mark => mark.Point)).Where(point => double.IsFinite(point.Y));
        ChartAxis x = new(points.Select(point => point.X), X, 6);
        ChartAxis y = new(shown.Select(point => point.Y).Concat(Levels.Select(level => level.Y)), Y, 5);
        double left = 14 + (CharacterWidth * y.Ticks.Max(tick => tick.Label.Length)), top = 34 + legendHeight;
        // Charts beside one another are of one height, unless a legend needs more.
        Frame frame = new(x, y, left, top, Width - left - Right, Math.Max(LeastPlotHeight, Height - BelowPlot - top));
        double height = frame.Bottom + BelowPlot;

        return Element("svg", ("class", "chart"), ("viewBox", $"0 0 {Text(Width)} {Text(height)}"), ("role", "img"), ("aria-label", Title)).With(
            Element("text", ("class", "title"), ("x", "2"), ("y", "15")).With(Title),
            keys,
            Element("rect", ("class", "plot"), ("x", frame.Left), ("y", frame.Top), ("width", frame.Width), ("height", frame.Height)),
            y.Ticks.SelectMany(tick => YTick(frame, tick)),
            XTicks(frame),
            Element("text", ("class", "axis"), ("x", frame.Left + (frame.Width / 2)), ("y", height - 5), ("text-anchor", "middle")).With(XTitle),
            Levels.Select(level => Level(frame, level)),
            Enumerable.Range(0, Series.Count).OrderByDescending(i => Series[i].Style == SeriesStyle.Faint).SelectMany(i => Drawn(frame, i)),
            Levels.Select(level => LevelLabel(frame, level)),
            Marks.SelectMany(mark => Mark(frame, mark)),
            Places(frame));
    }

    private (string? Class, string? Style) Color(int index)
    {
        if (Series.Count(series => series.Style != SeriesStyle.Faint) <= Colors) return ($"c{(Series[index].Color ?? (index % Colors) + 1)}", null);
        double share = 100.0 * index / Math.Max(1, Series.Count - 1);
        return (null, $"--c:color-mix(in oklab,var(--last) {Text(share)}%,var(--first))");
    }

    private List<(string Name, string? Class, string? Style)> Legend()
    {
        List<(string, string?, string?)> entries = [];
        for (int i = 0; i < Series.Count; i++)
        {
            if (Series[i].Style == SeriesStyle.Faint) continue;
            (string? @class, string? style) = Color(i);
            entries.Add((Series[i].Name, @class, style));
        }
        return entries.Count switch
        {
            // One series is named by the title.
            1 => [],
            <= Colors => entries,
            int count => [entries[0], entries[count / 2], entries[^1]],
        };
    }

    private static (List<XElement> Keys, double Height) PlaceLegend(List<(string Name, string? Class, string? Style)> legend)
    {
        List<XElement> keys = [];
        double x = 2, y = 0;
        foreach ((string name, string? @class, string? style) in legend)
        {
            string text = Shortened(name);
            double width = 32 + (CharacterWidth * text.Length);
            if (x > 2 && x + width > Width) (x, y) = (2, y + LineHeight);
            keys.Add(Element("g", ("class", @class), ("style", style)).With(
                Element("path", ("class", "line"), ("d", $"M{Text(x)} {Text(y + 30)}h16")),
                Element("text", ("class", "key"), ("x", x + 21), ("y", y + 34)).With(text, Element("title").With(name))));
            x += width;
        }
        return (keys, keys.Count == 0 ? 0 : y + LineHeight);
    }

    private static IEnumerable<XElement> YTick(Frame frame, AxisTick tick)
    {
        double y = frame.YOf(tick.Value);
        yield return Element("path", ("class", "grid"), ("d", $"M{Text(frame.Left)} {Text(y)}h{Text(frame.Width)}"));
        yield return Element("text", ("class", "tick"), ("x", frame.Left - 6), ("y", y + 4), ("text-anchor", "end")).With(tick.Label);
    }

    private static IEnumerable<XElement> XTicks(Frame frame)
    {
        double free = double.NegativeInfinity;
        foreach (AxisTick tick in frame.X.Ticks)
        {
            double x = frame.XOf(tick.Value), half = CharacterWidth * tick.Label.Length / 2;
            yield return Element("path", ("class", "tickmark"), ("d", $"M{Text(x)} {Text(frame.Bottom)}v4"));
            double middle = Math.Clamp(x, half, Width - half);
            if (middle - half < free) continue;
            free = middle + half + 4;
            yield return Element("text", ("class", "tick"), ("x", middle), ("y", frame.Bottom + 18), ("text-anchor", "middle")).With(tick.Label);
        }
    }

    private static XElement Level(Frame frame, ChartLevel level) =>
        Element("path", ("class", "level"), ("d", $"M{Text(frame.Left)} {Text(frame.YOf(level.Y))}h{Text(frame.Width)}"));

    private static XElement LevelLabel(Frame frame, ChartLevel level)
    {
        double y = frame.YOf(level.Y);
        return Element("text", ("class", "level"), ("x", frame.Left + 5), ("y", y - frame.Top < 18 ? y + 14 : y - 5)).With(level.Label);
    }

    private IEnumerable<XElement> Drawn(Frame frame, int index)
    {
        LineSeries series = Series[index];
        (string? @class, string? style) = Color(index);
        XElement group = Element("g", ("class", $"series {@class}".TrimEnd()), ("style", style)).With(Element("title").With(series.Name));
        System.Text.StringBuilder path = new();
        for (int i = 0; i < series.Points.Count; i++)
        {
            ChartPoint point = series.Points[i];
            double x = frame.XOf(point.X);
            if (!double.IsFinite(point.Y))
            {
                group.Add(Element("path", ("class", "broken"), ("d", $"M{Text(x - 3)} {Text(frame.Top + 2)}l6 6m0 -6l-6 6")).With(
                    Element("title").With($"{series.Name}: {NumberText.Short(point.Y)} at {XTitle} {NumberText.Short(point.X)}")));
                continue;
            }
            bool before = i > 0 && double.IsFinite(series.Points[i - 1].Y), after = i + 1 < series.Points.Count && double.IsFinite(series.Points[i + 1].Y);
            if (series.Style == SeriesStyle.Dots || (!before && !after))
                group.Add(Element("circle", ("class", "dot"), ("cx", x), ("cy", frame.YOf(point.Y)), ("r", "3.5")));
            if (series.Style != SeriesStyle.Dots && (before || after))
                path.Append(before ? 'L' : 'M').Append(Text(x)).Append(' ').Append(Text(frame.YOf(point.Y)));
        }
        if (path.Length > 0) group.Add(Element("path", ("class", series.Style == SeriesStyle.Faint ? "line faint" : "line"), ("d", path.ToString())));
        yield return group;
    }

    private static IEnumerable<XElement> Mark(Frame frame, ChartMark mark)
    {
        if (!double.IsFinite(mark.Point.Y)) yield break;
        double x = frame.XOf(mark.Point.X), y = frame.YOf(mark.Point.Y), half = CharacterWidth * mark.Label.Length / 2;
        // Beside the lines where there is room: above in the lower half of the chart, below in the upper one.
        double text = y > frame.Top + (frame.Height / 2) ? y - 12 : y + 20;
        double middle = Math.Clamp(x, frame.Left + half + 2, Math.Max(frame.Left + half + 2, frame.Left + frame.Width - half - 2));
        yield return Element("path", ("class", "marked"), ("d", $"M{Text(x)} {Text(y)}V{Text(frame.Bottom)}"));
        yield return Element("circle", ("class", "mark"), ("cx", x), ("cy", y), ("r", "4.5"));
        yield return Element("text", ("class", "mark"), ("x", middle), ("y", text), ("text-anchor", "middle")).With(mark.Label);
    }

    /// <summary>For each place along the x axis a strip that, under the pointer, tells what is there.</summary>
    private IEnumerable<XElement> Places(Frame frame)
    {
        (double At, string[] Lines)[] places =
        [
            .. Series.Where(series => series.Style != SeriesStyle.Faint)
                .SelectMany(series => series.Points.Select(point => (point.X, Line: $"{series.Name}: {NumberText.Short(point.Y)}")))
                .GroupBy(point => point.X, (x, lines) => (x, lines.Select(line => line.Line).ToArray()))
                .OrderBy(place => place.x),
        ];
        if (places.Length > MostPlaces) yield break;
        for (int i = 0; i < places.Length; i++)
        {
            double at = frame.XOf(places[i].At);
            double from = i == 0 ? frame.Left : (frame.XOf(places[i - 1].At) + at) / 2;
            double to = i + 1 == places.Length ? frame.Left + frame.Width : (frame.XOf(places[i + 1].At) + at) / 2;
            IEnumerable<string> lines = places[i].Lines.Length <= 12 ? places[i].Lines : [.. places[i].Lines.Take(11), $"and {places[i].Lines.Length - 11} more"];
            yield return Element("g", ("class", "place")).With(
                Element("title").With($"{XTitle} {NumberText.Short(places[i].At)}\n{string.Join('\n', lines)}"),
                Element("path", ("d", $"M{Text(at)} {Text(frame.Top)}v{Text(frame.Height)}")),
                Element("rect", ("x", from), ("y", frame.Top), ("width", Math.Max(0, to - from)), ("height", frame.Height)));
        }
    }

    private static string Shortened(string name) => name.Length <= LongestName ? name : $"{name[..(LongestName - 1)]}…";

    internal static XElement Element(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        XElement element = new(Svg + name);
        foreach ((string attribute, object? value) in attributes)
        {
            if (value is not null) element.Add(new XAttribute(attribute, value is double number ? Text(number) : value));
        }
        return element;
    }

    internal static string Text(double number) => Math.Round(number, 2).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The plot area and where numbers lie in it.</summary>
    private sealed record Frame(ChartAxis X, ChartAxis Y, double Left, double Top, double Width, double Height)
    {
        public double Bottom => Top + Height;

        public double XOf(double value) => Left + (X.Fraction(value) * Width);

        public double YOf(double value) => Bottom - (Y.Fraction(value) * Height);
    }
}

/// <summary>Writing elements from the outside in.</summary>
internal static class ElementContent
{
    public static XElement With(this XElement element, params object?[] content)
    {
        element.Add(content);
        return element;
    }
}
