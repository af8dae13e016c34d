namespace EdgeNet.Vision;

/// <summary>How a picture of another size is brought to a network's.</summary>
public enum FitMethod
{
    /// <summary>Stretched to the width and height.</summary>
    Stretch,

    /// <summary>The shorter side, measured against the network's, becomes the network's × 256/224; then the middle is cut out.</summary>
    CentreCrop,

    /// <summary>Scaled to fit inside, the rest filled with grey.</summary>
    Letterbox,
}

/// <summary>Brings pictures of any size to a network's, for training and inference alike: both see the same bytes.</summary>
public static class PictureFit
{
    private static readonly Rgb LetterboxFill = new(114, 114, 114);

    /// <summary>Fits a picture; one that has the size already is returned as it is.</summary>
    /// <param name="image">Grey or RGB.</param>
    /// <param name="width">The network's width in pixels.</param>
    /// <param name="height">The network's height in pixels.</param>
    /// <param name="method">How.</param>
    /// <param name="placement">Where the picture lies in the result.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not one an <see cref="Image"/> may have, or the method is unknown.</exception>
    public static Image Fit(Image image, int width, int height, FitMethod method, out PicturePlacement placement)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Width == width && image.Height == height)
        {
            placement = new PicturePlacement(1, 1, 0, 0, width, height);
            return image;
        }

        switch (method)
        {
            case FitMethod.Stretch:
                placement = new PicturePlacement((float)image.Width / width, (float)image.Height / height, 0, 0, image.Width, image.Height);
                return Resizing.Bilinear(image, width, height);

            case FitMethod.CentreCrop:
                double scale = Math.Max(width * 256.0 / 224 / image.Width, height * 256.0 / 224 / image.Height);
                int wide = Math.Max(width, (int)Math.Round(image.Width * scale)), high = Math.Max(height, (int)Math.Round(image.Height * scale));
                Image resized = wide == image.Width && high == image.Height ? image : Resizing.Bilinear(image, wide, high);
                (float x, float y) = ((float)image.Width / wide, (float)image.Height / high);
                placement = new PicturePlacement(x, y, (wide - width) / 2 * x, (high - height) / 2 * y, image.Width, image.Height);
                return Resizing.CentreCrop(resized, width, height);

            case FitMethod.Letterbox:
                Letterbox letterbox = Letterbox.Fit(image, width, height, LetterboxFill);
                placement = new PicturePlacement(
                    1 / letterbox.ScaleX, 1 / letterbox.ScaleY, -letterbox.OffsetX / letterbox.ScaleX, -letterbox.OffsetY / letterbox.ScaleY,
                    image.Width, image.Height);
                return letterbox.Image;

            default:
                throw new ArgumentOutOfRangeException(nameof(method), method, "Expected Stretch, CentreCrop or Letterbox.");
        }
    }
}
