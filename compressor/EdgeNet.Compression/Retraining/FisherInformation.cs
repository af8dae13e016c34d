using System.Numerics.Tensors;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>How much a weight of a layer matters: above 0.</summary>
/// <param name="Mean">On average.</param>
/// <param name="Channels">For each output channel, on average.</param>
internal sealed record LayerInformation(double Mean, double[] Channels);

/// <summary>
/// How much a weight of each layer matters, on average: the diagonal of the Fisher information of the network's answers, which is what a small
/// squared error of a weight costs in divergence from them (times one half). Gradients are those of answers drawn from the network's own
/// distribution, so that their squares, summed over batches, need no pass for each picture.
/// </summary>
internal static class FisherInformation
{
    /// <summary>Estimates it.</summary>
    /// <param name="network">The network, with the outputs of <paramref name="target"/>.</param>
    /// <param name="target">What its outputs mean.</param>
    /// <param name="batches">Pictures.</param>
    /// <param name="temperature">Of the softmax that answers are drawn from, as in distillation: a network that is sure of everything shows nothing at 1.</param>
    /// <param name="seed">Answers are drawn by it.</param>
    public static IReadOnlyDictionary<Constant, LayerInformation> Of(Network<float> network, DistillationTarget target, IEnumerable<Batch> batches, double temperature, int seed)
    {
        var sums = new Dictionary<Constant, double[]>();
        Parameter<float>[] weights = [.. network.Parameters.Where(parameter => parameter.Role == ParameterRole.Weight && parameter.Trains)];
        int number = 0;
        foreach (Batch batch in batches)
        {
            batch.Input.CopyTo(network.Input());
            network.Forward();
            var random = Rng.For(seed, number++, 77);
            for (int i = 0; i < network.Graph.Outputs.Length; i++)
            {
                Span<float> gradient = network.OutputGradient(i);
                if (gradient.IsEmpty) continue;
                Draw(target.Outputs[i], network.Output(i), network.Graph.Outputs[i].Value.Type.Shape[^1], target.Graph.Outputs[i].Name, (float)(1 / temperature), gradient, random);
            }
            network.Backward();
            foreach (Parameter<float> parameter in weights) Add(sums, parameter);
        }
        // A channel that nothing reaches is as good as one that hardly matters.
        double largest = sums.Count == 0 ? 1 : sums.Values.Max(channels => channels.Max());
        return sums.ToDictionary(pair => pair.Key, pair =>
        {
            double[] channels = Array.ConvertAll(pair.Value, sum => Math.Max(sum, largest * 1e-12));
            return new LayerInformation(channels.Average(), channels);
        });
    }

    /// <summary>Adds the mean square of the gradients of each output channel's weights.</summary>
    private static void Add(Dictionary<Constant, double[]> sums, Parameter<float> parameter)
    {
        Shape shape = parameter.Shape;
        int axis = WeightLayers.OutputAxisOf(parameter.Node.Op, shape), channels = shape[axis], inner = shape.Product(axis + 1, shape.Rank);
        Constant constant = parameter.Constant.Constant!;
        if (!sums.TryGetValue(constant, out double[]? sum)) sums[constant] = sum = new double[channels];
        ReadOnlySpan<float> gradient = parameter.Gradient;
        double part = (double)channels / Math.Max(1, gradient.Length);
        for (int i = 0; i < gradient.Length; i += inner)
        {
            if (inner == 1) sum[i % channels] += part * gradient[i] * gradient[i];
            else sum[i / inner % channels] += part * TensorPrimitives.SumOfSquares(gradient.Slice(i, inner));
        }
    }

    /// <summary>A gradient whose expected square is the curvature of the loss that compares this output.</summary>
    private static void Draw(Comparison comparison, ReadOnlySpan<float> values, int width, string name, float sharpness, Span<float> gradient, Rng random)
    {
        switch (comparison)
        {
            case Comparison.Softmax:
                for (int row = 0; row < values.Length; row += width)
                {
                    Span<float> p = gradient.Slice(row, width);
                    TensorPrimitives.Multiply(values.Slice(row, width), sharpness, p);
                    TensorPrimitives.SoftMax(p, p);
                    double u = random.Unit();
                    int drawn = 0;
                    while (drawn < width - 1 && (u -= p[drawn]) > 0) drawn++;
                    p[drawn] -= 1;
                }
                break;
            case Comparison.Sigmoid:
                TensorPrimitives.Sigmoid(values, gradient);
                for (int i = 0; i < gradient.Length; i++) gradient[i] -= random.Unit() < gradient[i] ? 1 : 0;
                break;
            case Comparison.Constant:
                gradient.Clear();
                break;
            default:
                if (name.StartsWith("hint ", StringComparison.Ordinal))
                {
                    gradient.Clear();
                    break;
                }
                float size = comparison == Comparison.Boxes ? 0.1f : (float)(1 / Math.Sqrt(values.Length * Math.Max(1e-12, TensorPrimitives.SumOfSquares(values) / (double)values.Length)));
                for (int i = 0; i < gradient.Length; i++) gradient[i] = random.Unit() < 0.5 ? -size : size;
                break;
        }
    }
}
