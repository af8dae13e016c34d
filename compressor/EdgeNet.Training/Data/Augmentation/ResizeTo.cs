namespace EdgeNet.Training;

/// <summary>Stretches to a size: put before noise and blur, they act on the network's pixels and cost less.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record ResizeTo(int Width, int Height) : IAugmentation
{
    /// <inheritdoc/>
    public Example Apply(Example example, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(example);
        return example.Resized(Width, Height);
    }
}
