namespace EdgeNet.Training;

/// <summary>
/// A rectangle of random area and shape, stretched to the network's size (Szegedy et al., "Going deeper with convolutions", CVPR 2015). Where
/// ten tries find none inside the picture, the middle is taken.
/// </summary>
/// <param name="Width">Width of the result in pixels.</param>
/// <param name="Height">Height of the result in pixels.</param>
/// <param name="MinimumArea">The least share of the picture, above 0.</param>
/// <param name="MaximumArea">The largest share, at most 1.</param>
/// <param name="MaximumStretch">How much the shape may differ from the result's: width to height from its inverse to itself times as much.</param>
public sealed record RandomResizedCrop(int Width, int Height, float MinimumArea = 0.08f, float MaximumArea = 1, float MaximumStretch = 4 / 3f) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        (int oldWidth, int oldHeight) = (example.Image.Width, example.Image.Height);
        float shape = (float)Width / Height, logarithm = MathF.Log(MaximumStretch);
        for (int attempt = 0; attempt < 10; attempt++)
        {
            float area = (float)oldWidth * oldHeight * rng.Between(MinimumArea, MaximumArea);
            float ratio = shape * MathF.Exp(rng.Between(-logarithm, logarithm));
            int width = (int)MathF.Round(MathF.Sqrt(area * ratio)), height = (int)MathF.Round(MathF.Sqrt(area / ratio));
            if (width < 1 || height < 1 || width > oldWidth || height > oldHeight) continue;
            return example.Window(rng.Below(oldWidth - width + 1), rng.Below(oldHeight - height + 1), width, height, default).Resized(Width, Height);
        }

        int middleWidth = Math.Clamp((int)MathF.Round(oldHeight * shape), 1, oldWidth), middleHeight = Math.Clamp((int)MathF.Round(oldWidth / shape), 1, oldHeight);
        return example.Window((oldWidth - middleWidth) / 2, (oldHeight - middleHeight) / 2, middleWidth, middleHeight, default).Resized(Width, Height);
    }
}
