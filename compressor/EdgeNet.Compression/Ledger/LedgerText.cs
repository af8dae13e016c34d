using System.Collections.Immutable;
using System.Globalization;

namespace EdgeNet.Compression;

/// <summary>A ledger in words and tables. Numbers are the same in every culture; quality is in hundredths.</summary>
public static class LedgerText
{
    /// <summary>What came out, in a line: bytes, ratio, quality before and after.</summary>
    public static string Summary(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        string text = $"{ledger.Model}: {Bytes(ledger.Sizes.Float32)} of floats in {Bytes(ledger.Sizes.Ours)}, {Ratio(ledger.Sizes.Float32, ledger.Sizes.Ours)}";
        if (First(ledger) is { } first && Last(ledger) is { } last)
            text += $"; {last.Metric} {Percent(first.Value)} % before, {Percent(last.Value)} % after ({Points(last.Value - first.Value)} points, {Whole(last.Samples)} {(last.Samples == 1 ? "picture" : "pictures")})";
        return text;
    }

    /// <summary>Whether the budget was met, in a line; null where none was asked for.</summary>
    public static string? Budget(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        if (ledger.Budget is not { } budget) return null;
        string[] asked =
        [
            .. budget.MaxBytes is { } bytes ? [$"at most {Whole(bytes)} bytes"] : Array.Empty<string>(),
            .. budget.MaxDrop is { } drop ? [$"at most {Number(drop, "0.##")} {(drop == 1 ? "point" : "points")} lost"] : Array.Empty<string>(),
        ];
        return $"asked for: {(asked.Length == 0 ? "nothing" : string.Join(", ", asked))}; {(budget.Met ? "met" : "not met")}";
    }

    /// <summary>The whole file in all forms.</summary>
    public static LedgerTable Sizes(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        SizeRecord sizes = ledger.Sizes;
        long[] columns = [sizes.Float32, sizes.Int8, sizes.Int8Deflate, sizes.Ours, sizes.OursHuffman, sizes.OursDeflate, sizes.OursLz4];
        return new(
            "Sizes", ["", ">fp32", ">int8", ">int8+deflate", ">ours", ">ours, Huffman only", ">our codes, deflate", ">our codes, LZ4"],
            [["bytes", .. columns.Select(Whole)], ["smaller than fp32", .. columns.Select(bytes => Ratio(sizes.Float32, bytes))]]);
    }

    /// <summary>The original and each step.</summary>
    public static LedgerTable Stages(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        Quality? first = First(ledger);
        string metric = first?.Metric ?? Last(ledger)?.Metric ?? "quality";
        return new(
            "Steps", ["step", "what", ">bytes", ">ratio", ">non-zero", ">density %", ">MACs", $">{metric} %", ">change", ">agreement %", ">seconds"],
            [.. ledger.Stages.Select(stage => ImmutableArray.Create(
                stage.Name, stage.What, Whole(stage.Bytes), Ratio(ledger.Sizes.Float32, stage.Bytes), Whole(stage.NonZero), Share(stage.NonZero, stage.Weights), Whole(stage.Macs),
                Percent(stage.Quality?.Value), Points(stage.Quality?.Value - first?.Value), Percent(stage.Agreement), Number(stage.Seconds, "0.0")))]);
    }

    /// <summary>Each constant of the file.</summary>
    public static LedgerTable Layers(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            "Layers", ["name", "kind", "shape", ">weights", ">density %", ">values", ">bits before coding", ">bits", ">fp32", ">int8", ">bytes", "coding"],
            [.. ledger.Layers.Select(layer => ImmutableArray.Create(
                layer.Name, layer.Kind, string.Join("×", layer.Shape), Whole(layer.Weights), Share(layer.NonZero, layer.Weights), Whole(layer.Distinct),
                Number(layer.IndexBits, "0.##"), Number(layer.Bits, "0.00"), Whole(layer.Float32Bytes), Whole(layer.Int8Bytes), Whole(layer.Bytes), layer.Coding))]);
    }

    /// <summary>How layers take less.</summary>
    public static LedgerTable Sensitivity(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            "Sensitivity", ["layer", "axis", ">at", ">quality %"],
            [.. ledger.Sensitivity.SelectMany(curve => curve.Points.Select(point => ImmutableArray.Create(curve.Layer, curve.Axis, Number(point.At, "0.####"), Percent(point.Quality))))]);
    }

    /// <summary>Epochs of retraining.</summary>
    public static LedgerTable Retraining(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            "Retraining", ["step", ">epoch", ">loss", ">quality %"],
            [.. ledger.Retraining.Select(epoch => ImmutableArray.Create(epoch.Stage, Whole(epoch.Epoch), Number(epoch.Loss, "0.######"), Percent(epoch.Quality)))]);
    }

    /// <summary>What the file holds to.</summary>
    public static LedgerTable Promise(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return new(
            "Promise", ["output", ">mean", ">root mean square", "first values"],
            [.. ledger.Promise.Outputs.Select(output => ImmutableArray.Create(
                output.Name, Number(output.Mean, "G7"), Number(output.RootMeanSquare, "G7"), string.Join(" ", output.First.Select(value => Number(value, "G6")))))]);
    }

    /// <summary>Bytes in a unit that people compare by: 812 B, 27.1 KB (thousands), 1.72 MB.</summary>
    public static string Bytes(long bytes) => Math.Abs((double)bytes) switch
    {
        < 1e3 => $"{Number(bytes, "0")} B",
        < 999_500 => $"{Number(bytes / 1e3, bytes < 99_950 ? "0.0" : "0")} KB",
        _ => $"{Number(bytes / 1e6, "0.00")} MB",
    };

    /// <summary>How many times smaller: 63.5×.</summary>
    public static string Ratio(long original, long bytes) => bytes <= 0 || original <= 0 ? "" : $"{Number((double)original / bytes, "0.0")}×";

    /// <summary>A difference of two parts in hundredths, with its sign.</summary>
    internal static string Points(double? difference) =>
        difference is not { } points ? "" : double.IsFinite(points) ? (100 * points).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) : Number(points, "0");

    internal static string Percent(double? part) => part is { } value ? Number(100 * value, "0.00") : "";

    internal static string Share(long part, long whole) => whole == 0 ? "" : Number(100.0 * part / whole, "0.0");

    internal static string Whole(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    internal static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The original's quality.</summary>
    internal static Quality? First(CompressionLedger ledger) => ledger.Stages.Length == 0 ? null : ledger.Stages[0].Quality;

    /// <summary>The file's quality.</summary>
    internal static Quality? Last(CompressionLedger ledger) => ledger.Promise.Quality ?? ledger.Stages.LastOrDefault(stage => stage.Quality is not null)?.Quality;
}
