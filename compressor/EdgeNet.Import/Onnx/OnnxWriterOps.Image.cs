using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Import.Passes;
using EdgeNet.Model;
using static EdgeNet.Import.Onnx.OnnxWriterTensors;

namespace EdgeNet.Import.Onnx;

/// <summary>Image ops: channels last here, channels first in ONNX.</summary>
internal sealed partial class OnnxWriterOps
{
    private string Image() => node.Op switch
    {
        Conv2D op => graph.Emit("Conv", Weighted(graph.Real(node.Inputs[1], channelsFirst: true)),
            [.. Window([.. node.Inputs[1].Type.Shape.Skip(1).Take(2)], op.Strides, op.Dilations, op.Padding), Attribute("group", op.Groups)]),
        DepthwiseConv2D op => graph.Emit("Conv", Weighted(DepthwiseWeights()),
            [.. Window([.. node.Inputs[1].Type.Shape.Take(2)], op.Strides, op.Dilations, op.Padding), Attribute("group", Shape[3])]),
        ConvTranspose2D op => ConvTranspose(op),
        Pool2D { Kind: PoolKind.Max } op => graph.Emit("MaxPool", [graph.Real(X, channelsFirst: true)],
            [.. Window([.. op.Size], op.Strides, op.Dilations, op.Padding), Attribute("ceil_mode", op.CeilMode)]),
        Pool2D op => AveragePool(op),
        _ when Shape.Rank < 2 => throw Unsupported("ONNX normalizes tensors of at least two dimensions; reshape the input to [1, channels]"),
        BatchNormalization op => graph.Emit("BatchNormalization", ChannelsFirstThenRest(), Attribute("epsilon", op.Epsilon)),
        InstanceNormalization op => graph.Emit("InstanceNormalization", ChannelsFirstThenRest(), Attribute("epsilon", op.Epsilon)),
        LocalResponseNormalization op => graph.Emit("LRN", ChannelsFirstThenRest(),
            Attribute("size", op.Size), Attribute("alpha", op.Alpha), Attribute("beta", op.Beta), Attribute("bias", op.Bias)),
        _ => throw Unsupported("the ONNX writer does not know it"),
    };

    private string[] ChannelsFirstThenRest() => [graph.Real(X, channelsFirst: true), .. node.Inputs.Skip(1).Select(input => graph.Real(input))];

    private string[] Weighted(string weights) => node.Inputs.Length > 2
        ? [graph.Real(X, channelsFirst: true), weights, Bias()]
        : [graph.Real(X, channelsFirst: true), weights];

    private static AttributeProto[] Window(int[] kernel, ValueList<int> strides, ValueList<int> dilations, ValueList<int> padding) =>
    [
        Attribute("kernel_shape", kernel), Attribute("strides", strides), Attribute("dilations", dilations), Attribute("pads", padding),
    ];

    private string DepthwiseWeights()
    {
        Shape shape = node.Inputs[1].Type.Shape;
        return Arranged(shape, new Permutation([2, 0, 1]), [shape[2], 1, shape[0], shape[1]]);
    }

    /// <summary>The weights split, transposed and merged: on the spot where they are constant.</summary>
    private string Arranged(Shape split, Permutation order, Shape merged)
    {
        Value weights = node.Inputs[1];
        if (weights.Constant is not { } constant)
        {
            string w = graph.Real(weights);
            if (split != weights.Type.Shape) w = graph.Reshaped(w, split);
            return graph.Reshaped(graph.Transposed(w, order), merged);
        }
        // Elements are written dense in any case, and so are parameters of their storage no hindrance.
        constant = Constant.Dense(constant.Type, constant.Elements());
        if (split != weights.Type.Shape) constant = constant.Reshaped(split);
        return graph.Real(constant.Transposed(order.Axes.Span).Reshaped(merged), weights.Name);
    }

