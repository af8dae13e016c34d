using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Turns the picture about its middle. Boxes become those around their turned corners: larger than the object, so angles are best kept small.
/// </summary>
/// <param name="MaximumDegrees">The largest angle either way.</param>
public sealed record RandomRotation(float MaximumDegrees = 8) : IAugmentation
{
    /// <summary>What is put where the picture ends.</summary>
    public Rgb Fill { get; init; } = new(124, 117, 104);

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float radians = rng.Between(-MaximumDegrees, MaximumDegrees) * MathF.PI / 180;
        return example.Warped(Affine.About(example.Image.Width / 2f, example.Image.Height / 2f, radians, 1), Fill);
    }
}
