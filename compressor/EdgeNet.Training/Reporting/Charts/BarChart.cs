using System.Globalization;
using System.Xml.Linq;
using static EdgeNet.Training.ReportPage;

namespace EdgeNet.Training;

/// <summary>
/// Horizontal bars, a row for each name, with words behind them. Where a row has several amounts, all but the last are pale, the first the palest, and lie behind it.
/// It is HTML, so that it is as wide as its place and words stay readable; colours come from the style sheet of <see cref="ReportPage"/>.
/// </summary>
/// <param name="Title">What is shown.</param>
/// <param name="Series">What the amounts of each row are.</param>
/// <param name="Rows">The rows.</param>
public sealed record BarChart(string Title, IReadOnlyList<string> Series, IReadOnlyList<BarRow> Rows)
{
    /// <summary>Draws the chart.</summary>
    public XElement ToHtml()
    {
        double most = Rows.SelectMany(row => row.Amounts).Where(double.IsFinite).Append(0).Max();
        return Element(
            "div",
            Element("h3", Title),
            Series.Count < 2 ? null : Element("div", Series.Select((name, i) => Element("span", name).Class(Classes(null, 1, i, Series.Count)))).Class("keys"),
            Element("div", Rows.Select(row => new[]
            {
                Element("div", new XAttribute("title", row.Name), row.Name).Class("name"),
                Element("div", row.Amounts.Index().Where(each => each.Item > 0).Select(each => Element(
                    "div", new XAttribute("style", $"width:{Percent(each.Item, most)}%")).Class(Classes("bar ", row.Color, each.Index, row.Amounts.Count)))).Class("track"),
                Element("div", row.Label).Class("amount"),
            })).Class("barchart"));
    }

    private static string Classes(string? before, int color, int index, int count) => $"{before}c{color}{(count - index) switch { 1 => "", 2 => " behind", _ => " far" }}";

    private static string Percent(double amount, double most) => (100 * Math.Min(amount / most, 1)).ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>A row of bars.</summary>
/// <param name="Name">What stands before them.</param>
/// <param name="Amounts">For each series; what is not above zero has no bar.</param>
/// <param name="Label">What stands behind them.</param>
public sealed record BarRow(string Name, IReadOnlyList<double> Amounts, string Label)
{
    /// <summary>One of the colours 1 to 8, or 0 for grey.</summary>
    public int Color { get; init; } = 1;
}
