using EdgeNet.Kernels;
using EdgeNet.Model;
using K = EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>Ops that move or select elements, and those that change what an element is.</summary>
internal static partial class Lowering
{
    /// <summary>Binds a kernel that moves elements without looking at them: only their size matters.</summary>
    private interface IMove
    {
        Work Of<T>() where T : unmanaged;
    }

    private static Work Moving<TMove>(ElementType element, TMove move) where TMove : struct, IMove => element.Size() switch
    {
        1 => move.Of<byte>(),
        4 => move.Of<int>(),
        _ => move.Of<long>(),
    };

    private static Work Permute(Transpose op, Tensor x, Tensor y) => Copy(StridedView.Transpose(x.Shape.Span, op.Permutation.Span), x, y);

    private static Work Cut(Slice op, Tensor x, Tensor y) => Copy(StridedView.Slice(x.Shape.Span, op.Starts.Span, op.Steps.Span, op.Sizes.Span), x, y);

    private static Work Repeat(Tensor x, Tensor y) => Copy(StridedView.Expand(x.Shape.Span, y.Shape.Span), x, y);

    private static Work Move(Tensor x, Tensor y) => Copy(StridedView.Expand(y.Shape.Span, y.Shape.Span), x, y);

    private static Work Copy(StridedView view, Tensor x, Tensor y) => Moving(x.Type.Element, new CopyMove(view, x, y));

