namespace EdgeNet.Vision;

/// <summary>How a resize makes new samples out of old ones.</summary>
public enum ResizeMethod
{
    /// <summary>Between the four nearest samples; see <see cref="Resizing.Bilinear(Image, int, int)"/>.</summary>
    Bilinear,

    /// <summary>The mean of everything covered; see <see cref="Resizing.Area"/>.</summary>
    Area,
}

/// <summary>Pictures of another size or cut. All arithmetic is in integers, so that every machine gives the same bytes.</summary>
public static class Resizing
{
    private const int FractionBits = 11;
    private const int One = 1 << FractionBits;

    /// <summary>Resizes with the method given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not one an <see cref="Image"/> may have, or the method is unknown.</exception>
    public static Image Resize(Image image, int width, int height, ResizeMethod method) => method switch
    {
        ResizeMethod.Bilinear => Bilinear(image, width, height),
        ResizeMethod.Area => Area(image, width, height),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Expected Bilinear or Area."),
    };

    /// <summary>
    /// Bilinear with half-pixel centres, clamped at the edges: sample x of the result lies at (x + ½) · old ⁄ new − ½ of the source, as in
    /// OpenCV's INTER_LINEAR and TensorFlow's half_pixel_centers. Weights have 11 bits; a sample is within 1 of the exact value.
    /// </summary>
    /// <param name="image">The source.</param>
    /// <param name="width">New width in pixels.</param>
    /// <param name="height">New height in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not one an <see cref="Image"/> may have.</exception>
    public static Image Bilinear(Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        Image resized = new(width, height, image.Channels);
        Bilinear(image, resized);
        return resized;
    }

    /// <summary>As the other overload, into a picture that is there already.</summary>
    /// <param name="image">The source.</param>
    /// <param name="resized">The result, of any size, with as many channels.</param>
    /// <exception cref="ArgumentException">The channels differ.</exception>
    public static void Bilinear(Image image, Image resized)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(resized);
        CheckChannels(image, resized);
        (int width, int height) = (resized.Width, resized.Height);
        BilinearTap[] columns = BilinearTap.ForAxis(image.Width, width);
        BilinearTap[] rows = BilinearTap.ForAxis(image.Height, height);

