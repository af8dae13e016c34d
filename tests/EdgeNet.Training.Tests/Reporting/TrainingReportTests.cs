using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace EdgeNet.Training.Tests;

public sealed partial class TrainingReportTests : IDisposable
{
    private const string Hostile = "<script>alert(1)</script> & \"quoted\" 'a' ]]> \0\u0007\uFFFF\uD800, =1+1\r\nline two";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgenet-training-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_page_is_xml_and_shows_every_part()
    {
        XElement page = Page(SampleHistory.Learned(epochs: 10, layers: 4));
        string[] headings = [.. page.Descendants(ReportPage.Html + "h2").Select(heading => heading.Value)];
        Assert.Equal(["2 problems", "Learning", "Size of updates", "First layer", "Layers", "Settings"], headings);
        Assert.Equal(
            ["Loss", "Accuracy", "Calibration error (validation)", "Loss by step", "Learning rate", "Gradient norm", "By epoch", "By depth, epoch 10", "Spread of activations by depth", "Spread of gradients by depth"],
            page.Descendants(LineChart.Svg + "svg").Where(svg => (string?)svg.Attribute("class") == "chart").Select(svg => (string?)svg.Attribute("aria-label")));
        Assert.Equal(8, page.Descendants(LineChart.Svg + "svg").Count(svg => (string?)svg.Attribute("class") == "histogram"));
        Assert.Equal(64, page.Descendants(ReportPage.Html + "img").Count(image => ((string)image.Attribute("src")!).StartsWith("data:image/png;base64,", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        string text = File.ReadAllText(Written(SampleHistory.Learned(epochs: 3, layers: 2)));
        Assert.DoesNotMatch(Reference(), Picture().Replace(text, "").Replace("xmlns=\"http://www.w3.org/1999/xhtml\"", "", StringComparison.Ordinal).Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
        Assert.All(XElement.Parse(text).Descendants().Attributes("src"), source => Assert.StartsWith("data:", source.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void An_html_reader_sees_what_an_xml_reader_sees()
    {
        string text = File.ReadAllText(Written(SampleHistory.Learned(epochs: 3, layers: 2)));
        // HTML takes the content of a style sheet as it is, and knows no empty tag of most elements.
        string style = text[text.IndexOf("<style>", StringComparison.Ordinal)..text.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.DoesNotContain('&', style);
        Assert.DoesNotMatch(EmptyTag(), text);
        Assert.StartsWith("<!DOCTYPE html", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_are_only_text()
    {
        Dictionary<string, double> metrics = new() { [Hostile] = 0.5 };
        TrainingHistory history = new()
        {
            Run = new RunDescription { Model = Hostile, Data = Hostile, Settings = [new RunSetting(Hostile, Hostile)], Metrics = [new MetricDescription(Hostile)] },
            Epochs = [new EpochRecord { Epoch = 1, TrainingLoss = 1, TrainingMetrics = metrics, ValidationMetrics = metrics, UpdateRatios = metrics, Problems = [Hostile] }],
            Layers = [new LayerSnapshot(Hostile, 1, Histogram.Of([1, 2]), null)],
            Filters = [new FilterSnapshot(Hostile, 1, 1, 1, 1, 2, [1, 2])],
        };
        XElement page = Page(history);
        Assert.Empty(page.Descendants(ReportPage.Html + "script"));
        string shown = Hostile.Replace('\0', '\uFFFD').Replace('\u0007', '\uFFFD').Replace('\uFFFF', '\uFFFD').Replace('\uD800', '\uFFFD').ReplaceLineEndings("\n");
        Assert.Equal([shown, shown], page.Descendants(ReportPage.Html + "td").Select(cell => cell.Value).Where(cell => cell.Length > 40 && !cell.Contains("Epoch", StringComparison.Ordinal)).TakeLast(2));
        Assert.Contains(page.Descendants(ReportPage.Html + "h3"), heading => heading.Value.EndsWith(shown, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_has_not_begun_has_a_page_and_a_table()
    {
        TrainingHistory history = new() { Run = new RunDescription { Model = "m", Data = "d", Epochs = 5 } };
        XElement page = Page(history);
        Assert.Contains("No epoch has ended yet.", page.Value, StringComparison.Ordinal);
        Assert.Contains("0 of 5", page.Value, StringComparison.Ordinal);
        Assert.Single(Csv(history));
    }

    [Fact]
    public void A_single_epoch_has_its_points()
    {
        XElement page = Page(SampleHistory.Learned(epochs: 1, layers: 1));
        XElement loss = page.Descendants(LineChart.Svg + "svg").First(svg => (string?)svg.Attribute("aria-label") == "Loss");
        Assert.Equal(2, loss.Descendants(LineChart.Svg + "circle").Count(circle => (string?)circle.Attribute("class") == "dot"));
    }

    [Fact]
    public void A_loss_that_is_no_number_is_shown_as_such()
    {
        TrainingHistory history = new()
        {
            Run = new RunDescription { Model = "m", Data = "d" },
            Epochs = [.. new[] { double.NaN, double.PositiveInfinity }.Select((loss, i) => new EpochRecord { Epoch = i + 1, TrainingLoss = loss, GradientNorm = loss })],
            Steps = [new StepLoss(1, 2), new StepLoss(2, double.NaN)],
            Layers = [new LayerSnapshot("conv", 2, Histogram.Of([float.NaN, float.NaN]), Histogram.Of([0, 0]))],
            Filters = [new FilterSnapshot("conv", 2, 1, 1, 1, 1, [float.NaN])],
        };
        Assert.Null(history.BestEpoch());
        XElement page = Page(history);
        string[] problems = [.. page.Descendants(ReportPage.Html + "li").Select(item => item.Value)];
        Assert.Equal(
            [
                "Epoch 1: the training loss is NaN.", "Epoch 1: the gradient norm is NaN.", "Epoch 2: the training loss is ∞.", "Epoch 2: the gradient norm is ∞.",
                "Epoch 2: 2 activations of conv are not finite.", "Epoch 2: all gradients of conv are zero.",
            ],
            problems);
        Assert.Contains("training: NaN at epoch 1", page.Value, StringComparison.Ordinal);
        Assert.Contains("no finite value", page.Value, StringComparison.Ordinal);
        Assert.Equal(["1", "NaN", "", "", "", "NaN", ""], Csv(history)[1]);
    }

    [Fact]
    public void The_same_history_gives_the_same_bytes()
    {
        byte[] first = File.ReadAllBytes(Written(SampleHistory.Learned(epochs: 3, layers: 2)));
        Assert.Equal(first, File.ReadAllBytes(Written(SampleHistory.Learned(epochs: 3, layers: 2))));
    }

    [Fact]
    public void The_table_reads_back_to_the_same_numbers()
    {
        TrainingHistory history = SampleHistory.Learned(epochs: 12, layers: 2);
        history.Epochs[3] = history.Epochs[3] with { Problems = ["says \"no\", twice", "and\r\nbreaks"], ValidationLoss = null };
        string[][] rows = Csv(history);
        Assert.Equal(
            [
                "epoch", "training loss", "validation loss", "training accuracy", "validation accuracy", "validation calibration error", "learning rate", "seconds",
                "gradient norm", "problems", "update/weight block1/conv1/weights", "update/weight classifier/weights",
            ],
            rows[0]);
        Assert.Equal(13, rows.Length);
        foreach ((EpochRecord epoch, string[] row) in history.Epochs.Zip(rows.Skip(1)))
        {
            double?[] expected =
            [
                epoch.Epoch, epoch.TrainingLoss, epoch.ValidationLoss, epoch.TrainingMetrics["accuracy"], epoch.ValidationMetrics["accuracy"],
                epoch.ValidationMetrics["calibration error"], epoch.LearningRate, epoch.Seconds, epoch.GradientNorm,
            ];
            Assert.Equal(expected, row.Take(9).Select(cell => cell.Length == 0 ? (double?)null : double.Parse(cell, CultureInfo.InvariantCulture)));
            Assert.Equal(string.Join("; ", epoch.Problems), row[9]);
            Assert.Equal([.. epoch.UpdateRatios.Values], row.Skip(10).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Numbers_do_not_follow_the_culture_of_the_machine()
    {
        byte[] page = File.ReadAllBytes(Written(SampleHistory.Learned(epochs: 2, layers: 2)));
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(page, File.ReadAllBytes(Written(SampleHistory.Learned(epochs: 2, layers: 2))));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_long_run_keeps_its_page_small()
    {
        TrainingHistory history = SampleHistory.Learned(epochs: 2, layers: 2);
        for (int i = 0; i < 200_000; i++) history.Steps.Add(new StepLoss(1000 + i, 1 + Math.Sin(i)));
        Assert.InRange(new FileInfo(Written(history)).Length, 20_000, 250_000);
    }

    private string Written(TrainingHistory history)
    {
        string path = Path.Combine(_folder.FullName, "report.html");
        TrainingReport.WriteHtml(history, path);
        return path;
    }

    private XElement Page(TrainingHistory history)
    {
        using XmlReader reader = XmlReader.Create(Written(history), new XmlReaderSettings { DtdProcessing = DtdProcessing.Parse, XmlResolver = null });
        return XElement.Load(reader);
    }

    /// <summary>A reader after the grammar of RFC 4180, and nothing more.</summary>
    private string[][] Csv(TrainingHistory history)
    {
        string path = Path.Combine(_folder.FullName, "report.csv");
        TrainingReport.WriteCsv(history, path);
        string text = File.ReadAllText(path, Encoding.UTF8);
        List<string[]> rows = [];
        List<string> row = [];
        for (int at = 0; at < text.Length;)
        {
            StringBuilder field = new();
            if (text[at] == '"')
            {
                for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
                {
                    if (text[at] == '"') at++;
                    field.Append(text[at]);
                }
                at++;
            }
            else
                for (; text[at] is not (',' or '\r'); at++) field.Append(text[at]);
            row.Add(field.ToString());
            if (text[at] == ',')
            {
                at++;
                continue;
            }
            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            rows.Add([.. row]);
            row.Clear();
        }
        return [.. rows];
    }

    [GeneratedRegex("//[a-z0-9]|url\\(", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex("data:image/png;base64,[A-Za-z0-9+/=]*")]
    private static partial Regex Picture();

    [GeneratedRegex("<(div|p|section|figure|td|th|table|tbody|thead|ul|li|h1|h2|h3|details|summary|title|style|main|header)( [^<]*)?/>")]
    private static partial Regex EmptyTag();
}
