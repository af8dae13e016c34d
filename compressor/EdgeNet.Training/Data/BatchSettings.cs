using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>How pictures become batches.</summary>
/// <param name="BatchSize">Pictures in a batch, at least 1.</param>
/// <param name="Width">Width of the network's input in pixels.</param>
/// <param name="Height">Height of the network's input in pixels.</param>
/// <param name="Preprocessing">How a picture becomes the input, as the model's card has it.</param>
public sealed record BatchSettings(int BatchSize, int Width, int Height, Preprocessing Preprocessing)
{
    /// <summary>The random changes, in order; none for evaluation.</summary>
    public IReadOnlyList<IAugmentation> Augmentations { get; init; } = [];

    /// <summary>All randomness comes from it.</summary>
    public int Seed { get; init; }

    /// <summary>Threads that prepare batches ahead; 0 prepares each when it is asked for. Batches do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// What evaluation wants: the last batch comes even if it is not full, and a picture that cannot be read is left out. Otherwise only full
    /// batches come, and the next good picture stands in.
    /// </summary>
    public bool KeepIncomplete { get; init; }

    /// <summary>The number of classes that the network knows, of which labels must be; those of the source if null.</summary>
    public int? ClassCount { get; init; }
}
