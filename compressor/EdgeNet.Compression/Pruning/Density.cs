using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>The part of weights that is not zero.</summary>
public static class Density
{
    /// <summary>That of each of <see cref="WeightLayers.Of"/>.</summary>
    public static ImmutableArray<double> Of(Graph graph) => [.. WeightLayers.Of(graph).Select(Of)];

    /// <summary>That of a layer; 1 where it has no weights.</summary>
    public static double Of(WeightLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        int weights = layer.Shape.ElementCount;
        return weights == 0 ? 1 : 1 - ((double)layer.Constant.CountZeros() / weights);
    }

    /// <summary>
    /// That after a round of gradual pruning: <c>end + (start − end) · (1 − round ⁄ rounds)³</c>, fast while there is much to take and slow at
    /// the end (Zhu and Gupta 2017). Exactly the end's at the last round; never above the start's.
    /// </summary>
    /// <param name="start">Before the first round.</param>
    /// <param name="end">After the last.</param>
    /// <param name="round">From 1; 0 gives the start.</param>
    /// <param name="rounds">At least 1.</param>
    public static double AtRound(double start, double end, int round, int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(round, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(round, rounds);
        if (start <= end) return start;
        double left = 1 - ((double)round / rounds);
        return end + ((start - end) * left * left * left);
    }

    /// <summary>Refuses what is no density.</summary>
    /// <exception cref="CompressionException">It is not above 0 and at most 1.</exception>
    internal static void Check(double density, string what)
    {
        if (density is not (> 0 and <= 1)) throw new CompressionException($"a density of {density} for '{what}'; expected a number above 0, at most 1");
    }
}
