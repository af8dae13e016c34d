using System.Globalization;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Pictures that are in memory already.</summary>
public sealed class MemorySource : IExampleSource
{
    private readonly IReadOnlyList<Example> _examples;

    /// <summary>Takes examples as they are.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="classes">Class names by label; their numbers, up to the highest label, if null.</param>
    public MemorySource(IReadOnlyList<Example> examples, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        _examples = examples;
        Classes = classes ?? NumberNames(examples.Select(example => example.Label).Concat(examples.SelectMany(example => example.Boxes).Select(box => box.Label)));
    }

    /// <inheritdoc/>
    public int Count => _examples.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Reads MNIST's IDX files; see <see cref="IdxSet"/>.</summary>
    /// <param name="path">The pictures, plain or gzipped.</param>
    /// <param name="labelPath">The labels, if not beside them under the usual name.</param>
    /// <exception cref="DatasetException">A file is missing, truncated, or the two do not fit together.</exception>
    public static MemorySource ReadIdx(string path, string? labelPath = null) => new(
        [.. IdxSet.Open(path, labelPath).Pictures()
            .Select((picture, i) => new Example($"{path}: picture {i}", picture.Image, picture.Label))]);

    /// <inheritdoc/>
    public string NameOf(int index) => _examples[index].Source;

    /// <inheritdoc/>
    public Example Read(int index) => _examples[index];

    internal static string[] NumberNames(IEnumerable<int> labels) =>
        [.. Enumerable.Range(0, labels.DefaultIfEmpty(-1).Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
}
