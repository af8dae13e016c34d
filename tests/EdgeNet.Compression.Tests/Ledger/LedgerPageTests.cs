using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public sealed partial class LedgerPageTests : IDisposable
{
    private const string Hostile = "<script>alert(1)</script> & \"quoted\" 'a' ]]> \0\u0007\uFFFF\uD800";

    private static readonly CompressionLedger s_ledger = SampleLedger.Of(TestNetworks.Convolutional(seed: 1));
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenet-ledger-pages-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_page_shows_every_part()
    {
        XElement page = XElement.Parse(Html(s_ledger));
        Assert.Equal(
            ["Remarks", "Size", "Step by step", "Retraining", "Sensitivity", "Layers", "Weights", "Recipe", "Promise"],
            page.Descendants(ReportPage.Html + "h2").Select(heading => heading.Value));
        Assert.Equal(
            ["top-1 over size, in %", "Loss", "Quality, in %", "Quality over density, in %", "Quality over bits, in %"],
            page.Descendants(s_svg + "svg").Where(svg => (string?)svg.Attribute("class") == "chart").Select(svg => (string?)svg.Attribute("aria-label")));
        // A histogram for each layer with weights, with bars, an outline and marks.
        XElement[] histograms = [.. page.Descendants(s_svg + "svg").Where(svg => (string?)svg.Attribute("class") == "histogram")];
        Assert.Equal(4, histograms.Length);
        Assert.All(histograms, svg => Assert.Superset(new HashSet<string?> { "bars", "outline", "values" }, svg.Elements(s_svg + "path").Select(path => (string?)path.Attribute("class")).ToHashSet()));
        Assert.Equal(s_ledger.RecipeYaml, page.Descendants(ReportPage.Html + "pre").Single().Value);
        Assert.Equal(
            s_ledger.Layers.Select(layer => layer.Name),
            page.Descendants(ReportPage.Html + "div").Where(div => (string?)div.Attribute("class") == "barchart").Last().Elements().Where(div => (string?)div.Attribute("class") == "name").Select(name => name.Value));
    }

    [Fact]
    public void The_headline_says_how_much_smaller_and_how_good()
    {
        XElement headline = XElement.Parse(Html(s_ledger with { Sizes = s_ledger.Sizes with { Float32 = 1_722_000, Ours = 27_104 } }))
            .Descendants(ReportPage.Html + "div").First(div => (string?)div.Attribute("class") == "headline");
        string[] values = [.. headline.Descendants(ReportPage.Html + "div").Where(div => (string?)div.Attribute("class") == "value").Select(value => value.Value)];
        Assert.Equal(["63.5×", "27.1 KB", "99.09 %"], values[..3]);
        Assert.Contains("99.14 % before: -0.05 points", headline.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_are_as_long_as_the_bytes_of_their_layers()
    {
        XElement chart = XElement.Parse(Html(s_ledger)).Descendants(ReportPage.Html + "div").Where(div => (string?)div.Attribute("class") == "barchart").Last();
        XElement[] tracks = [.. chart.Elements().Where(div => (string?)div.Attribute("class") == "track")];
        long most = s_ledger.Layers.Max(layer => layer.Float32Bytes);
        foreach ((LayerRecord layer, XElement track) in s_ledger.Layers.Zip(tracks))
        {
            double[] widths = [.. track.Elements().Select(bar => double.Parse(Width().Match((string)bar.Attribute("style")!).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(100.0 * layer.Float32Bytes / most, widths[0], 0.01);
            Assert.Equal(100.0 * layer.Int8Bytes / most, widths[1], 0.01);
            Assert.Equal(100.0 * layer.Bytes / most, widths[2], 0.01);
        }
    }

    [Fact]
    public void Many_layers_are_drawn_as_the_largest_and_the_rest()
    {
        LayerRecord layer = s_ledger.Layers[0];
        CompressionLedger many = s_ledger with { Layers = [.. Enumerable.Range(1, 300).Select(i => layer with { Name = $"layer{i}", Float32Bytes = i })] };
        XElement chart = XElement.Parse(Html(many)).Descendants(ReportPage.Html + "div").Where(div => (string?)div.Attribute("class") == "barchart").Last();
        string[] names = [.. chart.Elements().Where(div => (string?)div.Attribute("class") == "name").Select(name => name.Value)];
        Assert.Equal(["layer261", "layer262", "260 more"], [names[0], names[1], names[^1]]);
        Assert.Equal(41, names.Length);
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        string text = Html(s_ledger).Replace("xmlns=\"http://www.w3.org/1999/xhtml\"", "", StringComparison.Ordinal).Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)https?:|//[a-z]|@import|url\\(|src=|href=|<script|<link", text);
    }

    [Fact]
    public void Hostile_text_is_only_text()
    {
        string text = Html(s_ledger with
        {
            Model = Hostile,
            Recipe = Hostile,
            RecipeYaml = Hostile,
            Data = new DataRecord(Hostile, 1, 1, Hostile),
            Stages = [.. s_ledger.Stages.Select(stage => stage with { Name = Hostile, What = Hostile, Quality = new Quality(Hostile, 0.5, 1) })],
            Layers = [.. s_ledger.Layers.Select(layer => layer with { Name = Hostile, Kind = Hostile, Coding = Hostile })],
            Sensitivity = [.. s_ledger.Sensitivity.Select(curve => curve with { Layer = Hostile, Axis = Hostile })],
            Retraining = [.. s_ledger.Retraining.Select(epoch => epoch with { Stage = Hostile })],
            Remarks = [Hostile],
            Promise = s_ledger.Promise with { Sha256 = Hostile, Outputs = [new OutputRecord(Hostile, 0, 0, [])] },
        });
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)", text, StringComparison.Ordinal);
        XElement.Parse(text);
    }

    [Fact]
    public void Numbers_that_are_none_and_parts_that_are_missing_leave_a_page()
    {
        XElement.Parse(Html(SampleLedger.Bare));
        XElement.Parse(Html(SampleLedger.Bare with { Stages = [], Layers = [], Sensitivity = [], Retraining = [] }));
    }

    [Fact]
    public void A_budget_that_was_not_met_stands_out()
    {
        XElement Box(bool met) => XElement.Parse(Html(s_ledger with { Budget = new BudgetRecord(10, null, met) })).Descendants(ReportPage.Html + "section").First();
        Assert.Equal(("card problems", "card remarks"), ((string?)Box(false).Attribute("class"), (string?)Box(true).Attribute("class")));
        Assert.Contains("Asked for: at most 10 bytes; not met", Box(false).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_ledger_gives_the_same_file_and_nothing_beside_it()
    {
        string path = Path.Combine(_folder.FullName, "page.html");
        LedgerPage.Write(s_ledger, path);
        byte[] first = File.ReadAllBytes(path);
        LedgerPage.Write(s_ledger, path);
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    private static string Html(CompressionLedger ledger)
    {
        var stream = new MemoryStream();
        LedgerPage.Page(ledger).Write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex("width:([0-9.]+)%")]
    private static partial Regex Width();
}
