using System.Collections.Immutable;
using EdgeNet.Model;
using EdgeNet.Model.Format;
using EdgeNet.Runtime;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>A compressed model, and what it took.</summary>
/// <param name="Graph">The graph as it is stored.</param>
/// <param name="File">Its <c>.edgenet</c> file.</param>
/// <param name="Ledger">What each step cost.</param>
public sealed record CompressionResult(Graph Graph, byte[] File, CompressionLedger Ledger);

/// <summary>From a trained model to a small file: carries a recipe out, as often as a budget asks for.</summary>
public sealed class Compressor
{
    private const int Bisections = 8;

    /// <summary>The part of a budget that a recipe is fitted to without retraining, which may leave a little more.</summary>
    private const double Margin = 0.99;

    /// <summary>Quality of an original below this tells of a wrong card or wrong labels more often than of a poor network.</summary>
    private const double Doubtful = 0.1;

    /// <summary>Fewer pictures say little of quality.</summary>
    private const int Few = 50;

    private readonly CompressionJob _job;
    private readonly Graph _original;
    private int _attempts;
    private Quality? _searchedOriginal;

    /// <summary>Prepares it.</summary>
    /// <exception cref="CompressionException">The job makes no sense.</exception>
    public Compressor(CompressionJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        _job = job;
        if (WeightLayers.Of(job.Model).IsEmpty)
            throw new CompressionException("the model has no Float32 weights to compress: it is quantized already, or computes without any; give the float model that it was made of");
        if (job.MaxDrop is not null && job.Measure is null) throw new CompressionException("a limit to the drop needs pictures to measure it with; give some: --data DIR");
        // What normalizations scale belongs to the weights that are shared.
        _original = NormalizationFolding.Run(job.Model);
        // Told now, not when the steps before are done.
        ImmutableArray<WeightLayer> layers = WeightLayers.Of(_original);
        foreach (RecipeStep step in job.Recipe.Steps)
        {
            IEnumerable<string> named = step switch { PruneStep prune => prune.Layers.Keys, ClusterStep cluster => cluster.Layers.Keys, _ => [] };
            WeightLayers.CheckPrefixes(layers, named.Order(StringComparer.Ordinal), step is PruneStep ? "a density is given" : "bits are given");
        }
    }

    /// <summary>Sees each batch of retraining.</summary>
    public Action<RetrainingRun, TrainingProgress>? OnBatch { get; set; }

    /// <summary>Sees each step that is done.</summary>
    public Action<StageRecord>? OnStage { get; set; }

    /// <summary>Compresses.</summary>
    /// <exception cref="CompressionException">The budget is impossible, or a step is.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the work folder has what is needed to go on.</exception>
    public CompressionResult Run(CancellationToken cancellation)
    {
        var remarks = new List<string>();
        double first = _job.MaxBytes is { } most && _job.Recipe.Steps[^1] is not RateStep ? LargestScale(most, cancellation) : 1;
        (Attempt best, bool met) = BudgetSearch.Run(
            first, _job.MaxBytes, _job.MaxDrop, ScaledRecipe.IsPossible(_job.Recipe) ? BudgetSearch.MostAttempts : 1, scale => Try(scale, cancellation), remarks);
        CompressionLedger ledger = best.Result.Ledger;
        if (_job.Search is not null && best.Drop is { } drop)
        {
            remarks.Add(FormattableString.Invariant($"on the pictures that the drop was searched for on, {drop:0.00} points were lost"));
            // What the search found may have been luck.
            met &= !(Drop(ledger.Stages[0].Quality, ledger.Stages[^1].Quality) > _job.MaxDrop);
        }
        return best.Result with
        {
            Ledger = ledger with
            {
                Budget = _job.MaxBytes is null && _job.MaxDrop is null ? null : new BudgetRecord(_job.MaxBytes, _job.MaxDrop, met),
                Remarks = [.. ledger.Remarks, .. remarks],
            },
        };
    }

