using System.Globalization;
using System.Xml.Linq;
using EdgeNet.Model.Format;
using static EdgeNet.Training.ReportPage;

namespace EdgeNet.Training;

/// <summary>A training run for people (a page with curves and pictures) and for other programs (a table).</summary>
public static class TrainingReport
{
    /// <summary>Where updates are in good proportion to weights: neither noise nor standstill (A. Karpathy's rule of thumb).</summary>
    private const double AdvisedUpdateRatio = 1e-3;

    /// <summary>Places along the curve of single steps: more than a screen has pixels would only cost time.</summary>
    private const int StepPlaces = 300;

    /// <summary>Losses over a wider range than this get a logarithmic axis.</summary>
    private const double WideRange = 40;

    private const int MostFilters = 256;

    /// <summary>
    /// Writes a page that needs nothing else: figures, curves, update ratios, filters, distributions, settings, problems. The file is written
    /// beside its place and renamed into it.
    /// </summary>
    /// <param name="history">The run; it may have only begun.</param>
    /// <param name="path">The HTML file to make or replace.</param>
    public static void WriteHtml(TrainingHistory history, string path)
    {
        ArgumentNullException.ThrowIfNull(history);
        Page(history).Write(path);
    }

    /// <summary>
    /// Writes one row per epoch as comma-separated values (RFC 4180, UTF-8, numbers as C# and most others read them, <c>NaN</c> and
    /// <c>Infinity</c> included). Columns are the union of what the epochs have; what an epoch lacks is empty. The file is written beside its
    /// place and renamed into it.
    /// </summary>
    /// <param name="history">The run.</param>
    /// <param name="path">The CSV file to make or replace.</param>
    public static void WriteCsv(TrainingHistory history, string path)
    {
        ArgumentNullException.ThrowIfNull(history);
        byte[] table = CsvTable.Write(Rows(history, CsvTable.Number, ratios: true));
        AtomicFile.Write(path, stream => stream.Write(table));
    }

    private static ReportPage Page(TrainingHistory history)
    {
        RunDescription run = history.Run;
        ReportPage page = new($"{run.Model} on {run.Data}", string.Join(" · ", Facts(run)));
        page.Add(Headline(Figures(history)), ProblemBox(history));
        if (history.Epochs.Count == 0) page.Add(Element("p", "No epoch has ended yet."));

        LineChart[] curves = [.. Curves(history)];
        if (curves.Length > 0)
        {
            page.AddSection(
                "Learning", null, Charts(curves),
                history.Epochs.Count == 0 ? null : Details("Every epoch as a table", Table(Rows(history, Short, ratios: false).First(), Rows(history, Short, ratios: false).Skip(1))));
        }
        if (UpdateRatios(history) is { } ratios)
        {
            page.AddSection(
                "Size of updates",
                "Norm of an update over the norm of the weights it changes. Around 0.001 is healthy; far above, the learning rate is too high for that " +
                "parameter; far below, it hardly learns.",
                ratios);
        }
        if (history.Filters.Count > 0) page.AddSection("First layer", FilterNote(history.Filters[^1], history.Filters.Count > 1), Filters(history));
        if (history.Layers.Count > 0)
        {
            page.AddSection(
                "Layers",
                "Distributions by layer. Filled: the last recorded epoch; outline: the first. Bar heights are square roots, so that tails are seen; values " +
                "that are exactly zero are left out and counted below.",
                Spreads(history), Layers(history));
        }
        if (run.Settings.Count > 0)
            page.AddSection("Settings", null, Table(["setting", "value"], run.Settings.Select(setting => new[] { setting.Name, setting.Value })));
        return page;
    }

    private static IEnumerable<string> Facts(RunDescription run)
    {
        if (run.TrainingSamples > 0) yield return $"{NumberText.Whole(run.TrainingSamples)} training samples";
        if (run.ValidationSamples > 0) yield return $"{NumberText.Whole(run.ValidationSamples)} validation samples";
        if (run.Parameters > 0) yield return $"{NumberText.Whole(run.Parameters)} parameters";
        yield return string.Create(CultureInfo.InvariantCulture, $"seed {run.Seed}");
    }

