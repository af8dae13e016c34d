using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>What can be chosen of an architecture; begin with <see cref="Architecture.Defaults"/> and change what differs.</summary>
public sealed record ArchitectureSettings
{
    /// <summary>Width of the input in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the input in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>1 for grey pictures, 3 for colour.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How many classes; a detector's include the background, which is class 0.</summary>
    public required int Classes { get; init; }

    /// <summary>The classes' names, by index; a detector's begin with the background. Null for none.</summary>
    public ImmutableArray<string>? Labels { get; init; }

    /// <summary>Channels of every layer relative to the paper's network, rounded to multiples of 8 (Howard et al. 2017, section 3.3).</summary>
    public float WidthMultiplier { get; init; } = 1;

    /// <summary>The share of features that training drops before the classifier, from 0 up to, not including, 1.</summary>
    public float Dropout { get; init; }

    /// <summary>How pictures of another size are brought to the input's.</summary>
    public ImageFit Fit { get; init; } = ImageFit.Stretch;

    /// <summary>Where a detector looks; nothing to a classifier.</summary>
    public PriorSettings Priors { get; init; } = new();

    /// <summary>The seed of the weights.</summary>
    public int Seed { get; init; } = 1;
}
