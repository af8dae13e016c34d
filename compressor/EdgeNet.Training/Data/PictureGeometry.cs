using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Moves of pixels that augmentation is made of, beside those of <see cref="Resizing"/>.</summary>
internal static class PictureGeometry
{
    /// <summary>A picture whose pixels are yet to be written, all of them.</summary>
    public static Image Unwritten(int width, int height, int channels) =>
        new(width, height, channels, GC.AllocateUninitializedArray<byte>(checked(width * height * channels)));

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
}