    private string ConvTranspose(ConvTranspose2D op)
    {
        if (op.Padding[0] < 0 || op.Padding[1] < 0)
            throw Unsupported("ONNX adds rows and columns to a transposed convolution at the bottom and right only; pad its result instead");
        Shape w = node.Inputs[1].Type.Shape;
        int groups = op.Groups, outputs = w[0] / groups, inputs = w[3];
        string weights = Arranged([groups, outputs, w[1], w[2], inputs], new Permutation([0, 4, 1, 2, 3]), [groups * inputs, outputs, w[1], w[2]]);
        int[] cut = [.. op.Padding.Select(p => Math.Max(p, 0))], added = [.. op.Padding.Skip(2).Select(p => Math.Max(-p, 0))];
        return graph.Emit("ConvTranspose", Weighted(weights),
            [.. Window([w[1], w[2]], op.Strides, op.Dilations, ValueList.Create<int>(cut)), Attribute("output_padding", added), Attribute("group", groups)]);
    }

    private string AveragePool(Pool2D op)
    {
        if (op.Dilations.Any(dilation => dilation != 1)) throw Unsupported("average pooling with dilation came with operator set 19; use a depthwise convolution");
        return graph.Emit("AveragePool", [graph.Real(X, channelsFirst: true)],
            Attribute("kernel_shape", op.Size), Attribute("strides", op.Strides), Attribute("pads", op.Padding),
            Attribute("ceil_mode", op.CeilMode), Attribute("count_include_pad", op.CountIncludesPadding));
    }

    private string Resized(Resize op, bool channelsFirst)
    {
        if (op.Antialias) throw Unsupported("antialiased resizing came with operator set 18; resize without it");
        NearestRounding rounding = op.Rounding;
        string coordinates;
        switch (op.Coordinates)
        {
            case CoordinateTransformation.HalfPixel: coordinates = "half_pixel"; break;
            case CoordinateTransformation.PytorchHalfPixel: coordinates = "pytorch_half_pixel"; break;
            case CoordinateTransformation.AlignCorners: coordinates = "align_corners"; break;
            case CoordinateTransformation.Asymmetric: coordinates = "asymmetric"; break;
            case CoordinateTransformation.TfCropAndResize: coordinates = "tf_crop_and_resize"; break;
            case CoordinateTransformation.TfHalfPixelForNearest when op is { Interpolation: Interpolation.Nearest, Rounding: NearestRounding.Floor }:
                // floor(x) is x − ½ rounded half up.
                (coordinates, rounding) = ("half_pixel", NearestRounding.RoundPreferCeil);
                break;
            default: throw Unsupported($"coordinates {op.Coordinates} are not in operator set 17; use HalfPixel");
        }

        Permutation order = channelsFirst ? OnnxWriterGraph.ChannelsFirst(Shape.Rank) : Permutation.Identity(Shape.Rank);
        float[] scales = [.. order.Axes.Select(axis => op.Scales[axis])];
        long[] sizes = [.. order.Axes.Select(axis => (long)op.Sizes[axis])];
        bool byScales = Enumerable.Range(0, Shape.Rank).All(axis => (int)(Shape[axis] * op.Scales[axis]) == op.Sizes[axis]);
        string region = op.RegionOfInterest.Count == 0 ? "" : graph.Number(Constant.Of<float>(
            [.. order.Axes.Select(axis => op.RegionOfInterest[axis]), .. order.Axes.Select(axis => op.RegionOfInterest[axis + Shape.Rank])]));
        return graph.Emit("Resize",
            [graph.Real(X, channelsFirst), region, byScales ? graph.Number(Constant.Of<float>(scales)) : "", byScales ? "" : graph.Int64s(sizes)],
            Attribute("mode", op.Interpolation.ToString().ToLowerInvariant()),
            Attribute("coordinate_transformation_mode", coordinates),
            Attribute("nearest_mode", rounding switch
            {
                NearestRounding.RoundPreferFloor => "round_prefer_floor",
                NearestRounding.RoundPreferCeil => "round_prefer_ceil",
                NearestRounding.Floor => "floor",
                _ => "ceil",
            }),
            Attribute("cubic_coeff_a", op.CubicCoefficient), Attribute("exclude_outside", op.ExcludeOutside), Attribute("extrapolation_value", op.Extrapolation));
    }
}
