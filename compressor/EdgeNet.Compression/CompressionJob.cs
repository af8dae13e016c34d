using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>Everything that a compression needs.</summary>
public sealed record CompressionJob
{
    /// <summary>The trained model.</summary>
    public required Graph Model { get; init; }

    /// <summary>What is done to it.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>What it is retrained with; null for nothing.</summary>
    public RetrainingData? Data { get; init; }

    /// <summary>Where the pictures are from, for the ledger.</summary>
    public DataRecord Source { get; init; } = new("none", 0, 0, "nothing was retrained or measured");

    /// <summary>How good a graph is; null where there is nothing to measure with.</summary>
    public QualityMeasure? Measure { get; init; }

    /// <summary>
    /// The same on other pictures, which a search for <see cref="MaxDrop"/> goes by, so that what it chooses is not chosen by what is reported; null
    /// for <see cref="Measure"/>.
    /// </summary>
    public QualityMeasure? Search { get; init; }

    /// <summary>Where bad pictures are noted.</summary>
    public DataProblems Problems { get; init; } = new();

    /// <summary>The largest file, in bytes; null for any.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>The largest loss of quality, in points (hundredths); null for any.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>Where states are kept so that a run that was killed can go on; null for nowhere.</summary>
    public WorkFolder? Work { get; init; }

    /// <summary>Threads to use; the file does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
