using System.Collections.Immutable;
using System.Text;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>Every key of a recipe. A setting that is added to a record of <c>Recipe.cs</c> is added here.</summary>
internal static class RecipeKeys
{
    private const int MostSteps = 100;

    private static readonly SettingFormat<double> Part = SettingFormat.Number(0, 1, above: true);
    private static readonly SettingFormat<double> LearningRate = SettingFormat.Number(0, 10, above: true);
    private static readonly SettingFormat<int> Epochs = SettingFormat.Whole(0, 10_000);
    private static readonly SettingFormat<int> Rounds = SettingFormat.Whole(1, 100);
    private static readonly SettingFormat<int> Bits = SettingFormat.Whole(1, 8);

    /// <summary>Patterns of pruning by their names.</summary>
    public static (PruningPattern Pattern, string Name)[] Patterns =>
        [(PruningPattern.Unstructured, "unstructured"), (PruningPattern.TwoOfFour, "2:4"), (PruningPattern.OneByFour, "1x4"), (PruningPattern.FourByOne, "4x1")];

    /// <summary>Of <c>- prune:</c>.</summary>
    public static SettingKeys<PruneStep> Prune { get; } = new("prune", new PruneStep { Density = 1 })
    {
        { "density", Part, step => step.Density, (step, value) => step with { Density = value }, true },
        {
            "pattern",
            SettingFormat.Choice(Patterns),
            step => step.Pattern, (step, value) => step with { Pattern = value }
        },
        { "scope", SettingFormat.Choice<PruningScope>(), step => step.Scope, (step, value) => step with { Scope = value } },
        { "rounds", Rounds, step => step.Rounds, (step, value) => step with { Rounds = value } },
        { "epochs", Epochs, step => step.Epochs, (step, value) => step with { Epochs = value } },
        { "rate", LearningRate, step => step.Rate, (step, value) => step with { Rate = value } },
        { "protect", SettingFormat.Flag, step => step.Protect, (step, value) => step with { Protect = value } },
        { "layers", SettingFormat.ByName(Part), step => step.Layers, (step, value) => step with { Layers = value } },
    };

    /// <summary>Of <c>- channels:</c>.</summary>
    public static SettingKeys<ChannelStep> Channels { get; } = new("channels", new ChannelStep { Keep = 1 })
    {
        { "keep", Part, step => step.Keep, (step, value) => step with { Keep = value }, true },
        { "ranking", SettingFormat.Choice<ChannelRanking>(), step => step.Ranking, (step, value) => step with { Ranking = value } },
        { "rounds", Rounds, step => step.Rounds, (step, value) => step with { Rounds = value } },
        { "epochs", Epochs, step => step.Epochs, (step, value) => step with { Epochs = value } },
        { "rate", LearningRate, step => step.Rate, (step, value) => step with { Rate = value } },
    };

    /// <summary>Of <c>- cluster:</c>.</summary>
    public static SettingKeys<ClusterStep> Cluster { get; } = new("cluster", new ClusterStep())
    {
        { "bits", Bits, step => step.Bits, (step, value) => step with { Bits = value } },
        { "convolution-bits", SettingFormat.Whole(0, 8), step => step.ConvolutionBits, (step, value) => step with { ConvolutionBits = value } },
        { "groups", SettingFormat.Whole(1, 128), step => step.Groups, (step, value) => step with { Groups = value } },
        { "by-sensitivity", SettingFormat.Flag, step => step.BySensitivity, (step, value) => step with { BySensitivity = value } },
        { "layers", SettingFormat.ByName(Bits), step => step.Layers, (step, value) => step with { Layers = value } },
        { "start", SettingFormat.Choice<CentroidStart>(), step => step.Start, (step, value) => step with { Start = value } },
        { "epochs", Epochs, step => step.Epochs, (step, value) => step with { Epochs = value } },
        { "rate", LearningRate, step => step.Rate, (step, value) => step with { Rate = value } },
    };

    /// <summary>Of <c>- rate:</c>.</summary>
    public static SettingKeys<RateStep> Rate { get; } = new("rate", new RateStep())
    {
        { "bits", SettingFormat.Number(0, 8, above: true), step => step.Bits, (step, value) => step with { Bits = value } },
        { "epochs", Epochs, step => step.Epochs, (step, value) => step with { Epochs = value } },
        { "tune-epochs", Epochs, step => step.TuneEpochs, (step, value) => step with { TuneEpochs = value } },
        { "rate", LearningRate, step => step.Rate, (step, value) => step with { Rate = value } },
    };

    /// <summary>Of <c>- int8:</c>.</summary>
    public static SettingKeys<Int8Step> Int8 { get; } = new("int8", new Int8Step())
    {
        { "calibration", SettingFormat.Choice<Calibration>(), step => step.Calibration, (step, value) => step with { Calibration = value } },
        { "samples", SettingFormat.Whole(1, 1_000_000), step => step.Samples, (step, value) => step with { Samples = value } },
        { "per-channel", SettingFormat.Flag, step => step.PerChannel, (step, value) => step with { PerChannel = value } },
        { "equalize", SettingFormat.Flag, step => step.Equalize, (step, value) => step with { Equalize = value } },
        { "correct-bias", SettingFormat.Flag, step => step.CorrectBias, (step, value) => step with { CorrectBias = value } },
        { "adapt-rounding", SettingFormat.Flag, step => step.AdaptRounding, (step, value) => step with { AdaptRounding = value } },
        { "keep-float", SettingFormat.Whole(0, int.MaxValue), step => step.KeepFloat, (step, value) => step with { KeepFloat = value } },
        { "most-error", SettingFormat.Number(0, 1e9), step => step.MostError ?? 0, (step, value) => step with { MostError = value > 0 ? value : null } },
        { "keep-shared", SettingFormat.Flag, step => step.KeepShared, (step, value) => step with { KeepShared = value } },
        { "epochs", Epochs, step => step.Epochs, (step, value) => step with { Epochs = value } },
        { "rate", LearningRate, step => step.Rate, (step, value) => step with { Rate = value } },
    };

