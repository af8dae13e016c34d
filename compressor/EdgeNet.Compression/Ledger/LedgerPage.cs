using System.Xml.Linq;
using EdgeNet.Training;
using static EdgeNet.Training.ReportPage;

namespace EdgeNet.Compression;

/// <summary>A ledger as one HTML page that needs nothing else, with pictures and all numbers.</summary>
public static class LedgerPage
{
    /// <summary>More bars than these would be a wall: the largest are shown, the rest is one bar.</summary>
    private const int MostBars = 40;

    /// <summary>As many have colours of their own.</summary>
    private const int MostSeries = 8;

    /// <summary>Losses over a wider range than this get a logarithmic axis.</summary>
    private const double WideRange = 40;

    /// <summary>Writes the page beside its place and renames it into it. The same ledger gives the same bytes.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="path">The HTML file to make or replace.</param>
    /// <exception cref="IOException">It cannot be written; the file before stays.</exception>
    public static void Write(CompressionLedger ledger, string path) => Page(ledger).Write(path);

    /// <summary>The page, to write elsewhere or to add to.</summary>
    public static ReportPage Page(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ReportPage page = new($"{ledger.Model}, compressed", string.Join(" · ", Facts(ledger)));
        page.Add(Headline(Figures(ledger)), Remarks(ledger));
        page.AddSection("Size", "Bytes of the whole network. Int8 is one byte a weight; deflate and LZ4 are what a plain archive makes of it, or of our shared weights; Huffman only is our file without range coding.", Card(SizeBars(ledger)), Table(LedgerText.Sizes(ledger)));
        if (ledger.Stages.Length > 0)
        {
            page.AddSection(
                "Step by step",
                "Ratio is to the floats of all weights and biases; density is the part of the weights that is not zero; change is in points, hundredths, from the original. " +
                "Agreement is how often the answer is the original's, on the pictures measured.",
                Element("div", Card(StageBars(ledger)), QualityOverSize(ledger) is { } chart ? Element("figure", chart.ToSvg()).Class("card") : null).Class("charts"),
                Table(LedgerText.Stages(ledger)));
        }
        if (ledger.Retraining.Length > 0)
        {
            page.AddSection(
                "Retraining", "The loss on the pictures of retraining, and the quality on others, after each epoch.",
                Charts(RetrainingCharts(ledger)), Details("Every epoch as a table", Table(LedgerText.Retraining(ledger))));
        }
        if (ledger.Sensitivity.Length > 0)
        {
            page.AddSection(
                "Sensitivity", "What is left of the quality where one layer alone is cut and nothing is retrained. Layers whose curves fall late can give more.",
                Charts(SensitivityCharts(ledger)), Details("Every point as a table", Table(LedgerText.Sensitivity(ledger))));
        }
        if (ledger.Layers.Length > 0)
        {
            page.AddSection(
                "Layers",
                "Bytes in the file; the graph and the card are not in them. Values are different ones; bits before coding are those of an index into them, bits those of a weight in the file, " +
                "with the layer's own table of values: in small layers that table is most of it.",
                Card(LayerBars(ledger)), Details("Every constant as a table", Table(LedgerText.Layers(ledger))));
        }
        if (Histograms(ledger) is { Length: > 0 } histograms)
        {
            page.AddSection(
                "Weights",
                "Filled: the compressed weights; outline: the original ones; marks below: shared values. Bar heights are square roots, so that tails are seen; " +
                "weights that are exactly zero are left out of the bars. Bits are those of a weight in the file.",
                Element("div", histograms.AsEnumerable()).Class("histograms"));
        }
        page.AddSection("Recipe", "With it, the seed and the same pictures the file can be made again.", Card(Element("pre", ledger.RecipeYaml)));
        page.AddSection(
            "Promise", $"What 'edgenet verify' checks: the file's bytes, and its outputs for inputs of seed {LedgerText.Number(ledger.Promise.Seed, "0")}.",
            ReportPage.Table(["", ""], [["SHA-256", ledger.Promise.Sha256], ["bytes", LedgerText.Whole(ledger.Promise.Bytes)]]), Table(LedgerText.Promise(ledger)));
        return page;
    }

