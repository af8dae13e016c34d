using System.Numerics;
using EdgeNet.Kernels;
using EdgeNet.Model;
using K = EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>Ops along axes: reductions, normalizations, resampling.</summary>
internal static partial class Lowering
{
    private static Work Reduce(EdgeNet.Model.Reduction op, Tensor x, Tensor y)
    {
        var shape = new ReduceShape(x.Shape.Span, op.Axes.Aggregate(0, (mask, axis) => mask | 1 << axis));
        int count = y.Shape.ElementCount;
        if (op is ReduceMean && x.Type.Quantization is { } from)
        {
            Quantization to = y.Type.Quantization!;
            var q = new PoolingQuantizationS8(from.Scale, from.ZeroPoint, to.Scale, to.ZeroPoint);
            return new(count, (begin, end) => MeanS8.Run(shape, q, x.As<sbyte>(), y.As<sbyte>(), begin, end));
        }
        // The extremes of codes are those of what they stand for; their sums and products are not.
        if (x.Type.Quantization is not null && op is not (ReduceMax or ReduceMin)) throw NoKernel(op, x);
        return x.Type.Element switch
        {
            ElementType.Float32 => op switch
            {
                ReduceMean => With<float, double, K.Reduction.Mean>(),
                ReduceSum => With<float, double, K.Reduction.Sum>(),
                ReduceMax => With<float, float, K.Reduction.Max<float>>(),
                ReduceMin => With<float, float, K.Reduction.Min<float>>(),
                ReduceProd => With<float, double, K.Reduction.Prod>(),
                ReduceSumSquare => With<float, double, K.Reduction.SumSquare>(),
                ReduceL1 => With<float, double, K.Reduction.L1>(),
                ReduceL2 => With<float, double, K.Reduction.L2>(),
                _ => throw NoKernel(op, x),
            },
            ElementType.Int8 => Integers<sbyte>(),
            ElementType.Int32 => Integers<int>(),
            ElementType.Int64 => Integers<long>(),
            _ => Integers<byte>(),
        };

        Work Integers<T>() where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => op switch
        {
            ReduceMax => With<T, T, K.Reduction.Max<T>>(),
            ReduceMin => With<T, T, K.Reduction.Min<T>>(),
            ReduceSum => With<T, T, K.Reduction.IntegerSum<T>>(),
            ReduceProd => With<T, T, K.Reduction.IntegerProd<T>>(),
            ReduceSumSquare => With<T, T, K.Reduction.IntegerSumSquare<T>>(),
            _ => throw NoKernel(op, x),
        };

        Work With<T, TSum, TReduction>() where T : unmanaged where TReduction : struct, IReduction<T, TSum> =>
            new(count, (begin, end) => K.Reduction.Run<T, TSum, TReduction>(default, shape, x.As<T>(), y.As<T>(), begin, end));
    }

    private static Work FindExtreme(IndexOfExtreme op, Tensor x, Tensor y)
    {
        AxisShape shape = AxisShape.Of(x.Shape.Span, op.Axis);
        return x.Type.Element switch
        {
            ElementType.Float32 => With<float>(),
            ElementType.Int8 => With<sbyte>(),
            ElementType.Int32 => With<int>(),
            ElementType.Int64 => With<long>(),
            _ => With<byte>(),
        };

        Work With<T>() where T : unmanaged, INumber<T> => op is ArgMax
            ? new(shape.Lines, (begin, end) => ArgReduction.MaxScalar(shape, op.SelectLast, x.As<T>(), y.As<long>(), begin, end))
            : new(shape.Lines, (begin, end) => ArgReduction.MinScalar(shape, op.SelectLast, x.As<T>(), y.As<long>(), begin, end));
    }

    private static Work Normalize(int axis, bool logarithm, Tensor x, Tensor y)
    {
        AxisShape shape = AxisShape.Of(x.Shape.Span, axis);
        if (logarithm) return new(shape.Lines, (begin, end) => LogSoftmaxF32.Scalar(shape, x.As<float>(), y.As<float>(), begin, end));
        if (x.Type.Quantization is not { } from) return new(shape.Lines, (begin, end) => SoftmaxF32.Run(shape, x.As<float>(), y.As<float>(), begin, end));
        Quantization to = y.Type.Quantization!;
        double[] table = new double[SoftmaxS8.TableLength];
        SoftmaxS8.BuildTable(from.Scale, table);
        return new(shape.Lines, (begin, end) => SoftmaxS8.Run(shape, table, to.Scale, to.ZeroPoint, x.As<sbyte>(), y.As<sbyte>(), begin, end));
    }

    private static Work Normalize(BatchNormalization op, Tensor[] inputs, Tensor y)
    {
        (Tensor x, Tensor scale, Tensor bias, Tensor mean, Tensor variance) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
        int channels = x.Shape[^1];
        return new(x.Shape.Product(0, x.Shape.Rank - 1), (begin, end) => BatchNormalizationF32.Scalar(
            channels, x.As<float>(), scale.As<float>(), bias.As<float>(), mean.As<float>(), variance.As<float>(), op.Epsilon, y.As<float>(), begin, end));
    }