    private static IEnumerable<(string Name, string Value, string? Note)> Figures(TrainingHistory history)
    {
        if (history.BestEpoch() is { } best)
        {
            foreach (string metric in MetricNames(history))
            {
                if (best.ValidationMetrics.TryGetValue(metric, out double value)) yield return ($"Validation {metric}", NumberText.Short(value), AtEpoch(best));
                else if (best.TrainingMetrics.TryGetValue(metric, out value)) yield return ($"Training {metric}", NumberText.Short(value), AtEpoch(best));
            }
            if (best.ValidationLoss is { } validation) yield return ("Validation loss", NumberText.Short(validation), AtEpoch(best));
            if (best.TrainingLoss is { } training) yield return ("Training loss", NumberText.Short(training), AtEpoch(best));
        }
        EpochRecord? last = history.Epochs.LastOrDefault();
        yield return ("Epochs", $"{last?.Epoch ?? 0} of {history.Run.Epochs}", null);
        double seconds = history.Epochs.Sum(epoch => epoch.Seconds is { } taken && double.IsFinite(taken) ? taken : 0);
        if (seconds > 0) yield return ("Time taken", ProgressLine.Clock(Time(seconds)), $"{ProgressLine.Clock(Time(seconds / history.Epochs.Count))} an epoch");

        static string AtEpoch(EpochRecord best) => $"best epoch: {best.Epoch}";

        static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.MaxValue.TotalSeconds / 2));
    }

    private static XElement? ProblemBox(TrainingHistory history)
    {
        string[] problems = [.. Problems(history)];
        return problems.Length == 0
            ? Element("p", "No problems.").Class("muted")
            : Element(
                "section",
                Element("h2", problems.Length == 1 ? "1 problem" : $"{problems.Length} problems"),
                Element("ul", problems.Select(problem => Element("li", problem)))).Class("card problems");
    }

    /// <summary>What the run noted itself, and what the numbers say.</summary>
    private static IEnumerable<string> Problems(TrainingHistory history)
    {
        foreach (EpochRecord epoch in history.Epochs)
        {
            foreach (string problem in epoch.Problems) yield return $"Epoch {epoch.Epoch}: {problem}";
            foreach ((string name, double? value) in new[] { ("training loss", epoch.TrainingLoss), ("validation loss", epoch.ValidationLoss), ("gradient norm", epoch.GradientNorm) })
            {
                if (value is { } number && !double.IsFinite(number)) yield return $"Epoch {epoch.Epoch}: the {name} is {NumberText.Short(number)}.";
            }
        }
        foreach (LayerSnapshot layer in history.Layers)
        {
            foreach ((string name, Histogram? histogram) in new[] { ("activations", layer.Activations), ("gradients", layer.Gradients) })
            {
                if (histogram is null) continue;
                long bad = histogram.NaNs + histogram.Infinities;
                if (bad > 0) yield return $"Epoch {layer.Epoch}: {NumberText.Whole(bad)} {name} of {layer.Layer} are not finite.";
                else if (histogram.Finite > 0 && histogram.Zeros == histogram.Finite) yield return $"Epoch {layer.Epoch}: all {name} of {layer.Layer} are zero.";
            }
        }
    }

    private static IEnumerable<LineChart> Curves(TrainingHistory history)
    {
        IList<EpochRecord> epochs = history.Epochs;
        EpochRecord? best = history.BestEpoch();
        if (Curve("Loss", epoch => epoch.TrainingLoss, epoch => epoch.ValidationLoss) is { } loss) yield return loss with { Y = LossScale(loss) };
        foreach (string metric in MetricNames(history))
        {
            string title = metric.Length == 0 ? "Metric" : char.ToUpperInvariant(metric[0]) + metric[1..];
            if (Curve(title, epoch => Value(epoch.TrainingMetrics, metric), epoch => Value(epoch.ValidationMetrics, metric)) is { } curve) yield return curve;
        }
        if (history.Steps.Count > 0) yield return Steps(history.Steps);
        foreach ((string title, Func<EpochRecord, double?> measure) in new (string, Func<EpochRecord, double?>)[]
        {
            ("Learning rate", epoch => epoch.LearningRate), ("Gradient norm", epoch => epoch.GradientNorm),
        })
        {
            LineSeries series = new(title, Points(measure)) { Color = title == "Learning rate" ? 3 : 7 };
            if (series.Points.Count == 0) continue;
            LineChart chart = new(title, "epoch", [series]) { X = AxisScale.Whole };
            yield return chart with { Y = LossScale(chart) };
        }

        LineChart? Curve(string title, Func<EpochRecord, double?> training, Func<EpochRecord, double?> validation)
        {
            LineSeries[] series = [.. new[] { new LineSeries("training", Points(training)) { Color = 1 }, new LineSeries("validation", Points(validation)) { Color = 2 } }
                .Where(series => series.Points.Count > 0)];
            if (series.Length == 0) return null;
            if (series.Length == 1) title = $"{title} ({series[0].Name})";
            double? marked = best is null ? null : validation(best) ?? training(best);
            return new LineChart(title, "epoch", series)
            {
                X = AxisScale.Whole,
                Marks = marked is { } y && double.IsFinite(y) ? [new ChartMark(new ChartPoint(best!.Epoch, y), $"best: {NumberText.Short(y)}")] : [],
            };
        }

        IReadOnlyList<ChartPoint> Points(Func<EpochRecord, double?> measure) =>
            [.. epochs.Where(epoch => measure(epoch) is not null).Select(epoch => new ChartPoint(epoch.Epoch, measure(epoch)!.Value))];
    }

    /// <summary>Means over equal stretches of steps, before a pale line between the least and the greatest of each.</summary>
    private static LineChart Steps(IList<StepLoss> steps)
    {
        List<ChartPoint> range = [], means = [];
        int size = (steps.Count + StepPlaces - 1) / StepPlaces;
        for (int from = 0; from < steps.Count; from += size)
        {
            StepLoss[] stretch = [.. steps.Skip(from).Take(size)];
            long step = stretch[^1].Step;
            double[] finite = [.. stretch.Select(each => each.Loss).Where(double.IsFinite)];
            bool broken = finite.Length < stretch.Length;
            means.Add(new ChartPoint(step, broken ? stretch.First(each => !double.IsFinite(each.Loss)).Loss : finite.Average()));
            if (finite.Length > 0 && size > 1) range.AddRange([new ChartPoint(step, finite.Min()), new ChartPoint(step, finite.Max())]);
        }
        LineSeries mean = new(size == 1 ? "loss" : $"mean of {size} steps", means) { Color = 1 };
        LineChart chart = new("Loss by step", "step", size == 1 ? [mean] : [new LineSeries("range", range) { Style = SeriesStyle.Faint, Color = 1 }, mean])
        {
            X = AxisScale.Whole,
        };
        return chart with { Y = LossScale(chart) };
    }

    private static AxisScale LossScale(LineChart chart)
    {
        double[] finite = [.. chart.Series.SelectMany(series => series.Points).Select(point => point.Y).Where(double.IsFinite)];
        return finite.Length > 0 && finite.Min() > 0 && finite.Max() / finite.Min() > WideRange ? AxisScale.Logarithmic : AxisScale.Linear;
    }

    private static object[]? UpdateRatios(TrainingHistory history)
    {
        string[] parameters = ParameterNames(history);
        if (parameters.Length == 0) return null;
        ChartLevel[] advised = [new ChartLevel(AdvisedUpdateRatio, "advised: 0.001")];
        LineChart byEpoch = new("By epoch", "epoch", [.. parameters.Select(parameter => new LineSeries(
            parameter,
            [.. history.Epochs.Where(epoch => epoch.UpdateRatios.ContainsKey(parameter)).Select(epoch => new ChartPoint(epoch.Epoch, epoch.UpdateRatios[parameter]))]))])
        {
            X = AxisScale.Whole,
            Y = AxisScale.Logarithmic,
            Levels = advised,
        };
        EpochRecord last = history.Epochs.Last(epoch => epoch.UpdateRatios.Count > 0);
        LineChart byDepth = new($"By depth, epoch {last.Epoch}", "parameter, from the first to the last", [new LineSeries(
            "update / weight",
            [.. parameters.Index().Where(each => last.UpdateRatios.ContainsKey(each.Item)).Select(each => new ChartPoint(each.Index + 1, last.UpdateRatios[each.Item]))])
        {
            Style = SeriesStyle.Dots,
        }])
        {
            X = AxisScale.Whole,
            Y = AxisScale.Logarithmic,
            Levels = advised,
        };
        return
        [
            Charts(byEpoch, byDepth),
            Details(
                $"Every parameter, epoch {last.Epoch}",
                Table(["", "parameter", "update / weight"], parameters.Index().Select(each => new[]
                {
                    (each.Index + 1).ToString(CultureInfo.InvariantCulture), each.Item, Short(Value(last.UpdateRatios, each.Item)),
                }))),
        ];
    }

    private static string FilterNote(FilterSnapshot filters, bool comparing)
    {
        string note = $"What {filters.Layer} looks for: {filters.Outputs} filters of {filters.Height} × {filters.Width} × {filters.Channels}; grey is zero.";
        if (comparing) note += " Each epoch has a scale of its own.";
        if (filters.Channels is not (1 or 3)) note += " Each picture is the mean over the channels.";
        if (filters.Outputs > MostFilters) note += $" The first {MostFilters} are shown.";
        return note;
    }

    private static XElement Filters(TrainingHistory history)
    {
        FilterSnapshot first = history.Filters[0], last = history.Filters[^1];
        return Element("div", (ReferenceEquals(first, last) ? [last] : new[] { last, first }).Select(snapshot => Element(
            "div",
            Element("h3", $"Epoch {snapshot.Epoch}"),
            Element("div", FilterPictures.DataUris(snapshot).Take(MostFilters).Select((uri, i) => Element(
                "img", new XAttribute("src", uri), new XAttribute("alt", $"filter {i}"), new XAttribute("title", $"filter {i}")))).Class("filters")).Class("card"))).Class("charts");
    }

    /// <summary>How strongly signals run through the network, forwards and back: they should neither die out nor grow from layer to layer.</summary>
    private static XElement? Spreads(TrainingHistory history)
    {
        string[] layers = LayerNames(history);
        LineChart[] charts = [.. new (string, Func<LayerSnapshot, Histogram?>)[]
        {
            ("Spread of activations by depth", layer => layer.Activations), ("Spread of gradients by depth", layer => layer.Gradients),
        }.Select(kind => Chart(kind.Item1, kind.Item2)).OfType<LineChart>()];
        return layers.Length < 2 || charts.Length == 0 ? null : Charts(charts);

        LineChart? Chart(string title, Func<LayerSnapshot, Histogram?> part)
        {
            LineSeries[] series = [.. history.Layers.Where(layer => part(layer) is { Finite: > 0 }).GroupBy(layer => layer.Epoch).OrderBy(epoch => epoch.Key).Select(epoch => new LineSeries(
                $"epoch {epoch.Key}",
                [.. epoch.Select(layer => new ChartPoint(Array.IndexOf(layers, layer.Layer) + 1, part(layer)!.Deviation)).OrderBy(point => point.X)]))];
            return series.Length == 0 ? null : new LineChart(title, "layer, from the first to the last", series) { X = AxisScale.Whole, Y = AxisScale.Logarithmic };
        }
    }

    private static XElement Layers(TrainingHistory history) => Element("div", LayerNames(history).Select((name, i) =>
    {
        LayerSnapshot[] snapshots = [.. history.Layers.Where(layer => layer.Layer == name)];
        return Element(
            "div",
            Element("h3", $"{i + 1}  {name}"),
            Element("div", Distribution("activations", layer => layer.Activations, "c1"), Distribution("gradients", layer => layer.Gradients, "c7")).Class("pair")).Class("card");

        XElement? Distribution(string kind, Func<LayerSnapshot, Histogram?> part, string color)
        {
            LayerSnapshot[] recorded = [.. snapshots.Where(layer => part(layer) is not null)];
            if (recorded.Length == 0) return null;
            Histogram last = part(recorded[^1])!;
            Histogram? first = recorded.Length > 1 ? part(recorded[0]) : null;
            string epochs = recorded.Length > 1 ? $"epochs {recorded[0].Epoch} and {recorded[^1].Epoch}" : $"epoch {recorded[^1].Epoch}";
            List<string> facts = [];
            if (last.Finite > 0) facts.Add($"mean {NumberText.Short(last.Mean)} ± {NumberText.Short(last.Deviation)}");
            if (last.Zeros > 0) facts.Add($"{(100 * last.ZeroShare).ToString("0.#", CultureInfo.InvariantCulture)} % zeros");
            List<string> alarms = [];
            if (last.NaNs > 0) alarms.Add($"{NumberText.Whole(last.NaNs)} NaN");
            if (last.Infinities > 0) alarms.Add($"{NumberText.Whole(last.Infinities)} infinite");
            return Element(
                "div",
                Element("div", $"{kind}, {epochs}").Class("muted"),
                Element("div", HistogramChart.ToSvg($"{kind} of {name}", last, first)).Class(color),
                Element("div", string.Join(" · ", facts)).Class("muted"),
                alarms.Count == 0 ? null : Element("div", string.Join(" · ", alarms)).Class("alarm"));
        }
    })).Class("layers");

    /// <summary>A head, and a row for each epoch.</summary>
    private static IEnumerable<IEnumerable<string>> Rows(TrainingHistory history, Func<double?, string> number, bool ratios)
    {
        List<(string Name, Func<EpochRecord, string> Cell)> columns =
        [
            ("epoch", epoch => epoch.Epoch.ToString(CultureInfo.InvariantCulture)),
            ("training loss", epoch => number(epoch.TrainingLoss)),
            ("validation loss", epoch => number(epoch.ValidationLoss)),
        ];
        foreach (string metric in MetricNames(history))
        {
            if (history.Epochs.Any(epoch => epoch.TrainingMetrics.ContainsKey(metric))) columns.Add(($"training {metric}", epoch => number(Value(epoch.TrainingMetrics, metric))));
            if (history.Epochs.Any(epoch => epoch.ValidationMetrics.ContainsKey(metric))) columns.Add(($"validation {metric}", epoch => number(Value(epoch.ValidationMetrics, metric))));
        }
        columns.AddRange(
        [
            ("learning rate", epoch => number(epoch.LearningRate)),
            ("seconds", epoch => number(epoch.Seconds)),
            ("gradient norm", epoch => number(epoch.GradientNorm)),
            ("problems", epoch => string.Join("; ", epoch.Problems)),
        ]);
        if (ratios)
        {
            columns.AddRange(ParameterNames(history).Select(parameter =>
                ($"update/weight {parameter}", (Func<EpochRecord, string>)(epoch => number(Value(epoch.UpdateRatios, parameter))))));
        }
        yield return columns.Select(column => column.Name);
        foreach (EpochRecord epoch in history.Epochs) yield return columns.Select(column => column.Cell(epoch));
    }

    /// <summary>Those of the description first, then others as they appear.</summary>
    private static string[] MetricNames(TrainingHistory history) =>
    [
        .. history.Run.Metrics.Select(metric => metric.Name)
            .Concat(history.Epochs.SelectMany(epoch => epoch.ValidationMetrics.Keys.Concat(epoch.TrainingMetrics.Keys)))
            .Distinct(),
    ];

    private static string[] ParameterNames(TrainingHistory history) => [.. history.Epochs.SelectMany(epoch => epoch.UpdateRatios.Keys).Distinct()];

    private static string[] LayerNames(TrainingHistory history) => [.. history.Layers.Select(layer => layer.Layer).Distinct()];

    private static double? Value(IReadOnlyDictionary<string, double> values, string name) => values.TryGetValue(name, out double value) ? value : null;

    private static string Short(double? value) => value is { } number ? NumberText.Short(number) : "";
}
