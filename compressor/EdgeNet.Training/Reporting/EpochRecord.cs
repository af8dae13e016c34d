namespace EdgeNet.Training;

/// <summary>What one epoch showed. Losses and metrics may be NaN or infinite: that is what a report is for.</summary>
public sealed record EpochRecord
{
    private static readonly IReadOnlyDictionary<string, double> s_none = new Dictionary<string, double>();

    /// <summary>Its number; the first epoch of a run is 1, and 0 may be used for the model before training.</summary>
    public required int Epoch { get; init; }

    /// <summary>Mean loss over the training samples, or null if it was not measured.</summary>
    public double? TrainingLoss { get; init; }

    /// <summary>Mean loss over the validation samples, or null if it was not measured.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Metrics over the training samples, by name.</summary>
    public IReadOnlyDictionary<string, double> TrainingMetrics { get; init; } = s_none;

    /// <summary>Metrics over the validation samples, by name.</summary>
    public IReadOnlyDictionary<string, double> ValidationMetrics { get; init; } = s_none;

    /// <summary>Learning rate at the end of the epoch, or null if nothing was learned.</summary>
    public double? LearningRate { get; init; }

    /// <summary>How long the epoch took, validation included.</summary>
    public double? Seconds { get; init; }

    /// <summary>Mean Euclidean norm of the gradient of all parameters together, before clipping.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>
    /// By parameter, in the network's order: the Euclidean norm of an update over that of the parameter, about 1e-3 where training goes well.
    /// </summary>
    public IReadOnlyDictionary<string, double> UpdateRatios { get; init; } = s_none;

    /// <summary>What went wrong, one line each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>The loss of one step.</summary>
/// <param name="Step">Updates made so far in the whole run, this one included.</param>
/// <param name="Loss">Mean loss of its batch.</param>
public readonly record struct StepLoss(long Step, double Loss);
