namespace EdgeNet.Vision;

/// <summary>An 8-bit colour.</summary>
/// <param name="R">Red, 0 to 255.</param>
/// <param name="G">Green, 0 to 255.</param>
/// <param name="B">Blue, 0 to 255.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>The brightness 0 to 255 by ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B.</summary>
    public float Luma => LumaOf(R, G, B);

    /// <summary>Puts the colour into one pixel: three samples as they are, one sample as rounded luma.</summary>
    internal void WriteTo(Span<byte> pixel)
    {
        if (pixel.Length == 1)
            pixel[0] = (byte)(Luma + 0.5f);
        else
            (pixel[0], pixel[1], pixel[2]) = (R, G, B);
    }

    internal static float LumaOf(byte r, byte g, byte b) => (0.299f * r) + (0.587f * g) + (0.114f * b);
}
