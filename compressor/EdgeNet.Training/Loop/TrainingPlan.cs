namespace EdgeNet.Training;

/// <summary>How long and how fast a network trains.</summary>
public sealed record TrainingPlan
{
    /// <summary>Passes over the data.</summary>
    public required int Epochs { get; init; }

    /// <summary>How weights follow gradients.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>The learning rate over time.</summary>
    public required Schedule Schedule { get; init; }

    /// <summary>L2 decay of weights; biases and normalizations do not decay.</summary>
    public float WeightDecay { get; init; }

    /// <summary>L1 decay of weights.</summary>
    public float L1 { get; init; }

    /// <summary>The longest gradient, all parameters together; 0 for any.</summary>
    public float ClipNorm { get; init; }

    /// <summary>The largest element of a gradient; 0 for any.</summary>
    public float ClipValue { get; init; }

    /// <summary>Epochs without a better figure after which training stops; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>Whether the weights of the best epoch are kept where there is a validation set, or those of the last.</summary>
    public bool KeepsBest { get; init; } = true;

    /// <summary>All randomness comes from it.</summary>
    public int Seed { get; init; }

    /// <summary>Where the state is kept so that a run that was killed can go on; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Time between checkpoints within an epoch.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether each epoch ends with a checkpoint, or only the last: where epochs are short, writing would take longer than learning.</summary>
    public bool CheckpointsEachEpoch { get; init; } = true;

    /// <summary>Epochs between two looks at histograms of activations and gradients; 0 for none.</summary>
    public int HistogramEvery { get; init; }
}
