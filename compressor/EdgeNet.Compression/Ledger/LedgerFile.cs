using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNet.Model.Format;

namespace EdgeNet.Compression;

/// <summary>
/// Ledgers as JSON files (UTF-8): names in camelCase, NaN and infinities as strings of these names. The same ledger gives
/// the same bytes.
/// </summary>
public static class LedgerFile
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A ledger as JSON.</summary>
    public static byte[] ToJson(CompressionLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return JsonSerializer.SerializeToUtf8Bytes(ledger, Options);
    }

    /// <summary>Writes a ledger beside its place and renames it into it.</summary>
    /// <exception cref="IOException">It cannot be written; the file before stays.</exception>
    public static void Write(string path, CompressionLedger ledger)
    {
        byte[] json = ToJson(ledger);
        AtomicFile.Write(path, stream => stream.Write(json));
    }

    /// <summary>Reads a ledger.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CompressionException">It is no ledger: the message names the file, the line, the member and what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CompressionLedger Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(BoundedFile.Read(path, MaxBytes, "a ledger"), path);
    }

    /// <summary>Reads a ledger from JSON.</summary>
    /// <param name="json">The bytes of a file.</param>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="CompressionException">It is no ledger: the message names the file, the line, the member and what is wrong.</exception>
    public static CompressionLedger Parse(ReadOnlySpan<byte> json, string file)
    {
        try
        {
            CompressionLedger ledger = JsonSerializer.Deserialize<CompressionLedger>(json, Options) ?? throw new CompressionException($"{file}: null; expected a ledger");
            return Missing(ledger) is { } missing ? throw new CompressionException($"{file}: {missing}: null; expected a value") : ledger;
        }
        catch (JsonException e)
        {
            string what = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].ReplaceLineEndings(" ");
            throw new CompressionException($"{file}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: {e.Path}: {what}", e);
        }
        catch (InvalidOperationException e)
        {
            // Text that is not UTF-8.
            throw new CompressionException($"{file}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Lists may hold nulls as far as the reader of JSON knows, and may be none at all.</summary>
    private static string? Missing(CompressionLedger ledger)
    {
        if (ledger.Stages.IsDefault || ledger.Stages.Contains(null!)) return "stages";
        if (ledger.Layers.IsDefault || ledger.Layers.Any(layer => layer is null || layer.Shape.IsDefault || layer.Centroids.IsDefault || layer.Before?.Counts.IsDefault == true || layer.After?.Counts.IsDefault == true)) return "layers";
        if (ledger.Sensitivity.IsDefault || ledger.Sensitivity.Any(curve => curve is null || curve.Points.IsDefault || curve.Points.Contains(null!))) return "sensitivity";
        if (ledger.Retraining.IsDefault || ledger.Retraining.Contains(null!)) return "retraining";
        if (ledger.Remarks.IsDefault || ledger.Remarks.Contains(null!)) return "remarks";
        return ledger.Promise.Outputs.IsDefault || ledger.Promise.Outputs.Any(output => output is null || output.First.IsDefault) ? "promise.outputs" : null;
    }
}
