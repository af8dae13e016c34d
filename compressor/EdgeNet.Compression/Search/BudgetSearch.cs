using System.Globalization;

namespace EdgeNet.Compression;

/// <summary>An attempt of a search.</summary>
/// <param name="Scale">What bits and densities of the recipe were multiplied by.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Drop">What it lost, in points; null where nothing is measured.</param>
/// <param name="Result">All of it.</param>
internal sealed record Attempt(double Scale, long Bytes, double? Drop, CompressionResult Result);

/// <summary>
/// Looks for the smallest file that loses no more than it may, or the best file that is no larger than it may be, by carrying a recipe out
/// harder or softer. Each attempt is a whole compression.
/// </summary>
internal static class BudgetSearch
{
    /// <summary>Attempts at most: each takes minutes.</summary>
    public const int MostAttempts = 4;

    private const double Harder = 0.8, Softer = 1.25, Smaller = 0.93;

    /// <summary>Searches.</summary>
    /// <param name="first">What the recipe's own bits and densities are multiplied by in the beginning.</param>
    /// <param name="maxBytes">The largest file; null for any.</param>
    /// <param name="maxDrop">The largest drop, in points; null for any.</param>
    /// <param name="mostAttempts">Attempts at most: one where no scale changes the recipe.</param>
    /// <param name="attempt">Compresses at a scale.</param>
    /// <param name="remarks">What there is to say of the search.</param>
    /// <returns>The best attempt: if any keeps to the budget, the smallest of those; else the one that comes closest.</returns>
    public static (Attempt Best, bool Met) Run(double first, long? maxBytes, double? maxDrop, int mostAttempts, Func<double, Attempt> attempt, List<string> remarks)
    {
        var attempts = new List<Attempt> { attempt(first) };
        // Retraining may leave a little more than was expected.
        while (attempts[^1].Bytes > maxBytes && attempts.Count < mostAttempts) attempts.Add(attempt(attempts[^1].Scale * Smaller));
        // Without a limit to what it may lose, the first is what there is. With one of size alone, it uses that up.
        while (maxDrop is { } most && attempts[^1].Drop is { } drop && attempts.Count < mostAttempts)
        {
            bool kept = drop <= most;
            // What is small enough and good enough needs no more; without a limit of size, smaller is better for as long as it is good enough.
            if (kept && (maxBytes is not null || attempts.Any(other => other.Drop > most))) break;
            double next = attempts[^1].Scale * (kept ? Harder : Softer);
            if (!kept && (maxBytes is not null || attempts.Any(other => other.Drop <= most))) break;
            attempts.Add(attempt(next));
        }
        foreach (Attempt tried in attempts.Count > 1 ? attempts : [])
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"tried with bits and densities × {tried.Scale:0.###}: {tried.Bytes} bytes{(tried.Drop is { } drop ? string.Create(CultureInfo.InvariantCulture, $", {drop:0.00} points lost") : "")}"));
        Attempt[] good = [.. attempts.Where(tried => !(tried.Bytes > maxBytes) && !(tried.Drop > maxDrop))];
        if (good.Length > 0) return (good.MinBy(tried => tried.Bytes)!, true);
        // What is too large is closest where it is smallest; what is small enough, where it lost least.
        Attempt[] small = [.. attempts.Where(tried => !(tried.Bytes > maxBytes))];
        return (small.Length > 0 ? small.MinBy(tried => tried.Drop)! : attempts.MinBy(tried => tried.Bytes)!, false);
    }
}
