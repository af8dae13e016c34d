using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>What trains, in float and on the fast kernels, against the same in double by definition.</summary>
public sealed class PrecisionTests
{
    /// <summary>Of the largest number of a tensor, or of 1 where that is less.</summary>
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Ops() => [.. Cases.Ops.Where(name => !RuleTable.IsForInferenceOnly(Cases.Of(name)[0].Op))];

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

    private static void Compare(Case use)
    {
        double[][] inputs = use.GraphInputs(seed: 1);
        Result<double> expected = Run<double>(use.Graph(), inputs, threads: 1);
        Result<float> actual = Run<float>(use.Graph(), inputs, threads: 1), threaded = Run<float>(use.Graph(), inputs, threads: 3);
        foreach (((string name, float[] values), (_, double[] reference), (_, float[] other)) in actual.Tensors.Zip(expected.Tensors, threaded.Tensors))
        {
            Assert.True(MemoryMarshal.AsBytes(values.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan())), $"{use}: {name} depends on the number of threads");
            Assert.Equal(reference.Length, values.Length);
            double scale = reference.Length == 0 ? 1 : Math.Max(1, reference.Max(Math.Abs));
            for (int i = 0; i < values.Length; i++)
            {
                if (!(Math.Abs(values[i] - reference[i]) <= Tolerance * scale) && values[i] != reference[i])
                    Assert.Fail($"{use}: {name} [{i}] is {values[i]} where {reference[i]} was expected");
            }
        }
    }

    private sealed record Result<T>(List<(string Name, T[] Values)> Tensors);

    private static Result<T> Run<T>(Graph graph, double[][] inputs, int threads) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>(graph, new NetworkOptions { Threads = threads, InputGradients = true });
        for (int i = 0; i < inputs.Length; i++) Array.ConvertAll(inputs[i], T.CreateChecked).CopyTo(network.Input(i));
        network.Forward();
        var random = new Random(9);
        var result = new Result<T>([]);
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            result.Tensors.Add(($"output {i}", network.Output(i).ToArray()));
            foreach (ref T gradient in network.OutputGradient(i)) gradient = T.CreateChecked(random.NextSingle() * 2 - 1);
        }
        network.Backward();
        for (int i = 0; i < inputs.Length; i++) result.Tensors.Add(($"gradient to input {i}", network.InputGradient(i).ToArray()));
        foreach (Parameter<T> parameter in network.Parameters) result.Tensors.Add(($"gradient to {parameter}", parameter.Gradient.ToArray()));
        return result;
    }
}
