using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

public class RangeChoiceTests
{
    private static ActivationHistogram Histogram(IEnumerable<float> values)
    {
        var histogram = new ActivationHistogram();
        histogram.Add([.. values]);
        return histogram;
    }

    /// <summary>A bell around zero, half of it cut off if asked.</summary>
    private static IEnumerable<float> Bell(int count, bool positive = false)
    {
        var random = new Random(7);
        for (int i = 0; i < count; i++)
        {
            double value = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            yield return (float)(positive ? Math.Max(0, value) : value);
        }
    }

    private static double SquaredError(IEnumerable<float> values, ActivationRange range)
    {
        Quantization q = range.ToQuantization();
        return values.Sum(value => Math.Pow(value - q.Scale * (Math.Clamp(Math.Round(value / q.Scale) + q.ZeroPoint, -128, 127) - q.ZeroPoint), 2));
    }

    [Fact]
    public void A_histogram_counts_everything_however_its_range_grows()
    {
        float[] values = [0, 0, 0.001f, -0.002f, 0.5f, -3, 100, 99.99f, float.NaN, float.PositiveInfinity];
        ActivationHistogram histogram = Histogram(values);
        Assert.Equal(8, histogram.Count);
        Assert.Equal(2, histogram.Zeros);
        (double[] middles, long[] counts) = histogram.Bins();
        Assert.Equal(6, counts.Sum());
        Assert.Equal((-3f, 100f), (histogram.Minimum, histogram.Maximum));
        Assert.Equal(128.0 / ActivationHistogram.BinsPerSide, histogram.BinWidth);
        Assert.Contains(middles.Zip(counts), bin => Math.Abs(bin.First - -3) <= histogram.BinWidth && bin.Second == 1);
    }

    [Fact]
    public void Histograms_add_up_as_if_all_values_had_been_seen_by_one()
    {
        float[] small = [.. Bell(1000).Select(value => value * 0.01f)], large = [.. Bell(1000, positive: true).Select(value => value * 40)];
        ActivationHistogram one = Histogram([.. small, .. large]), fineFirst = Histogram(small), coarseFirst = Histogram(large);
        fineFirst.Add(Histogram(large));
        coarseFirst.Add(Histogram(small));
        foreach (ActivationHistogram sum in new[] { fineFirst, coarseFirst })
        {
            Assert.Equal((one.Count, one.Zeros, one.Minimum, one.Maximum, one.BinWidth), (sum.Count, sum.Zeros, sum.Minimum, sum.Maximum, sum.BinWidth));
            Assert.Equal(one.Bins().Counts, sum.Bins().Counts);
        }
    }

    [Fact]
    public void Min_max_keeps_every_value()
    {
        Assert.Equal(new ActivationRange(-2, 5), RangeChoice.MinMax(Histogram([-2, 1, 5])));
    }

    [Fact]
    public void A_percentile_cuts_off_rare_values_on_both_sides_and_no_more()
    {
        IEnumerable<float> values = Enumerable.Range(0, 100_000).Select(i => i % 2000 / 1000f - 1).Concat([50, -30]);
        ActivationRange range = RangeChoice.Percentile(Histogram(values), 0.0001);
        Assert.InRange(range.High, 0.98, 1.02);
        Assert.InRange(range.Low, -1.02, -0.98);
        Assert.Equal(new ActivationRange(-30, 50), RangeChoice.Percentile(Histogram(values), 0));
    }

    [Fact]
    public void Least_squares_keep_evenly_spread_values_and_cut_off_a_lonely_one()
    {
        // Twice the range costs 3 · (1 / 255)² / 12 for each of the others: more than the distance of 1 of the one.
        float[] even = [.. Enumerable.Range(1, 400_000).Select(i => i / 400_000f)];
        Assert.InRange(RangeChoice.MeanSquaredError(Histogram(even)).High, 0.99, 1.0);
        Assert.InRange(RangeChoice.MeanSquaredError(Histogram([.. even, 2])).High, 0.95, 1.4);
        Assert.InRange(RangeChoice.MeanSquaredError(Histogram([.. even.Take(40_000), 2])).High, 1.6, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Least_squares_do_better_than_any_other_method(bool positive)
    {
        float[] values = [.. Bell(20_000, positive).Select(value => value * value * value)];
        ActivationHistogram histogram = Histogram(values);
        double least = SquaredError(values, RangeChoice.MeanSquaredError(histogram));
        foreach (Calibration other in new[] { Calibration.MinMax, Calibration.Percentile, Calibration.Entropy })
            Assert.True(least <= SquaredError(values, RangeChoice.Of(histogram, other)) * 1.001, $"{other} does better");
    }

    [Fact]
    public void Entropy_keeps_evenly_spread_values_and_shortens_long_tails()
    {
        float[] even = [.. Enumerable.Range(1, 40_000).Select(i => i / 40_000f)];
        Assert.InRange(RangeChoice.Entropy(Histogram(even)).High, 0.95, 1.0);
        float[] tailed = [.. Bell(40_000), 60, -60];
        Assert.InRange(RangeChoice.Entropy(Histogram(tailed)).High, 1.5, 12);
    }

    [Theory]
    [InlineData(0, 6, -128)]
    [InlineData(-6, 0, 127)]
    [InlineData(2, 6, -128)]
    [InlineData(-127, 128, -1)]
    [InlineData(-1, 3, -64)]
    public void Codes_cover_the_range_and_zero_has_one(double low, double high, int zero)
    {
        Quantization q = new ActivationRange(low, high).ToQuantization();
        Assert.Equal(zero, q.ZeroPoint);
        Assert.InRange(q.Scale * (127.5 - q.ZeroPoint), high, double.MaxValue);
        Assert.InRange(q.Scale * (-128.5 - q.ZeroPoint), double.MinValue, low);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1e-44)]
    [InlineData(-3e38, 3e38)]
    public void Any_range_has_parameters(double low, double high)
    {
        Quantization q = new ActivationRange(low, high).ToQuantization();
        Assert.True(float.IsFinite(q.Scale) && q.Scale > 0);
    }
}
