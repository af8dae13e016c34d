using System.Text.Json.Serialization;

namespace EdgeNet.Training;

/// <summary>The weights of a convolution that sees the picture itself, which a person can look at.</summary>
public sealed record FilterSnapshot
{
    /// <summary>Takes weights of shape [<paramref name="outputs"/>, <paramref name="height"/>, <paramref name="width"/>, <paramref name="channels"/>].</summary>
    /// <param name="layer">Name of the layer.</param>
    /// <param name="epoch">The epoch at whose end the weights were so.</param>
    /// <param name="outputs">Number of filters.</param>
    /// <param name="height">Rows of a filter.</param>
    /// <param name="width">Columns of a filter.</param>
    /// <param name="channels">Channels of the picture.</param>
    /// <param name="weights">All weights, the last axis fastest. They are not copied.</param>
    /// <exception cref="ArgumentException">The number of weights is not the product of the sizes.</exception>
    [JsonConstructor]
    public FilterSnapshot(string layer, int epoch, int outputs, int height, int width, int channels, IReadOnlyList<float> weights)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if ((Int128)outputs * height * width * channels != weights.Count)
            throw new ArgumentException($"filters of shape [{outputs}, {height}, {width}, {channels}] do not have {weights.Count} weights", nameof(weights));
        (Layer, Epoch, Outputs, Height, Width, Channels, Weights) = (layer, epoch, outputs, height, width, channels, weights);
    }

    /// <summary>Name of the layer.</summary>
    public string Layer { get; }

    /// <summary>The epoch at whose end the weights were so.</summary>
    public int Epoch { get; }

    /// <summary>Number of filters.</summary>
    public int Outputs { get; }

    /// <summary>Rows of a filter.</summary>
    public int Height { get; }

    /// <summary>Columns of a filter.</summary>
    public int Width { get; }

    /// <summary>Channels of the picture.</summary>
    public int Channels { get; }

    /// <summary>All weights, [outputs, height, width, channels], the last axis fastest.</summary>
    public IReadOnlyList<float> Weights { get; }
}
