using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// Weights that share a value go on sharing it: each follows the sum of the gradients of all that share it (trained quantization, Han et al.
/// 2016). Zero stays zero. Weights that share no values, or so few a value that a codebook would be a large part of them, stay as they are.
/// </summary>
internal sealed class SharedConstraint : IWeightConstraint
{
    /// <summary>Weights of each value, on average, from which on values move.</summary>
    private const int LeastMembers = 32;

    private readonly (Parameter<float> Parameter, int[] Cluster, int Count)[] _layers;
    private readonly (Parameter<float> Parameter, float[] Values)[] _others;

    /// <summary>Takes hold of the weights of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="mostValues">The most values that move.</param>
    public SharedConstraint(Network<float> network, int mostValues = 256)
    {
        Parameter<float>[] weights = [.. network.Parameters.Where(parameter => parameter.Trains && parameter.Role == ParameterRole.Weight)];
        _layers = [.. weights.Select(parameter => Clusters(parameter, mostValues)).Where(layer => layer.Count <= mostValues && layer.Cluster.Length >= (long)LeastMembers * layer.Count)];
        _others = [.. weights.Except(_layers.Select(layer => layer.Parameter)).Select(parameter => (parameter, parameter.Values.ToArray()))];
    }

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
    public void AfterUpdate()
    {
        foreach ((Parameter<float> parameter, float[] values) in _others) values.CopyTo(parameter.Values);
        Parallel.ForEach(_layers, KeepZeros);
    }

    private static void KeepZeros((Parameter<float> Parameter, int[] Cluster, int Count) layer)
    {
        Span<float> values = layer.Parameter.Values;
        // Those that share a value have moved alike; decay and momentum must not move zeros.
        for (int i = 0; i < values.Length; i++)
        {
            if (layer.Cluster[i] == 0) values[i] = 0;
        }
    }

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