        // Neighbouring rows of the result mostly use the same two source rows, so both are kept once stretched.
        int[] upper = new int[width * image.Channels];
        int[] lower = new int[width * image.Channels];
        (int upperRow, int lowerRow) = (-1, -1);
        for (int y = 0; y < height; y++)
        {
            BilinearTap tap = rows[y];
            if (tap.First == lowerRow)
            {
                (upper, lower) = (lower, upper);
                (upperRow, lowerRow) = (lowerRow, upperRow);
            }

            if (tap.First != upperRow)
                Stretch(image.Row(upperRow = tap.First), columns, image.Channels, upper);
            if (tap.Second != lowerRow)
                Stretch(image.Row(lowerRow = tap.Second), columns, image.Channels, lower);

            Span<byte> to = resized.Row(y);
            for (int i = 0; i < to.Length; i++)
            {
                int sum = (upper[i] * (One - tap.Weight)) + (lower[i] * tap.Weight);
                to[i] = (byte)((sum + (1 << ((2 * FractionBits) - 1))) >> (2 * FractionBits));
            }
        }
    }

    /// <summary>
    /// Area averaging: every sample is the mean of the source over the rectangle it covers, source pixels cut by its sides counted by the
    /// exact fraction covered, rounded half up. What shrinking wants: nothing aliases. Enlarging gives blocks.
    /// </summary>
    /// <param name="image">The source.</param>
    /// <param name="width">New width in pixels.</param>
    /// <param name="height">New height in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not one an <see cref="Image"/> may have.</exception>
    public static Image Area(Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        Image resized = new(width, height, image.Channels);
        AreaSpan[] columns = AreaSpan.ForAxis(image.Width, width);
        AreaSpan[] rows = AreaSpan.ForAxis(image.Height, height);

        // On either axis the weights are integers that sum to the source's size (see AreaSpan), so this is what a full rectangle weighs.
        long whole = (long)image.Width * image.Height;
        long[] sums = new long[width * image.Channels];
        long[] shrunk = new long[width * image.Channels];
        int shrunkRow = -1;
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            AreaSpan span = rows[y];
            for (int row = span.First; row <= span.Last; row++)
            {
                if (row != shrunkRow)
                    Shrink(image.Row(shrunkRow = row), columns, image.Channels, shrunk);
                long weight = span.Weight(row);
                for (int i = 0; i < sums.Length; i++)
                    sums[i] += weight * shrunk[i];
            }

            Span<byte> to = resized.Row(y);
            for (int i = 0; i < to.Length; i++)
                to[i] = (byte)((sums[i] + (whole / 2)) / whole);
        }

        return resized;
    }

    /// <summary>Cuts out a rectangle.</summary>
    /// <param name="image">The source.</param>
    /// <param name="x">First column kept.</param>
    /// <param name="y">First row kept.</param>
    /// <param name="width">Columns kept.</param>
    /// <param name="height">Rows kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or reaches outside the picture.</exception>
    public static Image Crop(Image image, int x, int y, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        CheckInside(x, width, image.Width, nameof(x));
        CheckInside(y, height, image.Height, nameof(y));
        Image cropped = new(width, height, image.Channels);
        for (int row = 0; row < height; row++)
            image.Row(y + row).Slice(x * image.Channels, width * image.Channels).CopyTo(cropped.Row(row));
        return cropped;
    }

    /// <summary>Cuts out the middle; of an odd remainder the smaller half is cut at the left and the top.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is empty or larger than the picture.</exception>
    public static Image CentreCrop(Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Crop(image, (image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }

    /// <summary>Mirrors left and right.</summary>
    public static Image FlipHorizontal(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Image flipped = new(image.Width, image.Height, image.Channels);
        FlipHorizontal(image, flipped);
        return flipped;
    }

    /// <summary>As the other overload, into a picture that is there already: another one, of the same size and channels.</summary>
    /// <exception cref="ArgumentException">The size or the channels differ.</exception>
    public static void FlipHorizontal(Image image, Image flipped)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(flipped);
        CheckChannels(image, flipped);
        if (flipped.Width != image.Width || flipped.Height != image.Height)
            throw new ArgumentException($"A result of {flipped.Width}×{flipped.Height} for a picture of {image.Width}×{image.Height}; expected the same size.", nameof(flipped));
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Row(y);
            Span<byte> to = flipped.Row(y);
            if (image.Channels == 1)
            {
                from.CopyTo(to);
                to.Reverse();
                continue;
            }

            for (int x = 0, end = to.Length - 3; x < from.Length; x += 3, end -= 3)
                (to[end], to[end + 1], to[end + 2]) = (from[x], from[x + 1], from[x + 2]);
        }
    }

    private static void CheckChannels(Image image, Image result)
    {
        if (result.Channels != image.Channels)
            throw new ArgumentException($"A result of {result.Channels} channels for a picture of {image.Channels}; expected as many.", nameof(result));
    }

    private static void CheckInside(int start, int length, int available, string name)
    {
        if (start < 0 || length < 1 || (long)start + length > available)
            throw new ArgumentOutOfRangeException(name, $"{length} pixels from {start} are not inside the {available} of the picture.");
    }

    private static void Stretch(ReadOnlySpan<byte> row, BilinearTap[] columns, int channels, Span<int> stretched)
    {
        int at = 0;
        foreach (BilinearTap tap in columns)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int first = row[(tap.First * channels) + channel];
                int second = row[(tap.Second * channels) + channel];
                stretched[at++] = (first << FractionBits) + ((second - first) * tap.Weight);
            }
        }
    }

    private static void Shrink(ReadOnlySpan<byte> row, AreaSpan[] columns, int channels, Span<long> shrunk)
    {
        int at = 0;
        foreach (AreaSpan span in columns)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                long sum = span.FirstWeight * row[(span.First * channels) + channel];
                for (int x = span.First + 1; x <= span.Last; x++)
                    sum += span.Weight(x) * row[(x * channels) + channel];
                shrunk[at++] = sum;
            }
        }
    }

    /// <summary>Two source samples and the weight of the second, of <see cref="One"/>.</summary>
    private readonly record struct BilinearTap(int First, int Second, int Weight)
    {
        public static BilinearTap[] ForAxis(int from, int to)
        {
            BilinearTap[] taps = new BilinearTap[to];
            for (int i = 0; i < to; i++)
            {
                double centre = ((i + 0.5) * from / to) - 0.5;
                int first = (int)Math.Floor(centre);
                int weight = (int)Math.Round((centre - first) * One);
                taps[i] = new(Math.Clamp(first, 0, from - 1), Math.Clamp(first + 1, 0, from - 1), weight);
            }

            return taps;
        }
    }

    /// <summary>
    /// The source samples one result sample covers. Measured in 1 ⁄ to of a source sample everything is whole: the result covers
    /// [i · from, (i + 1) · from) and source sample j covers [j · to, (j + 1) · to). Weights are the overlaps and sum to from.
    /// </summary>
    private readonly record struct AreaSpan(int First, int Last, long FirstWeight, long LastWeight, long InnerWeight)
    {
        public long Weight(int index) => index == First ? FirstWeight : index == Last ? LastWeight : InnerWeight;

        public static AreaSpan[] ForAxis(int from, int to)
        {
            AreaSpan[] spans = new AreaSpan[to];
            for (int i = 0; i < to; i++)
            {
                long start = (long)i * from;
                long end = start + from;
                int first = (int)(start / to);
                int last = (int)((end - 1) / to);
                long firstWeight = Math.Min(end, (first + 1L) * to) - start;
                spans[i] = new(first, last, firstWeight, end - ((long)last * to), to);
            }

            return spans;
        }
    }
}
