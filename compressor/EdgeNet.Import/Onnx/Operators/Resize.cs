using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>Resampling, in the forms that ONNX has given it over time.</summary>
internal static class ResizeOperators
{
    /// <summary>Upsample, and Resize before version 11: output element x lies at x ÷ scale.</summary>
    public static void Upsample(OnnxNode node)
    {
        float[] scales = (node.Opset < 9 && node.Operator == "Upsample" ? node.Attributes.Floats("scales") : node.KnownFloats(1)) ?? throw node.Invalid("it lacks its scales");
        Apply(node, x => new Resize(
            Scaled(node, x.Type.Shape, scales), ValueList.Create<float>(scales), Mode(node), CoordinateTransformation.Asymmetric, NearestRounding.Floor));
    }

    public static void Resize(OnnxNode node)
    {
        if (node.Opset < 11) Upsample(node);
        else Apply(node, x => Current(node, x));
    }

    private static Resize Current(OnnxNode node, Value x)
    {
        Shape shape = x.Type.Shape;
        int[] axes = [.. (node.Attributes.Longs("axes") ?? [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)axis)]).Select(axis => node.Axis(axis, shape.Rank))];
        CoordinateTransformation coordinates = Coordinates(node);
        bool crops = coordinates == CoordinateTransformation.TfCropAndResize;

        float[] region = [.. Enumerable.Repeat(0f, shape.Rank), .. Enumerable.Repeat(1f, shape.Rank)];
        if (crops)
        {
            float[] given = node.KnownFloats(1) ?? [];
            if (given.Length != 2 * axes.Length) throw node.Invalid($"a region of {given.Length} numbers for {axes.Length} axes; expected starts and ends");
            for (int i = 0; i < axes.Length; i++) (region[axes[i]], region[axes[i] + shape.Rank]) = (given[i], given[i + axes.Length]);
        }

        int[] sizes = shape.ToArray();
        float[] scales = [.. Enumerable.Repeat(1f, shape.Rank)];
        float[] givenScales = node.KnownFloats(2) ?? [];
        if (givenScales.Length > 0)
        {
            if (givenScales.Length != axes.Length) throw node.Invalid($"{givenScales.Length} scales for {axes.Length} axes; expected one of each");
            for (int i = 0; i < axes.Length; i++) scales[axes[i]] = givenScales[i];
            foreach (int axis in axes)
            {
                float extent = crops ? shape[axis] * (region[axis + shape.Rank] - region[axis]) : shape[axis];
                sizes[axis] = Floor(node, extent * scales[axis]);
            }
        }
        else
        {
            long[] given = node.KnownLongs(3) ?? throw node.Invalid("it lacks scales and sizes");
            if (given.Length != axes.Length) throw node.Invalid($"{given.Length} sizes for {axes.Length} axes; expected one of each");
            float[] quotients = [.. axes.Select((axis, i) => (float)given[i] / shape[axis])];
            string policy = node.Attributes.Text("keep_aspect_ratio_policy", "stretch");
            float? common = policy switch
            {
                "stretch" => null,
                "not_larger" => quotients.Min(),
                "not_smaller" => quotients.Max(),
                _ => throw node.Unsupported($"keep_aspect_ratio_policy '{policy}' is not known"),
            };
            for (int i = 0; i < axes.Length; i++)
            {
                scales[axes[i]] = common ?? quotients[i];
                sizes[axes[i]] = common is { } scale ? Floor(node, scale * shape[axes[i]] + 0.5f) : node.Narrow(given[i]);
            }
        }

        return new Resize(
            ValueList.Create<int>(sizes), ValueList.Create<float>(scales), Mode(node), coordinates, Rounding(node),
            node.Attributes.Float("cubic_coeff_a", -0.75f), node.Attributes.Flag("exclude_outside"), node.Attributes.Flag("antialias"),
            crops ? ValueList.Create<float>(region) : [], node.Attributes.Float("extrapolation_value", 0));
    }

    /// <summary>Adds the op. Codes, and integers by way of floats, take part where each output element is one of the input's.</summary>
    private static void Apply(OnnxNode node, Func<Value, Resize> op)
    {
        Value x = node.Operand(0).Value;
        Resize resize = op(x);
        if (x.Type.Element != ElementType.Float32 && resize.Interpolation != Interpolation.Nearest)
            throw node.Unsupported($"it interpolates between elements of {x.Type.Element}; put Cast or DequantizeLinear before it");
        bool casts = x.Type.Quantization is null;
        node.Move(value => casts
            ? node.Cast(node.Emit(resize, node.Cast(value, ElementType.Float32)), value.Type.Element)
            : node.Emit(resize, value));
    }

    private static ValueList<int> Scaled(OnnxNode node, Shape shape, float[] scales)
    {
        if (scales.Length != shape.Rank) throw node.Invalid($"{scales.Length} scales for shape {shape}; expected one per axis");
        return shape.Select((extent, axis) => Floor(node, extent * scales[axis])).ToValueList();
    }

    private static int Floor(OnnxNode node, float extent) => extent >= 0 && extent <= Shape.MaxElements
        ? (int)MathF.Floor(extent)
        : throw node.Invalid($"an extent of {extent}");

    private static Interpolation Mode(OnnxNode node) => node.Attributes.Text("mode", "nearest") switch
    {
        "nearest" => Interpolation.Nearest,
        "linear" or "bilinear" => Interpolation.Linear,
        "cubic" => Interpolation.Cubic,
        string other => throw node.Unsupported($"mode '{other}' is not known; expected nearest, linear or cubic"),
    };

    private static CoordinateTransformation Coordinates(OnnxNode node) => node.Attributes.Text("coordinate_transformation_mode", "half_pixel") switch
    {
        "half_pixel" => CoordinateTransformation.HalfPixel,
        "half_pixel_symmetric" => CoordinateTransformation.HalfPixelSymmetric,
        "pytorch_half_pixel" => CoordinateTransformation.PytorchHalfPixel,
        "align_corners" => CoordinateTransformation.AlignCorners,
        "asymmetric" => CoordinateTransformation.Asymmetric,
        "tf_half_pixel_for_nn" => CoordinateTransformation.TfHalfPixelForNearest,
        "tf_crop_and_resize" => CoordinateTransformation.TfCropAndResize,
        string other => throw node.Unsupported($"coordinate_transformation_mode '{other}' is not known; use half_pixel"),
    };

    private static NearestRounding Rounding(OnnxNode node) => node.Attributes.Text("nearest_mode", "round_prefer_floor") switch
    {
        "round_prefer_floor" => NearestRounding.RoundPreferFloor,
        "round_prefer_ceil" => NearestRounding.RoundPreferCeil,
        "floor" => NearestRounding.Floor,
        "ceil" => NearestRounding.Ceil,
        string other => throw node.Unsupported($"nearest_mode '{other}' is not known; use round_prefer_floor"),
    };
}
