using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>What was found wrong with the data so far, each thing once. Safe to use from several threads.</summary>
public sealed class DataProblems
{
    private readonly Lock _lock = new();
    private readonly List<DataProblem> _all = [];
    private readonly HashSet<DataProblem> _known = [];

    /// <summary>The problems in the order in which they were found; a copy.</summary>
    public IReadOnlyList<DataProblem> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    /// <summary>Notes that an entry was left out.</summary>
    public void Skipped(string source, string what) => Add(new DataProblem(source, what, false));

    /// <summary>Notes that the data cannot be used, and makes the exception to throw.</summary>
    public DatasetException Fatal(string source, string what)
    {
        Add(new DataProblem(source, what, true));
        return new DatasetException($"{source}: {what}");
    }

    private void Add(DataProblem problem)
    {
        lock (_lock)
        {
            if (_known.Add(problem)) _all.Add(problem);
        }
    }
}
