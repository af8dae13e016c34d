namespace PedestrianCamera;

/// <summary>How many may look, and how long they and the page wait for each other.</summary>
internal sealed record ViewerLimits
{
    /// <summary>The most viewers at once.</summary>
    public int Most { get; init; } = 16;

    /// <summary>After so long without taking a byte a viewer is cut off.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without new pictures the last is sent again after so long, so that a viewer whose network is gone is noticed.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a visitor who wants one picture waits for it.</summary>
    public TimeSpan FirstPicture { get; init; } = TimeSpan.FromSeconds(5);
}
