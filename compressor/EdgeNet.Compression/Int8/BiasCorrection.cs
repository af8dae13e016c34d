using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// Shifts the bias of a layer so that its outputs have, before any clamp, the means of the Float32 graph's on examples (Nagel et al. 2019,
/// empirical).
/// </summary>
internal sealed class BiasCorrection
{
    private readonly Dictionary<Node, double[]> _expected;

    /// <summary>Finds the means of the Float32 graph.</summary>
    public BiasCorrection(Int8Plan plan, IReadOnlyList<float[][]> examples)
    {
        Node[] layers = [.. plan.Layers];
        PatchMean[] means = [.. layers.Select(layer => new PatchMean(layer))];
        ActivationRun.Observe(plan.Graph, [.. layers.Select(layer => layer.Inputs[0])], examples, (value, _, elements) => means[value].Add(Limited(elements, plan.QuantizationOf(layers[value].Inputs[0])!)));
        _expected = layers.Zip(means).ToDictionary(pair => pair.First, pair => pair.Second.Outputs(pair.First.Inputs[1].Constant!.ToArray<float>()));
    }

    /// <summary>
    /// Values within the range of codes. What a chosen range cuts off is rare and large: it is missing where it was, and a shift of all outputs
    /// to make up for it would only do harm elsewhere.
    /// </summary>
    private static float[] Limited(ReadOnlySpan<float> values, Quantization quantization)
    {
        float low = quantization.Scale * (sbyte.MinValue - quantization.ZeroPoint), high = quantization.Scale * (sbyte.MaxValue - quantization.ZeroPoint);
        float[] limited = new float[values.Length];
        for (int i = 0; i < limited.Length; i++) limited[i] = Math.Clamp(values[i], low, high);
        return limited;
    }

    /// <summary>The corrected bias of a layer.</summary>
    /// <param name="layer">The layer of the Float32 graph.</param>
    /// <param name="codes">Its weights.</param>
    /// <param name="input">The parameters of its input.</param>
    /// <param name="examples">The codes of its input, as the corrected layers before it give them.</param>
    public float[] Corrected(Node layer, WeightCodes codes, Quantization input, byte[][] examples)
    {
        var mean = new PatchMean(layer);
        foreach (byte[] example in examples) mean.Add(Reals(example, input));
        double[] actual = mean.Outputs(codes.Values(layer.Inputs[1].Type.Shape));
        float[] bias = layer.Inputs.Length > 2 ? layer.Inputs[2].Constant!.ToArray<float>() : new float[actual.Length];
        for (int channel = 0; channel < bias.Length; channel++) bias[channel] = (float)(bias[channel] + _expected[layer][channel] - actual[channel]);
        return bias;
    }

    private static float[] Reals(byte[] bytes, Quantization quantization)
    {
        float[] reals = new float[bytes.Length];
        for (int i = 0; i < reals.Length; i++) reals[i] = quantization.Scale * ((sbyte)bytes[i] - quantization.ZeroPoint);
        return reals;
    }
}