    /// <summary>Of <c>retraining:</c>.</summary>
    public static SettingKeys<RetrainingSettings> Retraining { get; } = new("retraining", new RetrainingSettings())
    {
        { "labels", SettingFormat.Number(0, 1), settings => settings.Labels, (settings, value) => settings with { Labels = value } },
        { "temperature", SettingFormat.Number(0, 1000, above: true), settings => settings.Temperature, (settings, value) => settings with { Temperature = value } },
        { "hints", SettingFormat.Number(0, 1_000_000), settings => settings.Hints, (settings, value) => settings with { Hints = value } },
        { "batch", SettingFormat.Whole(1, 4096), settings => settings.Batch, (settings, value) => settings with { Batch = value } },
        { "optimizer", SettingFormat.Words("an optimizer, as 'edgenet train --optimizer' has it", Wrong(text => Optimizer.Parse(text))), settings => settings.Optimizer, (settings, value) => settings with { Optimizer = value } },
        // Sizes do not matter for whether a list can be read.
        { "augment", SettingFormat.Words("changes to pictures, as 'edgenet train --augment' has them", Wrong(text => AugmentationList.Parse(text, 224, 224))), settings => settings.Augment, (settings, value) => settings with { Augment = value } },
    };

    /// <summary>The steps by their names in a recipe.</summary>
    private static readonly ImmutableArray<StepKind> Kinds =
    [
        Kind("prune", Prune), Kind("channels", Channels), Kind("cluster", Cluster), Kind("rate", Rate), Kind("int8", Int8),
    ];

    /// <summary>Of the whole file.</summary>
    public static SettingKeys<Recipe> Recipe { get; } = new("recipe", new Recipe { Name = "", Steps = [] })
    {
        { "name", SettingFormat.Words("a name"), recipe => recipe.Name, (recipe, value) => recipe with { Name = value } },
        { "seed", SettingFormat.Whole(0, int.MaxValue), recipe => recipe.Seed, (recipe, value) => recipe with { Seed = value } },
        { "biases", SettingFormat.Choice<BiasStorage>(), recipe => recipe.Biases, (recipe, value) => recipe with { Biases = value } },
        { "retraining", Retraining.AsFormat(), recipe => recipe.Retraining, (recipe, value) => recipe with { Retraining = value } },
        { "steps", Steps(), recipe => recipe.Steps, (recipe, value) => recipe with { Steps = value }, true },
    };

    private sealed record StepKind(string Name, Type Type, Func<YamlNode, RecipeStep> Read, Action<StringBuilder, RecipeStep, int> Write);

    private static StepKind Kind<T>(string name, SettingKeys<T> keys) where T : RecipeStep =>
        new(name, typeof(T), node => keys.Read(node, keys.Start), (yaml, step, indent) => keys.Write(yaml, (T)step, indent));

    private static SettingFormat<ImmutableArray<RecipeStep>> Steps()
    {
        string expected = $"a list of steps, each one of {string.Join(", ", Kinds.Select(kind => kind.Name))}";
        return new(
            expected,
            (key, node) =>
            {
                if (node.Items is not { Count: > 0 } items) throw node.Error($"{key}: {(node.Items is null ? node.Found : "none")}; expected {expected}");
                if (items.Count > MostSteps) throw items[MostSteps].Error($"{key}: more than {MostSteps}; expected fewer");
                return [.. items.Select(Step)];
            },
            (yaml, steps, indent) =>
            {
                yaml.Append('\n');
                foreach (RecipeStep step in steps)
                {
                    StepKind kind = Kinds.First(each => each.Type == step.GetType());
                    kind.Write(yaml.Append(' ', indent + 2).Append("- ").Append(kind.Name).Append(":\n"), step, indent + 6);
                }
            });

        RecipeStep Step(YamlNode item)
        {
            // A step without settings may be its name alone.
            YamlNode settings = item;
            if (item.Scalar is null)
            {
                if (item.Entries is not { Count: 1 } entries)
                    throw item.Error($"steps: {(item.Entries is null ? item.Found : $"{item.Entries.Count} keys in one step")}; expected one of {Names()} with its settings under it");
                (item, settings) = entries[0];
            }
            else
            {
                settings = item.Nothing();
            }
            StepKind kind = Kinds.FirstOrDefault(each => each.Name == item.Key) ?? throw item.Error($"steps: there is no step {item.Found}; expected one of {Names()}");
            return kind.Read(settings);
        }

        static string Names() => string.Join(", ", Kinds.Select(kind => kind.Name));
    }

    /// <summary>What is wrong with a text that a parser of the training's settings is to take.</summary>
    private static Func<string, string?> Wrong(Action<string> parse) => text =>
    {
        try
        {
            parse(text);
            return null;
        }
        catch (Exception e) when (e is TrainingSettingException or FormatException)
        {
            return e.Message;
        }
    };
}
