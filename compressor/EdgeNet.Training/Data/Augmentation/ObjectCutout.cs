using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>An object without its background.</summary>
/// <param name="Source">What messages call it.</param>
/// <param name="Image">The smallest rectangle around it.</param>
/// <param name="Mask">One channel of the same size: 255 on the object, 0 beside it.</param>
/// <param name="Label">Class index.</param>
public sealed record ObjectCutout(string Source, Image Image, Image Mask, int Label)
{
    private const float SameObject = 0.5f;

    /// <summary>
    /// Cuts the instances out of a picture's mask. Those that are no taller than <paramref name="minimumHeight"/> are left out, as are those
    /// for which no box says what they are: boxes that are ignored do not.
    /// </summary>
    /// <param name="example">A picture with boxes and a mask; without a mask it has none.</param>
    /// <param name="minimumHeight">In pixels.</param>
    public static IReadOnlyList<ObjectCutout> From(Example example, int minimumHeight = 16)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.Mask is not { } mask) return [];
        (int width, int height) = (mask.Width, mask.Height);
        (int Left, int Top, int Right, int Bottom)[] extents = new (int, int, int, int)[256];
        Array.Fill(extents, (width, height, 0, 0));
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = mask.Row(y);
            for (int x = 0; x < width; x++)
            {
                ref var extent = ref extents[row[x]];
                extent = (Math.Min(extent.Left, x), Math.Min(extent.Top, y), Math.Max(extent.Right, x + 1), Math.Max(extent.Bottom, y + 1));
            }
        }

        List<ObjectCutout> cutouts = [];
        for (int instance = 1; instance < extents.Length; instance++)
        {
            (int left, int top, int right, int bottom) = extents[instance];
            if (right <= left || bottom - top < minimumHeight) continue;
            Box box = new((float)left / width, (float)top / height, (float)right / width, (float)bottom / height);
            GroundTruth[] same = [.. example.Boxes.Where(truth => truth.Box.IntersectionOverUnion(box) >= SameObject).OrderByDescending(truth => truth.Box.IntersectionOverUnion(box))];
            if (same is not [{ Ignore: false } truth, ..]) continue;
            Image cut = Resizing.Crop(mask, left, top, right - left, bottom - top);
            for (int i = 0; i < cut.Pixels.Length; i++) cut.Pixels[i] = cut.Pixels[i] == instance ? byte.MaxValue : (byte)0;
            cutouts.Add(new ObjectCutout($"{example.Source}: instance {instance}", Resizing.Crop(example.Image, left, top, right - left, bottom - top), cut, truth.Label));
        }
        return cutouts;
    }

    /// <summary>The cut-outs of all pictures of a source. Reads them all.</summary>
    /// <inheritdoc cref="IExampleSource.Read"/>
    public static IReadOnlyList<ObjectCutout> From(IExampleSource source, int minimumHeight = 16)
    {
        ArgumentNullException.ThrowIfNull(source);
        return [.. Enumerable.Range(0, source.Count).SelectMany(index => From(source.Read(index), minimumHeight))];
    }
}
