using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Pads all sides and cuts out a rectangle of the picture's size (He et al. 2016, for CIFAR).</summary>
/// <param name="Padding">Pixels on each side.</param>
/// <param name="Fill">Their colour.</param>
public sealed record RandomCrop(int Padding, Rgb Fill = default) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        int x = rng.Below((2 * Padding) + 1) - Padding, y = rng.Below((2 * Padding) + 1) - Padding;
        return x == 0 && y == 0 ? example : example.Window(x, y, example.Image.Width, example.Image.Height, Fill);
    }
}
