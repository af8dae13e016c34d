using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Which weights of a convolution, depthwise or fully connected layer belong to which of its channels.</summary>
internal static class LayerWeights
{
    /// <summary>The axis of output channels of the weights.</summary>
    public static int OutputAxis(Node layer) => layer.Op is DepthwiseConv2D ? 2 : 0;

    /// <summary>Output channels.</summary>
    public static int OutputChannels(Node layer) => layer.Inputs[1].Type.Shape[OutputAxis(layer)];

    /// <summary>The output channel of a weight, by its place.</summary>
    public static int OutputOf(Node layer, int index)
    {
        Shape shape = layer.Inputs[1].Type.Shape;
        return layer.Op is DepthwiseConv2D ? index % shape[2] : index / shape.Product(1, shape.Rank);
    }

    /// <summary>The input channel that a weight, by its place, is multiplied with.</summary>
    public static int InputOf(Node layer, int index)
    {
        Shape shape = layer.Inputs[1].Type.Shape;
        int inputs = layer.Inputs[0].Type.Shape[^1];
        return layer.Op switch
        {
            DepthwiseConv2D => index % shape[2] / (shape[2] / inputs),
            Conv2D { Groups: > 1 } op => OutputOf(layer, index) / (shape[0] / op.Groups) * shape[3] + index % shape[3],
            _ => index % shape[^1],
        };
    }

    /// <summary>The tap of a convolution's kernel that a weight, by its place, belongs to; 0 in fully connected layers.</summary>
    public static int TapOf(Node layer, int index)
    {
        Shape shape = layer.Inputs[1].Type.Shape;
        return layer.Op switch
        {
            DepthwiseConv2D => index / shape[2],
            Conv2D => index / shape[3] % (shape[1] * shape[2]),
            _ => 0,
        };
    }
}
