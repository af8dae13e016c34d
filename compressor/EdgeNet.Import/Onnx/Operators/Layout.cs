using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>Operators that move elements, and those that make tensors of nothing but shapes.</summary>
internal static class LayoutOperators
{
    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["Identity"] = node => node.Output(0, node.Operand(0)),
        ["Dropout"] = Dropout,
        ["Reshape"] = Reshape,
        ["Flatten"] = Flatten,
        ["Squeeze"] = Squeeze,
        ["Unsqueeze"] = Unsqueeze,
        ["Transpose"] = Transpose,
        ["Concat"] = Concat,
        ["Split"] = Split,
        ["Slice"] = Slice,
        ["Pad"] = Pad,
        ["Gather"] = node => node.Move(x => node.Emit(new Gather(Axis(node, x)), x, node.Input(1))),
        ["GatherElements"] = node => node.Move(x => node.Emit(new GatherElements(Axis(node, x)), x, node.Input(1))),
        ["GatherND"] = node => node.Move(x => node.Emit(new GatherNd(node.Attributes.Int("batch_dims", 0)), x, node.Input(1))),
        ["Expand"] = Expand,
        ["Tile"] = Tile,
        ["DepthToSpace"] = DepthToSpace,
        ["SpaceToDepth"] = SpaceToDepth,
        ["Resize"] = ResizeOperators.Resize,
        ["Upsample"] = ResizeOperators.Upsample,
        ["Shape"] = ShapeOf,
        ["Size"] = node => node.Output(node.Constant(Constant.Of<long>(Shape.Scalar, [node.Operand(0).Value.Type.Shape.ElementCount]))),
        ["Constant"] = ConstantValue,
        ["ConstantOfShape"] = ConstantOfShape,
        ["Range"] = Range,
    };

    private static int Axis(OnnxNode node, Value x) => node.Axis(node.Attributes.Long("axis", 0), x.Type.Shape.Rank);

    /// <summary>Nothing, at inference; the mask then keeps every element.</summary>
    private static void Dropout(OnnxNode node)
    {
        if (node.Has(2) && node.KnownLong(2) != 0 && (node.KnownFloat(1) ?? 0.5f) != 0)
            throw node.Unsupported("it is in training mode; export the model in evaluation mode (model.eval())");
        Operand x = node.Operand(0);
        node.Output(0, x);
        if (node.IsUsed(1)) node.Output(1, Filled(node, node.Scalar(1, node.Opset < 10 ? ElementType.Float32 : ElementType.Bool), x.Value.Type.Shape));
    }

    private static void Reshape(OnnxNode node) => node.Move(x =>
    {
        long[] wanted = Wanted(node, 1);
        Shape from = x.Type.Shape;
        bool zeroCopies = !node.Attributes.Flag("allowzero");
        long[] extents = [.. wanted.Select((extent, axis) => extent != 0 || !zeroCopies ? extent
            : axis < from.Rank ? from[axis] : throw node.Invalid($"it copies extent {axis} of shape {from}"))];
        int open = Array.IndexOf(extents, -1);
        if (open >= 0)
        {
            int rest = ShapeFrom(node, [.. extents.Where((_, axis) => axis != open)]).ElementCount;
            if (rest == 0 || from.ElementCount % rest != 0) throw node.Invalid($"shape {from} cannot become [{string.Join(", ", wanted)}]");
            extents[open] = from.ElementCount / rest;
        }
        return node.Reshape(x, ShapeFrom(node, extents));
    });

    private static void Flatten(OnnxNode node) => node.Move(x =>
    {
        Shape shape = x.Type.Shape;
        long axis = node.Attributes.Long("axis", 1);
        int split = axis == shape.Rank ? shape.Rank : node.Axis(axis, shape.Rank);
        return node.Reshape(x, [shape.Product(0, split), shape.Product(split, shape.Rank)]);
    });

    private static void Squeeze(OnnxNode node) => node.Move(x =>
    {
        Shape shape = x.Type.Shape;
        HashSet<int>? axes = node.LongsOf("axes", 1, inputSince: 13)?.Select(axis => node.Axis(axis, shape.Rank)).ToHashSet();
        if (axes?.Any(axis => shape[axis] != 1) == true) throw node.Invalid($"it drops axes [{string.Join(", ", axes)}] of shape {shape}; expected extents of 1");
        return node.Reshape(x, [.. shape.Where((extent, axis) => axes is null ? extent != 1 : !axes.Contains(axis))]);
    });

    private static void Unsqueeze(OnnxNode node) => node.Move(x =>
    {
        Shape shape = x.Type.Shape;
        long[] named = node.LongsOf("axes", 1, inputSince: 13) ?? throw node.Invalid("it names no axes");
        int rank = shape.Rank + named.Length;
        if (rank > Shape.MaxRank) throw node.Invalid($"a result of rank {rank}; at most {Shape.MaxRank} dimensions are supported");
        HashSet<int> axes = [.. named.Select(axis => node.Axis(axis, rank))];
        if (axes.Count != named.Length) throw node.Invalid($"it names an axis twice: [{string.Join(", ", named)}]");
        int[] extents = new int[rank];
        for (int axis = 0, from = 0; axis < rank; axis++) extents[axis] = axes.Contains(axis) ? 1 : shape[from++];
        return node.Reshape(x, new Shape(extents));
    });

    private static void Transpose(OnnxNode node) => node.Move(x =>
        node.Transpose(x, node.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, x.Type.Shape.Rank).Reverse()]));

    private static void Concat(OnnxNode node)
    {
        Operand[] parts = [.. Enumerable.Range(0, node.InputCount).Select(node.Operand)];
        if (parts.Length == 0) throw node.Invalid("it has no inputs");
        // Codes join where they mean the same.
        bool alike = parts.All(part => part.Unsigned == parts[0].Unsigned && part.Value.Type.Quantization == parts[0].Value.Type.Quantization);
        if (!alike) throw node.Unsupported("it joins codes of different scales; put DequantizeLinear before it and QuantizeLinear after it");
        int axis = node.Axis(node.Attributes.Int("axis"), parts[0].Value.Type.Shape.Rank);
        node.Output(0, parts[0] with { Value = node.Emit(new Concat(axis), [.. parts.Select(part => part.Value)]) });
    }

    private static void Split(OnnxNode node)
    {
        Operand x = node.Operand(0);
        Shape shape = x.Value.Type.Shape;
        int axis = Axis(node, x.Value), parts = node.OutputCount;
        if (parts == 0) throw node.Invalid("it has no outputs");
        long even = ((long)shape[axis] + parts - 1) / parts;
        long[] sizes = node.LongsOf("split", 1, inputSince: 13)
            ?? [.. Enumerable.Range(0, parts).Select(part => Math.Clamp(shape[axis] - part * even, 0, even))];
        if (sizes.Length != parts || sizes.Any(size => size < 0 || size > shape[axis]) || sizes.Sum() != shape[axis])
            throw node.Invalid($"it splits axis {axis} of shape {shape} into [{string.Join(", ", sizes)}] for {parts} outputs");
        int start = 0;
        for (int part = 0; part < parts; part++)
        {
            int[] starts = new int[shape.Rank], steps = [.. Enumerable.Repeat(1, shape.Rank)];
            starts[axis] = start;
            start += (int)sizes[part];
            node.Output(part, x with { Value = Sliced(node, x.Value, starts, shape.With(axis, (int)sizes[part]).ToArray(), steps) });
        }
    }

    private static void Slice(OnnxNode node) => node.Move(x =>
    {
        Shape shape = x.Type.Shape;
        long[] starts = node.LongsOf("starts", 1, inputSince: 10) ?? throw node.Invalid("it names no starts");
        long[] ends = node.LongsOf("ends", 2, inputSince: 10) ?? throw node.Invalid("it names no ends");
        long[] axes = node.LongsOf("axes", 3, inputSince: 10) ?? [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = (node.Opset < 10 ? null : node.KnownLongs(4)) ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw node.Invalid($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes, {steps.Length} steps; expected as many of each");
        int[] from = new int[shape.Rank], sizes = shape.ToArray(), by = [.. Enumerable.Repeat(1, shape.Rank)];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = node.Axis(axes[i], shape.Rank), extent = shape[axis];
            // A step beyond the extent takes one element, however far it goes.
            long step = Math.Clamp(steps[i], -Shape.MaxElements, Shape.MaxElements);
            if (step == 0) throw node.Invalid("a step of 0");
            long first = Bound(starts[i], extent, step > 0 ? 0 : Math.Min(0, extent - 1), step > 0 ? extent : extent - 1);
            long end = Bound(ends[i], extent, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
            long count = Math.Max(0, step > 0 ? (end - first + step - 1) / step : (first - end - step - 1) / -step);
            (from[axis], sizes[axis], by[axis]) = (count == 0 ? 0 : (int)first, (int)count, (int)step);
        }
        return Sliced(node, x, from, sizes, by);
    });

    /// <summary>An end of a slice, counted from the back where negative, brought between two limits.</summary>
    private static long Bound(long index, int extent, long low, long high) => Math.Max(low, Math.Min(high, index < 0 ? index + extent : index));

    private static Value Sliced(OnnxNode node, Value x, int[] starts, int[] sizes, int[] steps) =>
        x.Type.Shape.Span.SequenceEqual(sizes) && steps.All(step => step == 1)
            ? x
            : node.Emit(new Slice(ValueList.Create<int>(starts), ValueList.Create<int>(sizes), ValueList.Create<int>(steps)), x);

    private static void Pad(OnnxNode node)
    {
        PadMode mode = node.Attributes.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Edge,
            "wrap" => PadMode.Wrap,
            string other => throw node.Unsupported($"mode '{other}' is not known; expected constant, reflect, edge or wrap"),
        };
        Operand operand = node.Operand(0);
        Shape shape = operand.Value.Type.Shape;
        long[] pads = node.LongsOf("pads", 1, inputSince: 11) ?? throw node.Invalid("it names no pads");
        float number = node.Opset < 11 ? node.Attributes.Float("value", 0) : node.KnownFloat(2) ?? 0;
        long[] axes = (node.Opset < 18 ? null : node.KnownLongs(3)) ?? [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)axis)];
        if (pads.Length != 2 * axes.Length) throw node.Invalid($"{pads.Length} pads for {axes.Length} axes; expected two of each");
        int[] before = new int[shape.Rank], after = new int[shape.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = node.Axis(axes[i], shape.Rank);
            (before[axis], after[axis]) = (node.Narrow(pads[i]), node.Narrow(pads[i + axes.Length]));
        }
        // Among codes ONNX pads with a code, we with the number that it stands for.
        if (operand.Value.Type.Quantization is { } quantization)
        {
            if (!quantization.IsPerTensor) throw node.Unsupported("it pads codes of several scales; put DequantizeLinear before it");
            number = quantization.Scale * (number - (operand.Unsigned ? 128 : 0) - quantization.ZeroPoint);
        }
        bool nothing = before.All(width => width == 0) && after.All(width => width == 0);
        node.Move(x => nothing ? x : node.Emit(new Pad(ValueList.Create<int>(before), ValueList.Create<int>(after), mode, number), x));
    }

    private static void Expand(OnnxNode node) => node.Move(x => Filled(node, x, Shape.Broadcast(x.Type.Shape, ShapeFrom(node, Wanted(node, 1)))));

    private static void Tile(OnnxNode node) => node.Move(x =>
    {
        int[] repeats = [.. Wanted(node, 1).Select(node.Narrow)];
        return repeats.All(repeat => repeat == 1) ? x : node.Emit(new Tile(ValueList.Create<int>(repeats)), x);
    });

    private static void DepthToSpace(OnnxNode node) => node.Move(x =>
    {
        (int n, int c, int h, int w, int b) = Blocks(node, x);
        if (c % (b * b) != 0) throw node.Invalid($"{c} channels do not make blocks of {b} × {b}");
        bool rowsFirst = node.Attributes.Text("mode", "DCR") == "CRD";
        Value y = rowsFirst
            ? node.Transpose(node.Reshape(x, [n, c / (b * b), b, b, h, w]), 0, 1, 4, 2, 5, 3)
            : node.Transpose(node.Reshape(x, [n, b, b, c / (b * b), h, w]), 0, 3, 4, 1, 5, 2);
        return node.Reshape(y, [n, c / (b * b), h * b, w * b]);
    });

    private static void SpaceToDepth(OnnxNode node) => node.Move(x =>
    {
        (int n, int c, int h, int w, int b) = Blocks(node, x);
        if (h % b != 0 || w % b != 0) throw node.Invalid($"{h} × {w} pixels do not make blocks of {b} × {b}");
        Value y = node.Transpose(node.Reshape(x, [n, c, h / b, b, w / b, b]), 0, 3, 5, 1, 2, 4);
        return node.Reshape(y, [n, c * b * b, h / b, w / b]);
    });

    private static (int N, int C, int H, int W, int Block) Blocks(OnnxNode node, Value x)
    {
        Shape shape = x.Type.Shape;
        int block = node.Attributes.Int("blocksize");
        if (shape.Rank != 4 || block is < 1 or > 1 << 12) throw node.Invalid($"blocks of {block} in shape {shape}; expected batch, channels, height, width and small blocks");
        return (shape[0], shape[1], shape[2], shape[3], block);
    }

    private static void ShapeOf(OnnxNode node)
    {
        Shape shape = node.Operand(0).Value.Type.Shape;
        int start = Cut(node.Attributes.Long("start", 0)), end = Cut(node.Attributes.Long("end", shape.Rank));
        node.Output(node.Constant(Constant.Of<long>([.. shape.Take(start..Math.Max(start, end)).Select(extent => (long)extent)])));

        int Cut(long axis) => (int)Math.Clamp(axis < 0 ? axis + shape.Rank : axis, 0, shape.Rank);
    }

    private static void ConstantValue(OnnxNode node)
    {
        OnnxAttributes attributes = node.Attributes;
        Constant value;
        if (attributes.Tensor("value") is { } tensor) value = OnnxTensors.Read(tensor, $"the constant '{node.Name}'");
        else if (attributes.Has("value_float")) value = Constant.Of<float>(Shape.Scalar, [attributes.Float("value_float", 0)]);
        else if (attributes.Has("value_int")) value = Constant.Of<long>(Shape.Scalar, [attributes.Long("value_int", 0)]);
        else if (attributes.Floats("value_floats") is { } floats) value = Constant.Of<float>(floats);
        else if (attributes.Longs("value_ints") is { } longs) value = Constant.Of<long>(longs);
        else throw node.Unsupported("it holds a string or a sparse tensor; expected a dense tensor of numbers");
        node.Output(node.Constant(value));
    }

    private static void ConstantOfShape(OnnxNode node)
    {
        Constant number = node.Attributes.Tensor("value") is { } tensor
            ? OnnxTensors.Read(tensor, $"the value of '{node.Name}'")
            : Constant.Of<float>(0);
        if (number.Type.Shape.ElementCount != 1) throw node.Invalid($"a value of shape {number.Type.Shape}; expected one element");
        node.Output(Filled(node, node.Constant(number.Reshaped(Shape.Scalar)), ShapeFrom(node, Wanted(node, 0))));
    }

    private static Value Filled(OnnxNode node, Value x, Shape shape) =>
        x.Type.Shape == shape ? x : node.Emit(new Expand(ValueList.Create(shape.Span)), x);

    private static void Range(OnnxNode node)
    {
        Constant start = Bound(0), limit = Bound(1), delta = Bound(2);
        if (start.Type.Element != limit.Type.Element || start.Type.Element != delta.Type.Element) throw node.Invalid("its bounds are of several types");
        node.Output(node.Constant(start.Type.Element switch
        {
            ElementType.Float32 => Counted(x => x.ToArray<float>()[0], (first, end, step) => Math.Ceiling(((double)end - first) / step)),
            ElementType.Int32 => Counted(x => x.ToArray<int>()[0], (first, end, step) => step == 0 ? double.NaN : Math.Ceiling(((double)end - first) / step)),
            ElementType.Int64 => Counted(x => x.ToArray<long>()[0], (first, end, step) => step == 0 ? double.NaN : Math.Ceiling(((double)end - first) / step)),
            _ => throw node.Unsupported($"it counts in {start.Type.Element}; expected floats or integers of 32 or 64 bits"),
        }));

        Constant Bound(int input)
        {
            Constant bound = node.Known(input) ?? throw node.Invalid($"it lacks its input {input}");
            return bound.Type.Shape.ElementCount == 1 ? bound : throw node.Invalid($"a bound of shape {bound.Type.Shape}; expected one number");
        }

        Constant Counted<T>(Func<Constant, T> read, Func<T, T, T, double> count) where T : unmanaged, System.Numerics.INumber<T>
        {
            double elements = Math.Max(0, count(read(start), read(limit), read(delta)));
            if (double.IsNaN(elements) || elements > Shape.MaxElements) throw node.Invalid($"it counts {elements} elements; at most {Shape.MaxElements} are supported");
            node.Spend(16 * (long)elements);
            return ConstantFolding.Range((int)elements, read(start), read(delta));
        }
    }

    /// <summary>A shape that a node is given as an input.</summary>
    private static long[] Wanted(OnnxNode node, int input) => node.KnownLongs(input) ?? throw node.Invalid($"it lacks its input {input}");

    private static Shape ShapeFrom(OnnxNode node, long[] extents)
    {
        if (extents.Length > Shape.MaxRank) throw node.Invalid($"a shape of rank {extents.Length}; at most {Shape.MaxRank} dimensions are supported");
        return [.. extents.Select(node.Narrow)];
    }
}
