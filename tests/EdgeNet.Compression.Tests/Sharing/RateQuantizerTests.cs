using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public class RateQuantizerTests
{
    private static float[] Weights(int count, int seed, float size = 1)
    {
        var random = Rng.For(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Normal() * size)];
    }

    [Fact]
    public void Rounds_to_the_nearest_value_before_it_has_seen_anything()
    {
        float[] rounded = new float[6];
        new RateQuantizer(0.5f).Round([0.24f, 0.26f, -0.74f, -0.76f, 0, 1e9f], rounded);
        Assert.Equal([0, 0.5f, -0.5f, -1, 0, 0.5f * RateQuantizer.MostSteps], rounded);
    }

    [Fact]
    public void Zero_is_never_negative()
    {
        float[] rounded = new float[1];
        new RateQuantizer(1).Round([-0.1f], rounded);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(rounded[0]));
    }

    [Fact]
    public void Coded_bits_are_the_entropy_of_the_codes()
    {
        float[] weights = Weights(5000, 1), rounded = new float[5000];
        var quantizer = new RateQuantizer(0.7f);
        quantizer.Round(weights, rounded);
        double entropy = rounded.Where(value => value != 0).GroupBy(MathF.Abs).Sum(group => group.Count() * (Math.Log2(5000.0 / group.Count()) + 1))
            + rounded.Count(value => value == 0) * Math.Log2(5000.0 / rounded.Count(value => value == 0));
        Assert.Equal(entropy, quantizer.CodedBits, 1e-6);
    }

    [Fact]
    public void Balancing_costs_fewer_bits_and_a_little_error()
    {
        float[] weights = Weights(20000, 2), nearest = new float[20000], balanced = new float[20000];
        var quantizer = new RateQuantizer(0.8f);
        quantizer.Round(weights, nearest);
        double bits = quantizer.CodedBits;
        quantizer.Learn();
        quantizer.Balance(1);
        quantizer.Round(weights, balanced);
        Assert.InRange(quantizer.CodedBits, 0.8 * bits, 0.99 * bits);
        Assert.InRange(Clustering.Error(weights, balanced), 1.0001 * Clustering.Error(weights, nearest), 1.25 * Clustering.Error(weights, nearest));
    }

    [Fact]
    public void At_the_same_rate_a_balanced_quantizer_has_less_error_than_rounding_to_the_nearest()
    {
        // What rate-distortion theory promises: the reason for all of this.
        float[] weights = Weights(50000, 3), rounded = new float[50000];
        var balanced = new RateQuantizer(0.9f);
        for (int i = 0; i < 5; i++)
        {
            balanced.Round(weights, rounded);
            balanced.Learn();
            balanced.Balance(1);
        }
        balanced.Round(weights, rounded);
        double error = Clustering.Error(weights, rounded);
        float low = 0.5f, high = 3;
        var nearest = new RateQuantizer(low);
        for (int i = 0; i < 40; i++)
        {
            nearest = new RateQuantizer((low + high) / 2);
            nearest.Round(weights, rounded);
            if (nearest.CodedBits > balanced.CodedBits) low = nearest.Step;
            else high = nearest.Step;
        }
        Assert.True(error < Clustering.Error(weights, rounded), $"{error} against {Clustering.Error(weights, rounded)}");
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.5)]
    [InlineData(4.0)]
    public void A_grid_for_layers_has_the_bits_asked_for_and_finer_steps_where_more_depends_on_them(double bits)
    {
        RateLayer[] layers = [Layer(Weights(4000, 4, 0.1f), 100), Layer(Weights(8000, 5, 0.02f), 100), Layer(Weights(6000, 6, 0.1f), 1)];
        RateQuantizer[] quantizers = RateGrid.For(layers, bits * 18000);
        Assert.InRange(quantizers.Sum(quantizer => quantizer.CodedBits), 0.97 * bits * 18000, bits * 18000);
        // A step depends on what an error costs, not on how large weights are, as long as it is not larger than they.
        if (bits > 2) Assert.Equal(quantizers[0].Step, quantizers[1].Step);
        Assert.True(quantizers[2].Step > quantizers[0].Step);
    }

    private static RateLayer Layer(float[] weights, params ReadOnlySpan<double> information)
    {
        double[] channels = [.. information];
        Shape shape = [channels.Length, weights.Length / channels.Length];
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, shape[1]]));
        builder.Output("y", builder.Add(new Dense(), "dense", x, builder.Constant(Constant.Of<float>(shape, weights), "weights")));
        return new RateLayer(WeightLayers.Of(builder.Build())[0], new LayerInformation(channels.Average(), channels));
    }

    [Fact]
    public void A_channel_that_matters_less_has_coarser_steps_and_one_that_is_out_of_reach_has_as_coarse_as_it_takes()
    {
        float[] weights = [.. Weights(300, 1), .. Weights(300, 2), .. Weights(300, 3, 5000)];
        RateLayer layer = Layer(weights, 64, 1, 64);
        float step = RateGrid.For([layer], 900 * 4)[0].Step;
        Assert.True(layer.Units[300] > layer.Units[0]);
        Assert.True(layer.Units[600] > layer.Units[0]);
        Assert.All(layer.Scaled, weight => Assert.True(Math.Abs(weight) <= step * RateQuantizer.MostSteps));
        Assert.Equal(weights, layer.Scaled.Zip(layer.Units, (scaled, unit) => scaled * unit));
    }
}
