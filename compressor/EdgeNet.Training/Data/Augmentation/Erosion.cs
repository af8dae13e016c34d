namespace EdgeNet.Training;

/// <summary>
/// Bright detail eaten away: every sample becomes the darkest within a square of random size, as in cheap cameras' sharpening and in print.
/// </summary>
/// <param name="MaximumRadius">The largest square has 2 × this + 1 pixels a side.</param>
public sealed record Erosion(int MaximumRadius = 1) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(rng);
        if (MaximumRadius < 1) return example;
        int radius = 1 + rng.Below(MaximumRadius);
        IEnumerable<int> reach = Enumerable.Range(-radius, (2 * radius) + 1);
        var across = new Neighbourhood(example.Image, radius).Minimum([.. reach.Select(x => new Neighbourhood.Tap(x, 0, 1))]);
        return example with { Image = new Neighbourhood(across, radius).Minimum([.. reach.Select(y => new Neighbourhood.Tap(0, y, 1))]) };
    }
}
