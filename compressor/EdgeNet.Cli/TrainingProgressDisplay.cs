using System.Globalization;
using EdgeNet.Training;

namespace EdgeNet.Cli;

/// <summary>A training run as it goes: one live line on a terminal, and one line for each epoch anywhere.</summary>
internal sealed class TrainingProgressDisplay
{
    private readonly TextWriter _error;
    private readonly Trainer _trainer;
    private readonly int _epochs, _batches, _samples;
    private readonly string _metric;
    private readonly bool _live;
    private readonly SmoothedValue _loss = new(0.95);
    private ProgressEstimate? _estimate;

    public TrainingProgressDisplay(TextWriter error, Trainer trainer, int epochs, int batches, int samples, string metric)
    {
        (_error, _trainer, _epochs, _batches, _samples, _metric) = (error, trainer, epochs, batches, samples, metric);
        _live = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
        trainer.OnBatch = Batch;
        trainer.OnEpoch = Epoch;
    }

    /// <summary>Starts the clock.</summary>
    public void Begin() => _estimate = new ProgressEstimate(TimeProvider.System, _epochs, _batches, _trainer.History.Epochs.Count);

    /// <summary>Leaves the terminal tidy.</summary>
    public void End()
    {
        if (_live) _error.Write("\r\e[K");
        if (!_trainer.KeepsBest || _trainer.History.Epochs.Count == 0) return;
        _error.WriteLine(_trainer.BestEpoch > 0 ? $"best epoch {_trainer.BestEpoch}" : "no epoch did better than the weights before, which are kept");
    }

    private void Batch(TrainingProgress progress)
    {
        _loss.Add(progress.Loss);
        _estimate!.BatchDone(_samples);
        if (!_live) return;
        var line = new ProgressLine
        {
            Epoch = progress.Epoch + 1,
            Epochs = _epochs,
            Batch = progress.Batch,
            Batches = _batches,
            Loss = _loss.Value,
            SamplesPerSecond = _estimate.SamplesPerSecond,
            EpochLeft = _estimate.EpochLeft,
            RunLeft = _estimate.RunLeft,
        };
        _error.Write($"\r{line.ToText(Math.Max(20, Console.WindowWidth - 1))}\e[K");
    }

    private void Epoch(EpochRecord record)
    {
        _estimate!.EpochDone();
        if (_live) _error.Write("\r\e[K");
        string Figures(double? loss, IReadOnlyDictionary<string, double> metrics) => loss is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"loss {loss:0.0000}{(metrics.TryGetValue(_metric, out double metric) ? $", {_metric} {metric.ToString("0.0000", CultureInfo.InvariantCulture)}" : "")}");
        string validation = record.ValidationLoss is null ? "" : $"; validation {Figures(record.ValidationLoss, record.ValidationMetrics)}";
        _error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"epoch {record.Epoch}/{_epochs}: {Figures(record.TrainingLoss, record.TrainingMetrics)}{validation}; rate {record.LearningRate:0.0e+0}, {record.Seconds:0.0} s"));
    }
}
