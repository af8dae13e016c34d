namespace EdgeNet.Vision;

/// <summary>An 8-bit picture held in memory, row by row from the top, channels interleaved.</summary>
public sealed class Image
{
    /// <summary>The most pixels (width × height) a picture may have: 64 Mi, 192 MiB in RGB.</summary>
    public const long MaximumPixels = 64L * 1024 * 1024;

    /// <summary>Makes a black picture.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the product is above <see cref="MaximumPixels"/>, or the channels are neither 1 nor 3.</exception>
    public Image(int width, int height, int channels)
    {
        Pixels = new byte[CheckedLength(width, height, channels)];
        (Width, Height, Channels) = (width, height, channels);
    }

    /// <summary>Wraps pixels that are already in memory; they are not copied.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="pixels">[height, width, channels], exactly that long.</param>
    /// <exception cref="ArgumentOutOfRangeException">As for the other constructor.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length than the sizes say.</exception>
    public Image(int width, int height, int channels, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int length = CheckedLength(width, height, channels);
        if (pixels.Length != length)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes given for a {width}×{height}×{channels} picture; expected {length}.", nameof(pixels));
        }

        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>1 for grey, 3 for RGB in this order.</summary>
    public int Channels { get; }

    /// <summary>The samples, [Height, Width, Channels], 0 to 255.</summary>
    public byte[] Pixels { get; }

    /// <summary>The samples of one row, [Width, Channels].</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="y"/> is not a row of this picture.</exception>
    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return Pixels.AsSpan(y * Width * Channels, Width * Channels);
    }

    /// <summary>Whether a picture of this size is allowed; readers ask before they allocate.</summary>
    internal static bool IsAllowedSize(long width, long height) =>
        width is >= 1 and <= MaximumPixels && height is >= 1 and <= MaximumPixels && width * height <= MaximumPixels;

    private static int CheckedLength(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 (grey) or 3 (RGB) channels.");
        if (!IsAllowedSize(width, height))
            throw new ArgumentOutOfRangeException(nameof(width), $"A picture of {width}×{height} is above the limit of {MaximumPixels} pixels.");
        return width * height * channels;
    }
}
