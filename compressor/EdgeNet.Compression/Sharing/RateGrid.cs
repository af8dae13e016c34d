using System.Numerics.Tensors;

namespace EdgeNet.Compression;

/// <summary>
/// The steps of all layers under one rate. An error of a weight costs its layer's sensitivity times its square; where each layer's step goes
/// with one over the square root of its sensitivity, a bit buys the same everywhere.
/// </summary>
internal static class RateGrid
{
    private const int Balances = 4;

    /// <summary>For each layer the quantizer, all together of about so many bits.</summary>
    /// <param name="layers">Each layer's weights and sensitivity.</param>
    /// <param name="bits">Bits of all weights together.</param>
    public static RateQuantizer[] For(IReadOnlyList<(float[] Weights, double Sensitivity)> layers, double bits)
    {
        double low = -40, high = 40;
        RateQuantizer[] quantizers = [];
        for (int i = 0; i < 30; i++)
        {
            double middle = (low + high) / 2;
            quantizers = At(layers, double.Exp2(middle));
            if (quantizers.Sum(quantizer => quantizer.CodedBits) > bits) low = middle;
            else high = middle;
            if (high - low < 0.005) break;
        }
        return At(layers, double.Exp2(high));
    }

    private static RateQuantizer[] At(IReadOnlyList<(float[] Weights, double Sensitivity)> layers, double scale)
    {
        var quantizers = new RateQuantizer[layers.Count];
        Parallel.For(0, layers.Count, i =>
        {
            (float[] weights, double sensitivity) = layers[i];
            float largest = TensorPrimitives.MaxMagnitude<float>(weights) is var found && Math.Abs(found) > 0 ? Math.Abs(found) : 1;
            // Never finer than the codes reach, never so coarse that all of a layer is lost.
            float step = (float)Math.Clamp(scale / Math.Sqrt(sensitivity), largest / RateQuantizer.MostSteps, largest / 1.5);
            var quantizer = new RateQuantizer(step);
            float[] rounded = new float[weights.Length];
            quantizer.Round(weights, rounded);
            for (int k = 0; k < Balances; k++)
            {
                quantizer.Balance(1);
                quantizer.Round(weights, rounded);
            }
            quantizers[i] = quantizer;
        });
        return quantizers;
    }
}
