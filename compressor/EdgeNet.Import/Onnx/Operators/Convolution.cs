using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>
/// Operators on images: convolution, pooling, normalization over channels; and matrix products. ONNX has channels second, our
/// image ops have them last, so each is put between two transposes, which a later pass cancels.
/// </summary>
internal static class ConvolutionOperators
{
    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["Conv"] = node => node.Output(Convolve(node, node.Input(0), node.Input(1), node.Optional(2))),
        ["ConvTranspose"] = ConvTranspose,
        ["MaxPool"] = MaxPool,
        ["AveragePool"] = node => node.Output(AveragePool(node, node.Input(0))),
        ["GlobalAveragePool"] = node => node.Output(GlobalAveragePool(node, node.Input(0))),
        ["GlobalMaxPool"] = node => node.Move(x => node.Emit(new ReduceMax(SpatialAxes(node, x), KeepDims: true), x)),
        ["BatchNormalization"] = BatchNormalization,
        ["InstanceNormalization"] = node => node.Output(node.ChannelsSecond(node.Emit(
            new InstanceNormalization(node.Attributes.Float("epsilon", 1e-5f)), node.ChannelsLast(node.Input(0)), node.Input(1), node.Input(2)))),
        ["LRN"] = LocalResponseNormalization,
        ["Gemm"] = node => node.Output(Gemm(
            node, node.Input(0), node.Input(1), node.Optional(2), node.Attributes.Float("alpha", 1), node.Attributes.Float("beta", 1))),
        ["MatMul"] = node => node.Output(MatrixProduct(node, node.Input(0), node.Input(1))),
    };

    public static Dictionary<string, OperatorMapping> Microsoft { get; } = new()
    {
        ["FusedConv"] = FusedConv,
    };

    /// <summary>A convolution of real numbers.</summary>
    public static Value Convolve(OnnxNode node, Value x, Value weights, Value? bias)
    {
        Value image = Image(node, x, out bool flat);
        if (weights.Type.Shape.Rank != x.Type.Shape.Rank) throw node.Invalid($"weights of shape {weights.Type.Shape} for an input of shape {x.Type.Shape}");
        (int outputs, int perGroup, int kernelHeight, int kernelWidth) = Kernel(weights.Type.Shape);
        RequireKernelShape(node, flat, kernelHeight, kernelWidth);
        var window = Window.Read(node, image.Type.Shape, kernelHeight, kernelWidth, flat);
        int groups = node.Attributes.Int("group", 1), channels = image.Type.Shape[3];
        Op op;
        if (groups > 1 && groups == channels && perGroup == 1)
        {
            int[] permutation = flat ? [2, 0, 1] : [2, 3, 0, 1];
            weights = node.Weights(weights, permutation, [kernelHeight, kernelWidth, outputs], channels: 2);
            op = new DepthwiseConv2D(window.Strides, window.Dilations, window.Padding);
        }
        else
        {
            int[] permutation = flat ? [0, 2, 1] : [0, 2, 3, 1];
            weights = node.Weights(weights, permutation, [outputs, kernelHeight, kernelWidth, perGroup], channels: 0);
            op = new Conv2D(window.Strides, window.Dilations, window.Padding, groups);
        }
        return Unimage(node, bias is null ? node.Emit(op, image, weights) : node.Emit(op, image, weights, bias), flat);
    }

    /// <summary>The mean over all but batch and channels.</summary>
    public static Value GlobalAveragePool(OnnxNode node, Value x) => node.Emit(new ReduceMean(SpatialAxes(node, x), KeepDims: true), x);

    /// <summary>The mean over windows.</summary>
    public static Value AveragePool(OnnxNode node, Value x) => Pool(node, PoolKind.Average, x);

    /// <summary>alpha × a × b + beta × c, after the transpositions that the node asks for.</summary>
    public static Value Gemm(OnnxNode node, Value a, Value b, Value? c, float alpha, float beta)
    {
        RequireFloat(node, a, b);
        if (a.Type.Shape.Rank != 2 || b.Type.Shape.Rank != 2) throw node.Invalid($"factors of shapes {a.Type.Shape} and {b.Type.Shape}; expected matrices");
        if (node.Attributes.Flag("transA")) a = node.Transpose(a, 1, 0);
        bool transposed = node.Attributes.Flag("transB");
        int outputs = b.Type.Shape[transposed ? 0 : 1];
        if (!IsWeight(b)) return WithSum(Scaled(node, node.Emit(new MatMul(), a, transposed ? node.Transpose(b, 1, 0) : b), alpha));

        Value weights = transposed ? b : node.Weights(b, [1, 0]);
        bool folded = alpha == 1 || weights.Constant is not null;
        if (folded) weights = Scaled(node, weights, alpha);
        Value? bias = folded && c?.Constant is { } constant ? BiasOf(node, constant, outputs, c.Name) : null;
        if (bias is null) return WithSum(Scaled(node, node.Emit(new Dense(), a, weights), folded ? 1 : alpha));
        return node.Emit(new Dense(), a, weights, Scaled(node, bias, beta));

        Value WithSum(Value product) => c is null || beta == 0 ? product : node.Emit(new Add(), product, Scaled(node, c, beta));
    }

    /// <summary>A product of matrices, or of stacks of them.</summary>
    public static Value MatrixProduct(OnnxNode node, Value a, Value b)
    {
        RequireFloat(node, a, b);
        if (a.Type.Shape.Rank == 0 || b.Type.Shape.Rank == 0) throw node.Invalid($"factors of shapes {a.Type.Shape} and {b.Type.Shape}; expected no scalars");
        if (b.Type.Shape.Rank == 1)
        {
            Value column = MatrixProduct(node, a, node.Reshape(b, [b.Type.Shape[0], 1]));
            return node.Reshape(column, new Shape(column.Type.Shape.Span[..^1]));
        }
        if (b.Type.Shape.Rank == 2 && IsWeight(b)) return node.Emit(new Dense(), a, node.Weights(b, [1, 0]));
        if (a.Type.Shape.Rank > 1) return node.Emit(new MatMul(), a, b);
        Value row = node.Emit(new MatMul(), node.Reshape(a, [1, a.Type.Shape[0]]), b);
        return node.Reshape(row, [.. row.Type.Shape.SkipLast(2), row.Type.Shape[^1]]);
    }

    private static void FusedConv(OnnxNode node)
    {
        Value y = Convolve(node, node.Input(0), node.Input(1), node.Optional(2));
        if (node.Optional(3) is { } z) y = node.Emit(new Add(), y, z);
        float[] parameters = node.Attributes.Floats("activation_params") ?? [];
        Op? activation = node.Attributes.Text("activation", "") switch
        {
            "" => null,
            "Relu" => new Relu(),
            "Sigmoid" => new Sigmoid(),
            "Tanh" => new Tanh(),
            "LeakyRelu" => new LeakyRelu(parameters.Length > 0 ? parameters[0] : 0.01f),
            "Clip" when parameters.Length == 2 => new Clip(parameters[0], parameters[1]),
            "HardSigmoid" when parameters.Length == 2 => new HardSigmoid(parameters[0], parameters[1]),
            string other => throw node.Unsupported($"activation '{other}' is not fused; export the model without graph optimization"),
        };
        node.Output(activation is null ? y : node.Emit(activation, y));
    }

    private static void ConvTranspose(OnnxNode node)
    {
        Value x = node.Input(0), weights = node.Input(1), image = Image(node, x, out bool flat);
        if (weights.Type.Shape.Rank != x.Type.Shape.Rank) throw node.Invalid($"weights of shape {weights.Type.Shape} for an input of shape {x.Type.Shape}");
        (int inputs, int perGroup, int kernelHeight, int kernelWidth) = Kernel(weights.Type.Shape);
        RequireKernelShape(node, flat, kernelHeight, kernelWidth);
        int groups = node.Attributes.Int("group", 1);
        if (groups < 1 || inputs % groups != 0) throw node.Invalid($"{inputs} channels in {groups} groups");

        // [C, O ÷ groups, kernel] → [O, kernel, C ÷ groups]
        Shape grouped = [groups, inputs / groups, perGroup, kernelHeight, kernelWidth];
        Shape arranged = [groups * perGroup, kernelHeight, kernelWidth, inputs / groups];
        weights = groups == 1
            ? node.Weights(weights, flat ? [1, 2, 0] : [1, 2, 3, 0], arranged)
            : node.Weights(node.Reshape(weights, grouped), [0, 2, 3, 4, 1], arranged);

        var window = Window.ReadTransposed(node, image.Type.Shape, kernelHeight, kernelWidth, flat);
        var op = new ConvTranspose2D(window.Strides, window.Dilations, window.Padding, groups);
        node.Output(Unimage(node, node.Optional(2) is { } bias ? node.Emit(op, image, weights, bias) : node.Emit(op, image, weights), flat));
    }

    private static void MaxPool(OnnxNode node)
    {
        node.RefuseOutputs(1, "the indices of the maxima are not kept; use Resize or ConvTranspose where they would be unpooled");
        // Plain bytes go by way of floats, which hold each of them exactly; codes of quantized tensors are Int8.
        node.Move(x => x.Type.Element == ElementType.UInt8
            ? node.Cast(Pool(node, PoolKind.Max, node.Cast(x, ElementType.Float32)), ElementType.UInt8)
            : Pool(node, PoolKind.Max, x));
    }

    private static Value Pool(OnnxNode node, PoolKind kind, Value x)
    {
        Value image = Image(node, x, out bool flat);
        int[] size = node.Attributes.Ints("kernel_shape") ?? throw node.Invalid("it lacks its attribute 'kernel_shape'");
        if (size.Length != (flat ? 1 : 2)) throw node.Invalid($"kernel_shape of {size.Length} numbers for an input of shape {x.Type.Shape}");
        if (flat) size = [1, .. size];
        var window = Window.Read(node, image.Type.Shape, size[0], size[1], flat);
        var op = new Pool2D(
            kind, ValueList.Create<int>(size), window.Strides, window.Dilations, window.Padding,
            kind == PoolKind.Average && node.Attributes.Flag("count_include_pad"), node.Attributes.Flag("ceil_mode"));
        return Unimage(node, node.Emit(op, image), flat);
    }

    private static void BatchNormalization(OnnxNode node)
    {
        if (node.Attributes.Flag("training_mode")) throw node.Unsupported("it is in training mode; export the model in evaluation mode (model.eval())");
        if (!node.Attributes.Flag("spatial", otherwise: true)) throw node.Unsupported("statistics per element (spatial=0) are not supported; train with statistics per channel");
        node.RefuseOutputs(1, "it gives its statistics out; export the model in evaluation mode (model.eval())");
        var op = new BatchNormalization(node.Attributes.Float("epsilon", 1e-5f));
        Value y = node.Emit(op, node.ChannelsLast(node.Input(0)), node.Input(1), node.Input(2), node.Input(3), node.Input(4));
        node.Output(node.ChannelsSecond(y));
    }

    private static void LocalResponseNormalization(OnnxNode node)
    {
        var op = new LocalResponseNormalization(
            node.Attributes.Int("size"), node.Attributes.Float("alpha", 1e-4f), node.Attributes.Float("beta", 0.75f), node.Attributes.Float("bias", 1));
        node.Output(node.ChannelsSecond(node.Emit(op, node.ChannelsLast(node.Input(0)))));
    }

    /// <summary>[N, C, H, W] or [N, C, L] as an image, channels last; the latter has height 1.</summary>
    private static Value Image(OnnxNode node, Value x, out bool flat)
    {
        Shape shape = x.Type.Shape;
        flat = shape.Rank == 3;
        if (shape.Rank > 4) throw node.Unsupported($"its input has {shape.Rank - 2} spatial dimensions; at most 2 are supported: fold time or depth into the batch or the channels");
        if (shape.Rank < 3) throw node.Invalid($"input of shape {shape}; expected batch, channels, space");
        return node.ChannelsLast(flat ? node.Reshape(x, [shape[0], shape[1], 1, shape[2]]) : x);
    }

    /// <summary>Back from an image to what it was made of.</summary>
    private static Value Unimage(OnnxNode node, Value image, bool flat)
    {
        Value y = node.ChannelsSecond(image);
        return flat ? node.Reshape(y, [y.Type.Shape[0], y.Type.Shape[1], y.Type.Shape[3]]) : y;
    }

    private static (int Outer, int PerGroup, int Height, int Width) Kernel(Shape weights) =>
        (weights[0], weights[1], weights.Rank == 3 ? 1 : weights[2], weights[^1]);

    private static void RequireKernelShape(OnnxNode node, bool flat, int height, int width)
    {
        int[]? stated = node.Attributes.Ints("kernel_shape");
        int[] given = flat ? [width] : [height, width];
        if (stated is not null && !stated.SequenceEqual(given))
            throw node.Invalid($"kernel_shape [{string.Join(", ", stated)}] for weights of kernel [{string.Join(", ", given)}]");
    }

    private static ValueList<int> SpatialAxes(OnnxNode node, Value x) => x.Type.Shape.Rank >= 3
        ? Enumerable.Range(2, x.Type.Shape.Rank - 2).ToValueList()
        : throw node.Invalid($"input of shape {x.Type.Shape}; expected batch, channels, space");

    /// <summary>Whether a factor is known at import, as numbers or as quantized codes.</summary>
    private static bool IsWeight(Value value) => value.Constant is not null || GraphTranslation.WeightCodes(value) is not null;

    private static Value Scaled(OnnxNode node, Value value, float factor) => factor == 1 ? value : node.Emit(new Mul(), value, node.Scalar(factor));

    /// <summary>A summand as a bias, where it is the same in every row.</summary>
    private static Value? BiasOf(OnnxNode node, Constant summand, int outputs, string called)
    {
        Shape shape = summand.Type.Shape;
        if (shape.ElementCount == outputs && (outputs == 1 || shape[^1] == outputs))
            return node.Constant(summand.Reshaped([outputs]), called);
        if (shape.ElementCount != 1) return null;
        node.Spend(8L * outputs);
        return node.Constant(Constant.Of<float>([.. Enumerable.Repeat(summand.ToArray<float>()[0], outputs)]), called);
    }

    private static void RequireFloat(OnnxNode node, Value a, Value b)
    {
        if (a.Type.Element != ElementType.Float32 || b.Type.Element != ElementType.Float32)
            throw node.Unsupported($"factors of {a.Type.Element} and {b.Type.Element}; matrix products are of floats or of quantized tensors: put Cast before it");
    }
}
