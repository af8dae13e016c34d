using System.CommandLine;
using System.Globalization;
using EdgeNet.Training;

namespace EdgeNet.Cli.Commands;

/// <summary>The options of <c>edgenet train</c>.</summary>
internal sealed class TrainOptions
{
    public Argument<string?> Model { get; } = new("MODEL") { Description = "A .edgenet, .onnx or .tflite file to go on from.", Arity = ArgumentArity.ZeroOrOne };
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
    public Option<double> ClipValue { get; } = Number("--clip-value", 0, "The largest element of a gradient; 0 for any.");
    public Option<string> Loss { get; } = new("--loss") { Description = "The loss of a classifier, such as softmax-cross-entropy:0.1 (smoothed) or focal.", HelpName = "NAME", DefaultValueFactory = _ => "softmax-cross-entropy" };
    public Option<string> Augment { get; } = new("--augment") { Description = $"Random changes, in order, such as flip,crop:4,color:0.2: {string.Join(", ", AugmentationList.Usage)}.", HelpName = "LIST", DefaultValueFactory = _ => "" };
    public Option<string[]> Freeze { get; } = new("--freeze") { Description = "Leave parameters alone whose name begins so; may be given several times.", HelpName = "PREFIX", DefaultValueFactory = _ => [] };
    public Option<bool> KeepStatistics { get; } = new("--keep-statistics") { Description = "Batch normalizations keep their means and variances: for small sets." };
    public Option<string?> Card { get; } = new("--card") { Description = "A JSON file with preprocessing, labels and detector for a MODEL that has none.", HelpName = "card.json" };
    public Option<string?> Input { get; } = new("--input") { Description = "Size of an architecture's input.", HelpName = "WIDTHxHEIGHT" };
    public Option<double> Width { get; } = Number("--width", 1, "Width multiplier of an architecture's layers.");
    public Option<double> Dropout { get; } = Number("--dropout", -1, "The share of features dropped before an architecture's classifier; its own where negative.");
    public Option<string?> Priors { get; } = new("--priors") { Description = "Priors of a detector: scale of the first map and of the last as shares of the shorter side, then width ÷ height of boxes, such as 0.2:0.95:0.33,0.41,0.5.", HelpName = "LOW:HIGH:RATIOS" };
    public Option<int?> Patience { get; } = new("--patience") { Description = "Stop after so many epochs without a better figure; never by default.", HelpName = "N" };
    public Option<int> Seed { get; } = CountOption.Create("--seed", "N", "All that is random follows from it.", 1);
    public Option<int> Threads { get; } = SessionArguments.CreateThreads();
    public Option<int> Cache { get; } = CountOption.Create("--cache", "MB", "Memory for decoded pictures.", 2048);
    public Option<string?> Checkpoint { get; } = new("--checkpoint") { Description = "Where the state of the run is kept; a run that was stopped goes on from it.", HelpName = "FILE" };
    public Option<string?> Report { get; } = new("--report") { Description = "A page with curves and pictures of the run, and a table of its epochs beside it (.csv).", HelpName = "FILE.html" };

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IEnumerable<Option> All =>
    [
        Architecture, Data, Also, Repeat, Validation, HoldOut, Keep, Test, Output, Epochs, Batch, Optimizer, Rate, Schedule, WarmUp,
        Decay, L1, Clip, ClipValue, Loss, Augment, Freeze, KeepStatistics, Card, Input, Width, Dropout, Priors, Patience, Seed, Threads, Cache,
        Checkpoint, Report,
    ];

    /// <summary>What describes a run to people, and what must be the same for a checkpoint to fit.</summary>
    public IEnumerable<Option> Described =>
    [
        Data, Also, Repeat, Validation, HoldOut, Keep, Batch, Optimizer, Rate, Schedule, WarmUp, Decay, L1, Clip, ClipValue, Loss, Augment, Freeze, KeepStatistics, Input, Width, Dropout, Priors,
    ];

    /// <summary>Adds them to a command.</summary>
    public static TrainOptions AddTo(Command command)
    {
        var options = new TrainOptions();
        options.Keep.AcceptOnlyFromAmong("best", "last");
        options.Patience.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--patience: expected 1 or more");
        });
        command.Add(options.Model);
        foreach (Option option in options.All) command.Add(option);
        return options;
    }

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
