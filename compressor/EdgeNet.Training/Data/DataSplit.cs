using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>A source in two: pictures to train with, and pictures that training never sees. Both keep the source's order.</summary>
/// <param name="Training">What to train with.</param>
/// <param name="HeldOut">What to measure with.</param>
public sealed record DataSplit(IExampleSource Training, IExampleSource HeldOut)
{
    /// <summary>Holds out every <paramref name="step"/>-th picture, the first one included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A step below 2.</exception>
    public static DataSplit Every(IExampleSource source, int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 2);
        return By(source, index => index % step == 0);
    }

    /// <summary>
    /// Holds out a fraction, rounded to whole pictures. Which ones depends on the seed and on the pictures' file names, so that few change
    /// sides when pictures are added or the set is moved.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No fraction above 0 and below 1.</exception>
    public static DataSplit Fraction(IExampleSource source, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!(fraction > 0 && fraction < 1)) throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Expected a fraction above 0 and below 1.");
        HashSet<int> heldOut = [.. Enumerable.Range(0, source.Count)
            .OrderBy(index => Rank(seed, Path.GetFileName(source.NameOf(index))))
            .ThenBy(index => index)
            .Take((int)Math.Round(source.Count * fraction))];
        return By(source, heldOut.Contains);
    }

    /// <summary>Holds out the pictures named, by file name with or without its extension. Empty lines are let pass.</summary>
    /// <exception cref="DatasetException">A name is none of the source's pictures.</exception>
    public static DataSplit Names(IExampleSource source, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(names);
        ILookup<string, int> places = Enumerable.Range(0, source.Count)
            .SelectMany(index => new[] { Path.GetFileName(source.NameOf(index)), Path.GetFileNameWithoutExtension(source.NameOf(index)) }
                .Distinct().Select(name => (name, index)))
            .ToLookup(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
        HashSet<int> heldOut = [];
        foreach (string name in names.Select(name => name.Trim()).Where(name => name.Length > 0))
        {
            if (!places.Contains(name)) throw new DatasetException($"'{name}' is to be held out but is no picture of the set; names are like {Path.GetFileName(source.NameOf(0))}");
            heldOut.UnionWith(places[name]);
        }
        return By(source, heldOut.Contains);
    }

    private static DataSplit By(IExampleSource source, Func<int, bool> isHeldOut)
    {
        ILookup<bool, int> sides = Enumerable.Range(0, source.Count).ToLookup(isHeldOut);
        return new DataSplit(new SubsetSource(source, [.. sides[false]]), new SubsetSource(source, [.. sides[true]]));
    }

    private static ulong Rank(int seed, string name) => Rng.For(seed, [.. name.Select(letter => (int)letter)]).NextBits();
}
