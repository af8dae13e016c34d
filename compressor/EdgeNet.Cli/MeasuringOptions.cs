using System.CommandLine;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Cli;

/// <summary>The options that say what a model is measured on, and what it is retrained with: the same for compress and for verify.</summary>
internal sealed class MeasuringOptions
{
    private readonly Option<string?> _data = new("--data") { Description = "Pictures to retrain with and to measure on: as for edgenet train, or a folder of pictures that nobody has labelled.", HelpName = "DIR|FILE" };
    private readonly Option<string[]> _also = new("--also") { Description = "More pictures to retrain with, labelled or not; may be given several times.", HelpName = "DIR|FILE", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _validation = new("--validation") { Description = "Pictures to measure on; otherwise a part of the data is held out, or its own test part.", HelpName = "DIR|FILE" };
    private readonly Option<int> _holdOut = CountOption.Create("--hold-out", "N", "Measure on every N-th picture, retrain with the others.", 10);
    private readonly Option<string?> _class = new("--class") { Description = "Count boxes of this class only, by its name or its number in the model.", HelpName = "person|N" };
    private readonly Option<int> _labelOffset = new("--label-offset") { Description = "Added to labels that are numbers: 1 for models whose class 0 is the background.", HelpName = "N" };
    private readonly Option<int> _cache = CountOption.Create("--cache", "MB", "Memory for decoded pictures.", 2048);

    /// <summary>Adds them to a command.</summary>
    public static MeasuringOptions AddTo(Command command)
    {
        var options = new MeasuringOptions();
        foreach (Option option in (Option[])[options._data, options._also, options._validation, options._holdOut, options._class, options._labelOffset, options._cache]) command.Add(option);
        return options;
    }

    /// <summary>What of the options says which class a label is; empty where nothing does.</summary>
    public string LabelsOf(ParseResult parsed) => string.Join(" ", parsed.GetValue(_class) is { } only ? $" class {only}" : "", parsed.GetValue(_labelOffset) is not 0 and var offset ? $" labels + {offset}" : "").TrimEnd();

    /// <summary>The pictures; null where none are given.</summary>
    public CompressionSets? Open(ParseResult parsed, Graph graph, DataProblems problems, bool searches = false)
    {
        if (parsed.GetValue(_data) is not { } data)
        {
            if (((Option[])[_also, _validation, _holdOut, _class, _labelOffset, _cache]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } idle)
                throw new UsageException($"{idle.Name} says which pictures of --data, and how: give --data, too");
            return null;
        }
        if (graph.Card.Preprocessing is null) throw new UsageException("the model has no card that says how a picture becomes its input; give it one: --card card.json");
        Prediction.PictureModel.CheckCard(graph);
        return CompressionSets.Open(
            data, parsed.GetValue(_also)!, parsed.GetValue(_validation), parsed.GetResult(_holdOut) is { Implicit: false } ? parsed.GetValue(_holdOut) : null,
            graph, parsed.GetValue(_class), parsed.GetValue(_labelOffset), (long)parsed.GetValue(_cache) << 20, problems, searches);
    }
}
