using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Takes the colour away (ITU-R BT.601 luma); the picture keeps its channels.</summary>
public sealed record Greyscale : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.Image.Channels == 1) return example;
        Image grey = PictureGeometry.Unwritten(example.Image.Width, example.Image.Height, 3);
        ReadOnlySpan<byte> from = example.Image.Pixels;
        Span<byte> to = grey.Pixels;
        for (int i = 2; i < from.Length && i < to.Length; i += 3)
        {
            // The weights × 65536; they sum to it.
            byte luma = (byte)(((19595 * from[i - 2]) + (38470 * from[i - 1]) + (7471 * from[i]) + 32768) >> 16);
            to[i - 2] = to[i - 1] = to[i] = luma;
        }
        return example with { Image = grey };
    }
}
