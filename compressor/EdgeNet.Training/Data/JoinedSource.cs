using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Several sources one after another, like photos and backgrounds.</summary>
public sealed class JoinedSource : IExampleSource
{
    private readonly (IExampleSource Source, int Index)[] _places;

    /// <summary>Joins sources.</summary>
    /// <param name="sources">In this order. Their classes are the same; those that have none may be among them.</param>
    /// <exception cref="DatasetException">Two of them number their classes differently.</exception>
    public JoinedSource(IReadOnlyList<IExampleSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        IReadOnlyList<string>[] classes = [.. sources.Select(source => source.Classes).Where(classes => classes.Count > 0)];
        Classes = classes.FirstOrDefault() ?? [];
        if (classes.FirstOrDefault(other => !other.SequenceEqual(Classes)) is { } different)
            throw new DatasetException($"classes {string.Join(", ", different.Take(5))} beside {string.Join(", ", Classes.Take(5))}; sources are joined only if their classes are the same");
        _places = [.. sources.SelectMany(source => Enumerable.Range(0, source.Count).Select(index => (source, index)))];
    }

    /// <inheritdoc/>
    public int Count => _places.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public string NameOf(int index) => _places[index].Source.NameOf(_places[index].Index);

    /// <inheritdoc/>
    public Example Read(int index) => _places[index].Source.Read(_places[index].Index);
}
