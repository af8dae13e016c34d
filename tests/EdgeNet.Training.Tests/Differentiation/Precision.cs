using System.Numerics;
using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>What a network computes in float, against double, and with several threads against one.</summary>
internal static class Precision
{
    /// <summary>Of the largest number of a tensor, or of 1 where that is less.</summary>
    private const double Tolerance = 1e-5;

    public static void Check(Graph graph, double[][] inputs, NetworkOptions? options = null, bool training = false, string what = "")
    {
        options ??= new NetworkOptions();
        List<(string, double[])> expected = Run<double>(graph, inputs, options with { Threads = 1 }, training);
        List<(string, float[])> actual = Run<float>(graph, inputs, options with { Threads = 1 }, training);
        List<(string, float[])> threaded = Run<float>(graph, inputs, options with { Threads = 3 }, training);
        foreach (((string name, float[] values), (_, double[] reference), (_, float[] other)) in actual.Zip(expected, threaded))
        {
            if (!MemoryMarshal.AsBytes(values.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan()))) Assert.Fail($"{what}: {name} depends on the number of threads");
            Assert.Equal(reference.Length, values.Length);
            double scale = reference.Length == 0 ? 1 : Math.Max(1, reference.Max(Math.Abs));
            for (int i = 0; i < values.Length; i++)
            {
                if (!(Math.Abs(values[i] - reference[i]) <= Tolerance * scale) && values[i] != reference[i])
                    Assert.Fail($"{what}: {name} [{i}] is {values[i]} where {reference[i]} was expected");
            }
        }
    }

    private static List<(string Name, T[] Values)> Run<T>(Graph graph, double[][] inputs, NetworkOptions options, bool training) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>(graph, options with { InputGradients = true });
        for (int i = 0; i < inputs.Length; i++) Array.ConvertAll(inputs[i], T.CreateChecked).CopyTo(network.Input(i));
        network.Forward(training, seed: 5);
        var random = new Random(9);
        var tensors = new List<(string, T[])>();
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            tensors.Add(($"output {i}", network.Output(i).ToArray()));
            foreach (ref T gradient in network.OutputGradient(i)) gradient = T.CreateChecked(random.NextSingle() * 2 - 1);
        }
        network.Backward();
        for (int i = 0; i < inputs.Length; i++) tensors.Add(($"gradient to input {i}", network.InputGradient(i).ToArray()));
        foreach (Parameter<T> parameter in network.Parameters)
        {
            tensors.Add(($"gradient to {parameter}", parameter.Gradient.ToArray()));
            if (parameter.IsStatistic) tensors.Add(($"{parameter}", parameter.Values.ToArray()));
        }
        return tensors;
    }
}
