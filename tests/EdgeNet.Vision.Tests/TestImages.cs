namespace EdgeNet.Vision.Tests;

/// <summary>Pictures made from a seed.</summary>
internal static class TestImages
{
    public static Image Noise(int width, int height, int channels, int seed)
    {
        Image image = new(width, height, channels);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Something for which every PNG filter and JPEG block has a use.</summary>
    public static Image Gradient(int width, int height, int channels)
    {
        Image image = new(width, height, channels);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width * channels; x++)
                image.Row(y)[x] = (byte)((x / channels * 5) + (y * 3) + (x % channels * 40));
        }

        return image;
    }

    public static void AssertSame(Image expected, Image actual)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (actual.Width, actual.Height, actual.Channels));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }
}