    private Attempt Try(double scale, CancellationToken cancellation)
    {
        Recipe recipe = ScaledRecipe.By(_job.Recipe, scale);
        var record = new RunRecord(_job.Measure, graph => StoredForm.Of(graph, recipe.Biases), OnStage);
        Retrainer retrainer = NewRetrainer(recipe, record, _job.Work?.Attempt(++_attempts));
        if (retrainer.WhyNot is { } reason) record.Remark($"nothing was retrained: {reason}");
        else if (!retrainer.CanTrain) record.Remark("nothing was retrained: there are no pictures to retrain with; give some: --data DIR");
        // What the card says counts in the file's size, too.
        Graph graph = RecipeRun.Run(_job, WithProvenance(_original, recipe), recipe, retrainer, record, cancellation);
        if (record.Stages[0].Quality is { Value: < Doubtful } poor)
            record.Remark(FormattableString.Invariant($"the original itself has {poor.Metric} of {100 * poor.Value:0.00} %: is the card the model's own, and are the labels numbered as its classes are (--label-offset)?"));
        if (_job.Measure is not null && _job.Source.Measured < Few)
            record.Remark(FormattableString.Invariant($"quality was measured on {_job.Source.Measured} pictures only: one of them is {100.0 / Math.Max(1, _job.Source.Measured):0.#} points"));
        byte[] file = ModelFile.Write(graph);
        ImmutableArray<StageRecord> stages = record.Stages;
        Quality? before = stages[0].Quality, after = stages[^1].Quality;
        var ledger = new CompressionLedger
        {
            Model = _job.Model.Card.Name ?? "model",
            Data = _job.Source,
            Recipe = recipe.Name,
            RecipeYaml = RecipeFile.ToYaml(recipe),
            Sizes = LedgerSizes.Of(_original, graph, written => ModelFile.Write(written, AllowedEncodings.HuffmanFamily)),
            Stages = stages,
            Layers = LedgerLayers.Of(_original, graph),
            Sensitivity = record.Curves,
            Retraining = record.Retraining,
            Remarks = record.Remarks,
            Promise = Promise.Of(file, recipe.Seed, after),
        };
        if (_job.Search is { } search) (before, after) = (_searchedOriginal ??= search(_job.Model), search(graph));
        return new Attempt(scale, file.LongLength, Drop(before, after), new CompressionResult(graph, file, ledger));
    }

    private static double? Drop(Quality? before, Quality? after) => 100 * (before?.Value - after?.Value);

    /// <summary>The largest bits and densities at which the recipe, without retraining, makes no more bytes.</summary>
    private double LargestScale(long most, CancellationToken cancellation)
    {
        if (DryRun(1) <= most) return 1;
        long asked = most;
        most = (long)(most * Margin);
        if (!ScaledRecipe.IsPossible(_job.Recipe)) throw TooSmall(1);
        double low = Math.Log2(1.0 / 64), high = 0;
        if (DryRun(double.Exp2(low)) > most) throw TooSmall(double.Exp2(low));
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            if (DryRun(double.Exp2(middle)) <= most) low = middle;
            else high = middle;
        }
        return double.Exp2(low);

        long DryRun(double scale)
        {
            Recipe recipe = ScaledRecipe.WithoutRetraining(ScaledRecipe.By(_job.Recipe, scale));
            var record = new RunRecord(null, graph => StoredForm.Of(graph, recipe.Biases), null);
            return ModelFile.Write(RecipeRun.Run(_job, WithProvenance(_original, recipe), recipe, NewRetrainer(recipe, record, null), record, cancellation)).LongLength;
        }

        CompressionException TooSmall(double scale) => new(FormattableString.Invariant(
            $"{asked} bytes are too few: the smallest that recipe '{_job.Recipe.Name}' makes of this model is about {DryRun(scale)}; allow more, or take another recipe"));
    }

    private Retrainer NewRetrainer(Recipe recipe, RunRecord record, string? checkpoints) => new(_original, recipe.Retraining, _job.Data, _job.Problems, recipe.Seed, _job.Threads)
    {
        CheckpointFolder = checkpoints,
        OnBatch = (run, progress) => OnBatch?.Invoke(run, progress),
        OnEpoch = (run, epoch) => record.Epoch(run.Stage, epoch.TrainingLoss ?? double.NaN),
    };

    private static Graph WithProvenance(Graph graph, Recipe recipe)
    {
        ImmutableArray<string> known = graph.Card.Provenance is { IsDefault: false } provenance ? provenance : [];
        return graph.WithCard(graph.Card with { Provenance = [.. known, FormattableString.Invariant($"compressed by edgenet compress, recipe {recipe.Name}, seed {recipe.Seed}")] });
    }
}
