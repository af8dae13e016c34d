using System.Numerics.Tensors;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// The mean of what a layer's weights are multiplied with, for each tap and input channel, over all outputs: since a layer is linear, the means of
/// its outputs follow from these, under any weights.
/// </summary>
internal sealed class PatchMean
{
    private readonly Node _layer;
    private readonly double[] _sums;
    private readonly float[] _line;
    private readonly int _channels;
    private long _outputs;

    public PatchMean(Node layer)
    {
        _layer = layer;
        _channels = layer.Inputs[0].Type.Shape[^1];
        Shape weights = layer.Inputs[1].Type.Shape;
        int taps = layer.Op switch { DepthwiseConv2D => weights.Product(0, 2), Conv2D => weights[1] * weights[2], _ => 1 };
        _sums = new double[taps * _channels];
        _line = new float[_channels];
    }

    /// <summary>Adds the input of one example.</summary>
    public void Add(ReadOnlySpan<float> input)
    {
        Shape x = _layer.Inputs[0].Type.Shape, y = _layer.Output.Type.Shape, weights = _layer.Inputs[1].Type.Shape;
        if (_layer.Op is Dense)
        {
            int rows = input.Length / _channels;
            for (int row = 0; row < rows; row++) Sum(0, input.Slice(row * _channels, _channels));
            _outputs += rows;
            return;
        }
        (ValueList<int> strides, ValueList<int> dilations, ValueList<int> padding) = _layer.Op is Conv2D conv
            ? (conv.Strides, conv.Dilations, conv.Padding)
            : (((DepthwiseConv2D)_layer.Op).Strides, ((DepthwiseConv2D)_layer.Op).Dilations, ((DepthwiseConv2D)_layer.Op).Padding);
        (int height, int width) = _layer.Op is Conv2D ? (weights[1], weights[2]) : (weights[0], weights[1]);
        for (int ky = 0; ky < height; ky++)
        {
            for (int kx = 0; kx < width; kx++)
            {
                for (int row = 0; row < y[0] * y[1]; row++)
                {
                    int iy = row % y[1] * strides[0] - padding[0] + ky * dilations[0];
                    if (iy < 0 || iy >= x[1]) continue;
                    ReadOnlySpan<float> line = input.Slice((row / y[1] * x[1] + iy) * x[2] * _channels, x[2] * _channels);
                    // One line at a time in fp32, lines in double.
                    Array.Clear(_line);
                    for (int ox = 0; ox < y[2]; ox++)
                    {
                        int ix = ox * strides[1] - padding[1] + kx * dilations[1];
                        if (ix < 0 || ix >= x[2]) continue;
                        TensorPrimitives.Add(_line, line.Slice(ix * _channels, _channels), _line);
                    }
                    Sum(ky * width + kx, _line);
                }
            }
        }
        _outputs += y.Product(0, 3);
    }

    /// <summary>The mean output of each channel under some weights, without the bias.</summary>
    public double[] Outputs(ReadOnlySpan<float> weights)
    {
        double[] means = new double[LayerWeights.OutputChannels(_layer)];
        for (int i = 0; i < weights.Length; i++)
            means[LayerWeights.OutputOf(_layer, i)] += weights[i] * _sums[LayerWeights.TapOf(_layer, i) * _channels + LayerWeights.InputOf(_layer, i)];
        for (int channel = 0; channel < means.Length; channel++) means[channel] /= Math.Max(1, _outputs);
        return means;
    }

    private void Sum(int tap, ReadOnlySpan<float> values)
    {
        Span<double> sums = _sums.AsSpan(tap * _channels, _channels);
        for (int i = 0; i < values.Length; i++) sums[i] += values[i];
    }
}
