using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>Operators that move, select, join or repeat elements.</summary>
internal static class LayoutMappings
{
    public static IEnumerable<KeyValuePair<BuiltinOperator, Action<OperatorCall>>> All { get; } =
    [
        new(BuiltinOperator.RESHAPE, Reshape),
        new(BuiltinOperator.SQUEEZE, Squeeze),
        new(BuiltinOperator.EXPAND_DIMS, ExpandDims),
        new(BuiltinOperator.TRANSPOSE, Transpose),
        new(BuiltinOperator.CONCATENATION, Concatenation),
        new(BuiltinOperator.PACK, Pack),
        new(BuiltinOperator.UNPACK, Unpack),
        new(BuiltinOperator.SPLIT, Split),
        new(BuiltinOperator.SPLIT_V, SplitV),
        new(BuiltinOperator.SLICE, Slice),
        new(BuiltinOperator.STRIDED_SLICE, StridedSlice),
        new(BuiltinOperator.GATHER, Gather),
        new(BuiltinOperator.PAD, call => Pad(call, PadMode.Constant, 0)),
        new(BuiltinOperator.PADV2, call => Pad(call, PadMode.Constant, PadValue(call))),
        new(BuiltinOperator.MIRROR_PAD, MirrorPad),
        new(BuiltinOperator.SHAPE, GetShape),
        new(BuiltinOperator.RANK, call => call.Return(call.Constant(EdgeNet.Model.Shape.Scalar, 1, _ => call[0].Type.Shape.Rank))),
        new(BuiltinOperator.FILL, Fill),
        new(BuiltinOperator.TILE, call => call.Return(call.Add(new Tile([.. call.PerAxis(1, call[0].Type.Shape)]), call[0]))),
        new(BuiltinOperator.BROADCAST_TO, call => call.Return(call.Add(new Expand([.. call.Integers(1)]), call[0]))),
        new(BuiltinOperator.SPACE_TO_DEPTH, SpaceToDepth),
        new(BuiltinOperator.DEPTH_TO_SPACE, DepthToSpace),
        new(BuiltinOperator.RESIZE_BILINEAR, ResizeBilinear),
        new(BuiltinOperator.RESIZE_NEAREST_NEIGHBOR, ResizeNearestNeighbor),
    ];

    /// <summary>A value under another shape; itself where the shape is the same.</summary>
    public static Value Reshaped(OperatorCall call, Value x, ReadOnlySpan<int> shape, int output = 0) =>
        x.Type.Shape.Span.SequenceEqual(shape) ? x : call.AddFor(output, new Reshape(ValueList.Create(shape)), x);

    /// <summary>A box of a value; itself where the box is all of it.</summary>
    private static Value Sliced(OperatorCall call, Value x, int[] starts, int[] sizes, int[]? steps = null, int output = 0)
    {
        steps ??= [.. starts.Select(_ => 1)];
        bool all = starts.All(start => start == 0) && steps.All(step => step == 1) && x.Type.Shape.Span.SequenceEqual(sizes);
        return all ? x : call.AddFor(output, new Slice([.. starts], [.. sizes], [.. steps]), x);
    }

    /// <summary>A part of one axis.</summary>
    private static Value Sliced(OperatorCall call, Value x, int axis, int start, int size, int step = 1, int output = 0)
    {
        Shape shape = x.Type.Shape;
        int[] starts = new int[shape.Rank], steps = [.. shape.Select(_ => 1)];
        starts[axis] = start;
        steps[axis] = step;
        return Sliced(call, x, starts, shape.With(axis, size).ToArray(), steps, output);
    }

    private static void Reshape(OperatorCall call)
    {
        // The operand rules; models of old converters have the option only.
        int[] shape = call.InputCount > 1 && call.Optional(1) is not null
            ? call.Integers(1)
            : call.Options(BuiltinOptions.Reshape)?.Int32s(0, EdgeNet.Model.Shape.MaxRank) ?? throw call.Malformed("it has neither a shape operand nor a shape option");
        int unknown = Array.IndexOf(shape, -1);
        if (unknown >= 0)
        {
            shape[unknown] = 1;
            int known = new Shape(shape).ElementCount;
            shape[unknown] = known == 0 ? 0 : call[0].Type.Shape.ElementCount / known;
        }
        call.Return(Reshaped(call, call[0], shape));
    }

