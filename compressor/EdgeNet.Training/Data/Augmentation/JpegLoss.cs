using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Blocks and colour bleeding: the picture is encoded as JPEG and decoded again. Does nothing where <see cref="JpegFile.IsAvailable"/> is false.</summary>
/// <param name="MinimumQuality">The worst quality, 1…100.</param>
/// <param name="MaximumQuality">The best.</param>
public sealed record JpegLoss(int MinimumQuality = 30, int MaximumQuality = 90) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        int quality = MinimumQuality + rng.Below(MaximumQuality - MinimumQuality + 1);
        return JpegFile.IsAvailable ? example with { Image = JpegFile.Decode(JpegFile.Encode(example.Image, quality, example.Source), example.Source) } : example;
    }
}
