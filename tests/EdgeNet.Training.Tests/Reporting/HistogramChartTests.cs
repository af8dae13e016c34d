using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public sealed partial class HistogramChartTests
{
    private static readonly Gen<float> s_value = Gen.OneOf(
        Gen.Elements(0, 1, -1, float.NaN, float.PositiveInfinity, float.MaxValue, float.MinValue, float.Epsilon), Gen.Choose(-1000, 1000).Select(i => i / 7f));

    [Fact]
    public void Bars_stay_inside_the_picture() =>
        Prop.ForAll(s_value.ArrayOf().ToArbitrary(), s_value.ArrayOf().ToArbitrary(), (values, earlier) =>
        {
            XElement svg = HistogramChart.ToSvg("layer", Histogram.Of(values), Histogram.Of(earlier));
            string[] box = ((string)svg.Attribute("viewBox")!).Split(' ');
            double width = double.Parse(box[2], CultureInfo.InvariantCulture), height = double.Parse(box[3], CultureInfo.InvariantCulture);
            foreach (XElement path in svg.Elements(LineChart.Svg + "path").Where(path => path.Attribute("class")!.Value is "bars" or "outline"))
            {
                string drawing = (string)path.Attribute("d")!;
                Assert.Matches("^[-MHV0-9. E]*$", drawing);
                foreach (Match step in Step().Matches(drawing))
                {
                    double at = double.Parse(step.Groups[2].Value, CultureInfo.InvariantCulture);
                    Assert.InRange(at, 0, step.Groups[1].Value == "V" ? height : width + 2);
                }
            }
            // Something finite that is not zero is seen.
            if (values.Any(value => float.IsFinite(value) && value != 0))
                Assert.NotEqual("", svg.Elements(LineChart.Svg + "path").Single(path => path.Attribute("class")!.Value == "bars").Attribute("d")!.Value);
        }).Hold();

    [Fact]
    public void Zeros_do_not_dwarf_the_rest()
    {
        float[] rectified = [.. Enumerable.Repeat(0f, 1000), 1, 2, 3, 4];
        string bars = HistogramChart.ToSvg("layer", Histogram.Of(rectified), null).Elements(LineChart.Svg + "path").Single(path => path.Attribute("class")!.Value == "bars").Attribute("d")!.Value;
        Assert.Equal(4, bars.Count(character => character == 'M'));
        Assert.Single(Step().Matches(bars).Where(step => step.Groups[1].Value == "V").Select(step => step.Groups[2].Value).Distinct(), height => height != "64");
    }

    [Fact]
    public void Values_are_marked_where_they_are_in_the_picture()
    {
        XElement svg = HistogramChart.ToSvg("layer", Histogram.Of([-1, 0, 3]), null, -1, 1, 3, 3.5, double.NaN, double.NegativeInfinity);
        Assert.Equal("M4 64v4M120 64v4M236 64v4", (string?)svg.Elements(LineChart.Svg + "path").Single(path => path.Attribute("class")!.Value == "values").Attribute("d"));
        Assert.DoesNotContain(HistogramChart.ToSvg("layer", Histogram.Of([-1, 0, 3]), null).Elements(), element => element.Attribute("class")!.Value == "values");
    }

    [GeneratedRegex("([MHV])([-0-9.E]+)")]
    private static partial Regex Step();
}
