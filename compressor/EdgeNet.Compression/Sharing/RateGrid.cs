using System.Numerics.Tensors;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// One layer's weights on grids: every output channel has the layer's step times a power of two of its own, so that channels of very different
/// size or weight have each their own precision, while all their codes are alike.
/// </summary>
internal sealed class RateLayer
{
    /// <summary>Finer and coarser than the layer's step, in powers of two.</summary>
    private const int Finest = -2, Coarsest = 8;

    private readonly WeightLayer _layer;
    private readonly int[] _exponents;
    private readonly float[] _largest;

    /// <summary>Takes a layer.</summary>
    public RateLayer(WeightLayer layer, LayerInformation information)
    {
        _layer = layer;
        Weights = layer.Constant.ToArray<float>();
        // The best step goes with one over the square root of what an error costs; where channels are alike, noise should not tell them apart.
        _exponents = Array.ConvertAll(information.Channels, channel => Math.Clamp((int)Math.Round(0.5 * Math.Log2(information.Mean / channel) * 0.75), Finest, Coarsest));
        Units = new float[Weights.Length];
        Scaled = new float[Weights.Length];
        _largest = new float[_exponents.Length];
        int inner = Inner;
        for (int i = 0; i < Weights.Length; i++)
        {
            int channel = i / inner % _largest.Length;
            _largest[channel] = Math.Max(_largest[channel], Math.Abs(Weights[i]));
        }
        Sensitivity = _exponents.Select((exponent, channel) => information.Channels[channel] * Math.Pow(4, exponent)).Average();
        ScaleFor(float.MaxValue / RateQuantizer.MostSteps / 2);
    }

    /// <summary>The constant that the weights are from.</summary>
    public Constant Constant => _layer.Constant;

    /// <summary>The layer.</summary>
    public WeightLayer Layer => _layer;

    /// <summary>The weights.</summary>
    public float[] Weights { get; }

    /// <summary>For each weight the power of two of its channel.</summary>
    public float[] Units { get; }

    /// <summary>The weights in their channels' units.</summary>
    public float[] Scaled { get; }

    /// <summary>What a squared error of a scaled weight costs, on average, where no channel is out of reach.</summary>
    public double Sensitivity { get; }

    /// <summary>Scales the weights for a step: channels whose weights are out of reach of its codes are coarser.</summary>
    public void ScaleFor(float step)
    {
        float most = step * RateQuantizer.MostSteps;
        int inner = Inner, channels = _exponents.Length;
        float[] units = new float[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            float scaled = float.ScaleB(_largest[channel], -_exponents[channel]);
            int coarser = scaled <= most ? 0 : (int)Math.Ceiling(Math.Log2(scaled / most));
            units[channel] = float.ScaleB(1, _exponents[channel] + coarser);
        }
        for (int i = 0; i < Units.Length; i++) Units[i] = units[i / inner % channels];
        TensorPrimitives.Divide(Weights, Units, Scaled);
    }

    /// <summary>The largest weight in its channel's unit, where no channel is out of reach.</summary>
    public float Largest => Math.Max(1e-20f, _largest.Select((largest, channel) => float.ScaleB(largest, -_exponents[channel])).DefaultIfEmpty(1).Max());

    private int Inner => _layer.Shape.Product(_layer.OutputAxis + 1, _layer.Shape.Rank);
}

/// <summary>
/// The steps of all layers under one rate. An error of a weight costs its layer's sensitivity times its square; where each layer's step goes
/// with one over the square root of its sensitivity, a bit buys the same everywhere.
/// </summary>
internal static class RateGrid
{
    private const int Balances = 4, Octaves = 60;

    /// <summary>For each layer the quantizer of its scaled weights, all together of about so many bits.</summary>
    /// <param name="layers">The layers; their weights are scaled for the steps.</param>
    /// <param name="bits">Bits of all weights together.</param>
    public static RateQuantizer[] For(IReadOnlyList<RateLayer> layers, double bits)
    {
        double high = Math.Log2(layers.Max(Coarse)), low = high;
        while (Bits(low) <= bits && high - low < Octaves) low--;
        high = Math.Min(high, low + 1);
        while (high - low >= 0.005)
        {
            double middle = (low + high) / 2;
            if (Bits(middle) > bits) low = middle;
            else high = middle;
        }
        return At(layers, double.Exp2(high));

        double Bits(double scale) => At(layers, double.Exp2(scale)).Sum(quantizer => quantizer.CodedBits);

        // A step as large as the weights themselves.
        static double Coarse(RateLayer layer) => Math.Sqrt(layer.Sensitivity) * layer.Largest;
    }

    private static RateQuantizer[] At(IReadOnlyList<RateLayer> layers, double scale)
    {
        var quantizers = new RateQuantizer[layers.Count];
        Parallel.For(0, layers.Count, i =>
        {
            // Never so coarse that all of a layer is lost; nor so fine that floats end.
            float step = (float)Math.Clamp(scale / Math.Sqrt(layers[i].Sensitivity), layers[i].Largest * 1e-6, layers[i].Largest / 1.5);
            var quantizer = new RateQuantizer(step);
            layers[i].ScaleFor(quantizer.Step);
            float[] weights = layers[i].Scaled;
            float[] rounded = new float[weights.Length];
            quantizer.Round(weights, rounded);
            for (int k = 0; k < Balances; k++)
            {
                quantizer.Learn();
                quantizer.Balance(1);
                quantizer.Round(weights, rounded);
            }
            quantizers[i] = quantizer;
        });
        return quantizers;
    }
}
