using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// What a small sensor adds: read noise, alike everywhere, and shot noise, which grows with the square root of the light. Each picture gets a
/// random share of both.
/// </summary>
/// <param name="Read">The largest deviation of the read noise, in samples 0…255.</param>
/// <param name="Shot">The largest deviation of the shot noise in white, in samples.</param>
public sealed record SensorNoise(float Read = 8, float Shot = 0) : IAugmentation
{
    // 1.0 is 256, in the table as in the gains. Every number stands there with its negative, so that nothing gets brighter or darker.
    private static readonly short[] Normals = MakeNormals();

    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float share = rng.Unit();
        return example with { Image = Add(example.Image, Read * share, Shot * share, rng) };
    }

    internal static Image Add(Image image, float read, float shot, Rng rng)
    {
        Span<int> gains = stackalloc int[256];
        for (int i = 0; i < 256; i++) gains[i] = (int)MathF.Round(256 * MathF.Sqrt((read * read) + (shot * shot * i / 255)));

        Image noisy = PictureGeometry.Unwritten(image.Width, image.Height, image.Channels);
        ReadOnlySpan<byte> from = image.Pixels;
        Span<byte> to = noisy.Pixels;
        ReadOnlySpan<short> normals = Normals;
        for (int i = 0; i < from.Length;)
        {
            // Five numbers of 12 bits out of each 64.
            ulong bits = rng.NextBits();
            for (int end = Math.Min(i + 5, from.Length); i < end; i++, bits >>= 12)
                to[i] = (byte)Math.Clamp(from[i] + (((gains[from[i]] * normals[(int)(bits & 4095)]) + 32768) >> 16), 0, 255);
        }
        return noisy;
    }

    private static short[] MakeNormals()
    {
        short[] normals = new short[4096];
        Rng rng = new(1);
        for (int i = 0; i < normals.Length; i += 2)
        {
            normals[i] = (short)MathF.Round(256 * rng.Normal());
            normals[i + 1] = (short)-normals[i];
        }
        return normals;
    }
}
