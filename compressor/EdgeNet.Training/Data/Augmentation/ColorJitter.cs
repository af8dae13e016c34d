using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Brightness, contrast, saturation and hue, all at once: together they are one matrix and one offset for the whole picture. Of grey pictures
/// only brightness and contrast change.
/// </summary>
/// <param name="Brightness">Samples × 1 ± this.</param>
/// <param name="Contrast">Distance from 128 × 1 ± this.</param>
/// <param name="Saturation">Distance from grey × 1 ± this.</param>
/// <param name="Hue">Turns of the colour circle, ± this: 0.5 is every colour.</param>
public sealed record ColorJitter(float Brightness = 0.2f, float Contrast = 0.2f, float Saturation = 0.2f, float Hue = 0) : IAugmentation
{
    private const int Bits = 12;

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float brightness = Factor(Brightness), contrast = Factor(Contrast), saturation = Factor(Saturation), turn = rng.Between(-Hue, Hue);
        float gain = brightness * contrast, offset = 128 * (1 - contrast);
        return example with { Image = example.Image.Channels == 1 ? Grey(example.Image, gain, offset) : Coloured(example.Image, gain, offset, saturation, turn) };

        float Factor(float range) => Math.Max(0, 1 + rng.Between(-range, range));
    }

    private static Image Grey(Image image, float gain, float offset)
    {
        Image changed = PictureGeometry.Unwritten(image.Width, image.Height, 1);
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < 256; i++) table[i] = (byte)Math.Clamp((i * gain) + offset + 0.5f, 0, 255);
        for (int i = 0; i < image.Pixels.Length; i++) changed.Pixels[i] = table[image.Pixels[i]];
        return changed;
    }

    private static Image Coloured(Image image, float gain, float offset, float saturation, float turn)
    {
        Image changed = PictureGeometry.Unwritten(image.Width, image.Height, 3);
        ReadOnlySpan<int> m = Matrix(gain, saturation, turn);
        (int m0, int m1, int m2, int m3, int m4, int m5, int m6, int m7, int m8) = (m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]);
        int add = (int)MathF.Round((offset + 0.5f) * (1 << Bits));
        ReadOnlySpan<byte> from = image.Pixels;
        Span<byte> to = changed.Pixels;
        for (int i = 2; i < from.Length && i < to.Length; i += 3)
        {
            int r = from[i - 2], g = from[i - 1], b = from[i];
            to[i - 2] = (byte)Math.Clamp(((m0 * r) + (m1 * g) + (m2 * b) + add) >> Bits, 0, 255);
            to[i - 1] = (byte)Math.Clamp(((m3 * r) + (m4 * g) + (m5 * b) + add) >> Bits, 0, 255);
            to[i] = (byte)Math.Clamp(((m6 * r) + (m7 * g) + (m8 * b) + add) >> Bits, 0, 255);
        }
        return changed;
    }

    /// <summary>
    /// Saturation and hue as a scaled turn in the plane of equal luma: the chroma axes of YIQ (FCC), turned and stretched, luma left alone.
    /// </summary>
    private static int[] Matrix(float gain, float saturation, float turn)
    {
        float cos = MathF.Cos(2 * MathF.PI * turn) * saturation, sin = MathF.Sin(2 * MathF.PI * turn) * saturation;
        ReadOnlySpan<float> luma = [0.299f, 0.587f, 0.114f], i = [0.5959f, -0.2746f, -0.3213f], q = [0.2115f, -0.5227f, 0.3112f];
        // RGB of one unit of I and of Q.
        ReadOnlySpan<float> ofI = [0.956f, -0.272f, -1.106f], ofQ = [0.619f, -0.647f, 1.703f];
        int[] matrix = new int[9];
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                float chromaI = (cos * i[column]) - (sin * q[column]), chromaQ = (sin * i[column]) + (cos * q[column]);
                matrix[(row * 3) + column] = (int)MathF.Round(gain * (luma[column] + (ofI[row] * chromaI) + (ofQ[row] * chromaQ)) * (1 << Bits));
            }
        }
        return matrix;
    }
}
