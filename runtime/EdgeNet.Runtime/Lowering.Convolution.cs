using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Convolutions, matrix products and pooling.</summary>
internal static partial class Lowering
{
    /// <summary>The name of the scalar kernels, which run where no other was chosen.</summary>
    private const string Reference = "scalar";

    private static Work Convolve(Conv2D op, Tensor x, Tensor w, Tensor? bias, Tensor y)
    {
        ConvolutionShape shape = ShapeOf(op, x.Shape, w.Shape);
        if (x.Type.Quantization is null)
            return new(shape.Rows, (begin, end) => ConvolutionF32.Scalar(shape, x.As<float>(), w.As<float>(), Bias<float>(bias), y.As<float>(), begin, end)) { Name = Reference };
        var q = new ChannelQuantization(x.Type, w.Type, y.Type, shape.OutputChannels);
        return new(shape.Rows, (begin, end) => ConvolutionS8.Scalar(shape, q.Span, x.As<sbyte>(), w.As<sbyte>(), Bias<int>(bias), y.As<sbyte>(), begin, end)) { Name = Reference };
    }

    private static Work ConvolveDepthwise(DepthwiseConv2D op, Tensor x, Tensor w, Tensor? bias, Tensor y)
    {
        DepthwiseShape shape = ShapeOf(op, x.Shape, w.Shape);
        if (x.Type.Quantization is null)
            return new(shape.Rows, (begin, end) => DepthwiseF32.Scalar(shape, x.As<float>(), w.As<float>(), Bias<float>(bias), y.As<float>(), begin, end)) { Name = Reference };
        var q = new ChannelQuantization(x.Type, w.Type, y.Type, w.Shape[2]);
        return new(shape.Rows, (begin, end) => DepthwiseS8.Scalar(shape, q.Span, x.As<sbyte>(), w.As<sbyte>(), Bias<int>(bias), y.As<sbyte>(), begin, end)) { Name = Reference };
    }

    private static Work Connect(Tensor x, Tensor w, Tensor? bias, Tensor y)
    {
        var shape = new DenseShape(x.Shape.Product(0, x.Shape.Rank - 1), w.Shape[1], w.Shape[0]);
        if (x.Type.Quantization is null)
            return new(shape.Rows, (begin, end) => DenseF32.Scalar(shape, x.As<float>(), w.As<float>(), Bias<float>(bias), y.As<float>(), begin, end)) { Name = Reference };
        var q = new ChannelQuantization(x.Type, w.Type, y.Type, shape.Outputs);
        return new(shape.Rows, (begin, end) => DenseS8.Scalar(shape, q.Span, x.As<sbyte>(), w.As<sbyte>(), Bias<int>(bias), y.As<sbyte>(), begin, end)) { Name = Reference };
    }

    private static Work ConvolveTransposed(ConvTranspose2D op, Tensor x, Tensor w, Tensor? bias, Tensor y)
    {
        var shape = new ConvTransposeShape
        {
            Batch = x.Shape[0],
            InputHeight = x.Shape[1],
            InputWidth = x.Shape[2],
            InputChannels = x.Shape[3],
            OutputHeight = y.Shape[1],
            OutputWidth = y.Shape[2],
            OutputChannels = w.Shape[0],
            KernelHeight = w.Shape[1],
            KernelWidth = w.Shape[2],
            StrideHeight = op.Strides[0],
            StrideWidth = op.Strides[1],
            DilationHeight = op.Dilations[0],
            DilationWidth = op.Dilations[1],
            PadTop = op.Padding[0],
            PadLeft = op.Padding[1],
            Groups = op.Groups,
        };
        return new(shape.Rows, (begin, end) => ConvTransposeF32.Scalar(shape, x.As<float>(), w.As<float>(), Bias<float>(bias), y.As<float>(), begin, end));
    }

