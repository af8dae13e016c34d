using EdgeNet.Training;

namespace EdgeNet.Compression.Tests;

public class ClusteringTests
{
    private static float[] Weights(int count, int seed)
    {
        var random = Rng.For(seed);
        return [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? 0 : random.Normal())];
    }

    [Theory]
    [InlineData(CentroidStart.Linear)]
    [InlineData(CentroidStart.Density)]
    [InlineData(CentroidStart.Random)]
    public void Each_weight_takes_the_nearest_of_the_values_and_each_value_is_the_mean_of_its_weights(CentroidStart start)
    {
        float[] weights = Weights(3000, 1), shared = Clustering.Share(weights, 15, start, 7);
        float[] values = [.. shared.Where(value => value != 0).Distinct()];
        Assert.InRange(values.Length, 2, 15);
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            Assert.Equal(values.Min(value => MathF.Abs(value - weights[i])), MathF.Abs(shared[i] - weights[i]), 1e-6f);
        }
        foreach (float value in values)
            Assert.Equal(value, weights.Where((_, i) => shared[i] == value).Average(), 1e-4f);
    }

    [Fact]
    public void Zeros_stay_zero_and_nothing_else_becomes_zero()
    {
        float[] weights = Weights(900, 2), shared = Clustering.Share(weights, 4, CentroidStart.Linear, 0);
        Assert.Equal(weights.Select(weight => weight == 0), shared.Select(weight => weight == 0));
    }

    [Fact]
    public void As_many_values_as_weights_share_without_error()
    {
        float[] weights = [3, -1, 0, 2.5f, 8];
        Assert.Equal(weights, Clustering.Share(weights, 4, CentroidStart.Density, 0));
    }

    [Fact]
    public void More_values_never_make_the_error_much_larger()
    {
        float[] weights = Weights(2000, 3);
        double[] errors = [.. Enumerable.Range(1, 8).Select(bits => Clustering.Error(weights, Clustering.Share(weights, Math.Min(255, 1 << bits), CentroidStart.Linear, 0)))];
        for (int i = 1; i < errors.Length; i++) Assert.True(errors[i] < errors[i - 1], $"{i + 1} bits: {errors[i]} after {errors[i - 1]}");
    }

    [Fact]
    public void Weights_that_are_all_zero_are_left_alone() => Assert.Equal(new float[10], Clustering.Share(new float[10], 4, CentroidStart.Random, 1));

    [Fact]
    public void A_random_start_follows_from_its_seed()
    {
        float[] weights = Weights(500, 4);
        Assert.Equal(Clustering.Share(weights, 8, CentroidStart.Random, 5), Clustering.Share(weights, 8, CentroidStart.Random, 5));
        Assert.NotEqual(Clustering.Share(weights, 8, CentroidStart.Random, 5), Clustering.Share(weights, 8, CentroidStart.Random, 6));
    }
}
