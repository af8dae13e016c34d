namespace EdgeNet.Training;

/// <summary>How a network trains.</summary>
public sealed record NetworkOptions
{
    /// <summary>Samples that are computed together.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Threads to use; results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a parameter of this name stays as it is; none where this is null. A batch normalization whose mean is frozen keeps its statistics.</summary>
    public Func<string, bool>? Frozen { get; init; }

    /// <summary>
    /// Whether batch normalizations keep their moving statistics and use them in training, too: what a small set says of them is worse than
    /// what the set said that the model was trained on.
    /// </summary>
    public bool KeepsStatistics { get; init; }

    /// <summary>Values, by name, whose elements are dropped out in training (Srivastava et al. 2014), with the part that is dropped.</summary>
    public IReadOnlyDictionary<string, float> Dropout { get; init; } = new Dictionary<string, float>();

    /// <summary>The part of each batch in the moving statistics of batch normalizations.</summary>
    public float StatisticsMomentum { get; init; } = 0.1f;

    /// <summary>Names of the outputs that matter; all of them where empty.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Whether gradients flow to the graph's inputs, too.</summary>
    public bool InputGradients { get; init; }
}
