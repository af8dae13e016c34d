namespace EdgeNet.Training;

/// <summary>Something wrong with the data.</summary>
/// <param name="Source">The file, and line or entry where there is one.</param>
/// <param name="What">What is wrong and, if it is not fatal, what was left out.</param>
/// <param name="Fatal">Whether nothing can be trained with this; otherwise the entry was skipped.</param>
public sealed record DataProblem(string Source, string What, bool Fatal)
{
    /// <summary>One line to print.</summary>
    public override string ToString() => $"{Source}: {What} ({(Fatal ? "fatal" : "skipped")})";
}
