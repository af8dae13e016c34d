using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Puts the picture somewhere on a larger, plain one, so that small objects are seen (SSD's expansion; Liu et al. 2016, section 3.6). The result
/// has the picture's size: the picture is shrunk, not the canvas enlarged.
/// </summary>
/// <param name="MaximumFactor">How many times as wide and high the canvas may be.</param>
public sealed record ZoomOut(float MaximumFactor = 4) : IAugmentation
{
    /// <summary>The canvas; by default about the mean of photos.</summary>
    public Rgb Fill { get; init; } = new(124, 117, 104);

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float factor = rng.Between(1, MaximumFactor);
        (int width, int height) = (example.Image.Width, example.Image.Height);
        int innerWidth = Math.Max(1, (int)(width / factor)), innerHeight = Math.Max(1, (int)(height / factor));
        int x = rng.Below(width - innerWidth + 1), y = rng.Below(height - innerHeight + 1);
        return example.Resized(innerWidth, innerHeight).Window(-x, -y, width, height, Fill);
    }
}
