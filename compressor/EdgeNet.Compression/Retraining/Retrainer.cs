using System.Globalization;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>What a network is retrained with: pictures, and how they become its input.</summary>
/// <param name="Pictures">Labelled or not.</param>
/// <param name="Width">Of the input, in pixels.</param>
/// <param name="Height">Of the input, in pixels.</param>
/// <param name="Augmentations">Random changes, in order.</param>
public sealed record RetrainingData(IExampleSource Pictures, int Width, int Height, IReadOnlyList<IAugmentation> Augmentations);

/// <summary>How long and how fast one retraining goes.</summary>
/// <param name="Stage">What it is part of, for reports and the names of checkpoints.</param>
/// <param name="Epochs">Passes over the pictures.</param>
/// <param name="Rate">The learning rate at the beginning; it falls as half a cosine.</param>
public sealed record RetrainingRun(string Stage, int Epochs, double Rate);

/// <summary>Teaches a network that was pruned, shared or quantized what the original says.</summary>
public sealed class Retrainer
{
    private readonly Graph _original;
    private readonly RetrainingSettings _settings;
    private readonly BatchLoader? _loader, _plain;
    private readonly int _batch, _threads, _seed;
    private int _runs;

    /// <summary>Prepares it.</summary>
    /// <param name="original">The teacher.</param>
    /// <param name="settings">What the student learns from.</param>
    /// <param name="data">What with; null where there are no pictures: then nothing is retrained.</param>
    /// <param name="problems">Where bad pictures are noted.</param>
    /// <param name="seed">All randomness comes from it.</param>
    /// <param name="threads">Threads to use; results do not depend on it.</param>
    /// <exception cref="CompressionException">The model's card does not say how a picture becomes its input.</exception>
    public Retrainer(Graph original, RetrainingSettings settings, RetrainingData? data, DataProblems problems, int seed, int threads)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(settings);
        (_original, _settings, _seed, _threads) = (original, settings, seed, threads);
        Hints = settings.Hints > 0 ? DistillationTarget.HintsOf(original) : [];
        if (data is null) return;
        Preprocessing preprocessing = original.Card.Preprocessing
            ?? throw new CompressionException("the model has no card that says how a picture becomes its input; give it one: --card card.json");
        _batch = Math.Min(settings.Batch, data.Pictures.Count);
        _loader = new BatchLoader(data.Pictures, new BatchSettings(_batch, data.Width, data.Height, preprocessing)
        {
            Seed = seed,
            Augmentations = data.Augmentations,
            ClassCount = int.MaxValue,
        }, problems);
        _plain = new BatchLoader(data.Pictures, new BatchSettings(1, data.Width, data.Height, preprocessing) { Seed = seed, KeepIncomplete = true, ClassCount = int.MaxValue }, problems);
        WhyNot = Trainable(original);
    }

    /// <summary>Whether networks learn here.</summary>
    public bool CanTrain => _loader is not null && WhyNot is null;

    /// <summary>Why the network cannot be trained; null if it can.</summary>
    public string? WhyNot { get; }

    /// <summary>For the record of a step: how long it was retrained, in its parts.</summary>
    internal string InWords(params ReadOnlySpan<int> epochs)
    {
        if (!CanTrain || epochs.IndexOfAnyExcept(0) < 0) return "not retrained";
        string text = string.Join(" + ", epochs.ToArray().Where(count => count > 0).Select(count => count.ToString(CultureInfo.InvariantCulture)));
        return text == "1" ? "1 epoch" : $"{text} epochs";
    }

    /// <summary>Nodes whose outputs are compared with the original's, where the student has them in the same shape.</summary>
    internal IReadOnlyList<string> Hints { get; }

    /// <summary>Sees each batch that is done.</summary>
    public Action<RetrainingRun, TrainingProgress>? OnBatch { get; set; }

    /// <summary>Sees each epoch that is done, those before a checkpoint first.</summary>
    public Action<RetrainingRun, EpochRecord>? OnEpoch { get; set; }

    /// <summary>Where states of runs are kept, so that one that was killed can go on; null for nowhere.</summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>Retrains a network.</summary>
    /// <param name="graph">The network as it is; with the original's outputs.</param>
    /// <param name="run">How long.</param>
    /// <param name="constrain">What its weights hold to.</param>
    /// <param name="cancellation">Stops it; a checkpoint is written.</param>
    /// <returns>The network after it.</returns>
    public Graph Run(Graph graph, RetrainingRun run, Func<Network<float>, IWeightConstraint?> constrain, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(constrain);
        int number = _runs++;
        if (!CanTrain || run.Epochs <= 0) return graph;
        (DistillationTarget target, Network<float> teacher, Network<float> student) = Prepare(graph);
        var plan = new TrainingPlan
        {
            Epochs = run.Epochs,
            Optimizer = Optimizer.Parse(_settings.Optimizer),
            Schedule = Schedule.Parse("cosine:0.02", run.Rate),
            KeepsBest = false,
            Seed = _seed,
            ClipNorm = 5,
            CheckpointInterval = TimeSpan.FromSeconds(30),
            CheckpointsEachEpoch = false,
            CheckpointPath = CheckpointFolder is null ? null : Path.Combine(CheckpointFolder, $"{number:00}-{run.Stage}.checkpoint"),
        };
        var description = new RunDescription
        {
            Model = graph.Card.Name ?? "model",
            Data = "",
            TrainingSamples = _loader!.BatchesPerEpoch * _batch,
            Epochs = run.Epochs,
            Seed = _seed,
        };
        var trainer = new Trainer(student, new DistillationObjective(teacher, target, _settings), plan, _loader, null, description)
        {
            Constraint = constrain(student),
            OnBatch = progress => OnBatch?.Invoke(run, progress),
            OnEpoch = record => OnEpoch?.Invoke(run, record),
        };
        if (trainer.Resume())
        {
            foreach (EpochRecord epoch in trainer.History.Epochs) OnEpoch?.Invoke(run, epoch);
        }
        trainer.Run(cancellation);
        return student.ToGraph(graph);
    }

    /// <summary>How far a network's answers are from the original's, on a part of the pictures that is always the same.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="batches">Batches to look at.</param>
    public double Loss(Graph graph, int batches = 4)
    {
        (DistillationTarget target, Network<float> teacher, Network<float> student) = Prepare(graph);
        var objective = new DistillationObjective(teacher, target, _settings);
        foreach (Batch batch in Batches(batches))
        {
            batch.Input.CopyTo(student.Input());
            student.Forward();
            objective.Count(student, batch);
        }
        return objective.Total().Loss;
    }

    /// <summary>Pictures as the network's input, unchanged: to calibrate with.</summary>
    /// <param name="count">The most of them, spread over the set.</param>
    public IReadOnlyList<float[][]> Examples(int count)
    {
        if (_plain is null) return [];
        int length = _original.Inputs[0].Type.Shape.ElementCount, all = _plain.BatchesPerEpoch;
        var examples = new List<float[][]>();
        foreach (Batch batch in _plain.Epoch(0, shuffle: true).Take(Math.Min(count, all)))
        {
            if (batch.Count == 1) examples.Add([batch.Input.AsSpan(0, length).ToArray()]);
        }
        return examples;
    }

    /// <summary>How much each layer matters: see <see cref="FisherInformation"/>.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="batches">Batches of pictures to look at.</param>
    internal IReadOnlyDictionary<Constant, LayerInformation> Information(Graph graph, int batches = 8)
    {
        // Nothing known: errors count in proportion to what a channel's weights are.
        if (!CanTrain) return WeightLayers.Of(graph).ToDictionary(layer => layer.Constant, InProportion);
        (DistillationTarget target, _, Network<float> student) = Prepare(graph);
        return FisherInformation.Of(student, target, Batches(batches), _settings.Temperature, _seed);
    }

    private (DistillationTarget Target, Network<float> Teacher, Network<float> Student) Prepare(Graph graph)
    {
        Dictionary<string, Node> own = graph.Nodes.DistinctBy(node => node.Name).ToDictionary(node => node.Name), theirs = _original.Nodes.DistinctBy(node => node.Name).ToDictionary(node => node.Name);
        string[] hints = [.. Hints.Where(hint => own.TryGetValue(hint, out Node? node) && theirs.TryGetValue(hint, out Node? other) && node.Output.Type.Equals(other.Output.Type))];
        DistillationTarget taught = DistillationTarget.Of(_original, hints), target = DistillationTarget.Of(graph, hints);
        var teacher = new Network<float>(taught.Graph, new NetworkOptions { Batch = _batch, Threads = _threads, Frozen = _ => true });
        var student = new Network<float>(target.Graph, new NetworkOptions { Batch = _batch, Threads = _threads, KeepsStatistics = true });
        return (target, teacher, student);
    }

    private static LayerInformation InProportion(WeightLayer layer)
    {
        float[] values = layer.Constant.ToArray<float>();
        int channels = layer.Shape[layer.OutputAxis], inner = layer.Shape.Product(layer.OutputAxis + 1, layer.Shape.Rank);
        double[] squares = new double[channels];
        for (int i = 0; i < values.Length; i++) squares[i / inner % channels] += (double)values[i] * values[i] * channels / values.Length;
        double mean = Math.Max(1e-30, squares.Average());
        return new LayerInformation(1 / mean, Array.ConvertAll(squares, square => 1 / Math.Max(square, mean * 1e-6)));
    }

    private IEnumerable<Batch> Batches(int count)
    {
        for (int epoch = 0; count > 0; epoch++)
        {
            foreach (Batch batch in _loader!.Epoch(epoch, shuffle: true))
            {
                yield return batch;
                if (--count == 0) yield break;
            }
        }
    }

    private string? Trainable(Graph graph)
    {
        try
        {
            _ = new Network<float>(DistillationTarget.Of(graph, []).Graph, new NetworkOptions { Threads = _threads });
            return null;
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }
}
