using System.Diagnostics;
using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Training;

namespace EdgeNet.Cli;

/// <summary>A compression as it goes: one live line on a terminal, and one line for each step anywhere.</summary>
internal sealed class CompressionProgressDisplay(TextWriter error)
{
    private readonly bool _live = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly SmoothedValue _loss = new(0.95);
    private RetrainingRun? _run;
    private long _start, _before;

    /// <summary>A batch of retraining is done.</summary>
    public void Batch(RetrainingRun run, TrainingProgress progress)
    {
        long done = ((long)progress.Epoch * progress.BatchesPerEpoch) + progress.Batch, all = (long)run.Epochs * progress.BatchesPerEpoch;
        if (run != _run) (_run, _start, _before) = (run, Stopwatch.GetTimestamp(), done);
        _loss.Add(progress.Loss);
        if (!_live) return;
        var line = new ProgressLine
        {
            Epoch = progress.Epoch + 1,
            Epochs = run.Epochs,
            Batch = progress.Batch,
            Batches = progress.BatchesPerEpoch,
            Loss = _loss.Value,
            RunLeft = done > _before ? Stopwatch.GetElapsedTime(_start) * ((double)(all - done) / (done - _before)) : null,
        };
        error.Write($"\r{run.Stage}: {line.ToText(Math.Max(20, Console.WindowWidth - 3 - run.Stage.Length))}\e[K");
    }

    /// <summary>A step is done.</summary>
    public void Stage(StageRecord stage)
    {
        if (_live) error.Write("\r\e[K");
        string quality = stage.Quality is { } measured ? string.Create(CultureInfo.InvariantCulture, $", {measured.Metric} {100 * measured.Value:0.00} %") : "";
        string agreement = stage.Agreement is { } same && stage.Quality?.Metric != PictureQuality.Agreement ? string.Create(CultureInfo.InvariantCulture, $" (agrees {100 * same:0.00} %)") : "";
        error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Bytes} bytes{quality}{agreement}, {stage.Seconds:0} s: {stage.What}"));
    }
}
