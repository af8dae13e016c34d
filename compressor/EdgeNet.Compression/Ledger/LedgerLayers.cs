using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What became of each constant of a network.</summary>
public static class LedgerLayers
{
    /// <summary>Intervals of a histogram.</summary>
    public const int HistogramBins = 64;

    private const int MostCentroids = 256;

    /// <summary>A record for each constant of the compressed network, in the order of the file.</summary>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network as it is written.</param>
    public static ImmutableArray<LayerRecord> Of(Graph original, Graph compressed)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(compressed);
        ImmutableArray<ConstantUse> before = ConstantUse.Of(original), after = ConstantUse.Of(compressed);
        return [.. after.Select((use, place) => Record(Match(before, after, place), use))];
    }

    /// <summary>The original of a constant: that of the same name; without names, that of the same input of the same node, or of the same place.</summary>
    private static ConstantUse? Match(ImmutableArray<ConstantUse> before, ImmutableArray<ConstantUse> after, int place)
    {
        ConstantUse use = after[place];
        if (use.Value.Name.Length > 0 && Only(each => each.Value.Name == use.Value.Name) is { } named) return named;
        if (use.Node is { Name.Length: > 0 } node && Only(each => each.Node?.Name == node.Name && each.Input == use.Input) is { } beside) return beside;
        return before.Length == after.Length && before[place].Kind == use.Kind ? before[place] : null;

        ConstantUse? Only(Func<ConstantUse, bool> holds)
        {
            ConstantUse[] found = [.. before.Where(holds).Take(2)];
            return found.Length == 1 ? found[0] : null;
        }
    }

    private static LayerRecord Record(ConstantUse? original, ConstantUse use)
    {
        Constant constant = use.Constant;
        StoredSize size = ModelFile.StoredSize(constant);
        int distinct = constant.CountDistinct();
        long weights = constant.Type.Shape.ElementCount;
        // Biases have no shapes to look at.
        float[]? now = use.Layer is null ? null : Reals(constant), then = original?.Layer is null || use.Layer is null ? null : Reals(original.Constant);
        (float Low, float High) range = Range(now, then);
        return new LayerRecord(
            use.Name, use.Kind, [.. constant.Type.Shape.Span], weights, weights - constant.CountZeros(), distinct,
            LedgerSizes.Float32(use), Int8Size.Of(use), PackedCodes.Pays(constant.CodeSize, weights, distinct) ? PackedCodes.IndexBits(distinct) : 8.0 * constant.CodeSize,
            size.Total, $"{constant.Storage.ToString().ToLowerInvariant()}, {size.Encoding.ToString().ToLowerInvariant()}",
            Histogram(then, range), Histogram(now, range), Centroids(now));
    }

    /// <summary>The real values of weights, quantized or not.</summary>
    private static float[] Reals(Constant constant)
    {
        if (constant.Type.Element == ElementType.Float32) return constant.ToArray<float>();
        long[] codes = constant.ToInt64s();
        float[] reals = new float[codes.Length];
        if (constant.Type.Quantization is not { } quantization) return Array.ConvertAll(codes, code => (float)code);
        Shape shape = constant.Type.Shape;
        int channels = quantization.Scales.Count, inner = quantization.IsPerTensor ? 1 : shape.Product(quantization.Axis + 1, shape.Rank);
        for (int i = 0; i < reals.Length; i++)
        {
            int channel = i / inner % channels;
            reals[i] = quantization.Scales[channel] * (codes[i] - quantization.ZeroPoints[channel]);
        }
        return reals;
    }

    /// <summary>One for before and after, so that they can be laid over one another.</summary>
    private static (float Low, float High) Range(params ReadOnlySpan<float[]?> sets)
    {
        (float low, float high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float[]? set in sets)
        {
            foreach (float value in set ?? [])
            {
                if (float.IsFinite(value)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
        }
        return low <= high ? (low, high) : (0, 0);
    }

    private static WeightHistogram? Histogram(float[]? values, (float Low, float High) range)
    {
        if (values is null) return null;
        long[] counts = new long[HistogramBins];
        double width = ((double)range.High - range.Low) / HistogramBins;
        foreach (float value in values)
        {
            if (float.IsFinite(value)) counts[width > 0 ? Math.Clamp((int)(((double)value - range.Low) / width), 0, HistogramBins - 1) : 0]++;
        }
        return new WeightHistogram(range.Low, range.High, [.. counts]);
    }

    /// <summary>The different values where each is used twice on average, in order; else none.</summary>
    private static ImmutableArray<float> Centroids(float[]? values)
    {
        var found = new HashSet<float>();
        foreach (float value in values ?? [])
        {
            if (found.Add(value) && found.Count > Math.Min(MostCentroids, values!.Length / 2)) return [];
        }
        return [.. found.Order()];
    }
}
