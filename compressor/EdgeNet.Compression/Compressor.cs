using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>A compressed model, and what it took.</summary>
/// <param name="Graph">The graph as it is stored.</param>
/// <param name="File">Its <c>.edgenet</c> file.</param>
/// <param name="Stages">The original first, then each step.</param>
/// <param name="Retraining">Losses while it was retrained.</param>
/// <param name="Remarks">What was left alone or not done.</param>
public sealed record CompressionResult(
    Graph Graph, byte[] File, ImmutableArray<StageRecord> Stages, ImmutableArray<RetrainingRecord> Retraining, ImmutableArray<string> Remarks);

/// <summary>Carries out a recipe: from a trained model to a small file.</summary>
public sealed class Compressor
{
    private readonly CompressionJob _job;
    private readonly Retrainer _retrainer;
    private readonly Graph _original;
    private readonly List<StageRecord> _stages = [];
    private readonly List<RetrainingRecord> _retraining = [];
    private readonly List<string> _remarks = [];

    /// <summary>Prepares it.</summary>
    /// <exception cref="CompressionException">The job makes no sense.</exception>
    public Compressor(CompressionJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        _job = job;
        // What normalizations scale belongs to the weights that are shared.
        _original = NormalizationFolding.Run(job.Model);
        _retrainer = new Retrainer(_original, job.Recipe.Retraining, job.Data, job.Problems, job.Recipe.Seed, job.Threads)
        {
            CheckpointFolder = job.WorkFolder,
            OnBatch = (run, progress) => OnBatch?.Invoke(run, progress),
            OnEpoch = (run, record) =>
            {
                _retraining.Add(new RetrainingRecord(run.Stage, _retraining.Count + 1, record.TrainingLoss ?? double.NaN, null));
                OnEpoch?.Invoke(run, record);
            },
        };
        if (_retrainer.WhyNot is { } reason) _remarks.Add($"nothing is retrained: {reason}");
    }

    /// <summary>Sees each batch of retraining.</summary>
    public Action<RetrainingRun, TrainingProgress>? OnBatch { get; set; }

    /// <summary>Sees each epoch of retraining.</summary>
    public Action<RetrainingRun, EpochRecord>? OnEpoch { get; set; }

    /// <summary>Sees each step that is done.</summary>
    public Action<StageRecord>? OnStage { get; set; }

    /// <summary>Compresses.</summary>
    public CompressionResult Run(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        Graph graph = _original;
        AddStage("original", "as it was given", _job.Model, stored: _job.Model, start);
        bool pruned = false;
        foreach (RecipeStep step in _job.Recipe.Steps)
        {
            start = Stopwatch.GetTimestamp();
            switch (step)
            {
                case RateStep rate:
                    graph = RateSharing.Run(graph, rate, _retrainer, pruned, SizeOf, _job.MaxBytes, _remarks, cancellation);
                    AddStage("rate", Invariant($"shared on grids at {rate.Bits} bits, {rate.Epochs} + {rate.TuneEpochs} epochs"), graph, StoredForm.Of(graph, _job.Recipe.Biases), start);
                    break;
                case ClusterStep cluster:
                    graph = TrainedQuantization.Run(graph, cluster, _retrainer, _job.Recipe.Seed, cancellation);
                    AddStage("cluster", Invariant($"shared by k-means at {cluster.Bits} bits, {cluster.Epochs} epochs"), graph, StoredForm.Of(graph, _job.Recipe.Biases), start);
                    break;
            }
        }
        Graph result = StoredForm.Of(graph, _job.Recipe.Biases);
        return new CompressionResult(result, ModelFile.Write(result), [.. _stages], [.. _retraining], [.. _remarks]);
    }

    private long SizeOf(Graph graph) => ModelFile.Write(StoredForm.Of(graph, _job.Recipe.Biases)).Length;

    private void AddStage(string name, string what, Graph graph, Graph stored, long start)
    {
        WeightLayer[] layers = [.. WeightLayers.Of(graph)];
        long weights = layers.Sum(layer => (long)layer.Shape.ElementCount), zeros = layers.Sum(layer => (long)layer.Constant.CountZeros());
        Quality? quality = _job.Measure?.Invoke(stored);
        var record = new StageRecord(
            name, what, ModelFile.Write(stored).Length, weights - zeros, weights, graph.Nodes.Sum(node => node.MultiplyAdds), quality, quality?.Agreement, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _stages.Add(record);
        OnStage?.Invoke(record);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
