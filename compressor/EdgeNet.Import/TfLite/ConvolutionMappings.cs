using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>Convolution, dense layers and pooling: operators with weights or windows.</summary>
internal static class ConvolutionMappings
{
    private const int MaxParameter = 1 << 20;

    public static IEnumerable<KeyValuePair<BuiltinOperator, Action<OperatorCall>>> All { get; } =
    [
        new(BuiltinOperator.CONV_2D, Conv2D),
        new(BuiltinOperator.DEPTHWISE_CONV_2D, DepthwiseConv2D),
        new(BuiltinOperator.TRANSPOSE_CONV, TransposeConv),
        new(BuiltinOperator.FULLY_CONNECTED, FullyConnected),
        new(BuiltinOperator.MAX_POOL_2D, call => Pool(call, PoolKind.Max)),
        new(BuiltinOperator.AVERAGE_POOL_2D, call => Pool(call, PoolKind.Average)),
    ];

    private static void Conv2D(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.Conv2D);
        Value image = Image(call, 0), weights = Weights(call, image);
        RequireRank4(call, weights);
        int channels = weights.Type.Shape[3];
        if (channels == 0 || image.Type.Shape[3] % channels != 0)
            throw call.Malformed($"weights {weights.Type.Shape} do not fit an image {image.Type.Shape}");
        Windows windows = Windows.Read(call, options, 4);
        ValueList<int> padding = windows.Padding(image.Type.Shape, weights.Type.Shape[1], weights.Type.Shape[2]);
        Value result = call.Compute(new Conv2D(windows.Strides, windows.Dilations, padding, image.Type.Shape[3] / channels), [image, weights, .. Bias(call)]);
        call.Return(result, Activation(options, 3));
    }

    private static void DepthwiseConv2D(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.DepthwiseConv2D);
        Value image = Image(call, 0), weights = Weights(call, image);
        RequireRank4(call, weights);
        Shape shape = weights.Type.Shape;
        if (shape[0] != 1) throw call.Malformed($"depthwise weights of shape {shape}; expected [1, height, width, channels]");
        Windows windows = Windows.Read(call, options, 5);
        ValueList<int> padding = windows.Padding(image.Type.Shape, shape[1], shape[2]);
        Value result = call.Compute(new DepthwiseConv2D(windows.Strides, windows.Dilations, padding), [image, WithoutFirstAxis(call, weights), .. Bias(call)]);
        call.Return(result, Activation(options, 4));
    }

    /// <summary>Operands: the output's shape, weights [O, kernel H, kernel W, I], image, optional bias.</summary>
    private static void TransposeConv(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.TransposeConv);
        if (call.Integers(0) is not [_, int height, int width, _]) throw call.Malformed("an output shape that is not of rank 4");
        Value quantizedImage = Image(call, 2), quantizedWeights = call[1];
        RequireRank4(call, quantizedWeights);
        Windows windows = Windows.Read(call, options, -1);
        Shape from = quantizedImage.Type.Shape, kernel = quantizedWeights.Type.Shape;
        // TFLite pads as the convolution from this output to this input would; the full result is cut (or filled) to fit.
        (int top, _) = windows.Pad(height, kernel[1], 0);
        (int left, _) = windows.Pad(width, kernel[2], 1);
        ValueList<int> padding = [top, left, Cut(from[1], kernel[1], 0, top, height), Cut(from[2], kernel[2], 1, left, width)];
        List<Value> operands = [call.Float(quantizedImage), call.Float(quantizedWeights)];
        if (call.Optional(3) is Value bias) operands.Add(FloatBias(call, bias, quantizedImage, quantizedWeights));
        Value result = call.Add(new ConvTranspose2D(windows.Strides, [1, 1], padding), [.. operands]);
        call.Return(result, Activation(options, 3));

        int Cut(int input, int size, int axis, int before, int output) =>
            (int)Math.Clamp((input - 1L) * windows.Strides[axis] + size - before - output, int.MinValue, int.MaxValue);
    }

    private static void FullyConnected(OperatorCall call)
    {
        FlatTable? options = call.Options(BuiltinOptions.FullyConnected);
        if (options?.UInt8(1) > 0) throw call.Unsupported("shuffled weights; convert with the default weights format");
        Value x = call[0], weights = Weights(call, x);
        if (weights.Type.Shape.Rank != 2 || weights.Type.Shape[1] == 0)
            throw call.Malformed($"weights of shape {weights.Type.Shape}; expected [outputs, inputs]");
        int inputs = weights.Type.Shape[1];
        if (options?.Bool(2) != true) x = LayoutMappings.Reshaped(call, x, [x.Type.Shape.ElementCount / inputs, inputs]);
        call.Return(call.Compute(new Dense(), [x, weights, .. Bias(call)]), Activation(options, 0));
    }

    private static void Pool(OperatorCall call, PoolKind kind)
    {
        FlatTable? options = call.Options(BuiltinOptions.Pool2D);
        Value image = Image(call, 0);
        Windows windows = Windows.Read(call, options, -1);
        int width = options?.Int32(3) ?? 0, height = options?.Int32(4) ?? 0;
        var pool = new Pool2D(kind, [height, width], windows.Strides, windows.Dilations, windows.Padding(image.Type.Shape, height, width));
        Value result = kind == PoolKind.Max ? call.AsOutput(call.Add(pool, image)) : call.Compute(pool, image);
        call.Return(result, Activation(options, 5));
    }

    /// <summary>The weights of a layer; with Float32 activations (“hybrid” models) quantized ones are Float32 stored as codes.</summary>
    private static Value Weights(OperatorCall call, Value input) => input.Type.Quantization is null ? call.Float(call[1]) : call[1];

    private static Value[] Bias(OperatorCall call) => call.Optional(2) is Value bias ? [bias] : [];

    private static Value FloatBias(OperatorCall call, Value bias, Value image, Value weights)
    {
        if (image.Type.Quantization is not { } input) return bias;
        int count = bias.Type.Shape.ElementCount;
        if (bias.Constant is not { Type.Element: ElementType.Int32 }
            || weights.Type.Quantization is not { } scales || (scales.Scales.Count != 1 && scales.Scales.Count != count))
            throw call.Malformed($"a bias of {bias.Type} for weights of {weights.Type}");
        Value factors = call.Constant(new Shape([scales.Scales.Count]), scales.Scales.Count, i => input.Scale * scales.Scales[i]);
        return call.Add(new Mul(), call.Add(new Cast(ElementType.Float32), bias), factors);
    }

    private static Value WithoutFirstAxis(OperatorCall call, Value weights)
    {
        Shape shape = new(weights.Type.Shape.Span[1..]);
        if (weights.Constant is not { } constant) return LayoutMappings.Reshaped(call, weights, shape.ToArray());
        if ((constant.Type.Quantization ?? constant.Affine) is { IsPerTensor: false, Axis: not 3 } q)
            throw call.Malformed($"depthwise weights quantized along axis {q.Axis}; expected the channels, axis 3");
        return call.Constant(constant.Reshaped(shape, axis: 2), weights.Name);
    }

    private static Value Image(OperatorCall call, int input)
    {
        RequireRank4(call, call[input]);
        return call[input];
    }

    private static void RequireRank4(OperatorCall call, Value value)
    {
        if (value.Type.Shape.Rank != 4) throw call.Malformed($"operand '{value.Name}' of shape {value.Type.Shape}; expected rank 4");
    }

    private static FusedActivation Activation(FlatTable? options, int field) => (FusedActivation)(options?.UInt8(field) ?? 0);

    /// <summary>How windows move over an image: the fields that all these operators begin with are padding, stride W, stride H.</summary>
    private readonly record struct Windows(SchemaPadding Mode, ValueList<int> Strides, ValueList<int> Dilations)
    {
        public static Windows Read(OperatorCall call, FlatTable? options, int dilationField)
        {
            if (options is not { } table) throw call.Malformed("it has no options; expected strides");
            var windows = new Windows(
                (SchemaPadding)table.UInt8(0),
                [table.Int32(2), table.Int32(1)],
                dilationField < 0 ? [1, 1] : [table.Int32(dilationField + 1, 1), table.Int32(dilationField, 1)]);
            if (windows.Strides.Concat(windows.Dilations).Any(x => x is < 1 or > MaxParameter) || !Enum.IsDefined(windows.Mode))
                throw call.Malformed($"padding {windows.Mode}, strides {windows.Strides}, dilations {windows.Dilations}");
            return windows;
        }

        /// <summary>The border at the top, left, bottom, right; an odd one is larger at the end.</summary>
        public ValueList<int> Padding(Shape image, int kernelHeight, int kernelWidth)
        {
            (int top, int bottom) = Pad(image[1], kernelHeight, 0);
            (int left, int right) = Pad(image[2], kernelWidth, 1);
            return [top, left, bottom, right];
        }

        public (int Before, int After) Pad(int extent, int kernel, int axis)
        {
            if (Mode == SchemaPadding.VALID) return (0, 0);
            long reach = (kernel - 1L) * Dilations[axis] + 1, outputs = ((long)extent + Strides[axis] - 1) / Strides[axis];
            int total = (int)Math.Clamp((outputs - 1) * Strides[axis] + reach - extent, 0, int.MaxValue);
            return (total / 2, total - total / 2);
        }
    }
}
