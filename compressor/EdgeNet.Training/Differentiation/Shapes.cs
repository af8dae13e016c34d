using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>What kernels must know of a node's geometry.</summary>
internal static class Shapes
{
    public static ConvolutionShape Of(Conv2D op, Node node)
    {
        Shape image = node.Inputs[0].Type.Shape, weights = node.Inputs[1].Type.Shape;
        return new ConvolutionShape
        {
            Batch = image[0],
            InputHeight = image[1],
            InputWidth = image[2],
            InputChannels = image[3],
            OutputChannels = weights[0],
            KernelHeight = weights[1],
            KernelWidth = weights[2],
            StrideHeight = op.Strides[0],
            StrideWidth = op.Strides[1],
            DilationHeight = op.Dilations[0],
            DilationWidth = op.Dilations[1],
            PadTop = op.Padding[0],
            PadLeft = op.Padding[1],
            PadBottom = op.Padding[2],
            PadRight = op.Padding[3],
            Groups = op.Groups,
        };
    }

    /// <summary>A fully connected layer: a convolution of 1 × 1 whose pixels are the rows of its input.</summary>
    public static ConvolutionShape OfDense(Node node)
    {
        Shape weights = node.Inputs[1].Type.Shape;
        return new ConvolutionShape
        {
            InputHeight = 1,
            InputWidth = node.Inputs[0].Type.Shape.Product(0, node.Inputs[0].Type.Shape.Rank - 1),
            InputChannels = weights[1],
            OutputChannels = weights[0],
            KernelHeight = 1,
            KernelWidth = 1,
        };
    }

    public static DepthwiseShape Of(DepthwiseConv2D op, Node node)
    {
        Shape image = node.Inputs[0].Type.Shape, weights = node.Inputs[1].Type.Shape;
        return new DepthwiseShape
        {
            Batch = image[0],
            InputHeight = image[1],
            InputWidth = image[2],
            Channels = image[3],
            Multiplier = weights[2] / image[3],
            KernelHeight = weights[0],
            KernelWidth = weights[1],
            StrideHeight = op.Strides[0],
            StrideWidth = op.Strides[1],
            DilationHeight = op.Dilations[0],
            DilationWidth = op.Dilations[1],
            PadTop = op.Padding[0],
            PadLeft = op.Padding[1],
            PadBottom = op.Padding[2],
            PadRight = op.Padding[3],
        };
    }
}
