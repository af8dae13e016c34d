using System.Collections.Immutable;

namespace EdgeNet.Compression;

/// <summary>What is done to a model, step by step, and how it is retrained between.</summary>
public sealed record Recipe
{
    /// <summary>Its name, for the report.</summary>
    public required string Name { get; init; }

    /// <summary>The steps, in order; each makes a graph of a graph.</summary>
    public required ImmutableArray<RecipeStep> Steps { get; init; }

    /// <summary>How the network learns in all steps that retrain.</summary>
    public RetrainingSettings Retraining { get; init; } = new();

    /// <summary>All randomness comes from it.</summary>
    public int Seed { get; init; }

    /// <summary>How biases and what else is not weights are kept in the file.</summary>
    public BiasStorage Biases { get; init; } = BiasStorage.Half;
}

/// <summary>How biases are kept.</summary>
public enum BiasStorage
{
    /// <summary>As they are.</summary>
    Float,
    /// <summary>As IEEE 754 binary16.</summary>
    Half,
}

/// <summary>What a network that is being compressed learns from.</summary>
public sealed record RetrainingSettings
{
    /// <summary>The part of the loss that comes from labels, 0 to 1; the rest comes from the original network (distillation). 0 where there are no labels.</summary>
    public double Labels { get; init; }

    /// <summary>The temperature of distillation, above 0.</summary>
    public double Temperature { get; init; } = 4;

    /// <summary>The weight of the loss on activations between the layers, against the original's (hints); 0 for none.</summary>
    public double Hints { get; init; }

    /// <summary>Pictures in a batch.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The optimizer, as <c>edgenet train --optimizer</c> has it.</summary>
    public string Optimizer { get; init; } = "adam";

    /// <summary>Changes to pictures, as <c>edgenet train --augment</c> has them; empty for none.</summary>
    public string Augment { get; init; } = "";
}

/// <summary>One step of a recipe.</summary>
public abstract record RecipeStep;

/// <summary>The shapes that pruning may leave.</summary>
public enum PruningPattern
{
    /// <summary>Any weight may go.</summary>
    Unstructured,
    /// <summary>Of four weights beside each other along the inputs, the two largest stay.</summary>
    TwoOfFour,
    /// <summary>Blocks of four inputs of one output go or stay together.</summary>
    OneByFour,
    /// <summary>Blocks of four outputs of one input go or stay together.</summary>
    FourByOne,
}

/// <summary>What decides how many weights of each layer stay.</summary>
public enum PruningScope
{
    /// <summary>All layers keep the same part.</summary>
    Uniform,
    /// <summary>One threshold for the weights of all layers, each weight times what its layer matters (its Fisher information).</summary>
    Global,
    /// <summary>More where a scan shows that the network suffers more (Han et al. 2015).</summary>
    Sensitivity,
}

/// <summary>Removes the smallest weights in rounds, and retrains after each (Han et al. 2015; the parts of the rounds after Zhu and Gupta 2017).</summary>
public sealed record PruneStep : RecipeStep
{
    /// <summary>The part of the prunable weights that stays at the end, above 0 to 1.</summary>
    public required double Density { get; init; }

    /// <summary>What shapes are left.</summary>
    public PruningPattern Pattern { get; init; }

    /// <summary>Where they are left.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Sensitivity;

    /// <summary>Rounds of pruning and retraining.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Epochs of retraining after each round.</summary>
    public int Epochs { get; init; } = 2;

    /// <summary>The learning rate.</summary>
    public double Rate { get; init; } = 0.001;

    /// <summary>Whether depthwise and first layers are left alone: they are small, and matter.</summary>
    public bool Protect { get; init; } = true;

    /// <summary>The part that stays in layers whose names begin so, of several beginnings the longest; 1 leaves a layer alone.</summary>
    public ImmutableDictionary<string, double> Layers { get; init; } = ImmutableDictionary<string, double>.Empty;
}

/// <summary>By what channels are ranked.</summary>
public enum ChannelRanking
{
    /// <summary>The sum of magnitudes of a channel's weights.</summary>
    L1,
    /// <summary>Their Euclidean length.</summary>
    L2,
    /// <summary>The mean magnitude of its activations on pictures.</summary>
    MeanActivation,
    /// <summary>How often it is not zero on pictures.</summary>
    NonZero,
}

/// <summary>Removes whole channels: the graph becomes smaller, with fewer multiplications.</summary>
public sealed record ChannelStep : RecipeStep
{
    /// <summary>The part of the channels that stays, above 0 to 1.</summary>
    public required double Keep { get; init; }

    /// <summary>By what they are ranked.</summary>
    public ChannelRanking Ranking { get; init; } = ChannelRanking.L1;

    /// <summary>Rounds of removal and retraining.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Epochs of retraining after each round.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>The learning rate.</summary>
    public double Rate { get; init; } = 0.001;
}

