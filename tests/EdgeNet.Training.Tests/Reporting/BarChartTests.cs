using System.Xml.Linq;

namespace EdgeNet.Training.Tests;

public class BarChartTests
{
    [Fact]
    public void Bars_are_in_proportion_to_the_largest_amount()
    {
        XElement chart = new BarChart("Bytes", ["before", "after"], [new BarRow("a", [400, 100], "4 to 1"), new BarRow("b", [100, 50], "2 to 1") { Color = 3 }]).ToHtml();
        (string?, string?)[] bars = [.. Bars(chart).Select(bar => ((string?)bar.Attribute("class"), (string?)bar.Attribute("style")))];
        Assert.Equal([("bar c1 behind", "width:100%"), ("bar c1", "width:25%"), ("bar c3 behind", "width:25%"), ("bar c3", "width:12.5%")], bars);
        Assert.Equal(["before", "after"], chart.Descendants(ReportPage.Html + "span").Select(key => key.Value));
    }

    [Fact]
    public void What_is_not_above_zero_or_no_number_has_no_bar_and_what_has_no_end_a_whole_one()
    {
        XElement chart = new BarChart("Bytes", ["now"], [new BarRow("a", [0], ""), new BarRow("b", [-1], ""), new BarRow("c", [double.NaN], ""), new BarRow("d", [double.PositiveInfinity], "∞")]).ToHtml();
        Assert.Equal("width:100%", (string?)Assert.Single(Bars(chart)).Attribute("style"));
        Assert.Empty(chart.Descendants(ReportPage.Html + "span"));
        Assert.Empty(Bars(new BarChart("none", [], []).ToHtml()));
    }

    private static IEnumerable<XElement> Bars(XElement chart) =>
        chart.Descendants(ReportPage.Html + "div").Where(div => ((string?)div.Attribute("class"))?.StartsWith("bar ", StringComparison.Ordinal) == true);
}
