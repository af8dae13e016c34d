using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNet.Training;

/// <summary>
/// What a training run showed so far: plain data that grows as the run goes on, travels with its checkpoints, and is read by
/// <see cref="TrainingReport"/>.
/// </summary>
public sealed class TrainingHistory
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // A loss that is no number must survive a checkpoint.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>What was trained on what, and how.</summary>
    public required RunDescription Run { get; init; }

    /// <summary>Every epoch that ended, in order.</summary>
    public IList<EpochRecord> Epochs { get; init; } = [];

    /// <summary>Losses of single steps, as many as the run chose to keep, in order.</summary>
    public IList<StepLoss> Steps { get; init; } = [];

    /// <summary>Distributions by layer and epoch: epochs in order, within an epoch the layers in the network's order.</summary>
    public IList<LayerSnapshot> Layers { get; init; } = [];

    /// <summary>The first layer's weights at some epochs, in order.</summary>
    public IList<FilterSnapshot> Filters { get; init; } = [];

    /// <summary>
    /// The best epoch so far: by the first metric of <see cref="RunDescription.Metrics"/> on validation samples; without such, by the
    /// validation loss; without that, by the training loss. The earliest of equals; null if none has a finite value.
    /// </summary>
    public EpochRecord? BestEpoch()
    {
        if (Run.Metrics is [{ } metric, ..] &&
            Best(epoch => epoch.ValidationMetrics.TryGetValue(metric.Name, out double value) ? value : null, metric.LowerIsBetter) is { } best)
        {
            return best;
        }
        return Best(epoch => epoch.ValidationLoss, lowerIsBetter: true) ?? Best(epoch => epoch.TrainingLoss, lowerIsBetter: true);
    }

    /// <summary>The history as UTF-8 JSON: what <see cref="FromJson"/> reads. The same history gives the same bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="InvalidDataException">It is not a training history; the message says where it goes wrong.</exception>
    public static TrainingHistory FromJson(ReadOnlySpan<byte> json, string source = "training history")
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingHistory>(json, s_json) ?? throw new InvalidDataException($"{source}: null is not a training history");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{source}: not a training history: {exception.Message}", exception);
        }
    }

    /// <summary>The epoch with the best finite value; the earliest of equals.</summary>
    internal EpochRecord? Best(Func<EpochRecord, double?> measure, bool lowerIsBetter)
    {
        IEnumerable<EpochRecord> measured = Epochs.Where(epoch => measure(epoch) is { } value && double.IsFinite(value));
        return lowerIsBetter ? measured.MinBy(measure) : measured.MaxBy(measure);
    }
}
