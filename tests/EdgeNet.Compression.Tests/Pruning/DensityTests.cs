namespace EdgeNet.Compression.Tests;

public class DensityTests
{
    [Fact]
    public void The_schedule_is_cubic_and_ends_at_the_end()
    {
        double[] densities = [.. Enumerable.Range(0, 5).Select(round => Density.AtRound(1, 0.2, round, 4))];
        Assert.Equal(1, densities[0]);
        Assert.Equal(0.2 + (0.8 * 27 / 64), densities[1], 1e-12);
        Assert.Equal(0.2 + (0.8 * 8 / 64), densities[2], 1e-12);
        Assert.Equal(0.2 + (0.8 / 64), densities[3], 1e-12);
        Assert.Equal(0.2, densities[4]);
    }

    [Fact]
    public void A_network_that_has_less_already_stays_as_it_is() => Assert.Equal(0.1, Density.AtRound(0.1, 0.2, 1, 3));

    [Fact]
    public void The_density_of_a_graph_counts_what_is_not_zero() =>
        Assert.Equal<double>([1, 1, 0.25, 0.5], Density.Of(MagnitudePruning.Prune(TestNetworks.Convolutional(1), [1, 1, 0.25, 0.5])));
}
