using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Prediction;
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
        int seed = parsed.GetValue(options.Seed);
        string[] targets = parsed.GetRequiredValue(options.Output);
        if (parsed.GetValue(options.Report) is { } page && !page.EndsWith(".html", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"--report {page}: expected a name that ends in .html");
        CheckPlaces(targets, [parsed.GetValue(options.Report), parsed.GetValue(options.Checkpoint)]);
        TextWriter error = parsed.InvocationConfiguration.Error;
        var problems = new DataProblems();
        TrainingSets sets = TrainingSets.Open(
            parsed.GetRequiredValue(options.Data), parsed.GetValue(options.Also)!, parsed.GetValue(options.Repeat), parsed.GetValue(options.Validation), parsed.GetValue(options.Test), parsed.GetResult(options.HoldOut) is { Implicit: false } ? parsed.GetValue(options.HoldOut) : null,
            (long)parsed.GetValue(options.Cache) << 20, problems);
        (Graph whole, IReadOnlyDictionary<string, float> dropout, sets) = Start(parsed, options, sets);
        PictureModel.CheckCard(whole);
        Graph graph = Logits.Of(whole);
        string[] frozen = parsed.GetValue(options.Freeze)!;
        int batch = Math.Min(parsed.GetValue(options.Batch), parsed.GetResult(options.Batch) is { Implicit: false } ? int.MaxValue : Math.Max(1, sets.Training.Count));
        var network = new Network<float>(graph, new NetworkOptions
        {
            Batch = batch,
            Threads = parsed.GetValue(options.Threads),
            Dropout = dropout,
            KeepsStatistics = parsed.GetValue(options.KeepStatistics),
            Frozen = frozen.Length == 0 ? null : name => frozen.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)),
        });
        if (Array.Find(frozen, prefix => !network.Parameters.Any(parameter => parameter.Name.StartsWith(prefix, StringComparison.Ordinal))) is { } unknown)
            throw new UsageException($"--freeze {unknown}: no parameter's name begins so; the first are {string.Join(", ", network.Parameters.Take(3).Select(parameter => parameter.Name))}");
        if (!network.Parameters.Any(parameter => parameter.Trains)) throw new UsageException("nothing is left to train: --freeze covers all parameters, or the model has none");
        bool detector = IsDetector(whole);
        // Pictures whose names begin with the number of their class do not say how many classes there are.
        int classes = sets.Training.Classes.Count > 0 ? sets.Training.Classes.Count : graph.Outputs[0].Value.Type.Shape[^1];
        Objective objective = detector ? Detection(network, whole) : new ClassificationObjective(NamedLosses.Parse<float>(parsed.GetRequiredValue(options.Loss)), classes);
        Preprocessing preprocessing = whole.Card.Preprocessing!;
        (int height, int width) = InputSize(graph.Inputs[0].Type.Shape, preprocessing.Layout);
        var settings = new BatchSettings(batch, width, height, preprocessing)
        {
            Seed = seed,
            ClassCount = classes,
        };
        string augment = parsed.GetRequiredValue(options.Augment);
        IReadOnlyList<ObjectCutout> objects = augment.Split(',', ':', '@').Any(word => word.Trim() == "paste") ? ObjectCutout.From(sets.Training) : [];
        IReadOnlyList<IAugmentation> augmentations = Augmentations(augment, width, height, problems, objects);
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
        var trainer = new Trainer(network, objective, plan, training, validation, run);
        var progress = new TrainingProgressDisplay(error, trainer, plan.Epochs, training.BatchesPerEpoch, batch, objective.Metric);
        error.WriteLine($"{run.Model}: {run.Parameters} parameters; {run.Data}: {run.TrainingSamples} pictures to train with, {run.ValidationSamples} to choose by, {sets.Test?.Count ?? 0} to test with");
        bool resumed = trainer.Resume();
        if (resumed) error.WriteLine($"going on from {plan.CheckpointPath}: {trainer.History.Epochs.Count} epochs are done");
        BatchLoader? test = sets.Test is null ? null : new BatchLoader(sets.Test, settings with { KeepIncomplete = true }, problems);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(options.Model) is not null && !resumed && Measure("before: ") is { } before) trainer.BeginWith(before);
        progress.Begin();
        using var interruption = new Interruption(cancellation);
        try
        {
            trainer.Run(interruption.Token);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine(plan.CheckpointPath is null
                ? "edgenet: interrupted; nothing is kept without --checkpoint"
                : $"edgenet: interrupted; the same command goes on from {plan.CheckpointPath}");
            throw;
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

        // Gives the figures on the validation set.
        Evaluation? Measure(string when)
        {
            Evaluation? chosenBy = validation is null ? null : trainer.Evaluate(validation);
            if (chosenBy is not null) Print($"{when}validation", chosenBy, sets.Validation!.Count);
            if (test is not null) Print($"{when}test", trainer.Evaluate(test), sets.Test!.Count);
            return chosenBy;
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
        OutputPlaces.Check([.. targets, .. others]);
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

    private static IReadOnlyList<IAugmentation> Augmentations(string text, int width, int height, DataProblems problems, IReadOnlyList<ObjectCutout> objects)
    {
        try
        {
            return AugmentationList.Parse(text, width, height, problems, objects);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>The network before training, with what training drops out, and the data with its classes numbered as the network has them.</summary>
    private static (Graph Graph, IReadOnlyDictionary<string, float> Dropout, TrainingSets Sets) Start(ParseResult parsed, TrainOptions options, TrainingSets sets)
    {
        string? path = parsed.GetValue(options.Model), name = parsed.GetValue(options.Architecture);
        if (path is null == name is null) throw new UsageException("give either a MODEL to go on from or --architecture to start from nothing");
        int seed = parsed.GetValue(options.Seed);
        IReadOnlyList<string> classes = sets.Training.Classes;
        if (path is not null)
        {
            Graph graph = ModelSource.Load(path);
            if (parsed.GetValue(options.Card) is { } card) graph = graph.WithCard(ModelCardFile.Load(card));
            foreach (Option option in (Option[])[options.Input, options.Width, options.Dropout, options.Priors])
            {
                if (parsed.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} is for --architecture; {path} is what it is");
            }
            if (graph.Card.Preprocessing is null) throw new UsageException("the model has no card that says how a picture becomes its input; give it one: --card card.json");
            RequireKind(path, IsDetector(graph));
            return GoOn(path, graph, sets, seed, parsed.InvocationConfiguration.Error);
        }
        if (classes.Count == 0) throw new UsageException($"{parsed.GetValue(options.Data)} does not name its classes; to start from nothing, put the pictures into a folder for each class");
        Architecture architecture = Architecture.Named(name!);
        bool detector = architecture.Name.StartsWith("ssd", StringComparison.Ordinal);
        RequireKind(name!, detector);
        if (!detector && parsed.GetValue(options.Priors) is not null) throw new UsageException($"--priors is for detectors; {name} finds classes");
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
        return (untrained.Graph, untrained.Dropout, sets);

        void RequireKind(string network, bool finds)
        {
            bool has = sets.HasBoxes();
            if (finds != has) throw new UsageException($"{network} finds {(finds ? "boxes" : "classes")}, {parsed.GetValue(options.Data)} has {(has ? "boxes" : "classes")}");
        }
    }

    /// <summary>
    /// A model and the data to go on with. Classes that both name are matched by name; where the data has others, a classifier's last layer starts
    /// anew. Where the model has no names, it is as many classes in the same order.
    /// </summary>
    private static (Graph Graph, IReadOnlyDictionary<string, float> Dropout, TrainingSets Sets) GoOn(string path, Graph graph, TrainingSets sets, int seed, TextWriter error)
    {
        var none = new Dictionary<string, float>();
        IReadOnlyList<string> classes = sets.Training.Classes;
        bool detector = IsDetector(graph);
        if (classes.Count == 0 || (!detector && graph.Outputs.Length != 1)) return (graph, none, sets);
        // Sets do not count the background.
        int first = detector ? 1 : 0;
        string[] known = graph.Card.Labels is { IsDefault: false } labels ? [.. labels.Skip(first)] : [];
        if (known.Length > 0 && classes.All(known.Contains)) return (graph, none, sets.NumberedAs(known, $"the classes of {path}"));
        GraphOutput scores = detector ? graph.Outputs.First(output => output.Name == (graph.Card.Detector?.Scores[0] ?? "class_logits")) : graph.Outputs[0];
        int count = scores.Value.Type.Shape[^1] - first;
        if (known.Length == 0 && count == classes.Count)
        {
            error.WriteLine($"{path} does not name its classes; they are taken to be {string.Join(", ", classes.Take(10))}{(count > 10 ? ", …" : "")}");
            return (graph.WithCard(graph.Card with { Labels = detector ? ["background", .. classes] : [.. classes] }), none, sets);
        }
        if (detector)
            throw new UsageException($"{path} finds {(known.Length > 0 ? string.Join(", ", known.Take(10)) : $"{count} classes")}, the data has {string.Join(", ", classes.Take(10))}; train an architecture from nothing, or leave classes out");
        error.WriteLine($"{path} knows other classes than the data, which has {classes.Count}: its last layer starts anew");
        return (graph.ReplaceClassifier(classes.Count, [.. classes], seed), none, sets);
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
                Option<bool> flag => parsed.GetValue(flag),
                Option<string[]> list => string.Join(", ", parsed.GetValue(list)!),
                Option<string> text => parsed.GetValue(text),
                _ => null,
            };
            settings.Add(new RunSetting(option.Name.TrimStart('-'), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }
        return settings;
    }
}
