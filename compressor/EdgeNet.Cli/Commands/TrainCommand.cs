using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Cli.Commands;

/// <summary><c>edgenet train</c>: a built-in architecture from nothing, or any model that trains on.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        Command command = new("train", "Train a network: an architecture from nothing, or a model that learns on.");
        TrainOptions options = TrainOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, options, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, TrainOptions options, CancellationToken cancellation)
    {
        int seed = parsed.GetValue(options.Seed), threads = parsed.GetValue(options.Threads), batch = parsed.GetValue(options.Batch);
        string[] targets = parsed.GetRequiredValue(options.Output);
        CheckPlaces(targets, [parsed.GetValue(options.Report), parsed.GetValue(options.Checkpoint)]);
        TextWriter error = parsed.InvocationConfiguration.Error;
        var problems = new DataProblems();
        TrainingSets sets = TrainingSets.Open(
            parsed.GetRequiredValue(options.Data), parsed.GetValue(options.Also)!, parsed.GetValue(options.Repeat), parsed.GetValue(options.Validation), parsed.GetValue(options.Test), parsed.GetResult(options.HoldOut) is { Implicit: false } ? parsed.GetValue(options.HoldOut) : null,
            (long)parsed.GetValue(options.Cache) << 20, problems);
        (Graph whole, IReadOnlyDictionary<string, float> dropout) = Start(parsed, options, sets);
        Graph graph = Logits.Of(whole);
        string[] frozen = parsed.GetValue(options.Freeze)!;
        var network = new Network<float>(graph, new NetworkOptions
        {
            Batch = batch,
            Threads = threads,
            Dropout = dropout,
            Frozen = frozen.Length == 0 ? null : name => frozen.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)),
        });
        if (!network.Parameters.Any(parameter => parameter.Trains)) throw new UsageException("nothing is left to train: --freeze covers all parameters, or the model has none");
        bool detector = IsDetector(whole);
        // Pictures whose names begin with the number of their class do not say how many classes there are.
        int classes = sets.Training.Classes.Count > 0 ? sets.Training.Classes.Count : graph.Outputs[0].Value.Type.Shape[^1];
        Objective objective = detector ? Detection(network, whole) : new ClassificationObjective(NamedLosses.Parse<float>(parsed.GetRequiredValue(options.Loss)), classes);
        Preprocessing preprocessing = whole.Card.Preprocessing ?? throw new UsageException("the model has no card that says how a picture becomes its input; give it one: --card card.json");
        (int height, int width) = InputSize(graph.Inputs[0].Type.Shape, preprocessing.Layout);
        var settings = new BatchSettings(batch, width, height, preprocessing)
        {
            Seed = seed,
            ClassCount = classes,
        };
        string augment = parsed.GetRequiredValue(options.Augment);
        IReadOnlyList<ObjectCutout> objects = augment.Split(',', ':', '@').Any(word => word.Trim() == "paste") ? ObjectCutout.From(sets.Training) : [];
        IReadOnlyList<IAugmentation> augmentations = AugmentationList.Parse(augment, width, height, problems, objects);
        var training = new BatchLoader(sets.Training, settings with { Augmentations = augmentations }, problems);
        BatchLoader? validation = sets.Validation is null ? null : new BatchLoader(sets.Validation, settings with { KeepIncomplete = true }, problems);
        TrainingPlan plan = Plan(parsed, options);
        var run = new RunDescription
        {
            Model = whole.Card.Name ?? "model",
            Data = parsed.GetRequiredValue(options.Data),
            TrainingSamples = sets.Training.Count,
            ValidationSamples = sets.Validation?.Count ?? 0,
            Epochs = plan.Epochs,
            Parameters = network.Parameters.Where(parameter => parameter.Trains && !parameter.IsStatistic).Sum(parameter => (long)parameter.Shape.ElementCount),
            Seed = seed,
            Settings = Settings(parsed, options),
            Metrics = [new MetricDescription(objective.Metric)],
        };
        var trainer = new Trainer(network, objective, plan, training, validation, run, threads);
        var progress = new TrainingProgressDisplay(error, trainer, plan.Epochs, training.BatchesPerEpoch, batch, objective.Metric);
        error.WriteLine($"{run.Model}: {run.Parameters} parameters; {run.Data}: {run.TrainingSamples} pictures to train with, {run.ValidationSamples} to choose by, {sets.Test?.Count ?? 0} to test with");
        bool resumed = trainer.Resume();
        if (resumed) error.WriteLine($"going on from {plan.CheckpointPath}: {trainer.History.Epochs.Count} epochs are done");
        BatchLoader? test = sets.Test is null ? null : new BatchLoader(sets.Test, settings with { KeepIncomplete = true }, problems);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(options.Model) is not null && !resumed) Measure("before: ");
        progress.Begin();
        try
        {
            trainer.Run(cancellation);
        }
        finally
        {
            progress.End();
            foreach (DataProblem problem in problems.All.Where(problem => !problem.Fatal)) error.WriteLine($"{problem.Source}: skipped: {problem.What}");
        }

        Measure("");
        Graph trained = Shipped(network.ToGraph(whole), isNew: parsed.GetValue(options.Model) is null, run);
        foreach (string target in targets)
        {
            if (Path.GetExtension(target).Equals(".onnx", StringComparison.OrdinalIgnoreCase)) OnnxWriter.Save(target, trained);
            else ModelFile.Save(target, trained);
            error.WriteLine($"{target}: {new FileInfo(target).Length} bytes");
        }
        if (parsed.GetValue(options.Report) is { } report)
        {
            TrainingReport.WriteHtml(trainer.History, report);
            TrainingReport.WriteCsv(trainer.History, Path.ChangeExtension(report, ".csv"));
        }
        return ExitCode.Success;

        void Measure(string when)
        {
            if (validation is not null) Print($"{when}validation", trainer.Evaluate(validation), sets.Validation!.Count);
            if (test is not null) Print($"{when}test", trainer.Evaluate(test), sets.Test!.Count);
        }

        void Print(string name, Evaluation figures, int count) => output.WriteLine(
            $"{name,-10} {string.Join(", ", figures.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.0000}")))}, loss {figures.Loss.ToString("0.0000", CultureInfo.InvariantCulture)} ({count} pictures)");
    }

    /// <summary>Better told now than when the training is done.</summary>
    private static void CheckPlaces(string[] targets, string?[] others)
    {
        foreach (string target in targets)
        {
            if (Path.GetExtension(target).ToUpperInvariant() is not (".ONNX" or ".EDGENET")) throw new UsageException($"--output {target}: expected a name that ends in .onnx or .edgenet");
        }
        foreach (string? file in (string?[])[.. targets, .. others])
        {
            if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder)) throw new DirectoryNotFoundException($"{file}: there is no folder {folder}; make it first");
            if (Directory.Exists(file)) throw new IOException($"{file}: is a folder; expected the name of a file");
        }
    }

    private static TrainingPlan Plan(ParseResult parsed, TrainOptions options) => new()
    {
        Epochs = parsed.GetValue(options.Epochs),
        Optimizer = Optimizer.Parse(parsed.GetRequiredValue(options.Optimizer)),
        Schedule = Schedule.Parse(parsed.GetRequiredValue(options.Schedule), parsed.GetValue(options.Rate), parsed.GetValue(options.WarmUp)),
        WeightDecay = (float)parsed.GetValue(options.Decay),
        L1 = (float)parsed.GetValue(options.L1),
        ClipNorm = (float)parsed.GetValue(options.Clip),
        ClipValue = (float)parsed.GetValue(options.ClipValue),
        Patience = parsed.GetValue(options.Patience) ?? 0,
        KeepsBest = parsed.GetRequiredValue(options.Keep) == "best",
        Seed = parsed.GetValue(options.Seed),
        CheckpointPath = parsed.GetValue(options.Checkpoint),
        HistogramEvery = parsed.GetValue(options.Report) is null ? 0 : Math.Max(1, parsed.GetValue(options.Epochs) / 5),
    };

    /// <summary>The network before training, with what training drops out.</summary>
    private static (Graph Graph, IReadOnlyDictionary<string, float> Dropout) Start(ParseResult parsed, TrainOptions options, TrainingSets sets)
    {
        string? path = parsed.GetValue(options.Model), name = parsed.GetValue(options.Architecture);
        if (path is null == name is null) throw new UsageException("give either a MODEL to go on from or --architecture to start from nothing");
        int seed = parsed.GetValue(options.Seed);
        IReadOnlyList<string> classes = sets.Training.Classes;
        if (path is not null)
        {
            Graph graph = ModelSource.Load(path);
            if (parsed.GetValue(options.Card) is { } card) graph = graph.WithCard(ModelCardFile.Load(card));
            RequireKind(path, IsDetector(graph));
            if (graph.Outputs.FirstOrDefault(output => output.Name is "class_logits" or "scores") is { } scores && IsDetector(graph) && scores.Value.Type.Shape[^1] <= classes.Count)
                throw new UsageException($"{path} finds {scores.Value.Type.Shape[^1] - 1} classes, the data has {classes.Count}; train an architecture from nothing, or leave classes out");
            if (IsDetector(graph) || classes.Count == 0 || graph.Outputs is not [var only] || only.Value.Type.Shape[^1] == classes.Count) return (graph, new Dictionary<string, float>());
            parsed.InvocationConfiguration.Error.WriteLine($"{path} knows {only.Value.Type.Shape[^1]} classes, the data has {classes.Count}: its last layer starts anew");
            return (graph.ReplaceClassifier(classes.Count, [.. classes], seed), new Dictionary<string, float>());
        }
        if (classes.Count == 0) throw new UsageException($"{parsed.GetValue(options.Data)} does not name its classes; to start from nothing, put the pictures into a folder for each class");
        Architecture architecture = Architecture.Named(name!);
        bool detector = architecture.Name.StartsWith("ssd", StringComparison.Ordinal);
        RequireKind(name!, detector);
        ArchitectureSettings settings = architecture.Defaults with
        {
            Classes = classes.Count + (detector ? 1 : 0),
            Labels = detector ? ["background", .. classes] : [.. classes],
            Seed = seed,
        };
        // What is not given stays the architecture's own.
        if (parsed.GetResult(options.Width) is { Implicit: false }) settings = settings with { WidthMultiplier = (float)parsed.GetValue(options.Width) };
        if (parsed.GetValue(options.Dropout) is >= 0 and var dropout) settings = settings with { Dropout = (float)dropout };
        if (parsed.GetValue(options.Input) is { } size)
        {
            string[] sides = size.Split('x');
            if (sides.Length != 2 || !int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) || !int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height))
                throw new UsageException($"--input {size}: expected WIDTHxHEIGHT, such as 320x240");
            settings = settings with { Width = width, Height = height };
        }
        if (parsed.GetValue(options.Priors) is { } priors) settings = settings with { Priors = PriorsOf(priors, settings.Priors) };
        UntrainedNetwork untrained = architecture.Build(settings);
        return (untrained.Graph, untrained.Dropout);

        void RequireKind(string network, bool finds)
        {
            bool has = sets.HasBoxes();
            if (finds != has) throw new UsageException($"{network} finds {(finds ? "boxes" : "classes")}, {parsed.GetValue(options.Data)} has {(has ? "boxes" : "classes")}");
        }
    }

    private static PriorSettings PriorsOf(string text, PriorSettings settings)
    {
        string[] parts = text.Split(':');
        float[] numbers = [.. parts.SelectMany(part => part.Split(',')).Select(number => float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value > 0 ? value : float.NaN)];
        if (parts.Length != 3 || parts[0].Contains(',') || parts[1].Contains(',') || numbers.Any(float.IsNaN))
            throw new UsageException($"--priors {text}: expected LOW:HIGH:RATIOS, such as 0.2:0.95:0.33,0.41,0.5");
        return settings with { MinScale = numbers[0], MaxScale = numbers[1], AspectRatios = numbers[2..].ToValueList(), FewerInFirstMap = false };
    }

    private static bool IsDetector(Graph graph) => graph.Outputs.Any(output => output.Name == "class_logits") || graph.Card.Detector is not null;

    /// <summary>A detector that scores classes by sigmoids learns them by focal loss.</summary>
    private static DetectionObjective Detection(Network<float> network, Graph whole)
    {
        bool sigmoids = whole.Card.Detector is { Scores: [var scores] } && whole.Outputs.FirstOrDefault(output => output.Name == scores)?.Value.Producer?.Op is Sigmoid;
        return new DetectionObjective(network, whole.Card.Detector, new MultiboxSettings { Focal = sigmoids ? new FocalSettings() : null });
    }

    private static (int Height, int Width) InputSize(Shape shape, ImageLayout layout) => layout == ImageLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);

    /// <summary>What goes to the user: an architecture with probabilities, a model with what it had behind its logits; and with a word on where it comes from.</summary>
    private static Graph Shipped(Graph trained, bool isNew, RunDescription run)
    {
        if (isNew) trained = IsDetector(trained) ? trained.WithScores(ScoreFunction.Softmax) : trained.WithSoftmax();
        ImmutableArray<string> known = trained.Card.Provenance is { IsDefault: false } provenance ? provenance : [];
        return trained.WithCard(trained.Card with { Provenance = [.. known, string.Create(CultureInfo.InvariantCulture, $"trained by edgenet train on {run.TrainingSamples} pictures, {run.Epochs} epochs, seed {run.Seed}")] });
    }

    private static List<RunSetting> Settings(ParseResult parsed, TrainOptions options)
    {
        var settings = new List<RunSetting>();
        foreach (Option option in options.Described)
        {
            object? value = option switch
            {
                Option<int> number => parsed.GetValue(number),
                Option<double> number => parsed.GetValue(number),
                Option<string[]> list => string.Join(", ", parsed.GetValue(list)!),
                Option<string> text => parsed.GetValue(text),
                _ => null,
            };
            settings.Add(new RunSetting(option.Name.TrimStart('-'), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }
        return settings;
    }
}