    private readonly record struct CopyMove(StridedView View, Tensor X, Tensor Y) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (StridedView view, Tensor x, Tensor y) = this;
            return new(y.Shape.ElementCount, (begin, end) => StridedCopy.Run(view, x.As<T>(), y.As<T>(), begin, end));
        }
    }

    private static Work Surround(EdgeNet.Model.Pad op, Tensor x, Tensor y)
    {
        K.PadMode mode = op.Mode switch
        {
            EdgeNet.Model.PadMode.Constant => K.PadMode.Constant,
            EdgeNet.Model.PadMode.Reflect => K.PadMode.Reflect,
            EdgeNet.Model.PadMode.Symmetric => K.PadMode.Symmetric,
            EdgeNet.Model.PadMode.Edge => K.PadMode.Edge,
            _ => K.PadMode.Wrap,
        };
        var shape = new PadShape(x.Shape.Span, op.Before.Span, op.After.Span, mode);
        return y.Type switch
        {
            { Quantization: { IsPerTensor: true } q, Element: ElementType.Int8 } => With((sbyte)Requantization.Code(op.Value / q.Scale, q.ZeroPoint)),
            { Quantization: { IsPerTensor: true } q } => With((byte)Requantization.Code(op.Value / q.Scale, q.ZeroPoint, 0, 255)),
            { Element: ElementType.Float32 } => With(op.Value),
            { Element: ElementType.Int32 } => With((int)op.Value),
            { Element: ElementType.Int64 } => With((long)op.Value),
            { Element: ElementType.Int8 } => With((sbyte)op.Value),
            _ => With((byte)op.Value),
        };

        Work With<T>(T value) where T : unmanaged =>
            new(y.Shape.ElementCount, (begin, end) => K.Pad.Run(shape, value, x.As<T>(), y.As<T>(), begin, end));
    }

    private static Work Repeat(Tile op, Tensor x, Tensor y) => Moving(x.Type.Element, new TileMove(PadShape.Tile(x.Shape.Span, op.Repeats.Span), x, y));

    private readonly record struct TileMove(PadShape Shape, Tensor X, Tensor Y) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (PadShape shape, Tensor x, Tensor y) = this;
            return new(y.Shape.ElementCount, (begin, end) => K.Pad.Run(shape, default, x.As<T>(), y.As<T>(), begin, end));
        }
    }

    /// <summary>Parts that were computed where they belong need no copy.</summary>
    private static Work Join(EdgeNet.Model.Concat op, Node node, Binding binding)
    {
        long offset = 0;
        var inPlace = new HashSet<int>();
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            Value part = node.Inputs[i];
            if (part.Constant is null && binding.Layout.IsInPlace(part, node.Output, offset)) inPlace.Add(i);
            offset += (long)part.Type.Shape.Product(op.Axis, part.Type.Shape.Rank) * part.Type.Element.Size();
        }
        return Join(op, binding.Bind(node.Inputs), binding.Bind(node.Output), inPlace.Contains);
    }

    private static Work Join(EdgeNet.Model.Concat op, Tensor[] parts, Tensor y, Func<int, bool> isInPlace)
    {
        int stride = y.Shape.Product(op.Axis, y.Shape.Rank), offset = 0;
        var copies = new List<PartCopy>();
        for (int i = 0; i < parts.Length; i++)
        {
            if (!isInPlace(i)) copies.Add(new PartCopy(parts[i], offset));
            offset += parts[i].Shape.Product(op.Axis, parts[i].Shape.Rank);
        }
        return Moving(y.Type.Element, new JoinMove([.. copies], y, y.Shape.Product(0, op.Axis), stride));
    }

    private readonly record struct PartCopy(Tensor Part, int Offset);

    private readonly record struct JoinMove(PartCopy[] Copies, Tensor Y, int Rows, int Stride) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (PartCopy[] copies, Tensor y, int rows, int stride) = this;
            return new(rows, (begin, end) =>
            {
                foreach (PartCopy copy in copies) K.Concat.Scalar(rows, copy.Part.As<T>(), y.As<T>(), stride, copy.Offset, begin, end);
            });
        }
    }

    private static Work Pick(EdgeNet.Model.Gather op, Tensor x, Tensor indices, Tensor y) =>
        Moving(x.Type.Element, new GatherMove(AxisShape.Of(x.Shape.Span, op.Axis), x, indices, y));

    private readonly record struct GatherMove(AxisShape Shape, Tensor X, Tensor Indices, Tensor Y) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (AxisShape shape, Tensor x, Tensor indices, Tensor y) = this;
            return indices.Type.Element == ElementType.Int64
                ? new(shape.Outer * indices.Shape.ElementCount, (begin, end) => K.Gather.Scalar<T, long>(shape, x.As<T>(), indices.As<long>(), y.As<T>(), begin, end))
                : new(shape.Outer * indices.Shape.ElementCount, (begin, end) => K.Gather.Scalar<T, int>(shape, x.As<T>(), indices.As<int>(), y.As<T>(), begin, end));
        }
    }

    private static Work Pick(EdgeNet.Model.GatherElements op, Tensor x, Tensor indices, Tensor y) =>
        Moving(x.Type.Element, new GatherElementsMove(op.Axis, x, indices, y));

    private readonly record struct GatherElementsMove(int Axis, Tensor X, Tensor Indices, Tensor Y) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (int axis, Tensor x, Tensor indices, Tensor y) = this;
            return indices.Type.Element == ElementType.Int64
                ? new(y.Shape.ElementCount, (begin, end) => K.GatherElements.Scalar<T, long>(x.Shape.Span, indices.Shape.Span, axis, x.As<T>(), indices.As<long>(), y.As<T>(), begin, end))
                : new(y.Shape.ElementCount, (begin, end) => K.GatherElements.Scalar<T, int>(x.Shape.Span, indices.Shape.Span, axis, x.As<T>(), indices.As<int>(), y.As<T>(), begin, end));
        }
    }

    private static Work Pick(EdgeNet.Model.GatherNd op, Tensor x, Tensor indices, Tensor y) =>
        Moving(x.Type.Element, new GatherNdMove(op.BatchDims, x, indices, y));

    private readonly record struct GatherNdMove(int BatchDims, Tensor X, Tensor Indices, Tensor Y) : IMove
    {
        public Work Of<T>() where T : unmanaged
        {
            (int batchDims, Tensor x, Tensor indices, Tensor y) = this;
            int depth = indices.Shape[^1], tuples = indices.Shape.Product(0, indices.Shape.Rank - 1);
            return indices.Type.Element == ElementType.Int64
                ? new(tuples, (begin, end) => K.GatherNd.Scalar<T, long>(x.Shape.Span, batchDims, depth, x.As<T>(), indices.As<long>(), y.As<T>(), begin, end))
                : new(tuples, (begin, end) => K.GatherNd.Scalar<T, int>(x.Shape.Span, batchDims, depth, x.As<T>(), indices.As<int>(), y.As<T>(), begin, end));
        }
    }

    private static Work Select(EdgeNet.Model.TopK op, Tensor x, Tensor values, Tensor indices)
    {
        AxisShape shape = AxisShape.Of(x.Shape.Span, op.Axis);
        return new(shape.Lines, (begin, end) => K.TopK.Scalar(shape, op.Count, op.Largest, x.As<float>(), values.As<float>(), indices.As<long>(), begin, end));
    }

    private static Work Convert(Tensor x, Tensor y)
    {
        return x.Type.Element switch
        {
            ElementType.Float32 => From<float>(),
            ElementType.Int8 => From<sbyte>(),
            ElementType.Int32 => From<int>(),
            ElementType.Int64 => From<long>(),
            _ => From<byte>(),
        };

        Work From<TIn>() where TIn : unmanaged, System.Numerics.INumber<TIn> => y.Type.Element switch
        {
            ElementType.Float32 => To<TIn, float>(),
            ElementType.Int8 => To<TIn, sbyte>(),
            ElementType.UInt8 => To<TIn, byte>(),
            ElementType.Int32 => To<TIn, int>(),
            ElementType.Int64 => To<TIn, long>(),
            _ => new(x.Shape.ElementCount, (begin, end) => K.Cast.ToBoolScalar(x.As<TIn>(), y.As<byte>(), begin, end)),
        };

        Work To<TIn, TOut>() where TIn : unmanaged, System.Numerics.INumber<TIn> where TOut : unmanaged, System.Numerics.INumber<TOut> =>
            new(x.Shape.ElementCount, (begin, end) => K.Cast.Scalar(x.As<TIn>(), y.As<TOut>(), begin, end));
    }

    private static Work ToCodes(Tensor x, Tensor y)
    {
        Quantization to = y.Type.Quantization!;
        (float[] scales, int[] zeroPoints) = (to.Scales.ToArray(), to.ZeroPoints.ToArray());
        QuantizationAxis axis = AxisOf(to, y.Shape);
        bool signed = y.Type.Element == ElementType.Int8;
        if (x.Type.Quantization is not { } from)
        {
            return signed
                ? new(y.Shape.ElementCount, (begin, end) => QuantizeF32ToS8.Run(axis, scales, zeroPoints, x.As<float>(), y.As<sbyte>(), begin, end))
                : new(y.Shape.ElementCount, (begin, end) => QuantizeF32ToU8.Scalar(axis, scales, zeroPoints, x.As<float>(), y.As<byte>(), begin, end));
        }
        float multiplier = (float)((double)from.Scale / to.Scale);
        return (x.Type.Element == ElementType.Int8, signed) switch
        {
            (true, true) => With<sbyte, sbyte>(),
            (true, false) => With<sbyte, byte>(),
            (false, true) => With<byte, sbyte>(),
            _ => With<byte, byte>(),
        };

        Work With<TIn, TOut>()
            where TIn : unmanaged, System.Numerics.IBinaryInteger<TIn>
            where TOut : unmanaged, System.Numerics.IBinaryInteger<TOut>, System.Numerics.IMinMaxValue<TOut> =>
            new(y.Shape.ElementCount, (begin, end) => Requantize.Run(multiplier, from.ZeroPoint, to.ZeroPoint, x.As<TIn>(), y.As<TOut>(), begin, end));
    }

    private static Work FromCodes(Tensor x, Tensor y)
    {
        Quantization from = x.Type.Quantization!;
        (float[] scales, int[] zeroPoints) = (from.Scales.ToArray(), from.ZeroPoints.ToArray());
        QuantizationAxis axis = AxisOf(from, x.Shape);
        return x.Type.Element == ElementType.Int8
            ? new(y.Shape.ElementCount, (begin, end) => DequantizeToF32.Run<sbyte>(axis, scales, zeroPoints, x.As<sbyte>(), y.As<float>(), begin, end))
            : new(y.Shape.ElementCount, (begin, end) => DequantizeToF32.Run<byte>(axis, scales, zeroPoints, x.As<byte>(), y.As<float>(), begin, end));
    }

    private static QuantizationAxis AxisOf(Quantization q, Shape shape) =>
        q.IsPerTensor ? QuantizationAxis.PerTensor : new QuantizationAxis(q.Scales.Count, shape.Product(q.Axis + 1, shape.Rank));
}
