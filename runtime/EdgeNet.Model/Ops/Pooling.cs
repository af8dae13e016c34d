using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>What a pooling window keeps.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolKind>))]
public enum PoolKind
{
    /// <summary>The largest element.</summary>
    Max,
    /// <summary>The mean.</summary>
    Average,
}

/// <summary>Pooling of an image [N, H, W, C] over windows, channel by channel. Quantized: max on codes, average requantized.</summary>
/// <param name="Kind">Max or average.</param>
/// <param name="Size">The window: height, width.</param>
/// <param name="Strides">Vertical, horizontal.</param>
/// <param name="Dilations">Vertical, horizontal.</param>
/// <param name="Padding">At the top, left, bottom, right; never the maximum, and part of the mean only if asked.</param>
/// <param name="CountIncludesPadding">Whether padding counts in the divisor of the mean.</param>
/// <param name="CeilMode">Whether a last window that hangs over the padded edge counts.</param>
public sealed record Pool2D(
    PoolKind Kind, ValueList<int> Size, ValueList<int> Strides, ValueList<int> Dilations, ValueList<int> Padding,
    bool CountIncludesPadding = false, bool CeilMode = false) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType image = inputs[0];
        RequireRank(image, 4, "the image");
        Require(Size.Count == 2 && Size[0] >= 1 && Size[1] >= 1, $"window {Size}; expected height and width of at least 1");
        (int h, int w) = Window.Output(image.Shape, Size[0], Size[1], Strides, Dilations, Padding, CeilMode);
        Shape shape = [image.Shape[0], h, w, image.Shape[3]];
        if (Kind == PoolKind.Max)
        {
            Require(image.Element is ElementType.Float32 or ElementType.Int8, $"maximum over {image.Element}; expected Float32 or Int8");
            return [Moved(image, shape)];
        }
        Require(image.Element == ElementType.Float32 || image.Quantization is not null, $"mean over {image}; expected Float32 or quantized Int8");
        return [Computed(image, shape)];
    }
}
