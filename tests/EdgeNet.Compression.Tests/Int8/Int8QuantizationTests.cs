using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class Int8QuantizationTests
{
    /// <summary>What 8 bits may cost these networks: noise of this part of the signal's power.</summary>
    private const double Bound = 0.002;

    private static readonly Dictionary<string, Func<int, Graph>> Networks = new()
    {
        ["convolutional"] = seed => TestNetworks.Convolutional(seed),
        ["detector"] = Int8Samples.Detector,
        ["unsupported"] = Int8Samples.WithUnsupported,
    };

    [Theory]
    [InlineData("convolutional", 1)]
    [InlineData("convolutional", 2)]
    [InlineData("detector", 1)]
    [InlineData("detector", 2)]
    [InlineData("unsupported", 1)]
    public void Outputs_stay_within_the_bound_on_examples_that_were_not_seen(string network, int seed)
    {
        Graph graph = Networks[network](seed);
        Int8Result result = Int8Quantization.Run(graph, new Int8Step(), Int8Samples.For(graph, 100, 10));
        float[][][] others = Int8Samples.For(graph, 8, 11);
        double error = Int8Samples.Error(Int8Samples.Outputs(graph, others), Int8Samples.Outputs(result.Graph, others));
        Assert.InRange(error, 1e-9, Bound);
        Assert.InRange(result.Error, 1e-9, Bound);
        Assert.All(result.Layers, layer => Assert.InRange(layer.Error, 1e-9, 4 * Bound));
    }

    [Theory]
    [InlineData(Calibration.MinMax)]
    [InlineData(Calibration.Percentile)]
    [InlineData(Calibration.Entropy)]
    public void Every_calibration_stays_within_the_bound(Calibration method)
    {
        Graph graph = TestNetworks.Convolutional(3);
        Assert.InRange(Int8Quantization.Run(graph, new Int8Step { Calibration = method }, Int8Samples.For(graph, 24, 10)).Error, 1e-9, 5 * Bound);
    }

    [Theory]
    [InlineData("convolutional")]
    [InlineData("detector")]
    [InlineData("unsupported")]
    public void Inputs_outputs_and_card_stay_those_of_the_float_model(string network)
    {
        Graph graph = Networks[network](1), int8 = Int8Quantization.Run(graph, new Int8Step(), Int8Samples.For(graph, 4, 1)).Graph;
        Assert.Equal(graph.Inputs.Select(input => (input.Name, input.Type)), int8.Inputs.Select(input => (input.Name, input.Type)));
        Assert.Equal(graph.Outputs.Select(output => (output.Name, output.Value.Type)), int8.Outputs.Select(output => (output.Name, output.Value.Type)));
        Assert.Equal(graph.Card, int8.Card);
    }

    [Fact]
    public void Everything_between_the_picture_and_the_heads_works_on_codes()
    {
        Graph graph = Int8Samples.Detector(1), int8 = Int8Quantization.Run(graph, new Int8Step(), Int8Samples.For(graph, 4, 1)).Graph;
        Assert.Equal(["Sigmoid"], int8.Nodes.Where(node => node.Op is not Dequantize && node.Output.Type.Quantization is null).Select(node => node.Op.Name));
        Assert.Equal(2, int8.Nodes.Count(node => node.Op is Dequantize));
        // The picture, and that part of the first concatenation that others read, too; all others are computed under the parameters of the whole.
        Assert.Equal(["picture/quantize", "pool/requantize"], int8.Nodes.Where(node => node.Op is Quantize).Select(node => node.Name));
        Assert.DoesNotContain(int8.Nodes, node => node.Op is Relu or Clip or BatchNormalization);
        Assert.Equal(ElementType.Int8, int8.Nodes.Single(node => node.Op is Transpose).Output.Type.Element);
    }

    [Fact]
    public void What_has_no_int8_kernel_stays_float_and_is_named()
    {
        Graph graph = Int8Samples.WithUnsupported(1);
        Int8Result result = Int8Quantization.Run(graph, new Int8Step(), Int8Samples.For(graph, 4, 1));
        Assert.Null(result.Graph.Nodes.Single(node => node.Op is InstanceNormalization).Output.Type.Quantization);
        Assert.All(result.Graph.Nodes.Where(node => node.Op is Conv2D), node => Assert.NotNull(node.Output.Type.Quantization));
        Assert.Contains(result.Remarks, remark => remark.Contains("'each picture' stays Float32", StringComparison.Ordinal));
    }

    [Fact]
    public void A_grid_of_shared_weights_is_kept_in_the_file()
    {
        Graph graph = TestNetworks.Convolutional(1);
        WeightLayer layer = WeightLayers.Of(graph)[2];
        sbyte[] k = [.. layer.Constant.ToArray<float>().Select(weight => (sbyte)MathF.Round(weight / 0.1f))];
        var onGrid = Constant.Of(layer.Shape, (ReadOnlySpan<float>)Array.ConvertAll(k, code => 0.1f * code));
        graph = WeightLayers.Replace(graph, new Dictionary<Constant, Constant> { [layer.Constant] = onGrid });
        Int8Result result = Int8Quantization.Run(graph, new Int8Step(), Int8Samples.For(graph, 4, 1));
        Constant constant = result.Graph.Constants.Single(value => value.Name == "pointwise").Constant!;
        Assert.Equal(k, constant.ToArray<sbyte>());
        Assert.Equal(0.1f, constant.Type.Quantization!.Scale, 1e-7f);
    }

    [Fact]
    public void Bias_correction_brings_the_mean_of_the_outputs_back()
    {
        Graph graph = TestNetworks.Convolutional(5);
        float[][][] examples = Int8Samples.For(graph, 40, 2);
        var step = new Int8Step { PerChannel = false, Calibration = Calibration.MinMax, Equalize = false };
        double with = MeanError(step), without = MeanError(step with { CorrectBias = false });
        Assert.True(with < 0.5 * without, $"{with} with, {without} without");

        double MeanError(Int8Step step)
        {
            float[] expected = Int8Samples.Outputs(graph, examples), actual = Int8Samples.Outputs(Int8Quantization.Run(graph, step, examples).Graph, examples);
            return Enumerable.Range(0, 5).Sum(channel => Math.Abs(Enumerable.Range(0, 40).Average(i => (double)actual[i * 5 + channel] - expected[i * 5 + channel])));
        }
    }

    [Fact]
    public void The_layers_that_lose_most_stay_float_where_that_is_asked()
    {
        Graph graph = TestNetworks.Convolutional(1);
        float[][][] examples = Int8Samples.For(graph, 8, 2);
        Int8Plan plan = Int8Quantization.Plan(graph, new Int8Step(), examples);
        string worst = Int8Quantization.Sensitivity(plan, examples)[0].Layer;
        Int8Result result = Int8Quantization.Run(graph, new Int8Step { KeepFloat = 1 }, examples);
        Node[] real = [.. result.Graph.Nodes.Where(node => node.Op is Conv2D or DepthwiseConv2D or Dense && node.Output.Type.Quantization is null)];
        Assert.Equal(worst, Assert.Single(real).Name);
        Assert.Equal(3, result.Layers.Length);
        Assert.Contains(result.Remarks, remark => remark.Contains($"'{worst}' stays Float32", StringComparison.Ordinal));
    }

    [Fact]
    public void As_few_layers_stay_float_as_a_bound_on_the_error_takes()
    {
        Graph graph = TestNetworks.Convolutional(1);
        float[][][] examples = Int8Samples.For(graph, 8, 2);
        var step = new Int8Step { CorrectBias = false, AdaptRounding = false };
        double[] errors = [.. Enumerable.Range(0, 4).Select(kept => Int8Quantization.Run(graph, step with { KeepFloat = kept }, examples).Error)];
        Assert.Equal(4, Int8Quantization.Run(graph, step with { MostError = errors[0] * 1.01 }, examples).Layers.Length);
        Int8Result bounded = Int8Quantization.Run(graph, step with { MostError = errors[2] * 1.01 }, examples);
        Assert.Equal(4 - Array.FindIndex(errors, error => error <= errors[2] * 1.01), bounded.Layers.Length);
        Assert.InRange(bounded.Error, 0, errors[2] * 1.01);
    }

    [Fact]
    public void The_same_examples_give_the_same_bytes()
    {
        Graph graph = Int8Samples.Detector(2);
        float[][][] examples = Int8Samples.For(graph, 6, 2);
        byte[] first = ModelFile.Write(Int8Quantization.Run(graph, new Int8Step { KeepFloat = 1 }, examples).Graph);
        Assert.Equal(first, ModelFile.Write(Int8Quantization.Run(graph, new Int8Step { KeepFloat = 1 }, examples).Graph));
    }

    [Fact]
    public void Examples_that_do_not_fit_are_refused_in_one_line()
    {
        Graph graph = TestNetworks.Convolutional(1);
        foreach (float[][][] examples in new float[][][][] { [], [[]], [[new float[7]]] })
            Assert.DoesNotContain('\n', Assert.Throws<CompressionException>(() => Int8Quantization.Run(graph, new Int8Step(), examples)).Message);
    }

    [Fact]
    public void A_model_that_is_quantized_already_is_refused()
    {
        Graph graph = TestNetworks.Convolutional(1);
        float[][][] examples = Int8Samples.For(graph, 2, 2);
        Graph int8 = Int8Quantization.Run(graph, new Int8Step(), examples).Graph;
        Assert.Contains("already", Assert.Throws<CompressionException>(() => Int8Quantization.Run(int8, new Int8Step(), examples)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_product_with_a_constant_is_a_layer()
    {
        var random = new Random(2);
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 6]));
        builder.Output("y", builder.Add(new MatMul(), "product", x, Int8Samples.Weights(builder, random, "w", [6, 4], 6)));
        Graph graph = builder.Build();
        float[][][] examples = Int8Samples.For(graph, 16, 2);
        Int8Result result = Int8Quantization.Run(graph, new Int8Step(), examples);
        Assert.Equal("product", Assert.Single(result.Layers).Layer);
        Assert.InRange(Int8Samples.Error(Int8Samples.Outputs(graph, examples), Int8Samples.Outputs(result.Graph, examples)), 1e-9, Bound);
    }
}
