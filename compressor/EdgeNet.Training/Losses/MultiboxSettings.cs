using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>How <see cref="MultiboxLoss{T}"/> matches and weighs; the defaults are the SSD paper's.</summary>
public sealed record MultiboxSettings
{
    /// <summary>What box codes are multiplied by; the same as in decoding.</summary>
    public CentreSizeScales Scales { get; init; } = CentreSizeScales.Default;

    /// <summary>The intersection over union from which a prior is matched to an object.</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <summary>The share of a prior's area inside a box to ignore from which the prior does not count.</summary>
    public float IgnoreShare { get; init; } = 0.5f;

    /// <summary>The hardest background priors that count, for each matched prior of the picture; 0 or above.</summary>
    public double NegativesPerPositive { get; init; } = 3;

    /// <summary>The background priors that count at least in each picture, so that pictures without objects teach something.</summary>
    public int MinimumNegatives { get; init; } = 3;

    /// <summary>What the location loss is multiplied by; the paper's α.</summary>
    public double LocationWeight { get; init; } = 1;

    /// <summary>Where the location loss becomes linear, in units of the codes.</summary>
    public double LocationDelta { get; init; } = 1;

    /// <summary>Focal loss on a sigmoid for each class, over all priors, instead of softmax and the mining of negatives; null for the latter.</summary>
    public FocalSettings? Focal { get; init; }
}

/// <summary>The parameters of <see cref="FocalLoss{T}"/>.</summary>
/// <param name="Gamma">How strongly what is already right is discounted; 0 or above.</param>
/// <param name="Alpha">The weight of objects; 1 − alpha is that of background.</param>
public sealed record FocalSettings(double Gamma = 2, double Alpha = 0.25);
