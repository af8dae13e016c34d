using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>
/// Convolution of an image [N, H, W, C] with weights [O, kernel H, kernel W, C ÷ groups] and an optional bias [O] to [N, H′, W′, O].
/// Quantized: weights Int8 per tensor or per output channel, bias Int32 at scale input × weight.
/// </summary>
/// <param name="Strides">Vertical, horizontal.</param>
/// <param name="Dilations">Vertical, horizontal.</param>
/// <param name="Padding">Zeros at the top, left, bottom, right.</param>
/// <param name="Groups">Independent groups of channels.</param>
public sealed record Conv2D(ValueList<int> Strides, ValueList<int> Dilations, ValueList<int> Padding, int Groups = 1) : Op
{
    internal override (int Min, int Max) Arity => (2, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType image = inputs[0], weights = inputs[1];
        RequireRank(image, 4, "the image");
        RequireRank(weights, 4, "the weight tensor");
        Require(Groups >= 1 && image.Shape[3] % Groups == 0 && weights.Shape[0] % Groups == 0 && weights.Shape[3] == image.Shape[3] / Groups,
            $"weights {weights.Shape} do not fit an image of shape {image.Shape} in {Groups} groups");
        Window.CheckWeights(image, weights, inputs.Length > 2 ? inputs[2] : null, weights.Shape[0], 0);
        (int h, int w) = Window.Output(image.Shape, weights.Shape[1], weights.Shape[2], Strides, Dilations, Padding, ceil: false);
        return [Computed(image, [image.Shape[0], h, w, weights.Shape[0]])];
    }
}

/// <summary>
/// Depthwise convolution of an image [N, H, W, C] with weights [kernel H, kernel W, C × multiplier] and an optional bias
/// [C × multiplier]: output channel <c>c × multiplier + m</c> sees input channel <c>c</c> only.
/// Quantized: weights Int8 per tensor or per output channel (axis 2), bias Int32 at scale input × weight.
/// </summary>
/// <param name="Strides">Vertical, horizontal.</param>
/// <param name="Dilations">Vertical, horizontal.</param>
/// <param name="Padding">Zeros at the top, left, bottom, right.</param>
public sealed record DepthwiseConv2D(ValueList<int> Strides, ValueList<int> Dilations, ValueList<int> Padding) : Op
{
    internal override (int Min, int Max) Arity => (2, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType image = inputs[0], weights = inputs[1];
        RequireRank(image, 4, "the image");
        RequireRank(weights, 3, "the weight tensor");
        Require(image.Shape[3] > 0 && weights.Shape[2] % image.Shape[3] == 0,
            $"weights {weights.Shape} do not fit an image of shape {image.Shape}: their last extent must be a multiple of its channels");
        Window.CheckWeights(image, weights, inputs.Length > 2 ? inputs[2] : null, weights.Shape[2], 2);
        (int h, int w) = Window.Output(image.Shape, weights.Shape[0], weights.Shape[1], Strides, Dilations, Padding, ceil: false);
        return [Computed(image, [image.Shape[0], h, w, weights.Shape[2]])];
    }
}

/// <summary>
/// Transposed convolution of an image [N, H, W, C] with weights [O, kernel H, kernel W, C ÷ groups] and an optional bias [O]:
/// the gradient of a convolution to its input. Float32 only.
/// </summary>
/// <param name="Strides">Vertical, horizontal.</param>
/// <param name="Dilations">Vertical, horizontal.</param>
/// <param name="Padding">Rows and columns cut from the top, left, bottom, right of the full output; negative ones add zeros.</param>
/// <param name="Groups">Independent groups of channels.</param>
public sealed record ConvTranspose2D(ValueList<int> Strides, ValueList<int> Dilations, ValueList<int> Padding, int Groups = 1) : Op
{
    internal override (int Min, int Max) Arity => (2, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType image = inputs[0], weights = inputs[1];
        RequireFloat(image);
        RequireRank(image, 4, "the image");
        RequireRank(weights, 4, "the weight tensor");
        Require(Groups >= 1 && image.Shape[3] % Groups == 0 && weights.Shape[0] % Groups == 0 && weights.Shape[3] == image.Shape[3] / Groups,
            $"weights {weights.Shape} do not fit an image of shape {image.Shape} in {Groups} groups");
        Window.CheckWeights(image, weights, inputs.Length > 2 ? inputs[2] : null, weights.Shape[0], 0);
        Window.CheckParameters(Strides, Dilations, Padding);
        long h = Extent(image.Shape[1], weights.Shape[1], 0), w = Extent(image.Shape[2], weights.Shape[2], 1);
        Require(h is > 0 and < int.MaxValue && w is > 0 and < int.MaxValue, $"the output would be {h} × {w}");
        return [new TensorType(ElementType.Float32, [image.Shape[0], (int)h, (int)w, weights.Shape[0]])];
    }

    private long Extent(int input, int kernel, int axis) =>
        ((long)input - 1) * Strides[axis] + ((long)kernel - 1) * Dilations[axis] + 1 - Padding[axis] - Padding[axis + 2];
}

