using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Mirrors the picture. For half of the pictures: <see cref="Sometimes"/>.</summary>
/// <param name="Vertical">Up and down; otherwise left and right.</param>
public sealed record Flip(bool Vertical = false) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        return example with
        {
            Image = Mirrored(example.Image),
            Mask = example.Mask is null ? null : Mirrored(example.Mask),
            Boxes = [.. example.Boxes.Select(truth => truth with { Box = Mirrored(truth.Box) })],
        };
    }

    private Image Mirrored(Image image) => Vertical ? PictureGeometry.FlipVertical(image) : PictureGeometry.FlipHorizontal(image);

    private Box Mirrored(Box box) => Vertical
        ? box with { YMin = 1 - box.YMax, YMax = 1 - box.YMin }
        : box with { XMin = 1 - box.XMax, XMax = 1 - box.XMin };
}
