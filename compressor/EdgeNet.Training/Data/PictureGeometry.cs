using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Moves of pixels that augmentation is made of, beside those of <see cref="Resizing"/>.</summary>
internal static class PictureGeometry
{
    /// <summary>A picture whose pixels are yet to be written, all of them.</summary>
    public static Image Unwritten(int width, int height, int channels) =>
        new(width, height, channels, SpentPixels.Take(checked(width * height * channels)));

    /// <summary>Resizes by the nearest pixel: the only way for masks, whose samples are names.</summary>
    public static Image Nearest(Image image, int width, int height)
    {
        Image resized = Unwritten(width, height, image.Channels);
        int channels = image.Channels;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> from = image.Row((int)(((2L * y) + 1) * image.Height / (2L * height)));
            Span<byte> to = resized.Row(y);
            for (int x = 0; x < width; x++)
                from.Slice((int)(((2L * x) + 1) * image.Width / (2L * width)) * channels, channels).CopyTo(to[(x * channels)..]);
        }
        return resized;
    }

    /// <summary>The rectangle at (x, y), which may reach beyond the picture: what is not there is filled.</summary>
    public static Image Window(Image image, int x, int y, int width, int height, Rgb fill)
    {
        int channels = image.Channels;
        Image window = Unwritten(width, height, channels);
        int left = Math.Clamp(-x, 0, width), right = Math.Clamp(image.Width - x, left, width);
        for (int row = 0; row < height; row++)
        {
            Span<byte> to = window.Row(row);
            if (y + row < 0 || y + row >= image.Height || left == right)
            {
                Fill(to, fill, channels);
                continue;
            }
            Fill(to[..(left * channels)], fill, channels);
            image.Row(y + row).Slice((x + left) * channels, (right - left) * channels).CopyTo(to[(left * channels)..]);
            Fill(to[(right * channels)..], fill, channels);
        }
        return window;
    }

    /// <summary>Mirrors left and right.</summary>
    public static Image FlipHorizontal(Image image)
    {
        Image flipped = Unwritten(image.Width, image.Height, image.Channels);
        Resizing.FlipHorizontal(image, flipped);
        return flipped;
    }

    /// <summary>Resizes bilinearly.</summary>
    public static Image Bilinear(Image image, int width, int height)
    {
        Image resized = Unwritten(width, height, image.Channels);
        Resizing.Bilinear(image, resized);
        return resized;
    }

    /// <summary>Turns upside down.</summary>
    public static Image FlipVertical(Image image)
    {
        Image flipped = Unwritten(image.Width, image.Height, image.Channels);
        for (int y = 0; y < image.Height; y++) image.Row(y).CopyTo(flipped.Row(image.Height - 1 - y));
        return flipped;
    }

    /// <summary>A picture of the same size whose every pixel is taken bilinearly from where <paramref name="back"/> says; filled where that is outside.</summary>
    public static Image Warp(Image image, Affine back, Rgb fill)
    {
        const int bits = 16;
        (int width, int height, int channels) = (image.Width, image.Height, image.Channels);
        Image warped = Unwritten(width, height, channels);
        ReadOnlySpan<byte> pixels = image.Pixels;
        Span<byte> colour = stackalloc byte[channels];
        Fill(colour, fill, channels);
        int stepX = Fixed(back.XX), stepY = Fixed(back.YX);
        for (int y = 0; y < height; y++)
        {
            (float startX, float startY) = back.Map(0.5f, y + 0.5f);
            // Minus half a pixel: from corners to centres. 16 bits of fraction leave 15 for the place.
            long x0 = (long)((startX - 0.5) * (1 << bits)), y0 = (long)((startY - 0.5) * (1 << bits));
            Span<byte> to = warped.Row(y);
            for (int x = 0; x < width; x++, x0 += stepX, y0 += stepY)
            {
                int left = (int)(x0 >> bits), top = (int)(y0 >> bits);
                Span<byte> target = to.Slice(x * channels, channels);
                if (left < -1 || top < -1 || left >= width || top >= height)
                {
                    colour.CopyTo(target);
                    continue;
                }
                int weightX = (int)(x0 >> (bits - 8)) & 255, weightY = (int)(y0 >> (bits - 8)) & 255;
                int near = Math.Max(left, 0) * channels, far = Math.Min(left + 1, width - 1) * channels;
                ReadOnlySpan<byte> upper = pixels.Slice(Math.Max(top, 0) * width * channels, width * channels);
                ReadOnlySpan<byte> lower = pixels.Slice(Math.Min(top + 1, height - 1) * width * channels, width * channels);
                for (int channel = 0; channel < target.Length; channel++)
                {
                    int above = (upper[near + channel] * (256 - weightX)) + (upper[far + channel] * weightX);
                    int below = (lower[near + channel] * (256 - weightX)) + (lower[far + channel] * weightX);
                    target[channel] = (byte)(((above * (256 - weightY)) + (below * weightY) + (1 << 15)) >> 16);
                }
            }
        }
        return warped;

        static int Fixed(float value) => (int)MathF.Round(value * (1 << bits));
    }

    /// <summary>As <see cref="Warp"/> by the nearest pixel, 0 where nothing is.</summary>
    public static Image WarpNearest(Image image, Affine back)
    {
        Image warped = new(image.Width, image.Height, image.Channels);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                (float sourceX, float sourceY) = back.Map(x + 0.5f, y + 0.5f);
                (int column, int row) = ((int)MathF.Floor(sourceX), (int)MathF.Floor(sourceY));
                if (column >= 0 && row >= 0 && column < image.Width && row < image.Height)
                    image.Row(row).Slice(column * image.Channels, image.Channels).CopyTo(warped.Row(y)[(x * image.Channels)..]);
            }
        }
        return warped;
    }

    private static void Fill(Span<byte> pixels, Rgb fill, int channels)
    {
        if (channels == 1 || (fill.R == fill.G && fill.G == fill.B))
        {
            pixels.Fill(channels == 1 ? (byte)(fill.Luma + 0.5f) : fill.R);
            return;
        }
        for (int i = 0; i < pixels.Length; i += 3) (pixels[i], pixels[i + 1], pixels[i + 2]) = (fill.R, fill.G, fill.B);
    }
}
