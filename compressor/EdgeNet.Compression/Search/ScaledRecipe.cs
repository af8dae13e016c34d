namespace EdgeNet.Compression;

/// <summary>The same recipe, harder or softer: what a search for a budget turns.</summary>
internal static class ScaledRecipe
{
    private const double LeastBits = 0.05, MostBits = 7;

    /// <summary>Whether there is anything to turn.</summary>
    public static bool IsPossible(Recipe recipe) => recipe.Steps.Any(step => step is RateStep or PruneStep);

    /// <summary>The recipe with bits and densities multiplied, as far as they go.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="factor">Below 1 for smaller files.</param>
    public static Recipe By(Recipe recipe, double factor) => recipe with
    {
        Steps =
        [
            .. recipe.Steps.Select(step => step switch
            {
                RateStep rate => rate with { Bits = Math.Clamp(rate.Bits * factor, LeastBits, MostBits) },
                // Pruned once and coded after, a weight should not pay twice.
                PruneStep prune when !recipe.Steps.Any(other => other is RateStep) => prune with { Density = Math.Clamp(prune.Density * factor, 0.001, 1) },
                _ => step,
            }),
        ],
    };

    /// <summary>The recipe without retraining: what it makes of a file's size, in seconds.</summary>
    public static Recipe WithoutRetraining(Recipe recipe) => recipe with
    {
        Steps = [.. recipe.Steps.Select(RecipeStep (step) => step switch
        {
            PruneStep prune => prune with { Epochs = 0, Rounds = 1 },
            ChannelStep channels => channels with { Epochs = 0 },
            ClusterStep cluster => cluster with { Epochs = 0 },
            RateStep rate => rate with { Epochs = 0, TuneEpochs = 0 },
            Int8Step int8 => int8 with { Epochs = 0 },
            _ => step,
        })],
    };
}