    private static IEnumerable<string> Facts(CompressionLedger ledger)
    {
        yield return $"recipe {ledger.Recipe}";
        if (ledger.Data.Source.Length > 0) yield return $"pictures from {ledger.Data.Source}";
        if (ledger.Data.Retraining > 0) yield return $"{LedgerText.Whole(ledger.Data.Retraining)} to retrain with";
        if (ledger.Data.Measured > 0) yield return $"{LedgerText.Whole(ledger.Data.Measured)} to measure on";
        if (ledger.Data.Split.Length > 0) yield return ledger.Data.Split;
        double seconds = ledger.Stages.Sum(stage => double.IsFinite(stage.Seconds) ? stage.Seconds : 0);
        if (seconds > 0) yield return $"{ProgressLine.Clock(TimeSpan.FromSeconds(Math.Min(seconds, 1e9)))} in all";
    }

    private static IEnumerable<(string Name, string Value, string? Note)> Figures(CompressionLedger ledger)
    {
        SizeRecord sizes = ledger.Sizes;
        yield return ("Smaller by", LedgerText.Ratio(sizes.Float32, sizes.Ours), $"{LedgerText.Bytes(sizes.Float32)} of floats");
        yield return ("The file", LedgerText.Bytes(sizes.Ours), $"{LedgerText.Ratio(sizes.Int8Deflate, sizes.Ours)} smaller than int8 + deflate");
        if (LedgerText.Last(ledger) is { } last)
        {
            double? change = last.Value - LedgerText.First(ledger)?.Value;
            yield return (last.Metric, $"{LedgerText.Percent(last.Value)} %", LedgerText.First(ledger) is { } first
                ? $"{LedgerText.Percent(first.Value)} % before: {LedgerText.Points(change)} points, on {LedgerText.Whole(last.Samples)} pictures"
                : $"on {LedgerText.Whole(last.Samples)} pictures");
        }
        if (ledger.Stages.LastOrDefault() is { } stage)
        {
            if (stage.Agreement is { } agreement && LedgerText.Last(ledger)?.Metric != "agreement") yield return ("Agreement", $"{LedgerText.Percent(agreement)} %", "answers as the original's");
            if (stage.Weights > 0)
            {
                yield return ("Bits a weight", LedgerText.Number(8.0 * sizes.Ours / stage.Weights, "0.00"), "of the whole file");
                yield return ("Weights left", $"{LedgerText.Share(stage.NonZero, stage.Weights)} %", $"{LedgerText.Whole(stage.NonZero)} are not zero");
            }
        }
    }

    private static XElement? Remarks(CompressionLedger ledger)
    {
        string[] lines = [.. LedgerText.Budget(ledger) is { } budget ? [char.ToUpperInvariant(budget[0]) + budget[1..]] : Array.Empty<string>(), .. ledger.Remarks];
        if (lines.Length == 0) return null;
        bool isAlarm = ledger.Budget is { Met: false };
        return Element("section", Element("h2", "Remarks"), Element("ul", lines.Select(line => Element("li", line)))).Class(isAlarm ? "card problems" : "card remarks");
    }

    private static BarChart SizeBars(CompressionLedger ledger)
    {
        SizeRecord sizes = ledger.Sizes;
        return new("The whole network", ["bytes"], [.. new (string Name, long Bytes)[]
        {
            ("fp32", sizes.Float32), ("int8", sizes.Int8), ("int8 + deflate", sizes.Int8Deflate), ("our codes, LZ4", sizes.OursLz4),
            ("our codes, deflate", sizes.OursDeflate), ("ours, Huffman only", sizes.OursHuffman), ("ours", sizes.Ours),
        }.Select(form => Row(ledger, form.Name, form.Bytes) with { Color = form.Name == "ours" ? 1 : 0 })]);
    }

    private static BarChart StageBars(CompressionLedger ledger) => new(
        "Bytes, if the file were written after the step", ["bytes"], [.. ledger.Stages.Select(stage => Row(ledger, stage.Name, stage.Bytes))]);

