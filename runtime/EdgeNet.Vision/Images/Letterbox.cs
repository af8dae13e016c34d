namespace EdgeNet.Vision;

/// <summary>A picture fitted whole into another size, its shape kept, the rest filled; and the way back for boxes found in it.</summary>
public sealed class Letterbox
{
    private readonly int _sourceWidth;
    private readonly int _sourceHeight;

    private Letterbox(Image source, Image image, int innerWidth, int innerHeight)
    {
        (_sourceWidth, _sourceHeight, Image) = (source.Width, source.Height, image);
        (OffsetX, OffsetY) = ((image.Width - innerWidth) / 2, (image.Height - innerHeight) / 2);
        (ScaleX, ScaleY) = ((float)innerWidth / source.Width, (float)innerHeight / source.Height);
    }

    /// <summary>The filled picture, of the size asked for.</summary>
    public Image Image { get; }

    /// <summary>Pixels of <see cref="Image"/> per source pixel, across. The two scales differ by less than one rounded pixel.</summary>
    public float ScaleX { get; }

    /// <summary>Pixels of <see cref="Image"/> per source pixel, down.</summary>
    public float ScaleY { get; }

    /// <summary>Filled columns left of the source picture.</summary>
    public int OffsetX { get; }

    /// <summary>Filled rows above the source picture.</summary>
    public int OffsetY { get; }

    /// <summary>Fits a picture into width × height pixels, in the middle.</summary>
    /// <param name="image">The source.</param>
    /// <param name="width">Width of the result in pixels.</param>
    /// <param name="height">Height of the result in pixels.</param>
    /// <param name="fill">Colour of the rest; grey pictures take its luma.</param>
    /// <param name="method">How to resize.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not one an <see cref="Vision.Image"/> may have.</exception>
    public static Letterbox Fit(Image image, int width, int height, Rgb fill, ResizeMethod method = ResizeMethod.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        Image filled = new(width, height, image.Channels);
        for (int i = 0; i < filled.Pixels.Length; i += filled.Channels)
            fill.WriteTo(filled.Pixels.AsSpan(i, filled.Channels));

        double scale = Math.Min((double)width / image.Width, (double)height / image.Height);
        int innerWidth = Math.Clamp((int)Math.Round(image.Width * scale), 1, width);
        int innerHeight = Math.Clamp((int)Math.Round(image.Height * scale), 1, height);
        Letterbox letterbox = new(image, filled, innerWidth, innerHeight);
        Image inner = Resizing.Resize(image, innerWidth, innerHeight, method);
        for (int y = 0; y < innerHeight; y++)
            inner.Row(y).CopyTo(filled.Row(letterbox.OffsetY + y)[(letterbox.OffsetX * filled.Channels)..]);
        return letterbox;
    }

    /// <summary>A box in pixels of <see cref="Image"/>, in pixels of the source and cut at its edges.</summary>
    public Box ToSource(Box box) => new Box(
        (box.XMin - OffsetX) / ScaleX, (box.YMin - OffsetY) / ScaleY,
        (box.XMax - OffsetX) / ScaleX, (box.YMax - OffsetY) / ScaleY).ClippedTo(_sourceWidth, _sourceHeight);

    /// <summary>A box in pixels of the source, in pixels of <see cref="Image"/>.</summary>
    public Box FromSource(Box box) => new(
        (box.XMin * ScaleX) + OffsetX, (box.YMin * ScaleY) + OffsetY,
        (box.XMax * ScaleX) + OffsetX, (box.YMax * ScaleY) + OffsetY);
}
