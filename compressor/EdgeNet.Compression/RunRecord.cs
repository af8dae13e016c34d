using System.Collections.Immutable;
using System.Diagnostics;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What is written down while a recipe is carried out.</summary>
internal sealed class RunRecord(QualityMeasure? measure, Func<Graph, Graph> stored, Action<StageRecord>? onStage)
{
    private readonly List<StageRecord> _stages = [];
    private readonly List<RetrainingRecord> _retraining = [];
    private int _epochsBefore;
    private readonly List<string> _remarks = [];
    private readonly List<SensitivityCurve> _curves = [];

    /// <summary>Stages so far.</summary>
    public ImmutableArray<StageRecord> Stages => [.. _stages];

    /// <summary>Epochs so far.</summary>
    public ImmutableArray<RetrainingRecord> Retraining => [.. _retraining];

    /// <summary>Remarks so far.</summary>
    public ImmutableArray<string> Remarks => [.. _remarks];

    /// <summary>Curves so far.</summary>
    public ImmutableArray<SensitivityCurve> Curves => [.. _curves];

    /// <summary>Something to say; once.</summary>
    public void Remark(string remark)
    {
        if (!_remarks.Contains(remark)) _remarks.Add(remark);
    }

    /// <summary>Curves of a scan.</summary>
    public void Sensitivity(IEnumerable<SensitivityCurve> curves) => _curves.AddRange(curves);

    /// <summary>An epoch of retraining.</summary>
    public void Epoch(string stage, double loss) => _retraining.Add(new RetrainingRecord(stage, _retraining.Count + 1, loss, null));

    /// <summary>A step, or a round of one, is done: the graph is measured as it would be stored.</summary>
    public void Stage(string name, string what, Graph graph, long begin, bool asGiven = false)
    {
        Graph file = asGiven ? graph : stored(graph);
        Quality? quality = measure?.Invoke(file);
        GraphCounts counts = GraphCounts.Of(graph);
        var record = new StageRecord(
            name, what, ModelFile.Write(file).Length, counts.NonZero, counts.Parameters, counts.Macs, quality, quality?.Agreement, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        // What a step without retraining gave is no epoch's.
        if (quality is not null && _retraining.Count > _epochsBefore) _retraining[^1] = _retraining[^1] with { Quality = quality.Value };
        _epochsBefore = _retraining.Count;
        _stages.Add(record);
        onStage?.Invoke(record);
    }
}
