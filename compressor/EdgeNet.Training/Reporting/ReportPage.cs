using System.Text;
using System.Xml;
using System.Xml.Linq;
using EdgeNet.Model.Format;

namespace EdgeNet.Training;

/// <summary>
/// A report as one HTML page that needs nothing else: style and pictures are inside, there is no script, and it follows the reader's choice of
/// light or dark. It is XHTML, so that other programs can read it, too. All text is escaped; characters that XML cannot hold are replaced.
/// </summary>
public sealed class ReportPage
{
    /// <summary>The namespace of the page's elements.</summary>
    public static readonly XNamespace Html = "http://www.w3.org/1999/xhtml";

    // An element of HTML that is not one of these must not be written as an empty tag.
    private static readonly HashSet<string> s_void = ["meta", "img", "br", "hr"];

    private readonly XElement _main;
    private readonly string _title;

    /// <summary>Starts a page.</summary>
    /// <param name="title">What it is about.</param>
    /// <param name="subtitle">One line under it.</param>
    public ReportPage(string title, string subtitle)
    {
        _title = title;
        _main = Element("main", Element("header", Element("h1", title), Element("p", subtitle).Class("muted")));
    }

    /// <summary>Adds elements, or text.</summary>
    /// <param name="content"><see cref="XElement"/>s of <see cref="Html"/> or <see cref="LineChart.ToSvg"/>, strings, sequences of them, or null.</param>
    public void Add(params object?[] content) => _main.Add(content);

    /// <summary>Adds a section.</summary>
    /// <param name="heading">Its heading.</param>
    /// <param name="note">What the reader should know to read it, or null.</param>
    /// <param name="content">As for <see cref="Add"/>.</param>
    public void AddSection(string heading, string? note, params object?[] content) =>
        _main.Add(Element("section", Element("h2", heading), note is null ? null : Element("p", note).Class("muted"), content));

    /// <summary>Makes an element of HTML.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">As for <see cref="Add"/>; also <see cref="XAttribute"/>s.</param>
    public static XElement Element(string name, params object?[] content) => new(Html + name, content);

    /// <summary>The figures that matter most, large.</summary>
    /// <param name="figures">What it is, the figure, and what to know about it (or null).</param>
    public static XElement Headline(params IEnumerable<(string Name, string Value, string? Note)> figures) => Element(
        "div",
        figures.Select(figure => Element(
            "div",
            Element("div", figure.Name).Class("muted"),
            Element("div", figure.Value).Class("value"),
            figure.Note is null ? null : Element("div", figure.Note).Class("muted")).Class("card")))
        .Class("headline");

    /// <summary>Charts beside one another where there is room.</summary>
    /// <param name="charts">The charts.</param>
    public static XElement Charts(params IEnumerable<LineChart> charts) =>
        Element("div", charts.Select(chart => Element("figure", chart.ToSvg()).Class("card"))).Class("charts");

    /// <summary>A table. It scrolls by itself where it is wider than the page.</summary>
    /// <param name="headers">Heads of the columns.</param>
    /// <param name="rows">Cells, row by row. A column that holds nothing but numbers is set to the right.</param>
    public static XElement Table(IEnumerable<string> headers, IEnumerable<IEnumerable<string>> rows)
    {
        string[][] cells = [.. rows.Select(row => row.ToArray())];
        return Element(
            "div",
            Element(
                "table",
                Element("thead", Element("tr", headers.Select((header, i) => Cell("th", header, i)))),
                Element("tbody", cells.Select(row => Element("tr", row.Select((cell, i) => Cell("td", cell, i)))))))
            .Class("scroll");

        XElement Cell(string name, string text, int column)
        {
            bool numbers = cells.Length > 0 && cells.All(row => column < row.Length && (row[column].Length == 0 || IsNumber(row[column])));
            return numbers ? Element(name, text).Class("number") : Element(name, text);
        }
    }

    /// <summary>Content that is closed until the reader opens it.</summary>
    /// <param name="summary">What is seen while it is closed.</param>
    /// <param name="content">As for <see cref="Add"/>.</param>
    public static XElement Details(string summary, params object?[] content) => Element("details", Element("summary", summary), content);

    /// <summary>Writes the page beside its place and renames it into it.</summary>
    /// <param name="path">The file to make or replace.</param>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the page. The same content gives the same bytes.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream)
    {
        XElement html = Element(
            "html",
            new XAttribute("lang", "en"),
            Element(
                "head",
                Element("meta", new XAttribute("charset", "utf-8")),
                Element("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                Element("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                Element("title", _title),
                Element("style", ReportStyle.Css)),
            Element("body", _main));
        // A copy: a page may be written twice.
        html = new XElement(html);
        foreach (XElement element in html.DescendantsAndSelf())
        {
            foreach (XAttribute attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration)) attribute.Value = Legal(attribute.Value);
            foreach (XText text in element.Nodes().OfType<XText>()) text.Value = Legal(text.Value);
            if (element.IsEmpty && element.Name.Namespace == Html && !s_void.Contains(element.Name.LocalName)) element.Value = "";
        }
        XmlWriterSettings settings = new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" };
        using XmlWriter writer = XmlWriter.Create(stream, settings);
        writer.WriteDocType("html", null, null, null);
        html.WriteTo(writer);
    }

    private static bool IsNumber(string cell) => cell.Length > 0 && (char.IsAsciiDigit(cell[0]) || cell is ['-' or '−', _, ..] || cell is "NaN" or "∞") &&
        cell.All(character => char.IsAsciiDigit(character) || "+-−.,eNa∞ \u202F%×".Contains(character, StringComparison.Ordinal));

    private static string Legal(string text)
    {
        StringBuilder? changed = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i)) i++;
            else if (!XmlConvert.IsXmlChar(text[i])) (changed ??= new StringBuilder(text))[i] = '\uFFFD';
        }
        return changed?.ToString() ?? text;
    }
}

/// <summary>Attributes that every second element has.</summary>
public static class ElementClass
{
    /// <summary>Gives an element its class, and returns it.</summary>
    public static XElement Class(this XElement element, string name)
    {
        element.SetAttributeValue("class", name);
        return element;
    }
}
