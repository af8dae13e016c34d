using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>A lens out of focus: a Gaussian of random width.</summary>
/// <param name="MaximumSigma">Its largest deviation in pixels.</param>
public sealed record GaussianBlur(float MaximumSigma = 1.5f) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float sigma = rng.Between(0, MaximumSigma);
        int radius = (int)MathF.Ceiling(2.5f * sigma);
        if (sigma < 0.2f) return example;
        float[] weights = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(x => MathF.Exp(-x * x / (2 * sigma * sigma)))];
        ushort[] whole = BlurWeights.Of(weights);
        Image across = new Neighbourhood(example.Image, radius).WeightedMean([.. whole.Select((weight, i) => new Neighbourhood.Tap(i - radius, 0, weight))]);
        Image down = new Neighbourhood(across, radius).WeightedMean([.. whole.Select((weight, i) => new Neighbourhood.Tap(0, i - radius, weight))]);
        return example with { Image = down };
    }
}

/// <summary>A camera or an object that moves while the shutter is open: the mean along a line of random length and direction.</summary>
/// <param name="MaximumLength">The longest line in pixels.</param>
public sealed record MotionBlur(float MaximumLength = 7) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        float length = rng.Between(0, MaximumLength);
        (float sin, float cos) = MathF.SinCos(MathF.PI * rng.Unit());
        int points = 2 * (int)MathF.Ceiling(length) + 1;
        (int X, int Y)[] line = [.. Enumerable.Range(0, points)
            .Select(i => length * (((float)i / Math.Max(1, points - 1)) - 0.5f))
            .Select(at => ((int)MathF.Round(at * cos), (int)MathF.Round(at * sin)))];
        (int X, int Y, int Count)[] pixels = [.. line.GroupBy(at => at).Select(group => (group.Key.X, group.Key.Y, group.Count()))];
        if (pixels.Length == 1) return example;
        ushort[] weights = BlurWeights.Of([.. pixels.Select(pixel => (float)pixel.Count)]);
        int radius = pixels.Max(pixel => Math.Max(Math.Abs(pixel.X), Math.Abs(pixel.Y)));
        return example with { Image = new Neighbourhood(example.Image, radius).WeightedMean([.. pixels.Select((pixel, i) => new Neighbourhood.Tap(pixel.X, pixel.Y, weights[i]))]) };
    }
}

/// <summary>Weights in whole 256ths.</summary>
internal static class BlurWeights
{
    /// <summary>Rounds so that the sum is exactly 256; what rounding leaves over goes to the largest.</summary>
    public static ushort[] Of(float[] weights)
    {
        float sum = weights.Sum();
        int[] rounded = [.. weights.Select(weight => (int)MathF.Round(256 * weight / sum))];
        rounded[Array.IndexOf(weights, weights.Max())] += 256 - rounded.Sum();
        return [.. rounded.Select(weight => (ushort)weight)];
    }
}
