using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>Gradients against centred differences, in double, of a random weighting of the outputs.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5, Tolerance = 2e-6;

    /// <summary>Elements of a tensor that are looked at, where it has more; fewer where a loss takes long to compute.</summary>
    private const int Most = 20, Large = 1 << 13;

    /// <summary>Checks the gradients to all inputs in Float32 and to all parameters.</summary>
    public static void Run(Graph graph, double[][] inputs, NetworkOptions? options = null, bool training = false, string what = "")
    {
        var network = new Network<double>(graph, (options ?? new NetworkOptions { Threads = 1 }) with { InputGradients = true });
        for (int i = 0; i < inputs.Length; i++) inputs[i].CopyTo(network.Input(i));
        var random = new Random(7);
        double[][] weights = new double[network.Graph.Outputs.Length][];
        network.Forward(training, seed: 3);
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = new double[network.Output(i).Length];
            foreach (ref double weight in weights[i].AsSpan()) weight = random.NextDouble() * 2 - 1;
            Span<double> gradient = network.OutputGradient(i);
            Assert.True(gradient.IsEmpty || gradient.Length == weights[i].Length, $"{what}: gradient of output {i}");
            if (gradient.IsEmpty) weights[i].AsSpan().Clear();
            else weights[i].CopyTo(gradient);
        }
        network.Backward();
        int checks = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (graph.Inputs[i].Type.Element != ElementType.Float32) continue;
            int input = i;
            checks += Check($"{what}: input {i}", network.InputGradient(i).ToArray(), (at, change) => network.Input(input)[at] += change);
        }
        foreach (Parameter<double> parameter in network.Parameters.Where(parameter => parameter.Trains && !parameter.IsStatistic))
            checks += Check($"{what}: {parameter}", parameter.Gradient.ToArray(), (at, change) => parameter.Values[at] += change);
        Assert.True(checks > 0, $"{what}: nothing was checked");

        int Check(string name, double[] gradient, Action<int, double> change)
        {
            Assert.True(gradient.Length > 0, $"{name} has no gradient");
            int[] places = [.. Enumerable.Range(0, gradient.Length)];
            int most = weights.Sum(output => output.Length) + gradient.Length > Large ? Most / 4 : Most;
            if (places.Length > most)
            {
                random.Shuffle(places);
                places = [0, places.Length - 1, .. places[..most]];
            }
            double scale = Math.Max(1, gradient.Max(Math.Abs));
            foreach (int at in places)
            {
                change(at, Step);
                double above = Loss();
                change(at, -2 * Step);
                double below = Loss();
                change(at, Step);
                double expected = (above - below) / (2 * Step);
                Assert.True(Math.Abs(gradient[at] - expected) <= Tolerance * scale, $"{name} [{at}]: {gradient[at]} where differences give {expected}");
            }
            return places.Length;
        }

        double Loss()
        {
            network.Forward(training, seed: 3);
            double loss = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                ReadOnlySpan<double> output = network.Output(i);
                for (int k = 0; k < output.Length; k++) loss += weights[i][k] == 0 ? 0 : weights[i][k] * output[k];
            }
            return loss;
        }
    }
}
