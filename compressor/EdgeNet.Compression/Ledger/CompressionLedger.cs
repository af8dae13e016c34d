using System.Collections.Immutable;

namespace EdgeNet.Compression;

/// <summary>What a compression did, and what each step cost in bytes and quality: everything that reports show.</summary>
public sealed record CompressionLedger
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Where the pictures are from, how many retrained the network and how many it was measured on.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The recipe as YAML, complete: with it and the seed the file can be made again.</summary>
    public required string RecipeYaml { get; init; }

    /// <summary>What was asked for; null where nothing was.</summary>
    public BudgetRecord? Budget { get; init; }

    /// <summary>Sizes of the whole file, coded in several ways.</summary>
    public required SizeRecord Sizes { get; init; }

    /// <summary>The original first, then each step.</summary>
    public required ImmutableArray<StageRecord> Stages { get; init; }

    /// <summary>Each constant of the file.</summary>
    public required ImmutableArray<LayerRecord> Layers { get; init; }

    /// <summary>How layers take less: quality over density or bits.</summary>
    public ImmutableArray<SensitivityCurve> Sensitivity { get; init; } = [];

    /// <summary>Losses and quality while it was retrained.</summary>
    public ImmutableArray<RetrainingRecord> Retraining { get; init; } = [];

    /// <summary>What was left alone or not done, and why: layers that are protected, ops that cannot be trained, a budget that was not met.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>What the file holds to, for <c>edgenet verify</c>.</summary>
    public required PromiseRecord Promise { get; init; }
}

/// <summary>The pictures of a compression.</summary>
/// <param name="Source">The folder or file.</param>
/// <param name="Retraining">Pictures that the network was retrained with.</param>
/// <param name="Measured">Pictures that it was measured on.</param>
/// <param name="Split">How they were told apart.</param>
public sealed record DataRecord(string Source, int Retraining, int Measured, string Split);

/// <summary>What was asked for.</summary>
/// <param name="MaxBytes">The largest file.</param>
/// <param name="MaxDrop">The largest loss of quality, in points (hundredths).</param>
/// <param name="Met">Whether the file keeps to both: to the loss on all pictures that were searched or measured on.</param>
public sealed record BudgetRecord(long? MaxBytes, double? MaxDrop, bool Met);

/// <summary>Bytes of the whole file in several forms.</summary>
/// <param name="Float32">The original, every weight in four bytes.</param>
/// <param name="Int8">The original with one byte a weight, scales for channels and biases in four.</param>
/// <param name="Int8Deflate">That, deflated (the DEFLATE of zip).</param>
/// <param name="Ours">The file.</param>
/// <param name="OursHuffman">The file with the coding of Deep Compression alone: Huffman codes and relative indices.</param>
/// <param name="OursDeflate">The compressed model with its codes uncoded, deflated: what a plain archive would give.</param>
/// <param name="OursLz4">The same in LZ4 blocks.</param>
public sealed record SizeRecord(long Float32, long Int8, long Int8Deflate, long Ours, long OursHuffman, long OursDeflate, long OursLz4);

/// <summary>The model after a step.</summary>
/// <param name="Name">The step.</param>
/// <param name="What">What it did, in a line.</param>
/// <param name="Bytes">The file, if it were written now.</param>
/// <param name="NonZero">Weights that are not zero.</param>
/// <param name="Weights">All weights.</param>
/// <param name="Macs">Multiplications of a run.</param>
/// <param name="Quality">On pictures that were not retrained with; null where nothing could be measured.</param>
/// <param name="Agreement">How far it says what the original says: the part of equal top-1 answers or of boxes found again; null where nothing could be measured.</param>
/// <param name="Seconds">The time it took.</param>
public sealed record StageRecord(string Name, string What, long Bytes, long NonZero, long Weights, long Macs, Quality? Quality, double? Agreement, double Seconds);

/// <summary>A constant of the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its layer computes, or what it is: bias, table.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Weights">Its elements.</param>
/// <param name="NonZero">Those that are not zero.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Float32Bytes">Four bytes each.</param>
/// <param name="Int8Bytes">One byte each, and a scale for each output channel.</param>
/// <param name="IndexBits">Bits of a weight as an index, uncoded.</param>
/// <param name="Bytes">In the file, with its codebook.</param>
/// <param name="Coding">How it is coded.</param>
/// <param name="Before">A histogram of the original weights; null where it is not shown.</param>
/// <param name="After">One of the compressed weights.</param>
/// <param name="Centroids">The shared values; empty where nothing is shared.</param>
public sealed record LayerRecord(
    string Name, string Kind, ImmutableArray<int> Shape, long Weights, long NonZero, int Distinct, long Float32Bytes, long Int8Bytes,
    double IndexBits, long Bytes, string Coding, WeightHistogram? Before, WeightHistogram? After, ImmutableArray<float> Centroids)
{
    /// <summary>Bits of a weight in the file.</summary>
    public double Bits => Weights == 0 ? 0 : 8.0 * Bytes / Weights;
}

/// <summary>How often weights fall between two bounds, in equal intervals.</summary>
/// <param name="Minimum">The lower bound of the first interval.</param>
/// <param name="Maximum">The upper bound of the last.</param>
/// <param name="Counts">For each interval.</param>
public sealed record WeightHistogram(float Minimum, float Maximum, ImmutableArray<long> Counts);

/// <summary>How quality falls when one layer alone is cut.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Axis">What is cut: density or bits.</param>
/// <param name="Points">Of the axis, and the quality there.</param>
public sealed record SensitivityCurve(string Layer, string Axis, ImmutableArray<SensitivityPoint> Points);

/// <summary>A point of a curve.</summary>
/// <param name="At">Density or bits.</param>
/// <param name="Quality">What is left.</param>
public sealed record SensitivityPoint(double At, double Quality);

/// <summary>An epoch of retraining.</summary>
/// <param name="Stage">The step it belongs to.</param>
/// <param name="Epoch">Counted from 1, through all steps.</param>
/// <param name="Loss">The mean loss on the retraining set.</param>
/// <param name="Quality">On the other pictures, where it was measured.</param>
public sealed record RetrainingRecord(string Stage, int Epoch, double Loss, double? Quality);

/// <summary>What a file holds to: any reader of it can check.</summary>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Seed">Of the inputs that the outputs below are from.</param>
/// <param name="Outputs">For those inputs, by the output's name: the mean, the root mean square and the first values.</param>
/// <param name="Quality">What was measured.</param>
public sealed record PromiseRecord(string Sha256, long Bytes, int Seed, ImmutableArray<OutputRecord> Outputs, Quality? Quality);

/// <summary>An output for seeded inputs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mean">The mean of its elements.</param>
/// <param name="RootMeanSquare">Of its elements.</param>
/// <param name="First">The first of its elements, at most eight.</param>
public sealed record OutputRecord(string Name, double Mean, double RootMeanSquare, ImmutableArray<float> First);