    private static BarRow Row(CompressionLedger ledger, string name, long bytes) => new(name, [bytes], $"{LedgerText.Bytes(bytes)} · {LedgerText.Ratio(ledger.Sizes.Float32, bytes)}");

    private static LineChart? QualityOverSize(CompressionLedger ledger)
    {
        (StageRecord Stage, double Quality)[] measured = [.. ledger.Stages.Where(stage => stage.Quality is not null && stage.Bytes > 0).Select(stage => (stage, 100 * stage.Quality!.Value))];
        if (measured.Length == 0) return null;
        LineSeries way = new("way", [.. measured.Select(each => new ChartPoint(each.Stage.Bytes / 1e3, each.Quality))]) { Style = SeriesStyle.Faint, Color = 8 };
        return new LineChart(
            $"{measured[0].Stage.Quality!.Metric} over size, in %", "kilobytes",
            [way, .. measured.Select((each, i) => new LineSeries(each.Stage.Name, [new ChartPoint(each.Stage.Bytes / 1e3, each.Quality)]) { Style = SeriesStyle.Dots, Color = (i % MostSeries) + 1 })])
        {
            X = AxisScale.Logarithmic,
            Levels = ledger.Budget is { MaxDrop: { } drop } && double.IsFinite(drop) && double.IsFinite(measured[0].Quality) ? [new ChartLevel(measured[0].Quality - drop, "allowed")] : [],
        };
    }

    private static IEnumerable<LineChart> RetrainingCharts(CompressionLedger ledger)
    {
        IGrouping<string, RetrainingRecord>[] stages = [.. ledger.Retraining.GroupBy(epoch => epoch.Stage)];
        LineSeries[] losses = [.. stages.Select((stage, i) => new LineSeries(stage.Key, [.. stage.Select(epoch => new ChartPoint(epoch.Epoch, epoch.Loss))]) { Color = (i % MostSeries) + 1 })];
        double[] finite = [.. ledger.Retraining.Select(epoch => epoch.Loss).Where(double.IsFinite)];
        yield return new LineChart("Loss", "epoch", losses)
        {
            X = AxisScale.Whole,
            Y = finite.Length > 0 && finite.Min() > 0 && finite.Max() / finite.Min() > WideRange ? AxisScale.Logarithmic : AxisScale.Linear,
        };
        LineSeries[] qualities =
        [
            .. stages.Select((stage, i) => new LineSeries(stage.Key, [.. stage.Where(epoch => epoch.Quality is not null).Select(epoch => new ChartPoint(epoch.Epoch, 100 * epoch.Quality!.Value))]) { Color = (i % MostSeries) + 1 })
                .Where(series => series.Points.Count > 0),
        ];
        if (qualities.Length == 0) yield break;
        yield return new LineChart("Quality, in %", "epoch", qualities)
        {
            X = AxisScale.Whole,
            Levels = LedgerText.First(ledger) is { } first && double.IsFinite(first.Value) ? [new ChartLevel(100 * first.Value, "original")] : [],
        };
    }

