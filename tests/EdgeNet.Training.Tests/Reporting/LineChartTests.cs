using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public sealed partial class LineChartTests
{
    private static readonly AxisScale[] s_scales = [AxisScale.Linear, AxisScale.Whole, AxisScale.Logarithmic];

    private static readonly Gen<double> s_value = Gen.OneOf(
        Gen.Elements(0.0, -0.0, 1, -1, 1e-3, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, double.Epsilon, 1e-300, 0.1 + 0.2, 1 + 1e-15),
        Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 1000.0),
        Gen.Choose(-300, 300).Select(i => Math.Pow(10, i)),
        Gen.Choose(1, 1000).Select(i => (double)i));

    [Fact]
    public void Ticks_are_ordered_inside_the_axis_and_named_differently() =>
        Prop.ForAll(s_value.ArrayOf().ToArbitrary(), Gen.Elements(s_scales).ToArbitrary(), (values, scale) =>
        {
            ChartAxis axis = new(values, scale, 5);
            Assert.True(axis.Low < axis.High, $"{axis.Low} … {axis.High}");
            Assert.InRange(axis.Ticks.Count, 1, 13);
            Assert.All(axis.Ticks, tick => Assert.InRange(tick.Value, axis.Low, axis.High));
            Assert.All(axis.Ticks.Zip(axis.Ticks.Skip(1)), pair => Assert.True(pair.First.Value < pair.Second.Value));
            Assert.Equal(axis.Ticks.Count, axis.Ticks.Select(tick => tick.Label).Distinct().Count());
            Assert.All(values.Where(value => !double.IsNaN(value)), value => Assert.InRange(axis.Fraction(value), 0, 1));
        }).Hold();

    [Fact]
    public void Greater_numbers_lie_farther_along_the_axis() =>
        Prop.ForAll(s_value.Where(double.IsFinite).Two().ToArbitrary(), Gen.Elements(s_scales).ToArbitrary(), (pair, scale) =>
        {
            (double low, double high) = (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2));
            ChartAxis axis = new([low, high], scale, 5);
            Assert.True(axis.Fraction(low) <= axis.Fraction(high));
        }).Hold();

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.31, 2.33, "0 0.5 1.0 1.5 2.0 2.5")]
    [InlineData(-3, 4, "-4 -2 0 2 4")]
    [InlineData(0, 48_000, "0 10k 20k 30k 40k 50k")]
    [InlineData(0.9121, 0.9187, "0.912 0.914 0.916 0.918 0.920")]
    [InlineData(0, 3e-7, "0 1e-7 2e-7 3e-7")]
    public void Ticks_are_at_1_2_or_5(double low, double high, string expected) =>
        Assert.Equal(expected, string.Join(' ', new ChartAxis([low, high], AxisScale.Linear, 5).Ticks.Select(tick => tick.Label)));

    [Theory]
    [InlineData(0.8, 300, "0.5 1 2 5 10 20 50 100 200 500", "1 10 100")]
    [InlineData(0.0012, 0.0048, "0.001 0.002 0.005", "0.001 0.002 0.005")]
    public void Ticks_of_a_logarithmic_axis_are_at_1_2_or_5_where_there_is_room(double low, double high, string all, string expected)
    {
        ChartAxis axis = new([low, high], AxisScale.Logarithmic, 5);
        Assert.Equal(expected, string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
        Assert.Equal(all.Split(' ')[0], axis.Low.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(all.Split(' ')[^1], axis.High.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Zeros_lie_at_the_lower_end_of_a_logarithmic_axis()
    {
        ChartAxis axis = new([0, -5, 1e-3, 1e-2], AxisScale.Logarithmic, 5);
        Assert.Equal(1e-3, axis.Low);
        Assert.Equal([0, 0, 0, 1], new[] { 0, -5, 1e-3, 1e-2 }.Select(axis.Fraction));
        Assert.Equal(0, new ChartAxis([0, 0], AxisScale.Logarithmic, 5).Fraction(0));
    }

    [Fact]
    public void Epochs_have_ticks_at_whole_numbers_only()
    {
        Assert.Equal(["1", "2", "3"], new ChartAxis([1, 2, 3], AxisScale.Whole, 6).Ticks.Select(tick => tick.Label));
        Assert.Equal(["0", "1", "2"], new ChartAxis([1], AxisScale.Whole, 6).Ticks.Select(tick => tick.Label));
    }

    [Fact]
    public void Every_point_lies_inside_the_plot() =>
        Prop.ForAll(s_value.ArrayOf().ListOf().ToArbitrary(), Gen.Elements(s_scales).ToArbitrary(), Gen.Elements(s_scales).ToArbitrary(), (series, x, y) =>
        {
            LineChart chart = new("title", "x", [.. series.Select((values, s) => new LineSeries($"series {s}", [.. values.Select((value, i) => new ChartPoint(i + s, value))]) { Style = (SeriesStyle)(s % 3) })])
            {
                X = x,
                Y = y,
                Levels = [new ChartLevel(1e-3, "level")],
            };
            XElement svg = chart.ToSvg();
            XElement plot = svg.Elements(LineChart.Svg + "rect").Single(rect => (string?)rect.Attribute("class") == "plot");
            (double left, double top, double width, double height) = (Number(plot, "x"), Number(plot, "y"), Number(plot, "width"), Number(plot, "height"));
            (double X, double Y)[] drawn =
            [
                .. svg.Descendants(LineChart.Svg + "path").Where(path => path.Parent!.Attribute("class")?.Value.StartsWith("series", StringComparison.Ordinal) is true)
                    .Where(path => ((string)path.Attribute("class")!).StartsWith("line", StringComparison.Ordinal))
                    .SelectMany(path => Pair().Matches((string)path.Attribute("d")!)).Select(match => (Parsed(match.Groups[1].Value), Parsed(match.Groups[2].Value))),
                .. svg.Descendants(LineChart.Svg + "circle").Select(circle => (Number(circle, "cx"), Number(circle, "cy"))),
            ];
            Assert.All(drawn, point =>
            {
                Assert.InRange(point.X, left - 0.02, left + width + 0.02);
                Assert.InRange(point.Y, top - 0.02, top + height + 0.02);
            });
            // Every finite point is there once, as part of a line or as a dot; every other has its cross.
            Assert.Equal(series.Sum(values => values.Count(double.IsFinite)), drawn.Length);
            Assert.Equal(series.Sum(values => values.Count(value => !double.IsFinite(value))), svg.Descendants().Count(path => (string?)path.Attribute("class") == "broken"));
            string[] box = ((string)svg.Attribute("viewBox")!).Split(' ');
            Assert.True(left + width <= Parsed(box[2]) && top + height <= Parsed(box[3]) && width > 100 && height > 100);
        }).Hold();

    [Fact]
    public void The_legend_names_the_series_and_marks_say_what_they_mark()
    {
        LineChart chart = new("Loss", "epoch", [new LineSeries("training", [new(1, 2), new(2, 1)]), new LineSeries("validation", [new(1, 3), new(2, 2)])])
        {
            Marks = [new ChartMark(new ChartPoint(2, 2), "best: 2")],
        };
        string[] texts = [.. chart.ToSvg().Descendants(LineChart.Svg + "text").Select(text => text.Nodes().OfType<XText>().First().Value)];
        Assert.Contains("training", texts);
        Assert.Contains("validation", texts);
        Assert.Contains("best: 2", texts);
    }

    [Fact]
    public void Many_series_are_coloured_along_a_ramp_and_the_legend_names_three()
    {
        LineChart chart = new("Ratios", "epoch", [.. Enumerable.Range(0, 53).Select(i => new LineSeries($"layer {i}", [new(1, i), new(2, i)]))]);
        XElement svg = chart.ToSvg();
        Assert.Equal(["layer 0", "layer 26", "layer 52"], svg.Descendants(LineChart.Svg + "text").Where(text => (string?)text.Attribute("class") == "key").Select(text => text.Nodes().OfType<XText>().First().Value));
        Assert.Equal(53, svg.Elements(LineChart.Svg + "g").Where(group => group.Attribute("class")?.Value == "series").Select(group => group.Attribute("style")!.Value).Distinct().Count());
    }

    private static double Number(XElement element, string name) => Parsed((string)element.Attribute(name)!);

    private static double Parsed(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("[ML]([-0-9.]+) ([-0-9.]+)")]
    private static partial Regex Pair();
}
