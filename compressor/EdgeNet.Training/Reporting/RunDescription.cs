namespace EdgeNet.Training;

/// <summary>What was trained on what, and how: everything that is known before the first step, and nothing about the machine.</summary>
public sealed record RunDescription
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the data set.</summary>
    public required string Data { get; init; }

    /// <summary>Samples that are trained on in one epoch.</summary>
    public int TrainingSamples { get; init; }

    /// <summary>Samples that are only measured; 0 for none.</summary>
    public int ValidationSamples { get; init; }

    /// <summary>Epochs that are planned.</summary>
    public int Epochs { get; init; }

    /// <summary>Numbers that training changes.</summary>
    public long Parameters { get; init; }

    /// <summary>Where everything random comes from.</summary>
    public long Seed { get; init; }

    /// <summary>What was chosen (optimizer, schedule, augmentation and so on), in the order to show it.</summary>
    public IReadOnlyList<RunSetting> Settings { get; init; } = [];

    /// <summary>
    /// What is measured besides the loss, most important first: the first chooses the best epoch. A metric that an epoch reports and that is
    /// not listed here is taken to be better when it is higher.
    /// </summary>
    public IReadOnlyList<MetricDescription> Metrics { get; init; } = [];
}

/// <summary>One choice of a run.</summary>
/// <param name="Name">What was chosen, such as <c>weight decay</c>.</param>
/// <param name="Value">The choice, as a person reads it.</param>
public sealed record RunSetting(string Name, string Value);

/// <summary>A measure of how good the model is.</summary>
/// <param name="Name">Its name, such as <c>accuracy</c> or <c>AP50</c>.</param>
/// <param name="LowerIsBetter">True for errors, false for scores.</param>
public sealed record MetricDescription(string Name, bool LowerIsBetter = false);
