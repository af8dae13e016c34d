using System.Globalization;

namespace EdgeNet.Training;

/// <summary>Where a run is: the numbers of one line on a terminal.</summary>
public sealed record ProgressLine
{
    /// <summary>The epoch that runs, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs of the run.</summary>
    public required int Epochs { get; init; }

    /// <summary>Batches done in this epoch.</summary>
    public required int Batch { get; init; }

    /// <summary>Batches of an epoch.</summary>
    public required int Batches { get; init; }

    /// <summary>Loss, smoothed.</summary>
    public required double Loss { get; init; }

    /// <summary>A metric and its value, if one is measured while training.</summary>
    public (string Name, double Value)? Metric { get; init; }

    /// <summary>Samples a second; NaN if not known yet.</summary>
    public double SamplesPerSecond { get; init; } = double.NaN;

    /// <summary>Time left for this epoch; null if not known yet.</summary>
    public TimeSpan? EpochLeft { get; init; }

    /// <summary>Time left for the whole run; null if not known yet.</summary>
    public TimeSpan? RunLeft { get; init; }

    /// <summary>
    /// The line, such as <c>epoch  3/40 | batch 120/391 | loss 0.8312 | accuracy 0.7120 | 1240/s | 0:12 left, 7:40 in all</c>. Numbers
    /// keep their places from one batch to the next. It never holds a line break or another control character.
    /// </summary>
    /// <param name="width">Columns of the terminal: what does not fit is left out, the least important first.</param>
    public string ToText(int width = int.MaxValue)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string epoch = string.Create(culture, $"epoch {Padded(Epoch, Epochs)}/{Epochs}");
        string batch = string.Create(culture, $"batch {Padded(Batch, Batches)}/{Batches}");
        string loss = $"loss {NumberText.Fixed(Loss)}";
        string metric = Metric is { } measured ? $"{Printable(measured.Name)} {NumberText.Fixed(measured.Value)}" : "";
        string rate = double.IsNaN(SamplesPerSecond) ? "" : $"{NumberText.Short(SamplesPerSecond)}/s";
        string epochLeft = EpochLeft is { } left ? $"{Clock(left)} left" : "";
        string runLeft = RunLeft is { } all ? $"{Clock(all)} in all" : "";

        // From the most to the least important.
        List<string> chosen = [];
        foreach (string part in new[] { epoch, loss, batch, runLeft, metric, epochLeft, rate })
        {
            if (part.Length > 0 && Line([.. chosen, part]).Length <= width) chosen.Add(part);
        }
        return Line(chosen);

        string Line(List<string> parts) => string.Join(" | ", new[] { epoch, batch, loss, metric, rate, epochLeft, runLeft }.Where(part => part.Length > 0 && parts.Contains(part)));
    }

    private static string Padded(int number, int greatest) =>
        number.ToString(CultureInfo.InvariantCulture).PadLeft(greatest.ToString(CultureInfo.InvariantCulture).Length);

    private static string Printable(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character));

    /// <summary>0:07, 12:30, 3:05:00, 2 d 04:10.</summary>
    public static string Clock(TimeSpan time)
    {
        long seconds = (long)Math.Round(Math.Max(0, time.TotalSeconds));
        (long days, long hours, long minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
        CultureInfo culture = CultureInfo.InvariantCulture;
        return days > 0 ? string.Create(culture, $"{days} d {hours:00}:{minutes:00}")
            : hours > 0 ? string.Create(culture, $"{hours}:{minutes:00}:{seconds % 60:00}")
            : string.Create(culture, $"{minutes}:{seconds % 60:00}");
    }
}
