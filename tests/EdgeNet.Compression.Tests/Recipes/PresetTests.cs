namespace EdgeNet.Compression.Tests;

public class PresetTests
{
    [Fact]
    public void There_are_three() => Assert.Equal<string>(["int8", "paper", "small"], Presets.Names);

    [Fact]
    public void The_paper_prunes_to_a_tenth_then_shares_256_values_in_convolutions_and_32_elsewhere()
    {
        Recipe recipe = Presets.Named("paper");
        Assert.Equal("paper", recipe.Name);
        PruneStep prune = Assert.IsType<PruneStep>(recipe.Steps[0]);
        ClusterStep cluster = Assert.IsType<ClusterStep>(recipe.Steps[1]);
        Assert.Equal((0.1, PruningScope.Sensitivity, 2), (prune.Density, prune.Scope, recipe.Steps.Length));
        Assert.Equal((5, 8, CentroidStart.Linear), (cluster.Bits, cluster.ConvolutionBits, cluster.Start));
    }

    [Fact]
    public void Int8_and_small_are_a_step_each()
    {
        Assert.IsType<Int8Step>(Assert.Single(Presets.Named("int8").Steps));
        Assert.IsType<RateStep>(Assert.Single(Presets.Named("small").Steps));
    }

    [Fact]
    public void Each_is_a_file_with_words_about_it_and_is_named_as_it() => Assert.All(Presets.Names, name =>
    {
        Assert.StartsWith("# ", Presets.Text(name), StringComparison.Ordinal);
        Assert.Equal(name, Presets.Named(name).Name);
    });

    [Theory]
    [InlineData("tiny")]
    [InlineData("../small")]
    [InlineData("")]
    public void Another_is_refused_with_those_there_are(string name) => Assert.Equal(
        $"there is no preset '{name}'; expected one of int8, paper, small", Assert.Throws<CompressionException>(() => Presets.Named(name)).Message);
}
