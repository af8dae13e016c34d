using System.Globalization;
using EdgeNet.Compression;
using EdgeNet.Model;
using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Cli;

/// <summary>Pictures that say how good a model is.</summary>
/// <param name="Pictures">Labelled or not.</param>
/// <param name="LabelOf">From their classes to the model's; −1 for those that do not count.</param>
internal sealed record MeasuringSet(IExampleSource Pictures, Func<int, int> LabelOf);

/// <summary>The pictures of a compression: those that the network is retrained with, and those that it is measured on.</summary>
/// <param name="Retraining">To retrain with, classes numbered as the model's.</param>
/// <param name="Measured">To measure on.</param>
/// <param name="Searched">To search for a drop on, in neither of the others; null where nothing is searched for.</param>
/// <param name="Description">Where they are from, and how they were told apart.</param>
internal sealed record CompressionSets(IExampleSource Retraining, MeasuringSet Measured, MeasuringSet? Searched, DataRecord Description)
{
    /// <summary>All pictures, by name.</summary>
    public IEnumerable<string> Names => new[] { Retraining, Measured.Pictures, Searched?.Pictures }.OfType<IExampleSource>().SelectMany(source => Enumerable.Range(0, source.Count).Select(source.NameOf));

    /// <summary>Opens them.</summary>
    /// <param name="data">Labelled pictures, or a folder of pictures that nobody has labelled.</param>
    /// <param name="also">More to retrain with, labelled or not.</param>
    /// <param name="validation">To measure on; null for a part of <paramref name="data"/>, or for its test part where it has one.</param>
    /// <param name="holdOut">Every so many pictures of the data are measured on; null for every tenth, or for the test part.</param>
    /// <param name="graph">The model.</param>
    /// <param name="single">The one class of boxes that counts; null for all.</param>
    /// <param name="offset">Added to labels that are numbers.</param>
    /// <param name="cacheBytes">Memory for decoded pictures.</param>
    /// <param name="problems">Where bad entries are noted.</param>
    /// <param name="searches">Whether a part of the data is kept to search for a drop on.</param>
    public static CompressionSets Open(
        string data, IReadOnlyList<string> also, string? validation, int? holdOut, Graph graph, string? single, int offset, long cacheBytes, DataProblems problems, bool searches)
    {
        TrainingSets sets = TrainingSets.Open(data, also, 1, validation, null, holdOut, cacheBytes, problems, labelled: false, searches);
        IExampleSource measured = sets.Validation ?? sets.Test!;
        if (sets.Training.Count == 0) throw new DatasetException($"{data}: only {(measured.Count == 1 ? "one picture" : $"{measured.Count} pictures")}, held out to measure on; add some to retrain with, or give others to measure on: --validation DIR");
        MeasuringSet? searched = sets.Search is { } search ? new(search, LabelsOf(graph, search.Classes, single, offset)) : null;
        string split = validation is not null ? $"measured on {validation}"
            : sets.Validation is not null ? string.Create(CultureInfo.InvariantCulture, $"every {Ordinal(holdOut ?? TrainingSets.StandardHoldOut)} picture, from the first on, held out")
            : "the data's own test part held out";
        if (searched is not null) split += string.Create(CultureInfo.InvariantCulture, $"; of the others every {Ordinal(TrainingSets.StandardHoldOut)}, {searched.Pictures.Count} in all, to search for the drop on");
        return new CompressionSets(
            new RenumberedSource(sets.Training, LabelsOf(graph, sets.Training.Classes, single, offset)), new(measured, LabelsOf(graph, measured.Classes, single, offset)), searched,
            new DataRecord(data, sets.Training.Count, measured.Count, split));
    }

    private static string Ordinal(int n) => n switch { 2 => "second", 3 => "third", _ => string.Create(CultureInfo.InvariantCulture, $"{n}th") };

    /// <summary>Names first; then numbers for names; then the order.</summary>
    private static Func<int, int> LabelsOf(Graph graph, IReadOnlyList<string> classes, string? single, int offset)
    {
        string[] labels = graph.Card.Labels is { IsDefault: false } known ? [.. known] : [];
        int LabelNamed(string name) => Array.FindIndex(labels, label => string.Equals(label, name, StringComparison.OrdinalIgnoreCase));
        if (single is not null)
        {
            int label = LabelNamed(single);
            if (label < 0 && (!int.TryParse(single, NumberStyles.None, CultureInfo.InvariantCulture, out label) || (labels.Length > 0 && label >= labels.Length)))
                throw new UsageException($"--class {single}: none of the model's labels, and no number of one");
            int own = classes.Count <= 1 ? 0 : classes.ToList().FindIndex(name => string.Equals(name, single, StringComparison.OrdinalIgnoreCase) || (label < labels.Length && string.Equals(name, labels[label], StringComparison.OrdinalIgnoreCase)));
            if (own < 0) throw new DatasetException($"the pictures have no class '{single}'; they have {string.Join(", ", classes.Take(10))}");
            return index => index == own ? label : -1;
        }
        int[] byName = [.. classes.Select(LabelNamed)];
        if (byName.Any(label => label >= 0)) return index => index >= 0 && index < byName.Length ? byName[index] : -1;
        // Pictures whose names begin with their class's number have that number for a label.
        return index => index < 0 ? -1 : index + offset;
    }

    /// <summary>The same pictures with other numbers for their classes; those of no class of the model's have none.</summary>
    private sealed class RenumberedSource(IExampleSource source, Func<int, int> labelOf) : IExampleSource
    {
        public int Count => source.Count;

        public IReadOnlyList<string> Classes => source.Classes;

        public string NameOf(int index) => source.NameOf(index);

        public Example Read(int index)
        {
            Example example = source.Read(index);
            return example with { Label = example.Label < 0 ? -1 : labelOf(example.Label), Boxes = [] };
        }
    }
}
