namespace PedestrianCamera;

/// <summary>How many may look, and how long one of them may stand still.</summary>
internal sealed record ViewerLimits
{
    /// <summary>The most viewers at once.</summary>
    public int Most { get; init; } = 16;

    /// <summary>After so long without taking a byte a viewer is cut off.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
