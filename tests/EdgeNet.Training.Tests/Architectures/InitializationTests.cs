namespace EdgeNet.Training.Tests;

public class InitializationTests
{
    [Fact]
    public void Fans_count_what_an_output_sums_and_where_an_input_goes()
    {
        Assert.Equal((784, 300), Initialization.Fans([300, 784]));
        Assert.Equal((9 * 32, 9 * 64), Initialization.Fans([64, 3, 3, 32]));
        Assert.Equal((9 * 8, 9 * 16), Initialization.Fans([64, 3, 3, 8], groups: 4));
        Assert.Equal((9, 9), Initialization.Fans([3, 3, 32]));
        Assert.Equal((25, 50), Initialization.Fans([5, 5, 64], groups: 32));
    }

    [Fact]
    public void Weights_of_no_layer_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Initialization.Fans([5]));
        Assert.Throws<ArgumentException>(() => Initialization.Fans([0, 5]));
    }

    public static TheoryData<string, double, bool> Kinds => new()
    {
        { nameof(Initialization.GlorotUniform), 2.0 / (100 + 300), false },
        { nameof(Initialization.GlorotNormal), 2.0 / (100 + 300), true },
        { nameof(Initialization.HeUniform), 2.0 / 100, false },
        { nameof(Initialization.HeNormal), 2.0 / 100, true },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Weights_have_the_papers_mean_variance_and_distribution(string name, double variance, bool normal)
    {
        var initialization = (Initialization)typeof(Initialization).GetProperty(name)!.GetValue(null)!;
        double[] weights = [.. initialization.Weights([300, 100], new Random(7)).ToArray<float>().Select(weight => (double)weight)];
        double deviation = Math.Sqrt(variance);
        Assert.InRange(weights.Average() / deviation, -0.03, 0.03);
        Assert.InRange(weights.Average(x => x * x) / variance, 0.97, 1.03);
        // Fourth moment: 3 of a normal distribution, 9 ⁄ 5 of a uniform one.
        Assert.InRange(weights.Average(x => x * x * x * x) / (variance * variance), normal ? 2.8 : 1.75, normal ? 3.2 : 1.85);
        if (!normal) Assert.All(weights, x => Assert.True(Math.Abs(x) <= Math.Sqrt(3) * deviation));
    }

    [Fact]
    public void A_seed_fixes_the_weights_bit_by_bit()
    {
        // Written down once: a change of these numbers changes every network that is built from a seed.
        float[] weights = Initialization.HeNormal.Weights([2, 2], new Random(1)).ToArray<float>();
        Assert.Equal(Expected, weights.Select(BitConverter.SingleToInt32Bits));
        Assert.NotEqual(weights, Initialization.HeNormal.Weights([2, 2], new Random(2)).ToArray<float>());
    }

    private static readonly int[] Expected = [1058313355, 1041986804, -1079317782, 1063296494];
}
