using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeNet.Import.Onnx;
using EdgeNet.Model;
using EdgeNet.Training;
using EdgeNet.Vision;

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
        public Option<string?> Validation { get; } = new("--validation") { Description = "What the best epoch is chosen by; otherwise a part of the data is held out, or nothing where the data has a test part of its own.", HelpName = "DIR|FILE" };
        public Option<int> HoldOut { get; } = CountOption.Create("--hold-out", "N", "Hold out every N-th picture for validation.", 10);
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
        foreach (Option option in new Option[]
        {
            options.Architecture, options.Data, options.Validation, options.HoldOut, options.Test, options.Output, options.Epochs, options.Batch, options.Optimizer, options.Rate,
            options.Schedule, options.WarmUp, options.Decay, options.L1, options.Clip, options.Loss, options.Augment, options.Freeze, options.Input, options.Width,
            options.Dropout, options.Priors, options.Patience, options.Seed, options.Threads, options.Cache, options.Checkpoint, options.Report,
        }) command.Add(option);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, options, cancellation)));
        return command;
    }
