using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>How good a model is on pictures that it was not retrained with.</summary>
/// <param name="Metric">What was measured: top-1, AP50, agreement with the original.</param>
/// <param name="Value">0 to 1; higher is better.</param>
/// <param name="Samples">Pictures that it was measured on.</param>
public sealed record Quality(string Metric, double Value, int Samples)
{
    /// <summary>How far it says what the original says: the part of equal top-1 answers, or of boxes found again; null where nobody looked.</summary>
    public double? Agreement { get; init; }
}

/// <summary>Measures a graph through the runtime, as a board would run it.</summary>
/// <exception cref="OperationCanceledException">The user has had enough.</exception>
public delegate Quality QualityMeasure(Graph graph);
