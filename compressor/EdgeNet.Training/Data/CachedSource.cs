using System.Collections.Concurrent;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Keeps another source's pictures once decoded, as far as memory allows; the others are decoded each time. Reading gives the same either way.
/// </summary>
/// <param name="source">The other source.</param>
/// <param name="memoryLimit">Bytes of pixels to keep.</param>
/// <param name="maximumSide">If given, pictures with a longer side are scaled down to it (by area) when they are decoded.</param>
public sealed class CachedSource(IExampleSource source, long memoryLimit, int? maximumSide = null) : IExampleSource
{
    private readonly ConcurrentDictionary<int, Example> _kept = new();
    private long _used;

    /// <summary>Bytes of pixels kept now.</summary>
    public long MemoryUsed => Interlocked.Read(ref _used);

    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => source.Classes;

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(index);

    /// <inheritdoc/>
    public Example Read(int index)
    {
        if (_kept.TryGetValue(index, out Example? kept)) return kept;
        Example example = ScaledDown(source.Read(index));
        long size = example.Image.Pixels.Length + (example.Mask?.Pixels.Length ?? 0);
        if (Interlocked.Add(ref _used, size) > memoryLimit || !_kept.TryAdd(index, example)) Interlocked.Add(ref _used, -size);
        return example;
    }

    private Example ScaledDown(Example example)
    {
        int longer = Math.Max(example.Image.Width, example.Image.Height);
        if (maximumSide is not { } side || longer <= side) return example;
        int width = Math.Max(1, (int)Math.Round((double)example.Image.Width * side / longer));
        int height = Math.Max(1, (int)Math.Round((double)example.Image.Height * side / longer));
        return example with
        {
            Image = Resizing.Area(example.Image, width, height),
            Mask = example.Mask is null ? null : PictureGeometry.Nearest(example.Mask, width, height),
        };
    }
}
