using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Where the weights of a layer lie: the weight of an output, a tap of the kernel and an input is at the sum of the three indices, each times its stride.</summary>
/// <param name="Outputs">Output channels.</param>
/// <param name="OutputStride">From one to the next.</param>
/// <param name="Taps">Places of the kernel; 1 where there is none.</param>
/// <param name="TapStride">From one to the next.</param>
/// <param name="Inputs">Inputs of one output at one tap; 1 in a depthwise layer.</param>
/// <param name="InputStride">From one to the next.</param>
internal readonly record struct WeightAxes(int Outputs, int OutputStride, int Taps, int TapStride, int Inputs, int InputStride)
{
    /// <summary>Outputs and inputs in each other's place.</summary>
    public WeightAxes Crossed => new(Inputs, InputStride, Taps, TapStride, Outputs, OutputStride);

    /// <summary>Those of a layer.</summary>
    public static WeightAxes Of(WeightLayer layer)
    {
        Shape shape = layer.Shape;
        return layer.Kind switch
        {
            LayerKind.Convolution or LayerKind.TransposedConvolution => new(shape[0], shape.Product(1, 4), shape[1] * shape[2], shape[3], shape[3], 1),
            LayerKind.Depthwise => new(shape[2], 1, shape[0] * shape[1], shape[2], 1, 1),
            LayerKind.Dense => new(shape[0], shape[1], 1, 0, shape[1], 1),
            LayerKind.Product => new(shape[^1], 1, shape.Product(0, shape.Rank - 2), shape[^2] * shape[^1], shape[^2], shape[^1]),
            _ => throw new ArgumentOutOfRangeException(nameof(layer), layer.Kind, null),
        };
    }
}
