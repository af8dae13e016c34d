using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

public sealed class OpGradientTests
{
    public static TheoryData<string> Trained() => [.. Cases.Ops.Where(name => Cases.Of(name)[0].Op is var op && !RuleTable.IsFlat(op) && !Cases.IsForInferenceOnly(op) && HasReal(op, name))];

    [Theory]
    [MemberData(nameof(Trained))]
    public void Gradients_are_those_of_centred_differences(string op)
    {
        foreach (Case use in Cases.Of(op))
        {
            if (use.Inputs.Any(type => type.Shape.ElementCount == 0)) continue;
            GradientCheck.Run(use.Graph(), use.GraphInputs(seed: 1), what: use.ToString());
        }
    }

    [Fact]
    public void Gradients_of_layers_of_any_geometry_are_those_of_centred_differences()
    {
        foreach (Case use in Cases.Layers(seed: 5, count: 60, mostChannels: 9, mostPixels: 120, mostProducts: 20_000))
            GradientCheck.Run(use.Graph(), use.GraphInputs(seed: 1), what: use.ToString());
    }

    [Fact]
    public void Every_op_has_a_rule_or_is_for_inference_only()
    {
        string[] without = [.. Cases.Samples().Where(use => !HasRule(use)).Select(use => use.Op.Name)];
        string[] forInference = [.. Cases.Samples().Where(use => Cases.IsForInferenceOnly(use.Op)).Select(use => use.Op.Name)];

        Assert.Equal([nameof(NonMaxSuppression), nameof(DetectionPostProcess)], forInference);
        Assert.Equal(forInference, without);
    }

    [Fact]
    public void Arithmetic_on_codes_is_refused_by_name()
    {
        foreach ((Op op, var inputs) in OpSamples.Quantized().Where(sample => sample.Op is Add or MatMul or Softmax or ReduceMean or Unary))
        {
            var error = Assert.Throws<UnsupportedOperatorException>(() => new Network<float>(new Case(op, inputs).Graph(), new NetworkOptions()));
            Assert.Contains($"'{op.Name}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Quantization_rounds_to_the_numbers_that_codes_stand_for_and_lets_gradients_through_within_their_range()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [2, 3]));
        var q = new Quantization([0.5f, 0.1f], [0, -128], 0);
        Value codes = builder.Add(new Quantize(ElementType.Int8) { OutputQuantization = q }, "codes", x);
        builder.Output("y", builder.Add(new Dequantize(), "reals", codes));
        var network = new Network<float>(builder.Build(), new NetworkOptions { InputGradients = true });
        ReadOnlySpan<float> inputs = [0.7f, 63.7f, 64f, -0.2f, 0.26f, 25.6f];
        inputs.CopyTo(network.Input());
        network.Forward();
        Assert.Equal([0.5f, 63.5f, 63.5f, 0, 0.3f, 25.5f], network.Output().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);

        network.OutputGradient().Fill(2);
        network.Backward();
        Assert.Equal([2, 2, 0, 0, 2, 0], network.InputGradient().ToArray());
    }

    [Fact]
    public void Constants_of_codes_and_of_truth_values_are_read_as_what_they_stand_for()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [2, 2]));
        Value codes = builder.Constant(Constant.Dense(new TensorType(ElementType.Int8, [2, 2], new Quantization([0.5f, 2], [3, 5], 0)), new byte[] { 128, 3, 5, 127 }));
        Value reals = builder.Add(new Dequantize(), "reals", codes);
        Value mask = builder.Constant(Constant.Of([2], (ReadOnlySpan<bool>)[true, false]));
        builder.Output("y", builder.Add(new Where(), "y", mask, reals, x));
        var network = new Network<float>(builder.Build(), new NetworkOptions { InputGradients = true });
        network.Input().Fill(7);
        network.Forward();
        Assert.Equal([-65.5f, 7, 0, 7], network.Output().ToArray());

        network.OutputGradient().Fill(3);
        network.Backward();
        Assert.Equal([0, 3, 0, 3], network.InputGradient().ToArray());
    }

    [Fact]
    public void An_index_outside_its_axis_is_an_error_that_names_the_node()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [3])), indices = builder.Input("i", new TensorType(ElementType.Int64, [1]));
        builder.Output("y", builder.Add(new Gather(0), "picked", x, indices));
        var network = new Network<float>(builder.Build(), new NetworkOptions { Threads = 1 });
        network.Input(1)[0] = 3;
        Assert.Contains("'picked'", Assert.Throws<ModelFormatException>(() => network.Forward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_extremes_share_the_gradient()
    {
        Assert.Equal([0, 3, 3, 0], Gradient(new ReduceMax([0], false), [1, 2, 2, 0], 6));
        Assert.Equal([0, 6, 0, 0], Gradient(new Pool2D(PoolKind.Max, [1, 4], [1, 1], [1, 1], [0, 0, 0, 0]), [1, 2, 2, 0], 6, [1, 1, 4, 1]));
    }

    [Fact]
    public void The_gradient_of_a_product_is_the_product_of_the_others_even_where_elements_are_zero()
    {
        Assert.Equal([0, 24, 0, 0], Gradient(new ReduceProd([0], false), [2, 0, 3, 4], 1));
        Assert.Equal([0, 0, 0, 0], Gradient(new ReduceProd([0], false), [2, 0, 0, 4], 1));
    }

    [Fact]
    public void Picked_twice_gets_both_gradients()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [3]));
        Value indices = builder.Constant(Constant.Of([4], (ReadOnlySpan<long>)[2, 0, -1, 2]));
        builder.Output("y", builder.Add(new Gather(0), "picked", x, indices));
        var network = new Network<double>(builder.Build(), new NetworkOptions { InputGradients = true });
        network.Forward();
        ReadOnlySpan<double> gradient = [1, 2, 4, 8];
        gradient.CopyTo(network.OutputGradient());
        network.Backward();
        Assert.Equal([2, 0, 13], network.InputGradient().ToArray());
    }

    private static double[] Gradient(Op op, double[] x, double dy, int[]? shape = null)
    {
        var network = new Network<double>(new Case(op, [new TensorType(ElementType.Float32, new Shape(shape ?? [x.Length]))]).Graph(), new NetworkOptions { InputGradients = true });
        x.CopyTo(network.Input());
        network.Forward();
        network.OutputGradient().Fill(dy);
        network.Backward();
        return network.InputGradient().ToArray();
    }

    private static bool HasRule(Case use)
    {
        try
        {
            _ = new Network<double>(use.Graph(), new NetworkOptions());
            return true;
        }
        catch (UnsupportedOperatorException)
        {
            return false;
        }
    }

    private static bool HasReal(Op op, string name) => op is not (Quantize or Dequantize) && Cases.Of(name)[0].Inputs.Any(type => type.Element == ElementType.Float32);
}
