using System.CommandLine;
using System.Globalization;
using EdgeNet.Compression;

namespace EdgeNet.Cli.Commands;

/// <summary>The options of <c>edgenet compress</c>.</summary>
internal sealed class CompressOptions
{
    private const string DefaultPreset = "small";

    private readonly Option<string> _preset = new("--preset") { Description = "A recipe that comes with the program.", DefaultValueFactory = _ => DefaultPreset };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "A recipe of your own; see docs/recipes.md.", HelpName = "FILE.yaml" };
    private readonly Option<int> _seed = CountOption.Create("--seed", "N", "All that is random follows from it. [default: the recipe's own]");

    public ModelArguments Model { get; private init; } = null!;
    public MeasuringOptions Measuring { get; private init; } = null!;
    public Option<string?> Card { get; } = new("--card") { Description = "A JSON file with preprocessing, labels and detector for a model that has none.", HelpName = "card.json" };
    public Option<bool> PrintRecipe { get; } = new("--print-recipe") { Description = "Print the recipe, every setting in it, and do nothing." };
    public Option<long?> MaxSize { get; } = new("--max-size")
    {
        Description = "The largest file: 400KB, 1.4MB, 350000. The recipe's bits and densities are lowered until it is kept.",
        HelpName = "SIZE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            (string number, decimal unit) = text.ToUpperInvariant() switch
            {
                [.. var n, 'K', 'I', 'B'] => (n, 1024m),
                [.. var n, 'M', 'I', 'B'] => (n, 1024m * 1024),
                [.. var n, 'K', 'B'] => (n, 1000m),
                [.. var n, 'M', 'B'] => (n, 1_000_000m),
                [.. var n, 'B'] => (n, 1m),
                var n => (n, 1m),
            };
            if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal size) && size < 1_000_000_000_000m && size * unit is >= 1 and < 1_000_000_000_000m) return (long)(size * unit);
            result.AddError($"--max-size {text}: expected a size such as 400KB, 1.4MB or 350000");
            return null;
        },
    };
    public Option<double?> MaxDrop { get; } = new("--max-drop")
    {
        Description = "The most quality to lose, in points: 1 is from 90 % to 89 %. Without --max-size up to four runs look for the smallest file within it.",
        HelpName = "POINTS",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double points) && points is >= 0 and <= 100) return points;
            result.AddError($"--max-drop {text}: expected points from 0 to 100");
            return null;
        },
    };
    public Option<int> Threads { get; } = SessionArguments.CreateThreads();
    public Option<bool> Resume { get; } = new("--resume") { Description = "Go on from where the same command was stopped: its state is in FILE.edgenet.work, beside the output." };
    public Option<string?> Report { get; } = new("--report") { Description = "A page that shows all of it: bytes, histograms, curves.", HelpName = "FILE.html" };
    public Option<string?> Ledger { get; } = new("--ledger") { Description = "The same for machines, and for edgenet verify --ledger.", HelpName = "FILE.json" };
    public Option<string?> Output { get; } = new("--output", "-o") { Description = "Where the small model goes.", HelpName = "FILE.edgenet" };

    /// <summary>Adds them to a command.</summary>
    public static CompressOptions AddTo(Command command)
    {
        var options = new CompressOptions
        {
            Model = ModelArguments.AddTo(command, optional: true),
            Measuring = MeasuringOptions.AddTo(command),
        };
        options._preset.AcceptOnlyFromAmong([.. Presets.Names]);
        foreach (Option option in (Option[])
            [
                options.Card, options._preset, options._recipe, options.PrintRecipe, options.MaxSize, options.MaxDrop, options._seed, options.Threads,
                options.Resume, options.Report, options.Ledger, options.Output,
            ])
        {
            command.Add(option);
        }
        return options;
    }

    /// <summary>The recipe that is asked for.</summary>
    public Recipe Recipe(ParseResult parsed)
    {
        string? file = parsed.GetValue(_recipe);
        if (file is not null && parsed.GetResult(_preset) is { Implicit: false }) throw new UsageException("--recipe and --preset: give one of them");
        Recipe recipe = file is not null ? RecipeFile.Read(file) : Presets.Named(parsed.GetRequiredValue(_preset));
        return parsed.GetResult(_seed) is { Implicit: false } ? recipe with { Seed = parsed.GetValue(_seed) } : recipe;
    }
}