    private static void Squeeze(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        int[] stated = call.Options(BuiltinOptions.Squeeze)?.Int32s(0, EdgeNet.Model.Shape.MaxRank) ?? [];
        HashSet<int> axes = [.. stated.Select(axis => call.Axis(axis, shape.Rank))];
        if (axes.FirstOrDefault(axis => shape[axis] != 1, -1) is >= 0 and int wrong) throw call.Malformed($"axis {wrong} of shape {shape} is not 1");
        call.Return(Reshaped(call, call[0], [.. shape.Where((extent, axis) => extent != 1 || (stated.Length > 0 && !axes.Contains(axis)))]));
    }

    private static void ExpandDims(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        call.Return(Reshaped(call, call[0], Inserted(shape, call.Axis(call.Integer(1), shape.Rank + 1))));
    }

    private static void Transpose(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        call.Return(call.Add(new Transpose(call.PerAxis(1, shape).Select(axis => call.Axis(axis, shape.Rank)).ToValueList()), call[0]));
    }

    private static void Concatenation(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.Concatenation);
        int axis = call.Axis(options?.Int32(0) ?? 0, call[0].Type.Shape.Rank);
        call.Return(Joined(call, axis, part => part), (FusedActivation)(options?.UInt8(1) ?? 0));
    }

    private static void Pack(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        int axis = call.Axis(call.Options(BuiltinOptions.Pack)?.Int32(1) ?? 0, shape.Rank + 1);
        call.Return(Joined(call, axis, part => Reshaped(call, part, Inserted(part.Type.Shape, Math.Min(axis, part.Type.Shape.Rank)))));
    }

    /// <summary>All operands, brought to the output's parameters, joined.</summary>
    private static Value Joined(OperatorCall call, int axis, Func<Value, Value> prepare)
    {
        var parts = new Value[call.InputCount];
        for (int i = 0; i < parts.Length; i++) parts[i] = prepare(call.AsOutput(call[i]));
        return parts is [Value only] ? only : call.Add(new Concat(axis), parts);
    }

    private static void Unpack(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        int axis = call.Axis(call.Options(BuiltinOptions.Unpack)?.Int32(1) ?? 0, shape.Rank);
        int[] rest = [.. shape.Where((_, i) => i != axis)];
        for (int i = 0; i < Results(call, shape[axis]); i++)
            call.Return(Reshaped(call, Sliced(call, call[0], axis, i, 1, output: i), rest, i), i);
    }

    /// <summary>Operands: axis, x.</summary>
    private static void Split(OperatorCall call)
    {
        Shape shape = call[1].Type.Shape;
        int axis = call.Axis(call.Integer(0), shape.Rank), count = call.OutputCount;
        if (count == 0 || shape[axis] % count != 0) throw call.Malformed($"axis {axis} of shape {shape} does not split into {count} equal parts");
        CutUp(call, call[1], axis, [.. Enumerable.Repeat(shape[axis] / count, count)]);
    }

    /// <summary>Operands: x, sizes (one of them may be −1: the rest), axis.</summary>
    private static void SplitV(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        int axis = call.Axis(call.Integer(2), shape.Rank);
        int[] sizes = call.Integers(1);
        int unknown = Array.IndexOf(sizes, -1);
        if (unknown >= 0) sizes[unknown] = (int)Math.Clamp(shape[axis] - (sizes.Sum(size => (long)size) + 1), -1, int.MaxValue);
        if (sizes.Any(size => size < 0) || sizes.Sum(size => (long)size) != shape[axis])
            throw call.Malformed($"axis {axis} of shape {shape} does not split into parts of {string.Join(", ", sizes.Take(8))}");
        CutUp(call, call[0], axis, sizes);
    }

    private static void CutUp(OperatorCall call, Value x, int axis, int[] sizes)
    {
        int start = 0;
        for (int i = 0; i < Results(call, sizes.Length); i++)
        {
            call.Return(Sliced(call, x, axis, start, sizes[i], output: i), i);
            start += sizes[i];
        }
    }

    private static int Results(OperatorCall call, int count) =>
        call.OutputCount == count ? count : throw call.Malformed($"it states {call.OutputCount} results; expected {count}");

    /// <summary>Operands: x, starts, sizes (−1: to the end).</summary>
    private static void Slice(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        int[] starts = call.PerAxis(1, shape), sizes = call.PerAxis(2, shape);
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (sizes[axis] == -1) sizes[axis] = (int)Math.Clamp((long)shape[axis] - starts[axis], -1, int.MaxValue);
        }
        call.Return(Sliced(call, call[0], starts, sizes));
    }

    private static void StridedSlice(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.StridedSlice);
        int[] begins = call.Integers(1), ends = call.Integers(2), strides = call.Integers(3);
        if (ends.Length != begins.Length || strides.Length != begins.Length || begins.Length > 2 * EdgeNet.Model.Shape.MaxRank)
            throw call.Malformed($"{begins.Length} starts, {ends.Length} ends, {strides.Length} strides; expected as many of each");
        StridedRange range = StridedRange.Resolve(call, call[0].Type.Shape, begins, ends, strides,
            options?.Int32(0) ?? 0, options?.Int32(1) ?? 0, options?.Int32(2) ?? 0, options?.Int32(3) ?? 0, options?.Int32(4) ?? 0, options?.Bool(5) ?? false);
        call.Return(Reshaped(call, Sliced(call, call[0], range.Starts, range.Sizes, range.Steps), range.Shape));
    }

    private static void Gather(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.Gather);
        if (options?.Int32(1) is not (null or 0)) throw call.Unsupported("batch dimensions; express it as GATHER of a reshaped tensor");
        call.Return(call.Add(new Gather(call.Axis(options?.Int32(0) ?? 0, call[0].Type.Shape.Rank)), call[0], call[1]));
    }

    private static void Pad(OperatorCall call, PadMode mode, float value)
    {
        (int[] before, int[] after) = Borders(call);
        call.Return(call.Add(new Pad([.. before], [.. after], mode, value), call[0]));
    }

    private static float PadValue(OperatorCall call)
    {
        Value value = call[2];
        if (value.Constant is not { Type.Shape.ElementCount: 1 } constant) throw call.Unsupported("the padding must be one constant number");
        if (value.Type.Quantization is { } q) return q.Scale * (constant.ToInt64s()[0] - q.ZeroPoint);
        return value.Type.Element == ElementType.Float32 ? constant.ToArray<float>()[0] : constant.ToInt64s()[0];
    }

    private static void MirrorPad(OperatorCall call)
    {
        byte mode = call.Options(BuiltinOptions.MirrorPad)?.UInt8(0) ?? 0;
        if (mode == 0)
        {
            Pad(call, PadMode.Reflect, 0);
            return;
        }
        // Symmetric: the edge is repeated. Per axis, the mirrored start, the tensor, the mirrored end.
        (int[] before, int[] after) = Borders(call);
        Value x = call[0];
        for (int axis = 0; axis < before.Length; axis++)
        {
            int extent = x.Type.Shape[axis];
            if (before[axis] < 0 || before[axis] > extent || after[axis] < 0 || after[axis] > extent)
                throw call.Malformed($"borders of {before[axis]} and {after[axis]} around {extent} elements");
            var parts = new List<Value>();
            if (before[axis] > 0) parts.Add(Sliced(call, x, axis, before[axis] - 1, before[axis], -1));
            parts.Add(x);
            if (after[axis] > 0) parts.Add(Sliced(call, x, axis, extent - 1, after[axis], -1));
            if (parts.Count > 1) x = call.Add(new Concat(axis), [.. parts]);
        }
        call.Return(x);
    }

    /// <summary>The widths before and after each axis, from an operand [rank, 2].</summary>
    private static (int[] Before, int[] After) Borders(OperatorCall call)
    {
        int[] pairs = call.Integers(1);
        int rank = call[0].Type.Shape.Rank;
        if (pairs.Length != 2 * rank) throw call.Malformed($"{pairs.Length} border widths for shape {call[0].Type.Shape}; expected two per axis");
        return ([.. pairs.Where((_, i) => i % 2 == 0)], [.. pairs.Where((_, i) => i % 2 == 1)]);
    }

    private static void GetShape(OperatorCall call)
    {
        Shape shape = call[0].Type.Shape;
        call.Return(call.OutputElement() == ElementType.Int64
            ? call.Constant(new Shape([shape.Rank]), shape.Rank, axis => (long)shape[axis])
            : call.Constant(new Shape([shape.Rank]), shape.Rank, axis => shape[axis]));
    }

    /// <summary>Operands: shape, value.</summary>
    private static void Fill(OperatorCall call)
    {
        if (call[1].Type.Shape.ElementCount != 1) throw call.Malformed($"a value of shape {call[1].Type.Shape}; expected one number");
        call.Return(call.Add(new Expand([.. call.Integers(0)]), Reshaped(call, call[1], [])));
    }

    /// <summary>Blocks of pixels become channels, in the order row, column, channel.</summary>
    private static void SpaceToDepth(OperatorCall call)
    {
        (Shape s, int block) = Blocks(call, BuiltinOptions.SpaceToDepth);
        if (s[1] % block != 0 || s[2] % block != 0) throw call.Malformed($"an image of shape {s} has no whole blocks of {block}");
        Value split = call.Add(new Reshape([s[0], s[1] / block, block, s[2] / block, block, s[3]]), call[0]);
        Value moved = call.Add(new Transpose([0, 1, 3, 2, 4, 5]), split);
        call.Return(call.Add(new Reshape([s[0], s[1] / block, s[2] / block, (int)Math.Min((long)block * block * s[3], int.MaxValue)]), moved));
    }

    private static void DepthToSpace(OperatorCall call)
    {
        (Shape s, int block) = Blocks(call, BuiltinOptions.DepthToSpace);
        if (s[3] % ((long)block * block) != 0) throw call.Malformed($"{s[3]} channels do not make blocks of {block}");
        int channels = (int)(s[3] / ((long)block * block));
        Value split = call.Add(new Reshape([s[0], s[1], s[2], block, block, channels]), call[0]);
        Value moved = call.Add(new Transpose([0, 1, 3, 2, 4, 5]), split);
        call.Return(call.Add(new Reshape([.. moved.Type.Shape.Take(1), s[1] * block, s[2] * block, channels]), moved));
    }

    private static (Shape Image, int Block) Blocks(OperatorCall call, BuiltinOptions options)
    {
        Shape shape = call[0].Type.Shape;
        int block = call.Options(options)?.Int32(0) ?? 0;
        if (shape.Rank != 4 || shape.ElementCount == 0 || block is < 1 or > 1 << 14) throw call.Malformed($"blocks of {block} of an image of shape {shape}");
        return (shape, block);
    }

    private static void ResizeBilinear(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.ResizeBilinear);
        Resize(call, options?.Bool(2) ?? false, options?.Bool(3) ?? false, (align, half) => (
            Interpolation.Linear,
            align ? CoordinateTransformation.AlignCorners : half ? CoordinateTransformation.HalfPixel : CoordinateTransformation.Asymmetric,
            NearestRounding.RoundPreferFloor));
    }

    private static void ResizeNearestNeighbor(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.ResizeNearestNeighbor);
        Resize(call, options?.Bool(0) ?? false, options?.Bool(1) ?? false, (align, half) => (
            Interpolation.Nearest,
            align ? CoordinateTransformation.AlignCorners : half ? CoordinateTransformation.TfHalfPixelForNearest : CoordinateTransformation.Asymmetric,
            align ? NearestRounding.RoundPreferCeil : NearestRounding.Floor));
    }

    private static void Resize(
        OperatorCall call, bool alignCorners, bool halfPixelCenters, Func<bool, bool, (Interpolation, CoordinateTransformation, NearestRounding)> choose)
    {
        if (alignCorners && halfPixelCenters) throw call.Malformed("both align_corners and half_pixel_centers");
        Shape shape = call[0].Type.Shape;
        if (shape.Rank != 4 || shape.ElementCount == 0) throw call.Malformed($"an image of shape {shape}");
        if (call.Integers(1) is not [int height and > 0, int width and > 0]) throw call.Malformed("a size that is not two numbers above zero");
        (Interpolation interpolation, CoordinateTransformation coordinates, NearestRounding rounding) = choose(alignCorners, halfPixelCenters);
        ValueList<float> scales = [1, (float)height / shape[1], (float)width / shape[2], 1];
        call.Return(call.Add(new Resize([shape[0], height, width, shape[3]], scales, interpolation, coordinates, rounding), call[0]));
    }

    private static int[] Inserted(Shape shape, int axis) => [.. shape.Take(axis), 1, .. shape.Skip(axis)];
}
