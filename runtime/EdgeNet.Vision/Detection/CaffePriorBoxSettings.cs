namespace EdgeNet.Vision;

/// <summary>The parameters of Caffe-SSD's PriorBox layer, under its own names and defaults. Sizes in pixels of the network's input.</summary>
public sealed record CaffePriorBoxSettings
{
    /// <summary>min_size: at least one.</summary>
    public required IReadOnlyList<float> MinSizes { get; init; }

    /// <summary>max_size: none, or one for each min_size and above it.</summary>
    public IReadOnlyList<float> MaxSizes { get; init; } = [];

    /// <summary>aspect_ratio besides 1, which is always there; repeated ones count once.</summary>
    public IReadOnlyList<float> AspectRatios { get; init; } = [];

    /// <summary>flip: also 1 ⁄ ratio for each ratio.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>clip: cut the boxes at 0 and 1.</summary>
    public bool Clip { get; init; }

    /// <summary>step_w: pixels between centres; 0 for image width ⁄ layer width.</summary>
    public float StepX { get; init; }

    /// <summary>step_h: pixels between centres; 0 for image height ⁄ layer height.</summary>
    public float StepY { get; init; }

    /// <summary>offset: where in its cell a centre lies, 0…1.</summary>
    public float Offset { get; init; } = 0.5f;

    /// <summary>variance, [4]; what <see cref="BoxDecoding.CaffeCentreSize"/> wants beside the priors.</summary>
    public IReadOnlyList<float> Variances { get; init; } = [0.1f, 0.1f, 0.2f, 0.2f];
}
