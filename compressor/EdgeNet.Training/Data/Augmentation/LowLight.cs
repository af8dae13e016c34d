using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Dusk: less light, shadows that drown (a gamma above 1), and the noise that shows when little light is amplified.</summary>
/// <param name="Darkest">The least brightness of a picture, as a share of its own, above 0.</param>
/// <param name="Noise">The deviation of the noise in the darkest picture, in samples 0…255.</param>
public sealed record LowLight(float Darkest = 0.3f, float Noise = 10) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float darkness = rng.Unit(), gain = 1 + (darkness * (Darkest - 1)), gamma = 1 + (0.5f * darkness);
        Span<byte> table = stackalloc byte[256];
        for (int i = 0; i < 256; i++) table[i] = (byte)((255 * gain * MathF.Pow(i / 255f, gamma)) + 0.5f);
        Image dark = PictureGeometry.Unwritten(example.Image.Width, example.Image.Height, example.Image.Channels);
        for (int i = 0; i < dark.Pixels.Length; i++) dark.Pixels[i] = table[example.Image.Pixels[i]];
        return example with { Image = SensorNoise.Add(dark, Noise * darkness, 0, rng) };
    }
}
