namespace EdgeNet.Training.Tests;

/// <summary>What trains, in float and on the fast kernels, against the same in double by definition.</summary>
public sealed class PrecisionTests
{
    public static TheoryData<string> Ops() => [.. Cases.Ops.Where(name => !Cases.IsForInferenceOnly(Cases.Of(name)[0].Op))];

    [Theory]
    [MemberData(nameof(Ops))]
    public void Values_and_gradients_in_float_are_those_in_double_whatever_the_threads(string op)
    {
        foreach (Case use in Cases.Of(op)) Compare(use);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Layers_on_fast_kernels_compute_what_their_definitions_say(int seed)
    {
        Case[] layers = [.. Cases.Layers(seed, count: 40, mostChannels: 70, mostPixels: 700, mostProducts: 1_000_000)];
        foreach (Case use in layers) Compare(use);

        // Else nothing was compared: most layers have fast kernels.
        int fast = layers.Count(use => RuleTable.Of<float>(use.Graph().Nodes[0], new NetworkOptions(), frozen: false) is FastConvolution or FastDepthwise);
        Assert.True(fast > layers.Length / 2, $"{fast} of {layers.Length} layers are computed by fast kernels");
    }

    private static void Compare(Case use) => Precision.Check(use.Graph(), use.GraphInputs(seed: 1), what: use.ToString());
}
