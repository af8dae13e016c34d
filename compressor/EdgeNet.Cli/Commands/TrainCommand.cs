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
    private const long CacheMegabytes = 2048;

    private sealed record Options
    {
        public required Argument<string?> Model { get; init; }
        public Option<string?> Architecture { get; } = new("--architecture", "-a") { Description = $"Start from nothing: {string.Join(", ", EdgeNet.Training.Architecture.All.Select(a => a.Name))}.", HelpName = "NAME" };
        public Option<string> Data { get; } = new("--data") { Description = "What to learn from: class folders, MNIST or CIFAR-10 files, COCO JSON, VOC XML, YOLO text, a table of boxes.", HelpName = "DIR|FILE", Required = true };
        public Option<string[]> Also { get; } = new("--also") { Description = "More to learn from, of the same classes, or pictures in whose place objects are pasted; may be given several times.", HelpName = "DIR|FILE", DefaultValueFactory = _ => [] };
        public Option<int> Repeat { get; } = CountOption.Create("--repeat", "N", "How often the pictures of --data come in an epoch, where --also brings many others.", 1);
        public Option<string?> Validation { get; } = new("--validation") { Description = "What the best epoch is chosen by; otherwise a part of the data is held out, or nothing where the data has a test part of its own.", HelpName = "DIR|FILE" };
        public Option<int> HoldOut { get; } = CountOption.Create("--hold-out", "N", "Hold out every N-th picture for validation.", 10);
        public Option<string> Keep { get; } = new("--keep") { Description = "Which weights are kept: those of the epoch that does best on the validation pictures, or of the last one.", DefaultValueFactory = _ => "best" };
        public Option<string?> Test { get; } = new("--test") { Description = "Measured once, at the end.", HelpName = "DIR|FILE" };
        public Option<string[]> Output { get; } = new("--output", "-o") { Description = "Where the trained model goes, by its ending: .onnx or .edgenet; may be given several times.", HelpName = "FILE", Required = true };
        public Option<int> Epochs { get; } = CountOption.Create("--epochs", "N", "Passes over the data.", 20);
        public Option<int> Batch { get; } = CountOption.Create("--batch", "N", "Pictures in a step.", 32);
        public Option<string> Optimizer { get; } = new("--optimizer") { Description = "sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw; numbers after colons.", HelpName = "NAME", DefaultValueFactory = _ => "adam" };
        public Option<double> Rate { get; } = Number("--rate", 0.001, "The learning rate.");
        public Option<string> Schedule { get; } = new("--schedule") { Description = "constant, step:EPOCHS:FACTOR, exponential:FACTOR, inverse:DECAY, cosine.", HelpName = "NAME", DefaultValueFactory = _ => "cosine" };
        public Option<double> WarmUp { get; } = Number("--warm-up", 0, "Epochs in which the rate grows to its full size.");
        public Option<double> Decay { get; } = Number("--decay", 1e-4, "L2 decay of weights.");
        public Option<double> L1 { get; } = Number("--l1", 0, "L1 decay of weights.");
        public Option<double> Clip { get; } = Number("--clip", 0, "The longest gradient; 0 for any.");
        public Option<string> Loss { get; } = new("--loss") { Description = "The loss of a classifier, such as softmax-cross-entropy:0.1 (smoothed) or focal.", HelpName = "NAME", DefaultValueFactory = _ => "softmax-cross-entropy" };
        public Option<string> Augment { get; } = new("--augment") { Description = $"Random changes, in order, such as flip,crop:4,color:0.2: {string.Join(", ", AugmentationList.Usage)}.", HelpName = "LIST", DefaultValueFactory = _ => "" };
        public Option<string[]> Freeze { get; } = new("--freeze") { Description = "Leave parameters alone whose name begins so; may be given several times.", HelpName = "PREFIX", DefaultValueFactory = _ => [] };
        public Option<string?> Card { get; } = new("--card") { Description = "A JSON file with preprocessing, labels and detector for a MODEL that has none.", HelpName = "card.json" };
        public Option<string?> Input { get; } = new("--input") { Description = "Size of an architecture's input.", HelpName = "WIDTHxHEIGHT" };
        public Option<double> Width { get; } = Number("--width", 1, "Width multiplier of an architecture's layers.");
        public Option<double> Dropout { get; } = Number("--dropout", -1, "The share of features dropped before an architecture's classifier; its own where negative.");
        public Option<string?> Priors { get; } = new("--priors") { Description = "Priors of a detector: lowest and highest scale, then aspect ratios (width ÷ height), such as 0.2:0.95:0.33,0.41,0.5.", HelpName = "LOW:HIGH:RATIOS" };
        public Option<int> Patience { get; } = CountOption.Create("--patience", "N", "Stop after so many epochs without a better figure.", int.MaxValue);
        public Option<int> Seed { get; } = CountOption.Create("--seed", "N", "All that is random follows from it.", 1);
        public Option<int> Threads { get; } = SessionArguments.CreateThreads();
        public Option<int> Cache { get; } = CountOption.Create("--cache", "MB", "Memory for decoded pictures.", (int)CacheMegabytes);
        public Option<string?> Checkpoint { get; } = new("--checkpoint") { Description = "Where the state of the run is kept; a run that was stopped goes on from it.", HelpName = "FILE" };
        public Option<string?> Report { get; } = new("--report") { Description = "A page with curves and pictures of the run, and a table of its epochs beside it (.csv).", HelpName = "FILE.html" };

        private static Option<double> Number(string name, double otherwise, string description) => new(name)
        {
            Description = description,
            HelpName = "X",
            DefaultValueFactory = _ => otherwise,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)) return value;
                result.AddError($"{name} {text}: expected a number");
                return otherwise;
            },
        };
    }

    public static Command Create()
    {
        Command command = new("train", "Train a network: an architecture from nothing, or a model that learns on.");
        Options options = new() { Model = new Argument<string?>("MODEL") { Description = "A .edgenet, .onnx or .tflite file to go on from.", Arity = ArgumentArity.ZeroOrOne } };
        command.Add(options.Model);
        options.Keep.AcceptOnlyFromAmong("best", "last");
        foreach (Option option in new Option[]
        {
            options.Architecture, options.Data, options.Also, options.Repeat, options.Validation, options.HoldOut, options.Keep, options.Test, options.Output, options.Epochs, options.Batch, options.Optimizer, options.Rate,
            options.Schedule, options.WarmUp, options.Decay, options.L1, options.Clip, options.Loss, options.Augment, options.Freeze, options.Card, options.Input, options.Width,
            options.Dropout, options.Priors, options.Patience, options.Seed, options.Threads, options.Cache, options.Checkpoint, options.Report,
        }) command.Add(option);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, options, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        int seed = parsed.GetValue(options.Seed), threads = parsed.GetValue(options.Threads), batch = parsed.GetValue(options.Batch);
        string[] targets = parsed.GetRequiredValue(options.Output);
        foreach (string target in targets)
        {
            if (Path.GetExtension(target).ToUpperInvariant() is not (".ONNX" or ".EDGENET")) throw new UsageException($"--output {target}: expected a name that ends in .onnx or .edgenet");
        }
        // Better told now than when the training is done.
        foreach (string? file in (string?[])[.. targets, parsed.GetValue(options.Report), parsed.GetValue(options.Checkpoint)])
        {
            if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder)) throw new DirectoryNotFoundException($"{file}: there is no folder {folder}; make it first");
        }
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
        Objective objective = detector ? Detection(network, whole) : new ClassificationObjective(NamedLosses.Parse<float>(parsed.GetRequiredValue(options.Loss)), sets.Training.Classes.Count);
        Preprocessing preprocessing = whole.Card.Preprocessing ?? throw new UsageException("the model has no card that says how a picture becomes its input; give it one: --card card.json");
        (int height, int width) = InputSize(graph.Inputs[0].Type.Shape, preprocessing.Layout);
        var settings = new BatchSettings(batch, width, height, preprocessing)
        {
            Seed = seed,
            ClassCount = Math.Max(1, sets.Training.Classes.Count),
        };
        string augment = parsed.GetRequiredValue(options.Augment);
        IReadOnlyList<ObjectCutout> objects = augment.Split(',', ':', '@').Any(word => word.Trim() == "paste") ? ObjectCutout.From(sets.Training) : [];
        IReadOnlyList<IAugmentation> augmentations = AugmentationList.Parse(augment, width, height, problems, objects);
        var training = new BatchLoader(sets.Training, settings with { Augmentations = augmentations }, problems);
        BatchLoader? validation = sets.Validation is null ? null : new BatchLoader(sets.Validation, settings with { KeepIncomplete = true }, problems);
        var plan = new TrainingPlan
        {
            Epochs = parsed.GetValue(options.Epochs),
            Optimizer = Optimizer.Parse(parsed.GetRequiredValue(options.Optimizer)),
            Schedule = Schedule.Parse(parsed.GetRequiredValue(options.Schedule), parsed.GetValue(options.Rate), parsed.GetValue(options.WarmUp)),
            WeightDecay = (float)parsed.GetValue(options.Decay),
            L1 = (float)parsed.GetValue(options.L1),
            ClipNorm = (float)parsed.GetValue(options.Clip),
            Patience = parsed.GetValue(options.Patience) is var patience && patience == int.MaxValue ? 0 : patience,
            KeepsBest = parsed.GetRequiredValue(options.Keep) == "best",
            Seed = seed,
            CheckpointPath = parsed.GetValue(options.Checkpoint),
            HistogramEvery = parsed.GetValue(options.Report) is null ? 0 : Math.Max(1, parsed.GetValue(options.Epochs) / 5),
        };
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
        if (trainer.Resume()) error.WriteLine($"going on from {plan.CheckpointPath}: {trainer.History.Epochs.Count} epochs are done");
        BatchLoader? test = sets.Test is null ? null : new BatchLoader(sets.Test, settings with { KeepIncomplete = true }, problems);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(options.Model) is not null && trainer.History.Epochs.Count == 0) Measure("before: ");
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
        Graph trained = Shipped(network.ToGraph(whole), detector, run);
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

    /// <summary>The network before training, with what training drops out.</summary>
    private static (Graph Graph, IReadOnlyDictionary<string, float> Dropout) Start(ParseResult parsed, Options options, TrainingSets sets)
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
            if (IsDetector(graph) || graph.Outputs is not [var only] || only.Value.Type.Shape[^1] == classes.Count) return (graph, new Dictionary<string, float>());
            parsed.InvocationConfiguration.Error.WriteLine($"{path} knows {only.Value.Type.Shape[^1]} classes, the data has {classes.Count}: its last layer starts anew");
            return (graph.ReplaceClassifier(classes.Count, [.. classes], seed), new Dictionary<string, float>());
        }
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
        UntrainedNetwork untrained = architecture.Build(settings);
        return (untrained.Graph, untrained.Dropout);

        void RequireKind(string network, bool finds)
        {
            bool has = sets.HasBoxes();
            if (finds != has) throw new UsageException($"{network} finds {(finds ? "boxes" : "classes")}, {parsed.GetValue(options.Data)} has {(has ? "boxes" : "classes")}");
        }
    }

    private static bool IsDetector(Graph graph) => graph.Outputs.Any(output => output.Name == "class_logits") || graph.Card.Detector is not null;

    /// <summary>A detector that scores classes by sigmoids learns them by focal loss.</summary>
    private static DetectionObjective Detection(Network<float> network, Graph whole)
    {
        bool sigmoids = whole.Card.Detector is { Scores: [var scores] } && whole.Outputs.FirstOrDefault(output => output.Name == scores)?.Value.Producer?.Op is Sigmoid;
        return new DetectionObjective(network, whole.Card.Detector, new MultiboxSettings { Focal = sigmoids ? new FocalSettings() : null });
    }

    private static (int Height, int Width) InputSize(Shape shape, ImageLayout layout) => layout == ImageLayout.Nchw ? (shape[2], shape[3]) : (shape[1], shape[2]);

    /// <summary>What goes to the user: with probabilities, and with a word on where it comes from.</summary>
    private static Graph Shipped(Graph trained, bool detector, RunDescription run)
    {
        if (trained.Outputs.Any(output => output.Name == "class_logits")) trained = trained.WithScores(ScoreFunction.Softmax);
        else if (!detector && trained.Outputs.Any(output => output.Name == "logits")) trained = trained.WithSoftmax();
        ImmutableArray<string> known = trained.Card.Provenance is { IsDefault: false } provenance ? provenance : [];
        return trained.WithCard(trained.Card with { Provenance = [.. known, string.Create(CultureInfo.InvariantCulture, $"trained by edgenet train on {run.TrainingSamples} pictures, {run.Epochs} epochs, seed {run.Seed}")] });
    }

    private static List<RunSetting> Settings(ParseResult parsed, Options options)
    {
        var settings = new List<RunSetting>();
        foreach (Option option in new Option[]
        {
            options.Batch, options.Optimizer, options.Rate, options.Schedule, options.WarmUp, options.Decay, options.L1, options.Clip, options.Loss, options.Augment, options.Freeze,
        })
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
