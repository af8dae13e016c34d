namespace EdgeNet.Training;

/// <summary>
/// How many numbers lie where. The bins are of one width, which is a power of two, and start at a multiple of it; so zero never lies inside
/// a bin but at its start, and the same numbers give the same bins in whatever order they come.
/// </summary>
public sealed record Histogram
{
    /// <summary>No histogram has more bins.</summary>
    public const int MaximumBins = 64;

    /// <summary>Where the first bin starts; NaN if there is no finite number.</summary>
    public required double Start { get; init; }

    /// <summary>Width of a bin; 0 if all finite numbers are equal (there is one bin then) or there are none (no bin).</summary>
    public required double Width { get; init; }

    /// <summary>Finite numbers in each bin: bin i holds those from Start + i × Width up to, not including, Start + (i + 1) × Width.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    /// <summary>Least finite number, or NaN.</summary>
    public required double Minimum { get; init; }

    /// <summary>Greatest finite number, or NaN.</summary>
    public required double Maximum { get; init; }

    /// <summary>Mean of the finite numbers, or NaN.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of the finite numbers, or NaN.</summary>
    public required double Deviation { get; init; }

    /// <summary>Finite numbers, that is the sum of the bins.</summary>
    public required long Finite { get; init; }

    /// <summary>Numbers that are exactly zero; they are in the bins too.</summary>
    public required long Zeros { get; init; }

    /// <summary>Numbers that are not numbers.</summary>
    public required long NaNs { get; init; }

    /// <summary>Numbers that are infinite.</summary>
    public required long Infinities { get; init; }

    /// <summary>Share of zeros among the finite numbers, 0 to 1.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double ZeroShare => Finite == 0 ? 0 : (double)Zeros / Finite;

    /// <summary>Counts <paramref name="values"/> in one pass; for values that come in parts see <see cref="HistogramBuilder"/>.</summary>
    public static Histogram Of(ReadOnlySpan<float> values)
    {
        HistogramBuilder builder = new();
        builder.Add(values);
        return builder.Build();
    }
}
