using EdgeNet.Model;

namespace EdgeNet.Device;

/// <summary>
/// MobileNets small enough to be made up here, with seeded weights: a first convolution, depthwise 3×3 and 5×5 at both strides, pointwise,
/// residual, activations, pooling, fully connected. Large enough that each thread gets a share.
/// </summary>
internal static class SmallModels
{
    public const int InputSize = 65, Classes = 10;

    private const int Seed = 2016;

    /// <summary>In Float32, with outputs "features" and "scores".</summary>
    public static Graph InReals()
    {
        var noise = new SeededNoise(Seed);
        return Build(
            new TensorType(ElementType.Float32, [1, InputSize, InputSize, 3]),
            op => op,
            (builder, _, shape, products, _) => (builder.Constant(Constant.Of<float>(shape, noise.Reals(shape.ElementCount, MathF.Sqrt(5f / products)))),
                channels => builder.Constant(Constant.Of<float>([channels], noise.Reals(channels, 0.5f)))));
    }

    /// <summary>On 8-bit codes.</summary>
    public static Graph InCodes()
    {
        var noise = new SeededNoise(Seed);
        var image = Quantization.PerTensor(0.02f, 3);
        var activation = Quantization.PerTensor(0.04f, -60);
        return Build(
            new TensorType(ElementType.Int8, [1, InputSize, InputSize, 3], image),
            op => op with { OutputQuantization = activation },
            (builder, x, shape, products, axis) =>
            {
                // Scales with which sums spread over about the 256 codes.
                int channels = shape[axis];
                var scales = new float[channels];
                float natural = 110 / (5400 * MathF.Sqrt(products)) * activation.Scale / x.Type.Quantization!.Scale;
                for (int channel = 0; channel < channels; channel++) scales[channel] = natural * (1 + noise.Below(512) / 512f);
                var type = new TensorType(ElementType.Int8, shape, Quantization.PerChannel([.. scales], axis));
                sbyte[] codes = noise.Codes(shape.ElementCount, -127);
                return (builder.Constant(Constant.Dense(type, Array.ConvertAll(codes, code => (byte)code))),
                    outputs => builder.Constant(Constant.Of<int>([outputs], noise.Integers(outputs, -4000, 4000))));
            });
    }

    private delegate (Value Weights, Func<int, Value> Bias) Parameters(GraphBuilder builder, Value input, Shape shape, int products, int axis);

    private static Graph Build(TensorType input, Func<Op, Op> typed, Parameters parameters)
    {
        var builder = new GraphBuilder();
        Value x = Clip(Convolve(builder.Input("picture", input), 24, 3, 2));
        x = Clip(Depthwise(x, 3, 1));
        x = Clip(Convolve(x, 40, 1, 1));
        x = Clip(Depthwise(x, 3, 2));
        Value shortcut = Convolve(x, 56, 1, 1);
        x = builder.Add(typed(new HardSwish()), "hard swish", Depthwise(shortcut, 5, 1));
        x = builder.Add(typed(new Add()), "add", Convolve(x, 56, 1, 1), shortcut);
        x = Clip(Depthwise(x, 5, 2));
        x = Clip(Convolve(x, 96, 1, 1));
        builder.Output("features", x);
        x = builder.Add(typed(new ReduceMean([1, 2], KeepDims: false)), "mean", x);
        (Value weights, Func<int, Value> bias) = parameters(builder, x, [Classes, 96], 96, 0);
        builder.Output("scores", builder.Add(typed(new Dense()), "dense", x, weights, bias(Classes)));
        return builder.Build();

        Value Convolve(Value from, int channels, int size, int stride)
        {
            int depth = from.Type.Shape[3], pad = size / 2;
            (Value weights, Func<int, Value> bias) = parameters(builder, from, [channels, size, size, depth], size * size * depth, 0);
            return builder.Add(typed(new Conv2D([stride, stride], [1, 1], [pad, pad, pad, pad])), $"conv {size}x{size} {channels}", from, weights, bias(channels));
        }

        Value Depthwise(Value from, int size, int stride)
        {
            int channels = from.Type.Shape[3], pad = size / 2;
            (Value weights, Func<int, Value> bias) = parameters(builder, from, [size, size, channels], size * size, 2);
            return builder.Add(typed(new DepthwiseConv2D([stride, stride], [1, 1], [pad, pad, pad, pad])), $"depthwise {size}x{size}", from, weights, bias(channels));
        }

        Value Clip(Value from) => builder.Add(typed(new Clip(0, 6)), "clip", from);
    }
}
