using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class ErrorFeedbackRoundingTests
{
    private static readonly Quantization Input = Quantization.PerTensor(0.02f, -128);

    /// <summary>Codes of pictures whose channels and neighbours are alike, as those between layers are.</summary>
    private static byte[][] Examples(int count, int length, int channels)
    {
        var random = new Random(9);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            sbyte[] codes = new sbyte[length];
            double level = 0;
            for (int i = 0; i < length; i++)
            {
                if (i % channels == 0) level = 0.7 * level + 60 * random.NextDouble();
                codes[i] = (sbyte)Math.Clamp(level + 30 * random.NextDouble() - 128, -128, 127);
            }
            return MemoryMarshal.AsBytes(codes.AsSpan()).ToArray();
        })];
    }

    private static Node Layer(string kind, int seed, bool sparse = false)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, kind == "dense" ? [1, 128] : [1, 8, 8, 8]));
        Shape shape = kind switch { "dense" => [10, 128], "depthwise" => [3, 3, 8], "grouped" => [8, 3, 3, 4], _ => [12, 3, 3, 8] };
        float[] weights = Int8Samples.Weights(builder, random, "w", shape, 20).Constant!.ToArray<float>();
        if (sparse) weights = Array.ConvertAll(weights, weight => random.Next(3) > 0 ? 0 : weight);
        Op op = kind switch
        {
            "dense" => new Dense(),
            "depthwise" => new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]),
            "grouped" => new Conv2D([2, 2], [1, 1], [1, 1, 0, 0], Groups: 2),
            _ => new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]),
        };
        builder.Output("y", builder.Add(op, "layer", x, builder.Constant(Constant.Of(shape, (ReadOnlySpan<float>)weights))));
        return builder.Build().Nodes[0];
    }

    private static WeightCodes Nearest(Node layer, float coarse) => WeightCodes.Rounded(
        layer.Inputs[1].Type.Shape, layer.Inputs[1].Constant!.ToArray<float>(), Quantization.PerTensor(coarse, 0));

    /// <summary>The squared error that codes cause in the outputs of a layer.</summary>
    private static double Error(Node layer, WeightCodes codes, byte[][] examples)
    {
        float[][][] inputs = [.. examples.Select(example => new[] { Array.ConvertAll(example, code => Input.Scale * ((sbyte)code - Input.ZeroPoint)) })];
        return Int8Samples.Error(Outputs(layer.Inputs[1].Constant!), Outputs(Constant.Of(layer.Inputs[1].Type.Shape, (ReadOnlySpan<float>)codes.Values(layer.Inputs[1].Type.Shape))));

        float[] Outputs(Constant weights)
        {
            var builder = new GraphBuilder();
            builder.Output("y", builder.Add(layer.Op, "layer", builder.Input("x", layer.Inputs[0].Type), builder.Constant(weights)));
            return Int8Samples.Outputs(builder.Build(), inputs);
        }
    }

    [Theory]
    [InlineData("convolution", 0.8)]
    [InlineData("grouped", 0.8)]
    [InlineData("depthwise", 0.95)]
    [InlineData("dense", 0.8)]
    public void Outputs_come_closer_than_by_rounding_to_nearest(string kind, double atMost)
    {
        Node layer = Layer(kind, 4);
        byte[][] examples = Examples(20, layer.Inputs[0].Type.Shape.ElementCount, 8);
        WeightCodes nearest = Nearest(layer, 0.05f), adapted = ErrorFeedbackRounding.Run(layer, nearest, Input, examples);
        Assert.Equal(nearest.Quantization, adapted.Quantization);
        Assert.True(Error(layer, adapted, examples) < atMost * Error(layer, nearest, examples));
    }

    [Fact]
    public void Weights_that_were_pruned_stay_zero()
    {
        Node layer = Layer("convolution", 4, sparse: true);
        WeightCodes adapted = ErrorFeedbackRounding.Run(layer, Nearest(layer, 0.05f), Input, Examples(20, 512, 8));
        float[] weights = layer.Inputs[1].Constant!.ToArray<float>();
        Assert.All(weights.Zip(adapted.Codes).Where(pair => pair.First == 0), pair => Assert.Equal(0, pair.Second));
    }

    [Fact]
    public void Inputs_that_are_always_zero_leave_the_nearest_codes()
    {
        Node layer = Layer("convolution", 4);
        byte[][] zeros = [[.. Enumerable.Repeat((byte)0x80, 512)]];
        WeightCodes nearest = Nearest(layer, 0.05f);
        Assert.Equal<sbyte>([.. nearest.Codes], [.. ErrorFeedbackRounding.Run(layer, nearest, Input, zeros).Codes]);
    }
}