    private static IEnumerable<LineChart> SensitivityCharts(CompressionLedger ledger)
    {
        foreach (IGrouping<string, SensitivityCurve> axis in ledger.Sensitivity.GroupBy(curve => curve.Axis))
        {
            LineSeries[] curves = [.. axis.Select(curve => new LineSeries(
                curve.Layer, [.. curve.Points.Where(point => double.IsFinite(point.At)).OrderBy(point => point.At).Select(point => new ChartPoint(point.At, 100 * point.Quality))]))];
            yield return new LineChart($"Quality over {axis.Key}, in %", axis.Key, curves);
            if (curves.Length <= MostSeries) continue;
            // So many curves cannot be told apart; their ends can.
            double lowest = curves.SelectMany(curve => curve.Points).Select(point => point.X).DefaultIfEmpty().Min();
            yield return new LineChart($"Quality at {axis.Key} {LedgerText.Number(lowest, "0.###")}, in %", "layer, from the first to the last", [new LineSeries(
                "quality", [.. curves.Index().Where(curve => curve.Item.Points.Count > 0 && curve.Item.Points[0].X == lowest).Select(curve => new ChartPoint(curve.Index + 1, curve.Item.Points[0].Y))])
            {
                Style = SeriesStyle.Dots,
            }])
            {
                X = AxisScale.Whole,
            };
        }
    }

    private static BarChart LayerBars(CompressionLedger ledger)
    {
        LayerRecord[] shown = [.. ledger.Layers.OrderByDescending(layer => layer.Float32Bytes).Take(MostBars)];
        // The largest, in the order of the file.
        List<BarRow> rows = [.. ledger.Layers.Where(shown.Contains).Select(layer => Row(layer.Name, layer.Float32Bytes, layer.Int8Bytes, layer.Bytes, layer.Weights))];
        LayerRecord[] rest = [.. ledger.Layers.Except(shown)];
        if (rest.Length > 0) rows.Add(Row($"{rest.Length} more", rest.Sum(layer => layer.Float32Bytes), rest.Sum(layer => layer.Int8Bytes), rest.Sum(layer => layer.Bytes), rest.Sum(layer => layer.Weights)));
        return new("Bytes of each layer", ["fp32", "int8", "in the file"], rows);

        static BarRow Row(string name, long floats, long int8, long bytes, long weights) => new(
            name, [floats, int8, bytes], $"{LedgerText.Bytes(floats)} → {LedgerText.Bytes(bytes)}{(weights == 0 ? "" : $" · {LedgerText.Number(8.0 * bytes / weights, "0.00")} bits")}");
    }

    private static XElement[] Histograms(CompressionLedger ledger) =>
    [
        .. ledger.Layers.Where(layer => layer.After is { Counts.Length: > 0 }).Select(layer =>
        {
            Histogram? before = layer.Before is null ? null : Shown(layer.Before, 0), after = Shown(layer.After!, layer.Weights - layer.NonZero);
            string zeros = layer.NonZero == layer.Weights ? "" : $" · {LedgerText.Share(layer.Weights - layer.NonZero, layer.Weights)} % zero";
            return Element(
                "div",
                Element("h3", layer.Name),
                HistogramChart.ToSvg($"weights of {layer.Name}", after, before, layer.Centroids.Select(value => (double)value)),
                Element("div", $"{LedgerText.Whole(layer.Distinct)} {(layer.Distinct == 1 ? "value" : "values")}{zeros} · {LedgerText.Number(layer.Bits, "0.00")} bits").Class("muted")).Class("card");
        }),
    ];

    /// <summary>As the chart takes it; weights that are zero left out.</summary>
    private static Histogram Shown(WeightHistogram histogram, long zeros)
    {
        double low = histogram.Minimum, high = histogram.Maximum;
        bool isUsable = float.IsFinite(histogram.Minimum) && float.IsFinite(histogram.Maximum) && low <= high;
        if (!isUsable) (low, high) = (0, 0);
        double width = (high - low) / histogram.Counts.Length;
        long[] counts = [.. isUsable ? histogram.Counts : []];
        if (counts.Length > 0 && zeros > 0 && low <= 0 && high >= 0)
        {
            int zero = width > 0 ? Math.Clamp((int)(-low / width), 0, counts.Length - 1) : 0;
            counts[zero] = Math.Max(0, counts[zero] - zeros);
        }
        long finite = counts.Sum();
        return new Histogram
        {
            Start = low,
            Width = width,
            Counts = counts,
            Minimum = low,
            Maximum = high,
            Mean = double.NaN,
            Deviation = double.NaN,
            Finite = finite,
            Zeros = 0,
            NaNs = 0,
            Infinities = 0,
        };
    }

    private static XElement Card(BarChart chart) => Card(chart.ToHtml());

    private static XElement Card(XElement content) => Element("div", content).Class("card");

    private static XElement Table(LedgerTable table) => ReportPage.Table(table.Headings.Select(heading => heading.TrimStart('>')), table.Rows.Select(row => row.AsEnumerable()));
}
