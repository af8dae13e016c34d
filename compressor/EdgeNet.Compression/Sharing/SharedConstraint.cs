using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// Weights that share a value go on sharing it: each follows the sum of the gradients of all that share it (trained quantization, Han et al.
/// 2016). Zero stays zero.
/// </summary>
internal sealed class SharedConstraint : IWeightConstraint
{
    private readonly (Parameter<float> Parameter, int[] Cluster, int Count)[] _layers;

    /// <summary>Takes hold of those weights of a network that have few different values.</summary>
    /// <param name="network">The network.</param>
    /// <param name="mostValues">Weights with more different values than this are left free.</param>
    public SharedConstraint(Network<float> network, int mostValues = 256) => _layers =
    [
        .. network.Parameters.Where(parameter => parameter.Trains && parameter.Role == ParameterRole.Weight)
            .Select(parameter => Clusters(parameter, mostValues)).Where(layer => layer.Count <= mostValues),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<float[]> State => [];

    /// <inheritdoc/>
    public void BeforeUpdate() => Parallel.ForEach(_layers, layer =>
    {
        Span<float> gradient = layer.Parameter.Gradient;
        double[] sums = new double[layer.Count];
        for (int i = 0; i < gradient.Length; i++) sums[layer.Cluster[i]] += gradient[i];
        sums[0] = 0;
        for (int i = 0; i < gradient.Length; i++) gradient[i] = (float)sums[layer.Cluster[i]];
    });

    /// <inheritdoc/>
    public void AfterUpdate() => Parallel.ForEach(_layers, layer =>
    {
        Span<float> values = layer.Parameter.Values;
        // Those that share a value have moved alike; decay and momentum must not move zeros.
        for (int i = 0; i < values.Length; i++)
        {
            if (layer.Cluster[i] == 0) values[i] = 0;
        }
    });

    private static (Parameter<float> Parameter, int[] Cluster, int Count) Clusters(Parameter<float> parameter, int mostValues)
    {
        // Cluster 0 is that of zero, whether there is one or not.
        var numbers = new Dictionary<float, int> { [0] = 0 };
        int[] cluster = new int[parameter.Values.Length];
        for (int i = 0; i < cluster.Length; i++)
        {
            float value = parameter.Values[i];
            if (!numbers.TryGetValue(value, out int number)) numbers[value] = number = numbers.Count;
            cluster[i] = number;
            if (numbers.Count > mostValues + 1) break;
        }
        return (parameter, cluster, numbers.Count);
    }
}
