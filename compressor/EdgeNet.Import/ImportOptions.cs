using System.Collections.ObjectModel;
using EdgeNet.Model;

namespace EdgeNet.Import;

/// <summary>What an importer must be told, and how much it may spend.</summary>
public sealed record ImportOptions
{
    /// <summary>The options of an import that was told nothing.</summary>
    public static ImportOptions Default { get; } = new();

    /// <summary>The extent of an input's first dimension where the model leaves it open.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>
    /// Extents of the other dimensions that a model leaves open: by the dimension's own name (<c>height</c>), or, where it has
    /// none, by input and axis (<c>images[2]</c>).
    /// </summary>
    public IReadOnlyDictionary<string, int> Dimensions { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    /// <summary>
    /// Inputs that are no inputs any more: each becomes a constant of the imported graph. This is the way in for models that take
    /// shapes, axes or thresholds at run time.
    /// </summary>
    public IReadOnlyDictionary<string, Constant> FixedInputs { get; init; } = ReadOnlyDictionary<string, Constant>.Empty;

    /// <summary>The longest file that is read, in bytes.</summary>
    public long MaxFileBytes { get; init; } = 2L << 30;

    /// <summary>The most nodes that are read.</summary>
    public int MaxNodes { get; init; } = 100_000;

    /// <summary>
    /// How many bytes constant folding may read and write, on top of four times the length of the file, which is what arranging
    /// its weights takes. Work beyond that stays in the graph.
    /// </summary>
    public long FoldingBytes { get; init; } = 64L << 20;
}
