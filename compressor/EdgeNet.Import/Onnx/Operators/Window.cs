using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>How a kernel slides over an image: ONNX's strides, dilations, pads and auto_pad, resolved.</summary>
internal readonly record struct Window(ValueList<int> Strides, ValueList<int> Dilations, ValueList<int> Padding)
{
    /// <summary>The window of a convolution or a pooling.</summary>
    public static Window Read(OnnxNode node, Shape image, int kernelHeight, int kernelWidth, bool flat)
    {
        int[] strides = Pair(node, "strides", flat), dilations = Pair(node, "dilations", flat), padding = Pads(node, flat);
        string auto = node.Attributes.Text("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            for (int axis = 0; axis < 2; axis++)
            {
                int extent = image[1 + axis], kernel = axis == 0 ? kernelHeight : kernelWidth;
                long outputs = ((long)extent + strides[axis] - 1) / strides[axis];
                long total = Math.Max(0, (outputs - 1) * strides[axis] + Reach(kernel, dilations[axis]) - extent);
                (padding[axis], padding[axis + 2]) = Shared(node, total, oddOneAtEnd: auto == "SAME_UPPER");
            }
        }
        if (padding.Any(p => p < 0)) throw node.Unsupported("negative pads; put Slice before it instead");
        return new Window(ValueList.Create<int>(strides), ValueList.Create<int>(dilations), ValueList.Create<int>(padding));
    }

    /// <summary>The window of a transposed convolution: its padding is what is cut from the full output.</summary>
    public static Window ReadTransposed(OnnxNode node, Shape image, int kernelHeight, int kernelWidth, bool flat)
    {
        int[] strides = Pair(node, "strides", flat), dilations = Pair(node, "dilations", flat), padding = Pads(node, flat);
        int[] extra = Pair(node, "output_padding", flat, otherwise: 0);
        int[]? shape = node.Attributes.Ints("output_shape");
        string auto = node.Attributes.Text("auto_pad", "NOTSET");
        for (int axis = 0; axis < 2; axis++)
        {
            int kernel = axis == 0 ? kernelHeight : kernelWidth;
            long full = ((long)image[1 + axis] - 1) * strides[axis] + Reach(kernel, dilations[axis]);
            // A one-dimensional image has no say about its height, which stays 1.
            if (flat && axis == 0) continue;
            if (shape is null && auto is not ("SAME_UPPER" or "SAME_LOWER"))
            {
                padding[axis + 2] = node.Narrow((long)padding[axis + 2] - extra[axis]);
                continue;
            }
            int spatial = flat ? 1 : 2;
            if (shape is not null && shape.Length < spatial) throw node.Invalid($"output_shape of {shape.Length} numbers for {spatial} spatial dimensions");
            long wanted = shape is not null ? shape[shape.Length - spatial + (flat ? 0 : axis)] : (long)image[1 + axis] * strides[axis];
            long total = Math.Max(0, full + extra[axis] - wanted);
            (padding[axis], _) = Shared(node, total, oddOneAtEnd: auto == "SAME_UPPER");
            padding[axis + 2] = node.Narrow(full - wanted - padding[axis]);
        }
        return new Window(ValueList.Create<int>(strides), ValueList.Create<int>(dilations), ValueList.Create<int>(padding));
    }

    private static long Reach(int kernel, int dilation) => ((long)kernel - 1) * dilation + 1;

    /// <summary>Splits padding in two; an odd one out goes to the end or to the beginning.</summary>
    private static (int Begin, int End) Shared(OnnxNode node, long total, bool oddOneAtEnd)
    {
        int half = node.Narrow(total / 2), rest = node.Narrow(total - total / 2);
        return oddOneAtEnd ? (half, rest) : (rest, half);
    }

    private static int[] Pair(OnnxNode node, string name, bool flat, int otherwise = 1)
    {
        if (node.Attributes.Ints(name) is not { Length: > 0 } given) return [otherwise, otherwise];
        if (given.Length != (flat ? 1 : 2)) throw node.Invalid($"{name} of {given.Length} numbers; expected {(flat ? 1 : 2)}");
        if (given.Any(x => x < otherwise)) throw node.Invalid($"{name} [{string.Join(", ", given)}]; expected at least {otherwise}");
        return flat ? [otherwise, given[0]] : given;
    }

    private static int[] Pads(OnnxNode node, bool flat)
    {
        if (node.Attributes.Ints("pads") is not { Length: > 0 } given || node.Attributes.Text("auto_pad", "NOTSET") is not "NOTSET") return [0, 0, 0, 0];
        if (given.Length != (flat ? 2 : 4)) throw node.Invalid($"pads of {given.Length} numbers; expected {(flat ? 2 : 4)}");
        return flat ? [0, given[0], 0, given[1]] : given;
    }
}
