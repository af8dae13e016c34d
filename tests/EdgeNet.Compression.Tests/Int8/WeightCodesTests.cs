using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class WeightCodesTests
{
    private static readonly Shape Shape = [8, 1, 1, 64];

    private static float[] Random(int seed, int count, double scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * scale))];
    }

    private static WeightCodes Codes(float[] weights, bool perChannel = true, bool leastError = true, bool keepShared = true) =>
        WeightCodes.Of(Shape, weights, 0, new double[8], perChannel, leastError, keepShared);

    private static double SquaredError(float[] weights, WeightCodes codes) => weights.Zip(codes.Values(Shape), (w, v) => ((double)w - v) * ((double)w - v)).Sum();

    [Theory]
    [InlineData(0.013f, -20, 31)]
    [InlineData(1.7e-4f, -127, 127)]
    [InlineData(3f, -1, 1)]
    public void Weights_on_a_grid_stay_exactly_on_it(float step, int lowest, int highest)
    {
        var random = new Random(3);
        float[] weights = [.. Enumerable.Range(0, 512).Select(i => step * (i == 0 ? lowest : i == 1 ? highest : random.Next(lowest, highest + 1)))];
        WeightCodes codes = Codes(weights);
        Assert.True(codes.IsExact);
        Assert.True(codes.Quantization.IsPerTensor);
        Assert.Equal(0, codes.Quantization.ZeroPoint);
        Assert.Equal(step, codes.Quantization.Scale, step * 1e-6f);
        Assert.Equal(weights, codes.Values(Shape), (w, v) => Math.Abs(w - v) <= 2e-6 * Math.Abs(step * highest));
        Assert.Equal(weights.Distinct().Count(), codes.Codes.Distinct().Count());
    }

    [Fact]
    public void Of_a_grid_that_reaches_beyond_the_codes_those_channels_stay_on_it_that_do_not()
    {
        var random = new Random(3);
        float[] weights = [.. Enumerable.Range(0, 512).Select(i => 0.02f * (i == 0 ? -160 : i == 100 ? 90 : random.Next(-60, 80)))];
        WeightCodes codes = Codes(weights);
        Assert.False(codes.IsExact);
        Assert.All(codes.Quantization.ZeroPoints, zero => Assert.Equal(0, zero));
        Assert.Equal(weights[64..], codes.Values(Shape)[64..], (w, v) => Math.Abs(w - v) <= 1e-5);
        Assert.Equal(weights[..64], codes.Values(Shape)[..64], (w, v) => Math.Abs(w - v) <= 0.02);
    }

    [Fact]
    public void A_grid_that_reaches_beyond_the_codes_has_a_zero_point_where_outputs_are_many()
    {
        var random = new Random(3);
        Shape shape = [64, 1, 1, 8];
        float[] weights = [.. Enumerable.Range(0, 512).Select(i => 0.02f * (i == 0 ? -160 : i == 1 ? 90 : random.Next(-160, 91)))];
        WeightCodes codes = WeightCodes.Of(shape, weights, 0, new double[64], perChannel: true, leastError: true, keepShared: true);
        Assert.True(codes.IsExact);
        Assert.Equal(32, codes.Quantization.ZeroPoint);
        Assert.Equal(weights, codes.Values(shape), (w, v) => Math.Abs(w - v) <= 1e-5);
    }

    [Fact]
    public void A_grid_is_found_though_no_two_values_are_neighbours_on_it()
    {
        SharedGrid grid = SharedGrid.Of([0, 0.06f, -0.10f, 0.15f, 0.06f])!.Value;
        Assert.Equal(0.01f, grid.Step, 1e-7f);
        Assert.Equal((-10, 15), (grid.Lowest, grid.Highest));
    }

    [Fact]
    public void Weights_of_any_values_are_on_no_grid()
    {
        Assert.Null(SharedGrid.Of(Random(5, 200)));
        Assert.Null(SharedGrid.Of(Random(6, 12)));
        Assert.Null(SharedGrid.Of([1, float.NaN]));
        Assert.Null(SharedGrid.Of([0, 0]));
    }

    [Fact]
    public void Few_values_become_no_more_codes()
    {
        float[] shared = Random(8, 30), weights = [.. Enumerable.Range(0, 512).Select(i => shared[i * 7 % 30] * 1f)];
        WeightCodes codes = Codes(weights);
        Assert.False(codes.IsExact);
        Assert.InRange(codes.Codes.Distinct().Count(), 20, 30);
    }

    [Fact]
    public void A_scale_for_each_channel_loses_less_than_one_for_all()
    {
        float[] weights = [.. Enumerable.Range(0, 8).SelectMany(channel => Random(channel, 64, Math.Pow(2, -channel)))];
        WeightCodes each = Codes(weights, leastError: false), all = Codes(weights, perChannel: false, leastError: false);
        Assert.Equal(8, each.Quantization.Scales.Count);
        Assert.True(all.Quantization.IsPerTensor);
        Assert.True(SquaredError(weights, each) < 0.3 * SquaredError(weights, all));
        Assert.All(each.Quantization.ZeroPoints, zero => Assert.Equal(0, zero));
    }

    [Fact]
    public void Cutting_off_a_lonely_weight_loses_less_where_it_is_searched_for()
    {
        float[] weights = Random(1, 512);
        weights[5] = 2.5f;
        Assert.True(SquaredError(weights, Codes(weights, perChannel: false)) <= SquaredError(weights, Codes(weights, perChannel: false, leastError: false)));
    }

    [Fact]
    public void Channels_of_zeros_have_a_scale_too()
    {
        double[] least = [.. Enumerable.Repeat(1e-9, 8)];
        WeightCodes codes = WeightCodes.Of(Shape, new float[512], 0, least, perChannel: true, leastError: true, keepShared: true);
        Assert.All(codes.Codes, code => Assert.Equal(0, code));
        Assert.All(codes.Quantization.Scales, scale => Assert.True(scale > 0));
    }
}
