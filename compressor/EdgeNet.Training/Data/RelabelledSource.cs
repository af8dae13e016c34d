using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>A source whose classes are numbered as a network, or another source, numbers them.</summary>
public sealed class RelabelledSource : IExampleSource
{
    private readonly IExampleSource _source;
    private readonly int[] _numbers;

    /// <summary>Finds the classes of a source, by name, among those of a network.</summary>
    /// <param name="source">The source.</param>
    /// <param name="classes">The network's classes; there may be more than the source has.</param>
    /// <param name="of">Whose classes these are, for messages.</param>
    /// <exception cref="DatasetException">A class of the source is none of them.</exception>
    public RelabelledSource(IExampleSource source, IReadOnlyList<string> classes, string of)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(classes);
        (_source, Classes) = (source, classes);
        _numbers = [.. source.Classes.Select(name => classes.ToList().IndexOf(name))];
        if (Array.IndexOf(_numbers, -1) is >= 0 and var unknown)
            throw new DatasetException($"{source.NameOf(0)}: class '{source.Classes[unknown]}' is none of {of}: {string.Join(", ", classes.Take(5))}{(classes.Count > 5 ? ", …" : "")}");
    }

    /// <inheritdoc/>
    public int Count => _source.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public string NameOf(int index) => _source.NameOf(index);

    /// <inheritdoc/>
    public Example Read(int index)
    {
        Example example = _source.Read(index);
        return example with { Label = NumberOf(example.Label), Boxes = [.. example.Boxes.Select(box => box with { Label = NumberOf(box.Label) })] };
    }

    // What is no class of the source stays what it is, for the loader to tell.
    private int NumberOf(int label) => label >= 0 && label < _numbers.Length ? _numbers[label] : label < 0 ? label : int.MaxValue;
}
