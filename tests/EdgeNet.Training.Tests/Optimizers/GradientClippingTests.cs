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
    public void The_norm_is_of_all_gradients_together()
    {
        float[] first = [1, 2, 2];
        float[] second = [0, 4];
        Assert.Equal(5, GradientClipping.ByGlobalNorm([first, second], 10));
        Assert.Equal([1, 2, 2], first);

        Assert.Equal(5, GradientClipping.ByGlobalNorm([first, second], 2.5f));
        Assert.Equal([0.5f, 1, 1], first);
        Assert.Equal([0, 2], second);
    }

    [Fact]
    public void Huge_gradients_have_a_norm_and_are_clipped()
    {
        float[] gradient = [3e38f, -3e38f];
        Assert.Equal(3e38f * Math.Sqrt(2), GradientClipping.ByGlobalNorm([gradient], 1), 1e30);
        Assert.Equal(Math.Sqrt(0.5), gradient[0], 1e-6);
    }

    [Fact]
    public void What_is_not_finite_is_reported_and_left()
    {
        float[] gradient = [1000, float.NaN];
        Assert.True(double.IsNaN(GradientClipping.ByGlobalNorm([gradient], 1)));
        gradient[1] = float.NegativeInfinity;
        Assert.Equal(double.PositiveInfinity, GradientClipping.ByGlobalNorm([gradient], 1));
        Assert.Equal([1000, float.NegativeInfinity], gradient);
    }

    [Fact]
    public void No_gradient_has_norm_0() => Assert.Equal(0, GradientClipping.ByGlobalNorm([], 1));

    [Fact]
    public void A_limit_is_above_0()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByGlobalNorm([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue([], float.NaN));
    }

    [Fact]
    public void Clipping_never_enlarges_the_norm_and_keeps_the_direction()
    {
        Gen<(int[][], int)> sets =
            from count in Gen.Choose(1, 4)
            from length in Gen.Choose(0, 40)
            from gradients in Gen.Choose(-1000, 1000).ArrayOf(length).ArrayOf(count)
            from limit in Gen.Choose(1, 200000)
            select (gradients, limit);
        Prop.ForAll(sets.ToArbitrary(), set =>
        {
            float[][] before = [.. set.Item1.Select(gradient => gradient.Select(element => element / 10f).ToArray())];
            float[][] after = [.. before.Select(gradient => (float[])gradient.Clone())];
            Memory<float>[] memory = [.. after.Select(gradient => gradient.AsMemory())];
            float limit = set.Item2 / 100f;
            double norm = GradientClipping.ByGlobalNorm(memory, limit);
            double clipped = GradientClipping.GlobalNorm(memory);
            double byDefinition = Math.Sqrt(before.Sum(gradient => gradient.Sum(element => (double)element * element)));
            double scale = norm > limit ? limit / norm : 1;
            return Math.Abs(norm - byDefinition) <= 1e-9 * byDefinition
                && clipped <= norm && clipped <= limit * (1 + 1e-6)
                && before.Zip(after).All(pair => pair.First.Zip(pair.Second).All(elements => Math.Abs((elements.First * scale) - elements.Second) <= 1e-4));
        }).Check(Config.QuickThrowOnFailure.WithReplay(1, 3));
    }
}
