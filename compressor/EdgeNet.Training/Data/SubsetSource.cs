namespace EdgeNet.Training;

/// <summary>Some pictures of another source.</summary>
/// <param name="source">The other source.</param>
/// <param name="indices">Which of its pictures, in this order.</param>
public sealed class SubsetSource(IExampleSource source, IReadOnlyList<int> indices) : IExampleSource
{
    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => source.Classes;

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(indices[index]);

    /// <inheritdoc/>
    public Example Read(int index) => source.Read(indices[index]);
}
