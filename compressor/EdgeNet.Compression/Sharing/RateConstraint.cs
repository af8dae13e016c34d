using System.Numerics.Tensors;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// Weights that learn while the forward pass sees them rounded (straight-through estimation, Bengio et al. 2013) to where error and coded
/// length balance. What a bit is worth follows the bits there are, slowly, so that the rate stays about what was asked for; how long codes are
/// is what it was at the beginning: bounds that followed the weights which follow them would swing.
/// </summary>
internal sealed class RateConstraint : IWeightConstraint
{
    /// <summary>
    /// While weights follow gradients they stand in units in which a step of the grid is this long: with an optimizer that moves all
    /// weights alike (Adam), each layer then crosses its own grid equally fast.
    /// </summary>
    private const float UnitStep = 1f / 32;

    /// <summary>How fast the worth of a bit follows.</summary>
    private const double Gain = 0.01;

    private readonly (Parameter<float> Parameter, RateQuantizer Quantizer, float[] Units, float[] Latent, bool[]? Zero)[] _layers;
    private readonly double _bits;
    private readonly float[] _worth;
    private readonly List<float[]> _state;

    /// <summary>Takes hold of a network's weights.</summary>
    /// <param name="network">The network; its weights are rounded at once.</param>
    /// <param name="grids">The layers, and the quantizer of each one's scaled weights.</param>
    /// <param name="bits">Bits of all weights together that are asked for.</param>
    /// <param name="keepZeros">Whether weights that are zero stay so.</param>
    public RateConstraint(Network<float> network, IReadOnlyList<(RateLayer Layer, RateQuantizer Quantizer)> grids, double bits, bool keepZeros)
    {
        Dictionary<Constant, (RateLayer Layer, RateQuantizer Quantizer)> byConstant = grids.ToDictionary(grid => grid.Layer.Constant);
        _layers =
        [
            .. network.Parameters
                .Where(parameter => parameter.Trains && parameter.Role == ParameterRole.Weight && byConstant.ContainsKey(parameter.Constant.Constant!))
                .Select(parameter =>
                {
                    (RateLayer layer, RateQuantizer quantizer) = byConstant[parameter.Constant.Constant!];
                    float[] latent = [.. layer.Scaled];
                    bool[]? zero = keepZeros && latent.Contains(0f) ? Array.ConvertAll(latent, weight => weight == 0) : null;
                    return (parameter, quantizer, layer.Units, latent, zero);
                }),
        ];
        _bits = bits;
        _worth = [1];
        _state = [_worth, .. _layers.Select(layer => layer.Latent)];
        Round();
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> State => _state;

    /// <summary>Bits of all weights as they were rounded last, by their entropy.</summary>
    public double CodedBits => _layers.Sum(layer => layer.Quantizer.CodedBits);

    /// <inheritdoc/>
    public void BeforeUpdate()
    {
        Parallel.ForEach(_layers, layer =>
        {
            TensorPrimitives.Multiply(layer.Latent, UnitStep / layer.Quantizer.Step, layer.Parameter.Values);
            if (layer.Zero is null) return;
            Span<float> gradient = layer.Parameter.Gradient;
            for (int i = 0; i < gradient.Length; i++)
            {
                if (layer.Zero[i]) gradient[i] = 0;
            }
        });
    }

    /// <inheritdoc/>
    public void AfterUpdate()
    {
        Parallel.ForEach(_layers, layer => TensorPrimitives.Multiply(layer.Parameter.Values, layer.Quantizer.Step / UnitStep, layer.Latent));
        Round();
        _worth[0] = (float)Math.Clamp(_worth[0] * Math.Exp(Gain * ((CodedBits / _bits) - 1)), 0.05, 40);
    }

    /// <summary>Rounds the weights so that they have so many bits fewer than now, if rounding alone can do that.</summary>
    public void Fit(double fewer)
    {
        // Counted by the weights: a run that its checkpoint found at the end has taken them from there, and has rounded nothing.
        double now = _layers.Sum(layer => layer.Quantizer.BitsOf(Scaled(layer.Parameter.Values, layer.Units))), bits = now - fewer;
        for (int i = 0; i < 60 && now > bits; i++)
        {
            _worth[0] *= 1.08f;
            Round();
            now = CodedBits;
        }

        static float[] Scaled(ReadOnlySpan<float> weights, float[] units)
        {
            float[] scaled = new float[units.Length];
            TensorPrimitives.Divide(weights, units, scaled);
            return scaled;
        }
    }

    /// <summary>A graph with the weights as they are rounded now.</summary>
    /// <param name="graph">The graph that the network gave, with the same weights by name.</param>
    public Graph WriteTo(Graph graph)
    {
        Dictionary<string, Parameter<float>> parameters = _layers.ToDictionary(layer => layer.Parameter.Name, layer => layer.Parameter);
        return WeightLayers.Replace(graph, WeightLayers.Of(graph)
            .Where(layer => parameters.ContainsKey(NameOf(layer)))
            .ToDictionary(layer => layer.Constant, layer => Constant.Of<float>(layer.Shape, parameters[NameOf(layer)].Values)));

        static string NameOf(WeightLayer layer) => layer.Weights.Name.Length > 0 ? layer.Weights.Name : $"{layer.Node.Name}/weight";
    }

    private void Round() => Parallel.ForEach(_layers, layer =>
    {
        layer.Quantizer.Balance(_worth[0]);
        layer.Quantizer.Round(layer.Latent, layer.Parameter.Values);
        TensorPrimitives.Multiply(layer.Parameter.Values, layer.Units, layer.Parameter.Values);
    });
}