/// <summary>
/// Fully connected: [..., K] × weights [O, K] transposed + optional bias [O] → [..., O].
/// Quantized: weights Int8 per tensor or per output, bias Int32 at scale input × weight.
/// </summary>
public sealed record Dense : Op
{
    internal override (int Min, int Max) Arity => (2, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0], weights = inputs[1];
        RequireRank(weights, 2, "the weight tensor");
        Require(x.Shape.Rank >= 1 && x.Shape[^1] == weights.Shape[1], $"weights {weights.Shape} do not fit an input of shape {x.Shape}");
        Window.CheckWeights(x, weights, inputs.Length > 2 ? inputs[2] : null, weights.Shape[0], 0);
        return [Computed(x, x.Shape.With(x.Shape.Rank - 1, weights.Shape[0]))];
    }
}

/// <summary>Matrix product [..., M, K] × [..., K, N] → [..., M, N]; leading axes broadcast. Quantized: both per tensor.</summary>
public sealed record MatMul : Op
{
    internal override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Shape a = inputs[0].Shape, b = inputs[1].Shape;
        Require(a.Rank >= 2 && b.Rank >= 2 && a[^1] == b[^2], $"shapes {a} and {b} do not multiply");
        Require(inputs[0].Element == inputs[1].Element && inputs[0].Element is ElementType.Float32 or ElementType.Int8,
            $"factors of {inputs[0].Element} and {inputs[1].Element}; expected both Float32 or both quantized Int8");
        Require(inputs[0].Element == ElementType.Float32 || (inputs[0].Quantization is { IsPerTensor: true } && inputs[1].Quantization is { IsPerTensor: true }),
            "Int8 factors need per-tensor quantization");
        Shape batch = Shape.Broadcast(new Shape(a.Span[..^2]), new Shape(b.Span[..^2]));
        return [Computed(inputs[0], [.. batch, a[^2], b[^1]])];
    }
}

/// <summary>The arithmetic of sliding windows, shared by convolution and pooling.</summary>
internal static class Window
{
    private const int MaxParameter = 1 << 20;

    public static void CheckParameters(ValueList<int> strides, ValueList<int> dilations, ValueList<int> padding)
    {
        if (strides.Count != 2 || dilations.Count != 2 || padding.Count != 4)
            throw new ShapeException($"strides {strides}, dilations {dilations}, padding {padding}; expected 2, 2 and 4 numbers");
        for (int i = 0; i < 2; i++)
        {
            if (strides[i] is < 1 or > MaxParameter || dilations[i] is < 1 or > MaxParameter)
                throw new ShapeException($"strides {strides} and dilations {dilations}; expected numbers from 1 to {MaxParameter}");
        }
        foreach (int x in padding)
        {
            if (x is < -MaxParameter or > MaxParameter) throw new ShapeException($"padding {padding} is beyond {MaxParameter}");
        }
    }

    public static (int Height, int Width) Output(
        Shape image, int kernelHeight, int kernelWidth, ValueList<int> strides, ValueList<int> dilations, ValueList<int> padding, bool ceil)
    {
        CheckParameters(strides, dilations, padding);
        if (padding.Any(p => p < 0)) throw new ShapeException($"negative padding {padding}; slice the image first");
        return (Extent(image[1], kernelHeight, 0), Extent(image[2], kernelWidth, 1));

        int Extent(int input, int kernel, int axis)
        {
            long reach = ((long)kernel - 1) * dilations[axis] + 1, padded = (long)input + padding[axis] + padding[axis + 2];
            if (kernel < 1 || padded < reach)
                throw new ShapeException($"a kernel that reaches over {reach} elements does not fit a padded extent of {padded} (image {image})");
            long output = (padded - reach + (ceil ? strides[axis] - 1 : 0)) / strides[axis] + 1;
            // A window that would start beyond the image and its leading padding sees nothing and is left out.
            if (ceil && (output - 1) * strides[axis] >= (long)input + padding[axis]) output--;
            return (int)Math.Min(output, int.MaxValue);
        }
    }

    public static void CheckWeights(TensorType input, TensorType weights, TensorType? bias, int channels, int channelAxis)
    {
        bool quantized = input.Quantization is not null;
        if (input.Element != (quantized ? ElementType.Int8 : ElementType.Float32))
            throw new ShapeException($"input of {input}; expected Float32 or quantized Int8");
        if (quantized && !input.Quantization!.IsPerTensor) throw new ShapeException("activations are quantized per tensor, not per channel");
        if (weights.Element != input.Element || weights.Quantization is null == quantized)
            throw new ShapeException($"weights of {weights} with an input of {input}; expected both Float32 or both quantized Int8");
        if (weights.Quantization is { IsPerTensor: false } q && q.Axis != channelAxis)
            throw new ShapeException($"weights are quantized along axis {q.Axis}; expected the output channels, axis {channelAxis}");
        ElementType biasElement = quantized ? ElementType.Int32 : ElementType.Float32;
        if (bias is not null && (bias.Element != biasElement || bias.Shape.Rank != 1 || bias.Shape[0] != channels))
            throw new ShapeException($"bias of {bias}; expected {biasElement}[{channels}]");
    }
}
