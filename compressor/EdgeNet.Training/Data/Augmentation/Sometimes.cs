namespace EdgeNet.Training;

/// <summary>Another augmentation, now and then.</summary>
/// <param name="Augmentation">The other.</param>
/// <param name="Probability">How often, 0…1.</param>
public sealed record Sometimes(IAugmentation Augmentation, float Probability) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return rng.Chance(Probability) ? Augmentation.Apply(example, rng) : example;
    }
}
