using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Pastes cut-outs on the picture (Dwibedi, Misra and Hebert, "Cut, paste and learn", ICCV 2017). Later ones hide earlier ones and what was
/// there before: what is mostly hidden is ignored from then on. The picture's mask, if it has one, gets the new objects too.
/// </summary>
/// <param name="Objects">What to paste; at least one.</param>
/// <param name="Minimum">The fewest objects for a picture.</param>
/// <param name="Maximum">The most.</param>
/// <param name="MinimumHeight">The smallest height of an object, as a share of the picture's.</param>
/// <param name="MaximumHeight">The largest.</param>
public sealed record PasteObjects(
    IReadOnlyList<ObjectCutout> Objects, int Minimum = 1, int Maximum = 3, float MinimumHeight = 0.15f, float MaximumHeight = 0.8f) : IAugmentation
{
    /// <summary>The width of the band, in pixels, over which an object's edge fades into the picture; 0 for hard edges.</summary>
    public int SoftEdge { get; init; } = 1;

    /// <summary>How far an object may stick out of the picture, as a share of its width or height.</summary>
    public float Outside { get; init; } = 0.1f;

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        // Their numbers stand in a picture of bytes.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Maximum, byte.MaxValue);
        int count = Minimum + rng.Below(Maximum - Minimum + 1);
        if (count == 0) return example;
        Image image = new(example.Image.Width, example.Image.Height, example.Image.Channels, (byte[])example.Image.Pixels.Clone());

        // Which object shows at each pixel: 0 for what was there, n for the n-th pasted.
        Image owners = new(image.Width, image.Height, 1);
        List<(GroundTruth Truth, int Area)> pasted = [];
        for (int number = 1; number <= count; number++) pasted.Add(Paste(Objects[rng.Below(Objects.Count)], image, owners, (byte)number, rng));

        int[] visible = new int[256];
        foreach (byte owner in owners.Pixels) visible[owner]++;
        List<GroundTruth> boxes = [.. example.Boxes.Select(truth => HiddenShare(truth.Box, owners) > 1 - VisibleBoxes.IgnoredBelow ? truth with { Ignore = true } : truth)];
        foreach ((int i, (GroundTruth truth, int area)) in pasted.Index())
        {
            // An object nothing shows of is no object, and one that mostly hides or sticks out need not be found.
            if (area == 0 || visible[i + 1] == 0 || truth.Box.Area == 0) continue;
            boxes.Add(truth with { Ignore = visible[i + 1] < VisibleBoxes.IgnoredBelow * area });
        }
        return example with { Image = image, Boxes = boxes, Mask = example.Mask is null ? null : Merged(example.Mask, owners) };
    }

    private (GroundTruth Truth, int Area) Paste(ObjectCutout cutout, Image image, Image owners, byte number, Rng rng)
    {
        bool mirrored = rng.Chance(0.5f);
        double scale = rng.Between(MinimumHeight, MaximumHeight) * image.Height / cutout.Image.Height;
        int width = Math.Clamp((int)Math.Round(cutout.Image.Width * scale), 1, image.Width * 2), height = Math.Max(1, (int)Math.Round(cutout.Image.Height * scale));
        int x = Place(image.Width, width, rng), y = Place(image.Height, height, rng);

        Image colours = Shrunk(cutout.Image, width, height), shape = Shrunk(cutout.Mask, width, height);
        Image alpha = SoftEdge == 0 ? shape : Softened(shape);
        if (mirrored) (colours, shape, alpha) = (Resizing.FlipHorizontal(colours), Resizing.FlipHorizontal(shape), Resizing.FlipHorizontal(alpha));
        int area = 0, left = image.Width, top = image.Height, right = 0, bottom = 0;
        for (int row = 0; row < height; row++)
        {
            ReadOnlySpan<byte> solid = shape.Row(row), weights = alpha.Row(row);
            for (int column = 0; column < width; column++)
            {
                if (solid[column] >= 128) area++;
                if (x + column < 0 || x + column >= image.Width || y + row < 0 || y + row >= image.Height) continue;
                Blend(image.Row(y + row).Slice((x + column) * image.Channels, image.Channels), colours.Row(row).Slice(column * colours.Channels, colours.Channels), weights[column]);
                if (solid[column] < 128) continue;
                owners.Row(y + row)[x + column] = number;
                (left, top) = (Math.Min(left, x + column), Math.Min(top, y + row));
                (right, bottom) = (Math.Max(right, x + column + 1), Math.Max(bottom, y + row + 1));
            }
        }

        Box box = right > left ? new Box(left, top, right, bottom).Scaled(1f / image.Width, 1f / image.Height) : default;
        return (new GroundTruth(box, cutout.Label), area);
    }

    private int Place(int available, int extent, Rng rng)
    {
        float lowest = -Outside * extent, highest = available - extent + (Outside * extent);
        return (int)MathF.Round(rng.Between(Math.Min(lowest, highest), Math.Max(lowest, highest)));
    }

    private static Image Shrunk(Image image, int width, int height) =>
        width < image.Width && height < image.Height ? Resizing.Area(image, width, height) : Resizing.Bilinear(image, width, height);

    // Fades inwards only: outside its mask an object brings its old background along.
    private Image Softened(Image shape)
    {
        int side = (2 * SoftEdge) + 1;
        Neighbourhood.Tap[] taps = [.. Enumerable.Range(0, side).Select(i => new Neighbourhood.Tap(i - SoftEdge, 0, 0))];
        ushort[] weights = BlurWeights.Of([.. taps.Select(_ => 1f)]);
        Image across = new Neighbourhood(shape, SoftEdge).WeightedMean([.. taps.Select((tap, i) => tap with { Weight = weights[i] })]);
        Image soft = new Neighbourhood(across, SoftEdge).WeightedMean([.. taps.Select((tap, i) => new Neighbourhood.Tap(0, tap.X, weights[i]))]);
        for (int i = 0; i < soft.Pixels.Length; i++) soft.Pixels[i] = Math.Min(soft.Pixels[i], shape.Pixels[i]);
        return soft;
    }

    private static void Blend(Span<byte> below, ReadOnlySpan<byte> above, byte alpha)
    {
        for (int channel = 0; channel < below.Length; channel++)
        {
            int colour = above.Length == below.Length ? above[channel]
                : above.Length == 1 ? above[0]
                : ((19595 * above[0]) + (38470 * above[1]) + (7471 * above[2]) + 32768) >> 16;
            below[channel] = (byte)(((below[channel] * (255 - alpha)) + (colour * alpha) + 127) / 255);
        }
    }

    private static float HiddenShare(Box box, Image owners)
    {
        Box pixels = box.Scaled(owners.Width, owners.Height);
        int left = (int)pixels.XMin, right = Math.Min(owners.Width, (int)MathF.Ceiling(pixels.XMax)), hidden = 0;
        int top = (int)pixels.YMin, bottom = Math.Min(owners.Height, (int)MathF.Ceiling(pixels.YMax));
        for (int y = top; y < bottom; y++) hidden += right - left - owners.Row(y)[left..right].Count((byte)0);
        return right > left && bottom > top ? (float)hidden / ((right - left) * (bottom - top)) : 0;
    }

    private static Image Merged(Image mask, Image owners)
    {
        Image merged = new(mask.Width, mask.Height, 1, (byte[])mask.Pixels.Clone());
        byte highest = mask.Pixels.Max();
        for (int i = 0; i < merged.Pixels.Length; i++)
        {
            if (owners.Pixels[i] > 0) merged.Pixels[i] = (byte)Math.Min(255, highest + owners.Pixels[i]);
        }
        return merged;
    }
}
