namespace EdgeNet.Compression.Tests;

public class BitAllocationTests
{
    [Fact]
    public void Equal_layers_get_equal_bits()
    {
        double[] costs = [.. Enumerable.Range(1, 8).Select(bits => Math.Pow(4, -bits))];
        Assert.Equal([4, 4, 4], BitAllocation.Allocate([100, 100, 100], [costs, costs, costs], 4));
    }

    [Fact]
    public void What_matters_more_gets_more_bits_within_the_average()
    {
        double[] Costs(double sensitivity) => [.. Enumerable.Range(1, 8).Select(bits => sensitivity * Math.Pow(4, -bits))];
        int[] weights = [100, 1000, 300];
        int[] bits = BitAllocation.Allocate(weights, [Costs(100), Costs(10), Costs(0.1)], 3);
        Assert.True(bits[0] > bits[1] && bits[1] > bits[2], string.Join(", ", bits));
        Assert.True(weights.Zip(bits, (count, b) => count * b).Sum() <= 3 * weights.Sum());
    }

    [Fact]
    public void No_layer_gets_more_than_eight_bits_or_fewer_than_one()
    {
        double[] much = [.. Enumerable.Range(1, 8).Select(bits => 1e9 / bits)], little = [.. Enumerable.Range(1, 8).Select(bits => 1e-9 / bits)];
        Assert.Equal([8, 1], BitAllocation.Allocate([10, 1000], [much, little], 1.07));
        Assert.Equal([8, 8], BitAllocation.Allocate([10, 10], [much, little], 12));
    }
}
