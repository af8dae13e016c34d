using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public class GradientClippingTests
{
    [Fact]
    public void Values_are_limited_one_by_one()
    {
        float[] gradient = [-3, -1, 0, 0.5f, 7, float.PositiveInfinity, float.NaN];
        GradientClipping.ByValue(gradient, 1);
        Assert.Equal([-1, -1, 0, 0.5f, 1, 1, float.NaN], gradient);
    }

    [Fact]
    public void Gradients_longer_than_the_limit_are_scaled_to_it()
    {
        Assert.Equal(1, GradientClipping.ScaleFor(5, 10));
        Assert.Equal(0.5f, GradientClipping.ScaleFor(5, 2.5f));
        Assert.Equal(1, GradientClipping.ScaleFor(0, 1));
    }

    [Fact]
    public void The_squares_of_huge_gradients_have_a_sum() =>
        Assert.Equal(3e38f * Math.Sqrt(2), Math.Sqrt(GradientClipping.SumOfSquares([3e38f, -3e38f])), 1e30);

    [Fact]
    public void What_is_not_finite_is_seen_and_not_scaled()
    {
        Assert.True(double.IsNaN(GradientClipping.SumOfSquares([1000, float.NaN])));
        Assert.Equal(double.PositiveInfinity, GradientClipping.SumOfSquares([1000, float.NegativeInfinity]));
        Assert.Equal(1, GradientClipping.ScaleFor(double.PositiveInfinity, 1));
        Assert.Equal(1, GradientClipping.ScaleFor(double.NaN, 1));
    }

    [Fact]
    public void A_limit_is_above_0()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ScaleFor(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue([], float.NaN));
    }

    [Fact]
    public void Scaling_never_enlarges_the_norm_and_reaches_the_limit()
    {
        Gen<(int[], int)> sets =
            from length in Gen.Choose(0, 70)
            from gradient in Gen.Choose(-1000, 1000).ArrayOf(length)
            from limit in Gen.Choose(1, 200000)
            select (gradient, limit);
        Prop.ForAll(sets.ToArbitrary(), set =>
        {
            float[] gradient = [.. set.Item1.Select(element => element / 10f)];
            float limit = set.Item2 / 100f;
            double norm = Math.Sqrt(GradientClipping.SumOfSquares(gradient)), byDefinition = Math.Sqrt(gradient.Sum(element => (double)element * element));
            double clipped = norm * GradientClipping.ScaleFor(norm, limit);
            return Math.Abs(norm - byDefinition) <= 1e-9 * byDefinition && clipped <= norm && clipped <= limit * (1 + 1e-6) && (norm <= limit || clipped >= limit * (1 - 1e-6));
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 3));
    }
}