/// <summary>Where the shared values of a layer begin (Han et al. 2016).</summary>
public enum CentroidStart
{
    /// <summary>Evenly between the smallest and the largest weight.</summary>
    Linear,
    /// <summary>Evenly by rank: as many weights near each.</summary>
    Density,
    /// <summary>Weights drawn by chance.</summary>
    Random,
}

/// <summary>Weight sharing by k-means, and fine-tuning of the centroids by their summed gradients (trained quantization, Han et al. 2016).</summary>
public sealed record ClusterStep : RecipeStep
{
    /// <summary>Bits of an index, 1 to 8: 2^bits values for each layer or group; the average where <see cref="BySensitivity"/> spreads them.</summary>
    public int Bits { get; init; } = 5;

    /// <summary>Bits of an index in convolutions of all kinds, 1 to 8 (Han et al. take 8 there and 5 where all is connected); 0 for as many as elsewhere.</summary>
    public int ConvolutionBits { get; init; }

    /// <summary>
    /// Groups of output channels that share values of their own in each layer, 1 for the whole layer. A codebook has 256 values for all groups
    /// together: 2^bits of each group, and zero.
    /// </summary>
    public int Groups { get; init; } = 1;

    /// <summary>
    /// Whether layers that matter more have more bits and others fewer, as many on the whole; then neither <see cref="ConvolutionBits"/> nor
    /// <see cref="Layers"/> counts.
    /// </summary>
    public bool BySensitivity { get; init; }

    /// <summary>Bits for layers whose names begin so, of several beginnings the longest.</summary>
    public ImmutableDictionary<string, int> Layers { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Where centroids begin.</summary>
    public CentroidStart Start { get; init; } = CentroidStart.Linear;

    /// <summary>Epochs of fine-tuning.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>The learning rate.</summary>
    public double Rate { get; init; } = 0.0003;
}

/// <summary>
/// Weight sharing on evenly spaced values under a rate: weights move, in retraining, to where distortion and coded bits together are least
/// (entropy-constrained quantization, Chou et al. 1989; for networks, Choi et al. 2017). Layers that matter more have finer steps.
/// </summary>
public sealed record RateStep : RecipeStep
{
    /// <summary>The coded bits of a weight, on average; a budget in bytes overrides it where this is the last step.</summary>
    public double Bits { get; init; } = 3;

    /// <summary>Epochs in which weights move.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Epochs, after that, in which only shared values move.</summary>
    public int TuneEpochs { get; init; } = 5;

    /// <summary>The learning rate at the beginning.</summary>
    public double Rate { get; init; } = 0.0005;
}

/// <summary>How the range of activations is found from examples.</summary>
public enum Calibration
{
    /// <summary>The smallest and the largest.</summary>
    MinMax,
    /// <summary>Nearly the smallest and largest: outliers are cut off.</summary>
    Percentile,
    /// <summary>The range of least mean squared error.</summary>
    MeanSquaredError,
    /// <summary>The range whose distribution differs least (Kullback-Leibler).</summary>
    Entropy,
}

/// <summary>Activations and weights as 8-bit codes, for the int8 kernels.</summary>
public sealed record Int8Step : RecipeStep
{
    /// <summary>How the ranges of activations are found.</summary>
    public Calibration Calibration { get; init; } = Calibration.MeanSquaredError;

    /// <summary>Pictures to find them with.</summary>
    public int Samples { get; init; } = 100;

    /// <summary>Whether each output channel has its own scale; layers whose weights are shared on a grid keep the grid's.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Whether ranges of weights are equalized across layers first (Nagel et al. 2019).</summary>
    public bool Equalize { get; init; } = true;

    /// <summary>Whether biases are corrected for the mean error of the layer (Nagel et al. 2019).</summary>
    public bool CorrectBias { get; init; } = true;

    /// <summary>Whether weights are rounded so that the outputs of their layer come closest, not the weights themselves (Frantar et al. 2023).</summary>
    public bool AdaptRounding { get; init; } = true;

    /// <summary>The most layers that stay in Float32 because they lose most.</summary>
    public int KeepFloat { get; init; }

    /// <summary>
    /// The error in the outputs (mean squared difference ÷ mean square) from which on layers stay in Float32, as few as it takes and at most
    /// <see cref="KeepFloat"/> where that is not 0; null for no such bound.
    /// </summary>
    public double? MostError { get; init; }

    /// <summary>Whether weights on a grid (of an earlier step) stay on it, without loss, and few distinct values become no more codes.</summary>
    public bool KeepShared { get; init; } = true;

    /// <summary>Epochs of quantization-aware fine-tuning; 0 for none.</summary>
    public int Epochs { get; init; }

    /// <summary>The learning rate of fine-tuning.</summary>
    public double Rate { get; init; } = 0.00001;
}
