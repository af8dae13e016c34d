using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// Lets a network see its weights rounded to their int8 codes while those that learn stay whole (latent weights; Courbariaux et al. 2015): before
/// an update the latents take the weights' place, and after it they are kept and rounded anew. Scales stay as the plan has them.
/// </summary>
public sealed class RoundedWeights : IWeightConstraint
{
    private readonly List<(Parameter<float> Parameter, Quantization Quantization, float[] Latent)> _layers = [];

    /// <summary>Rounds the weights of a network.</summary>
    /// <param name="network">A network of the graph that <see cref="Int8Plan.FakeQuantized"/> gave.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="CompressionException">The network has none of the plan's weights.</exception>
    public RoundedWeights(Network<float> network, Int8Plan plan)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(plan);
        var layers = plan.Layers.DistinctBy(layer => layer.Inputs[1].Constant!).ToDictionary(layer => layer.Inputs[1].Constant!);
        foreach (Parameter<float> parameter in network.Parameters)
        {
            if (parameter.Constant.Constant is { } constant && layers.TryGetValue(constant, out Node? layer))
                _layers.Add((parameter, plan.WeightsOf(layer).Quantization, parameter.Values.ToArray()));
        }
        if (_layers.Count == 0) throw new CompressionException("int8: the network has none of the plan's weights; train what FakeQuantized() gave");
        Round();
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> State => [.. _layers.Select(layer => layer.Latent)];

    /// <inheritdoc/>
    public void BeforeUpdate()
    {
        foreach ((Parameter<float> parameter, _, float[] latent) in _layers) latent.CopyTo(parameter.Values);
    }

    /// <inheritdoc/>
    public void AfterUpdate()
    {
        foreach ((Parameter<float> parameter, _, float[] latent) in _layers) parameter.Values.CopyTo(latent);
        Round();
    }

    private void Round()
    {
        foreach ((Parameter<float> parameter, Quantization quantization, float[] latent) in _layers)
            WeightCodes.Rounded(parameter.Shape, latent, quantization).Values(parameter.Shape).CopyTo(parameter.Values);
    }
}
