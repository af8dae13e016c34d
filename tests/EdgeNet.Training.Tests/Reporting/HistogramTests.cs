using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public sealed class HistogramTests
{
    private static readonly Gen<float> s_value = Gen.OneOf(
        Gen.Elements(0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon),
        Gen.Choose(-1000, 1000).Select(i => i / 7f),
        Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle));

    private static readonly Arbitrary<float[]> s_values = s_value.ArrayOf().ToArbitrary();

    [Fact]
    public void Every_value_is_counted_once() => Prop.ForAll(s_values, values =>
    {
        Histogram histogram = Histogram.Of(values);
        Assert.Equal(values.Count(float.IsFinite), histogram.Finite);
        Assert.Equal(histogram.Finite, histogram.Counts.Sum());
        Assert.Equal(values.Count(float.IsNaN), histogram.NaNs);
        Assert.Equal(values.Count(float.IsInfinity), histogram.Infinities);
        Assert.Equal(values.Count(value => value == 0), histogram.Zeros);
        Assert.InRange(histogram.Counts.Count, 0, Histogram.MaximumBins);
    }).Hold();

    [Fact]
    public void Every_bin_holds_the_values_that_lie_in_it() => Prop.ForAll(s_values, values =>
    {
        Histogram histogram = Histogram.Of(values);
        float[] finite = [.. values.Where(float.IsFinite)];
        if (finite.Distinct().Count() < 2) return;
        Assert.Equal(finite.Min(), histogram.Minimum);
        Assert.Equal(finite.Max(), histogram.Maximum);
        for (int i = 0; i < histogram.Counts.Count; i++)
        {
            double from = histogram.Start + (i * histogram.Width), to = histogram.Start + ((i + 1) * histogram.Width);
            Assert.Equal(finite.Count(value => value >= from && value < to), histogram.Counts[i]);
        }
        Assert.True(histogram.Counts[0] > 0 && histogram.Counts[^1] > 0);
    }).Hold();

    [Fact]
    public void Bins_do_not_depend_on_order_or_on_parts() => Prop.ForAll(s_values, Gen.Choose(0, 1000).ToArbitrary(), (values, seed) =>
    {
        Histogram expected = Histogram.Of(values);
        float[] shuffled = [.. values];
        Random random = new(seed);
        random.Shuffle(shuffled);
        int cut = random.Next(values.Length + 1);
        HistogramBuilder builder = new();
        builder.Add(shuffled.AsSpan(0, cut));
        builder.Add(shuffled.AsSpan(cut));
        Histogram actual = builder.Build();
        Assert.Equal(expected.Counts, actual.Counts);
        Assert.Equal((expected.Start, expected.Width, expected.Minimum, expected.Maximum), (actual.Start, actual.Width, actual.Minimum, actual.Maximum));
    }).Hold();

    [Fact]
    public void Bins_are_as_narrow_as_their_number_allows()
    {
        // −1 … 1 in 64 bins would be 1/32 wide, if the last took 1 in, too; by that one value they are twice as wide.
        Histogram closed = Histogram.Of([-1, 0.99f, 1]);
        Assert.Equal((-1, 1 / 16.0, 33), (closed.Start, closed.Width, closed.Counts.Count));
        Histogram open = Histogram.Of([-1, 0.99f]);
        Assert.Equal((-1, 1 / 32.0, 64), (open.Start, open.Width, open.Counts.Count));
    }

    [Fact]
    public void Equal_values_are_one_bin_without_width()
    {
        Histogram histogram = Histogram.Of([2.5f, 2.5f, 2.5f]);
        Assert.Equal((2.5, 0.0, 2.5, 2.5, 2.5, 0.0), (histogram.Start, histogram.Width, histogram.Minimum, histogram.Maximum, histogram.Mean, histogram.Deviation));
        Assert.Equal([3L], histogram.Counts);
    }

    [Fact]
    public void Nothing_finite_is_no_bin()
    {
        Histogram histogram = Histogram.Of([float.NaN, float.NegativeInfinity]);
        Assert.Empty(histogram.Counts);
        Assert.Equal((0L, 1L, 1L), (histogram.Finite, histogram.NaNs, histogram.Infinities));
        Assert.True(double.IsNaN(histogram.Minimum) && double.IsNaN(histogram.Mean) && double.IsNaN(histogram.Deviation) && double.IsNaN(histogram.Start));
        Assert.Equal(0, histogram.ZeroShare);
    }

    [Fact]
    public void Mean_deviation_and_share_of_zeros_are_those_of_the_finite_values()
    {
        Histogram histogram = Histogram.Of([0, 2, 4, 6, float.NaN]);
        Assert.Equal(3, histogram.Mean);
        Assert.Equal(Math.Sqrt(5), histogram.Deviation, 1e-12);
        Assert.Equal(0.25, histogram.ZeroShare);
    }
}
