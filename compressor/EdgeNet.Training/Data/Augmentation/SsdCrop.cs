using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// The patch sampling of SSD (Liu et al., ECCV 2016, section 2.2): the whole picture, a patch that overlaps some object by at least 0.1, 0.3,
/// 0.5, 0.7 or 0.9, or any patch. Objects whose centre is in the patch are kept; of the others, those that still show are ignored.
/// </summary>
/// <param name="MinimumSide">The shortest side of a patch, as a share of the picture's.</param>
public sealed record SsdCrop(float MinimumSide = 0.3f) : IAugmentation
{
    private const int Attempts = 50;

    // Below 0: the whole picture.
    private static readonly float[] Overlaps = [-1, 0, 0.1f, 0.3f, 0.5f, 0.7f, 0.9f];

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        // What cannot be had of this picture (small objects never fill a patch) gives way to another choice, in the end to the whole picture.
        while (Overlaps[rng.Below(Overlaps.Length)] is >= 0 and var overlap)
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                if (TryPatch(example, overlap, rng) is { } patch) return patch;
            }
        }
        return example;
    }

    private Example? TryPatch(Example example, float overlap, Rng rng)
    {
        (int oldWidth, int oldHeight) = (example.Image.Width, example.Image.Height);
        float w = rng.Between(MinimumSide, 1), h = rng.Between(MinimumSide, 1);
        if (w > 2 * h || h > 2 * w) return null;
        int width = Math.Max(1, (int)(w * oldWidth)), height = Math.Max(1, (int)(h * oldHeight));
        int x = rng.Below(oldWidth - width + 1), y = rng.Below(oldHeight - height + 1);
        Box patch = new((float)x / oldWidth, (float)y / oldHeight, (float)(x + width) / oldWidth, (float)(y + height) / oldHeight);
        if (example.Boxes.Count > 0 && !example.Boxes.Any(truth => IsCentredIn(truth.Box, patch) && truth.Box.IntersectionOverUnion(patch) >= overlap)) return null;
        GroundTruth[] centred = [.. example.Boxes.Select(truth => IsCentredIn(truth.Box, patch) ? truth : truth with { Ignore = true })];
        return (example with { Boxes = centred }).Window(x, y, width, height, default);
    }

    private static bool IsCentredIn(Box box, Box patch)
    {
        float x = (box.XMin + box.XMax) / 2, y = (box.YMin + box.YMax) / 2;
        return x > patch.XMin && x < patch.XMax && y > patch.YMin && y < patch.YMax;
    }
}
