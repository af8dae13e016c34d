using EdgeNet.Model;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Compression.Tests;

public class MagnitudePruningTests
{
    [Fact]
    public void The_smallest_weights_become_zero_and_the_others_stay()
    {
        Assert.Equal([0, -5, 0, 4, 0, 6], Prune([2, 3], [1, -5, -2, 4, 3, 6], 0.5));
        Assert.Equal([0, -5, 0, 4, 3, 6], Prune([2, 3], [1, -5, 0, 4, 3, 6], 0.67));
    }

    [Fact]
    public void Of_equal_weights_the_first_go_first() => Assert.Equal([0, 0, 1, -1], Prune([2, 2], [1, -1, 1, -1], 0.5));

    [Fact]
    public void A_layer_keeps_at_least_one_weight_or_block()
    {
        Assert.Equal([0, 0, 0, 4], Prune([2, 2], [1, 2, 3, 4], 0.001));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 2], Prune([2, 4], [1, 1, 1, 1, 1, 1, 1, 2], 0.001, PruningPattern.OneByFour));
    }

    [Fact]
    public void Of_four_inputs_the_two_largest_stay()
    {
        Assert.Equal([0, 2, -3, 0, 9, 0, 0, 8], Prune([1, 8], [1, 2, -3, 0, 9, 7, 6, 8], 0.5, PruningPattern.TwoOfFour));
        // Halfway to the pattern, the four that loses least is the one that has it.
        Assert.Equal([0, 2, -3, 0, 9, 7, 6, 8], Prune([1, 8], [1, 2, -3, 1, 9, 7, 6, 8], 0.75, PruningPattern.TwoOfFour));
        // Below the pattern's own density single weights go besides.
        Assert.Equal([0, 0, 0, 0, 9, 0, 0, 8], Prune([1, 8], [1, 2, -3, 0, 9, 7, 6, 8], 0.25, PruningPattern.TwoOfFour));
    }

    [Fact]
    public void Three_inputs_at_the_end_of_a_row_lose_one_and_two_lose_none_in_the_2_of_4_pattern()
    {
        Assert.Equal([3, 4, 0, 0, 6, 0, 7], Prune([1, 7], [3, 4, 1, 2, 6, 5, 7], 0.5, PruningPattern.TwoOfFour));
        Assert.Equal([3, 4, 0, 0, 0.1f, 0.2f], Prune([1, 6], [3, 4, 1, 2, 0.1f, 0.2f], 0.5, PruningPattern.TwoOfFour));
    }

    [Fact]
    public void Blocks_go_by_their_root_mean_square_and_a_short_one_at_the_end_counts_like_others()
    {
        // Rows of six inputs: four and two.
        Assert.Equal([0, 0, 0, 0, 5, 5, 3, 3, 3, 3, 4, 4], Prune([2, 6], [1, 1, 1, 1, 5, 5, 3, 3, 3, 3, 4, 4], 0.6, PruningPattern.OneByFour));
        Assert.Equal([4, 4, 4, 4, 0, 0, 3, 3, 3, 3, 4, 4], Prune([2, 6], [4, 4, 4, 4, 1, 1, 3, 3, 3, 3, 4, 4], 0.8, PruningPattern.OneByFour));
        // Four outputs of one input, and two left over.
        Assert.Equal([9, 0, 9, 0, 9, 0, 9, 0, 0, 7, 0, 7], Prune([6, 2], [9, 1, 9, 1, 9, 1, 9, 1, 2, 7, 2, 7], 0.5, PruningPattern.FourByOne));
    }

    [Fact]
    public void Blocks_never_take_more_weights_than_the_density_asks_for() =>
        Assert.Equal([0, 0, 0, 0, 2, 2, 2, 2], Prune([1, 8], [1, 1, 1, 1, 2, 2, 2, 2], 0.4, PruningPattern.OneByFour));

    [Fact]
    public void In_a_convolution_neighbours_are_channels_at_one_tap()
    {
        // Two taps of four inputs: 1 to 4 and 5 to 8.
        Assert.Equal([0, 0, 3, 4, 0, 0, 7, 8], PruneConvolution([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8], PruningPattern.TwoOfFour));
        Assert.Equal([0, 0, 0, 0, 5, 6, 7, 8], PruneConvolution([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8], PruningPattern.OneByFour));
        // Four outputs of two taps, one input.
        Assert.Equal([0, 5, 0, 6, 0, 7, 0, 8], PruneConvolution([4, 1, 2, 1], [1, 5, 2, 6, 3, 7, 4, 8], PruningPattern.FourByOne));

        static float[] PruneConvolution(Shape shape, float[] weights, PruningPattern pattern)
        {
            var builder = new GraphBuilder();
            Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4, 4, shape[3]]));
            Value y = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "convolution", x, builder.Constant(Constant.Of(shape, (ReadOnlySpan<float>)weights)));
            builder.Output("y", y);
            return Weights(MagnitudePruning.Prune(builder.Build(), [0.5], pattern));
        }
    }

    [Fact]
    public void Depthwise_layers_have_one_input_for_each_output()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4, 4, 4]));
        x = builder.Add(new DepthwiseConv2D([1, 1], [1, 1], [0, 0, 0, 0]), "depthwise", x, builder.Constant(Constant.Of<float>([1, 2, 4], [1, 1, 1, 1, 2, 2, 2, 2])));
        builder.Output("y", x);
        Graph graph = builder.Build();
        Assert.Same(graph, MagnitudePruning.Prune(graph, [0.5], PruningPattern.TwoOfFour));
        Assert.Equal([0, 0, 0, 0, 2, 2, 2, 2], Weights(MagnitudePruning.Prune(graph, [0.5], PruningPattern.FourByOne)));
    }

    [Fact]
    public void The_inputs_of_a_product_are_on_its_last_axis_but_one()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 4]));
        builder.Output("y", builder.Add(new MatMul(), "product", x, builder.Constant(Constant.Of<float>([4, 2], [1, 8, 2, 7, 3, 6, 4, 5]))));
        Assert.Equal([0, 8, 0, 7, 3, 0, 4, 0], Weights(MagnitudePruning.Prune(builder.Build(), [0.5], PruningPattern.TwoOfFour)));
    }

    [Fact]
    public void Layers_at_1_keep_their_constants()
    {
        Graph graph = TestNetworks.Convolutional(seed: 3);
        Graph pruned = MagnitudePruning.Prune(graph, [1, 1, 0.5, 1]);
        Assert.Equal<double>([1, 1, 0.5, 1], Density.Of(pruned));
        Assert.Same(WeightLayers.Of(graph)[3].Constant, WeightLayers.Of(pruned)[3].Constant);
        Assert.Same(graph, MagnitudePruning.Prune(graph, [1, 1, 1, 1]));
    }

    /// <summary>Laws of all patterns, over shapes with tails: the density holds, a lower one never brings a weight back, pruning twice is pruning once.</summary>
    [Fact]
    public void A_lower_density_removes_more_and_the_pattern_holds()
    {
        Gen<(int, int, int, PruningPattern)> cases =
            from outputs in Gen.Choose(1, 9)
            from inputs in Gen.Choose(1, 11)
            from seed in Gen.Choose(0, 10000)
            from pattern in Gen.Elements(Enum.GetValues<PruningPattern>())
            select (outputs, inputs, seed, pattern);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            (int outputs, int inputs, int seed, PruningPattern pattern) = test;
            var random = new Random(seed);
            float[] weights = [.. Enumerable.Range(0, outputs * inputs).Select(_ => (float)random.Next(-6, 7))];
            double high = 0.2 + (0.8 * random.NextDouble()), low = high * (0.1 + (0.9 * random.NextDouble()));
            float[] more = Prune([outputs, inputs], weights, low, pattern), less = Prune([outputs, inputs], weights, high, pattern);
            int zeros = less.Count(weight => weight == 0), before = weights.Count(weight => weight == 0);
            bool nested = Enumerable.Range(0, weights.Length).All(i => (less[i] == weights[i] || less[i] == 0) && (more[i] == less[i] || more[i] == 0));
            // Zeros that were there may fall on weights that stay; no more than the density asks for are new.
            bool kept = zeros - before <= Math.Round((1 - high) * weights.Length);
            bool exact = pattern != PruningPattern.Unstructured || zeros >= Math.Min(Math.Round((1 - high) * weights.Length), weights.Length - 1);
            bool twoOfFour = pattern != PruningPattern.TwoOfFour || low > 0.5
                || Enumerable.Range(0, outputs).All(row => more[(row * inputs)..((row + 1) * inputs)].Chunk(4).All(four => four.Count(weight => weight != 0) <= 2));
            bool same = Prune([outputs, inputs], less, high, pattern).SequenceEqual(less);
            return nested && kept && exact && twoOfFour && same;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void What_is_no_density_is_refused(double density)
    {
        var error = Assert.Throws<CompressionException>(() => Prune([1, 2], [1, 2], density));
        Assert.Contains("above 0", error.Message);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused_by_name()
    {
        var error = Assert.Throws<CompressionException>(() => Prune([1, 2], [1, float.NaN], 0.5));
        Assert.Contains("'weights'", error.Message);
    }

    [Fact]
    public void Densities_that_do_not_fit_the_layers_are_refused() =>
        Assert.Contains("4 layers", Assert.Throws<CompressionException>(() => MagnitudePruning.Prune(TestNetworks.Convolutional(1), [0.5])).Message);

    private static float[] Prune(Shape shape, float[] weights, double density, PruningPattern pattern = PruningPattern.Unstructured)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, shape[1]]));
        builder.Output("y", builder.Add(new Dense(), "dense", x, builder.Constant(Constant.Of(shape, (ReadOnlySpan<float>)weights), "weights")));
        return Weights(MagnitudePruning.Prune(builder.Build(), [density], pattern));
    }

    private static float[] Weights(Graph graph) => WeightLayers.Of(graph)[0].Constant.ToArray<float>();
}
