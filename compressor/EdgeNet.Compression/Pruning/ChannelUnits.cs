namespace EdgeNet.Compression;

/// <summary>
/// Output channels of layers, numbered through a whole graph, and which of them go together (disjoint sets, Galler and Fischer 1964). A set may be
/// fixed: it stays, for a reason.
/// </summary>
internal sealed class ChannelUnits
{
    private readonly List<int> _parents = [];
    private readonly Dictionary<int, string> _reasons = [];
    private readonly List<(int Unit, int Mark)> _marks = [];
    private int _nextMark;

    /// <summary>As many as were made.</summary>
    public int Count => _parents.Count;

    /// <summary>New ones, that have one mark in common.</summary>
    public int[] Add(int count)
    {
        int[] units = [.. Enumerable.Range(_parents.Count, count)];
        _parents.AddRange(units);
        Mark(units);
        return units;
    }

    /// <summary>Marks units as having a place of their own somewhere: sets with other marks have other places, and are counted for themselves.</summary>
    public void Mark(IEnumerable<int> units)
    {
        foreach (int unit in units) _marks.Add((unit, _nextMark));
        _nextMark++;
    }

    /// <summary>The set's representative: its first unit.</summary>
    public int Find(int unit)
    {
        while (_parents[unit] != unit) unit = _parents[unit] = _parents[_parents[unit]];
        return unit;
    }

    /// <summary>Units of one list go with those of the other.</summary>
    public void Join(int[] some, int[] others)
    {
        for (int i = 0; i < some.Length; i++)
        {
            int a = Find(some[i]), b = Find(others[i]);
            if (a == b) continue;
            (int first, int second) = a < b ? (a, b) : (b, a);
            _parents[second] = first;
            if (_reasons.Remove(second, out string? reason)) _reasons.TryAdd(first, reason);
        }
    }

    /// <summary>These stay.</summary>
    public void Fix(IEnumerable<int> units, string reason)
    {
        foreach (int unit in units) _reasons.TryAdd(Find(unit), reason);
    }

    /// <summary>Why a set stays; null where it may go.</summary>
    public string? ReasonOf(int unit) => _reasons.GetValueOrDefault(Find(unit));

    /// <summary>The marks of each set, by its representative, in order.</summary>
    public Dictionary<int, int[]> MarksOfSets() =>
        _marks.GroupBy(pair => Find(pair.Unit), pair => pair.Mark).ToDictionary(group => group.Key, group => group.Distinct().Order().ToArray());
}
