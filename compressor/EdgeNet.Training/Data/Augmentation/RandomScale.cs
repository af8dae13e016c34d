using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Scales about a random point of the picture, which keeps its size: above 1 edges are cut away, below 1 they are filled.</summary>
/// <param name="Minimum">The smallest factor, above 0.</param>
/// <param name="Maximum">The largest.</param>
public sealed record RandomScale(float Minimum = 0.8f, float Maximum = 1.25f) : IAugmentation
{
    /// <summary>What is put where the picture ends.</summary>
    public Rgb Fill { get; init; } = new(124, 117, 104);

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float scale = rng.Between(Minimum, Maximum);
        return example.Warped(Affine.About(rng.Unit() * example.Image.Width, rng.Unit() * example.Image.Height, 0, scale), Fill);
    }
}