    /// <summary>One kernel call per matrix of the batch; broadcast factors are read again.</summary>
    private static Work Multiply(Tensor a, Tensor b, Tensor y)
    {
        var shape = new MatMulShape(a.Shape[^2], a.Shape[^1], b.Shape[^1]);
        (int[] left, int[] right) = (Matrices(a.Shape, y.Shape), Matrices(b.Shape, y.Shape));
        int sizeA = shape.M * shape.K, sizeB = shape.K * shape.N, sizeY = shape.M * shape.N;
        if (a.Type.Quantization is null)
        {
            return new(left.Length, (begin, end) =>
            {
                for (int i = begin; i < end; i++)
                    MatMulF32.Scalar(shape, a.As<float>().Slice(left[i] * sizeA, sizeA), b.As<float>().Slice(right[i] * sizeB, sizeB), y.As<float>().Slice(i * sizeY, sizeY), 0, shape.M);
            });
        }
        Quantization qa = a.Type.Quantization, qb = b.Type.Quantization!, qy = y.Type.Quantization!;
        var q = new MatMulQuantizationS8(qa.ZeroPoint, qb.ZeroPoint, Requantization.Multiplier(qa.Scale, qb.Scale, qy.Scale), qy.ZeroPoint);
        return new(left.Length, (begin, end) =>
        {
            for (int i = begin; i < end; i++)
                MatMulS8.Scalar(shape, q, a.As<sbyte>().Slice(left[i] * sizeA, sizeA), b.As<sbyte>().Slice(right[i] * sizeB, sizeB), y.As<sbyte>().Slice(i * sizeY, sizeY), 0, shape.M);
        });
    }

    /// <summary>Which matrix of a factor each matrix of the product reads.</summary>
    private static int[] Matrices(Shape factor, Shape product)
    {
        int[] result = new int[product.Product(0, product.Rank - 2)];
        int missing = product.Rank - factor.Rank;
        for (int i = 0; i < result.Length; i++)
        {
            int rest = i, stride = 1;
            for (int axis = product.Rank - 3; axis >= missing; axis--)
            {
                int extent = factor[axis - missing];
                if (extent > 1) result[i] += rest % product[axis] * stride;
                stride *= extent;
                rest /= product[axis];
            }
        }
        return result;
    }

    private static Work Pool(Pool2D op, Tensor x, Tensor y)
    {
        var shape = new PoolingShape
        {
            Batch = x.Shape[0],
            InputHeight = x.Shape[1],
            InputWidth = x.Shape[2],
            Channels = x.Shape[3],
            OutputHeight = y.Shape[1],
            OutputWidth = y.Shape[2],
            KernelHeight = op.Size[0],
            KernelWidth = op.Size[1],
            StrideHeight = op.Strides[0],
            StrideWidth = op.Strides[1],
            DilationHeight = op.Dilations[0],
            DilationWidth = op.Dilations[1],
            PadTop = op.Padding[0],
            PadLeft = op.Padding[1],
            PadBottom = op.Padding[2],
            PadRight = op.Padding[3],
            CountIncludePad = op.CountIncludesPadding,
        };
        if (op.Kind == PoolKind.Average && x.Type.Element == ElementType.Float32)
            return new(shape.Rows, (begin, end) => PoolingF32.Average(shape, x.As<float>(), y.As<float>(), begin, end));
        if (op.Kind == PoolKind.Average)
        {
            Quantization qx = x.Type.Quantization!, qy = y.Type.Quantization!;
            var q = new PoolingQuantizationS8(qx.Scale, qx.ZeroPoint, qy.Scale, qy.ZeroPoint);
            return new(shape.Rows, (begin, end) => PoolingS8.Average(shape, q, x.As<sbyte>(), y.As<sbyte>(), begin, end));
        }
        return x.Type.Element == ElementType.Float32
            ? new(shape.Rows, (begin, end) => PoolingF32.Max(shape, x.As<float>(), y.As<float>(), begin, end))
            : new(shape.Rows, (begin, end) => PoolingS8.Max(shape, x.As<sbyte>(), y.As<sbyte>(), begin, end));
    }

    private static ReadOnlySpan<T> Bias<T>(Tensor? bias) where T : unmanaged => bias is null ? default : bias.As<T>();
}