    private static Work Normalize(InstanceNormalization op, Tensor x, Tensor scale, Tensor bias, Tensor y)
    {
        var shape = new AxisShape(x.Shape[0], x.Shape.Product(1, x.Shape.Rank - 1), x.Shape[^1]);
        return new(shape.Lines, (begin, end) => InstanceNormalizationF32.Scalar(shape, x.As<float>(), scale.As<float>(), bias.As<float>(), op.Epsilon, y.As<float>(), begin, end));
    }

    private static Work Normalize(LocalResponseNormalization op, Tensor x, Tensor y)
    {
        int channels = x.Shape[^1];
        return new(x.Shape.Product(0, x.Shape.Rank - 1), (begin, end) =>
            LocalResponseNormalizationF32.Scalar(channels, op.Size, op.Alpha, op.Beta, op.Bias, x.As<float>(), y.As<float>(), begin, end));
    }

    /// <summary>One axis after the other, through memory of its own between them.</summary>
    private static Work Resample(Resize op, Tensor x, Tensor y)
    {
        if (x.Type.Element is not (ElementType.Float32 or ElementType.Int8)) throw NoKernel(op, x);
        int rank = x.Shape.Rank;
        var passes = new List<(AxisShape Shape, ResizeTaps Taps, Tensor From, Tensor To)>();
        var axes = new List<int>();
        for (int axis = 0; axis < rank; axis++)
        {
            if (op.Sizes[axis] != x.Shape[axis] || op.Scales[axis] != 1 || Cropped(axis)) axes.Add(axis);
        }
        Tensor from = x;
        foreach (int axis in axes)
        {
            var to = axis == axes[^1] ? y : new Tensor(new TensorType(x.Type.Element, from.Shape.With(axis, op.Sizes[axis]), x.Type.Quantization));
            ResizeTaps taps = ResizeTaps.Build(new ResizeAxis
            {
                InputLength = from.Shape[axis],
                OutputLength = op.Sizes[axis],
                Scale = op.Scales[axis],
                Mode = op.Interpolation switch { Interpolation.Nearest => ResizeMode.Nearest, Interpolation.Linear => ResizeMode.Linear, _ => ResizeMode.Cubic },
                Nearest = op.Rounding switch
                {
                    NearestRounding.RoundPreferFloor => ResizeNearest.RoundPreferFloor,
                    NearestRounding.RoundPreferCeil => ResizeNearest.RoundPreferCeil,
                    NearestRounding.Floor => ResizeNearest.Floor,
                    _ => ResizeNearest.Ceil,
                },
                Coordinates = op.Coordinates switch
                {
                    CoordinateTransformation.HalfPixel => ResizeCoordinates.HalfPixel,
                    CoordinateTransformation.HalfPixelSymmetric => ResizeCoordinates.HalfPixelSymmetric,
                    CoordinateTransformation.PytorchHalfPixel => ResizeCoordinates.PytorchHalfPixel,
                    CoordinateTransformation.AlignCorners => ResizeCoordinates.AlignCorners,
                    CoordinateTransformation.Asymmetric => ResizeCoordinates.Asymmetric,
                    CoordinateTransformation.TfHalfPixelForNearest => ResizeCoordinates.TfHalfPixelForNn,
                    _ => ResizeCoordinates.TfCropAndResize,
                },
                CubicCoefficient = op.CubicCoefficient,
                ExcludeOutside = op.ExcludeOutside,
                Antialias = op.Antialias,
                RoiStart = Cropped(axis) ? op.RegionOfInterest[axis] : 0,
                RoiEnd = Cropped(axis) ? op.RegionOfInterest[rank + axis] : 1,
            });
            passes.Add((AxisShape.Of(from.Shape.Span, axis), taps, from, to));
            from = to;
        }
        if (passes.Count == 0) return Copy(StridedView.Expand(x.Shape.Span, y.Shape.Span), x, y);
        if (x.Type.Quantization is not { } q)
        {
            return new(1, (_, _) =>
            {
                foreach ((AxisShape shape, ResizeTaps taps, Tensor source, Tensor target) in passes)
                    ResizeF32.Run(shape, taps, op.Extrapolation, source.As<float>(), target.As<float>(), 0, shape.Outer * taps.OutputLength);
            });
        }
        sbyte outside = (sbyte)Requantization.Code(op.Extrapolation / q.Scale, q.ZeroPoint);
        return new(1, (_, _) =>
        {
            foreach ((AxisShape shape, ResizeTaps taps, Tensor source, Tensor target) in passes)
                ResizeS8.Run(shape, taps, q.ZeroPoint, outside, source.As<sbyte>(), target.As<sbyte>(), 0, shape.Outer * taps.OutputLength);
        });

        bool Cropped(int axis) => op.Coordinates == CoordinateTransformation.TfCropAndResize
            && (op.RegionOfInterest[axis] != 0 || op.RegionOfInterest[rank + axis] != 1);
    }

}
