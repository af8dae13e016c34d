using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace PeerModels;

/// <summary>
/// SSD-MobileNet v1 of full width on 300 × 300 pixels and the 21 classes of Pascal VOC (1.15 GMAC): features of 19, 10,
/// 5, 3, 2 and 1 pixels a side, 1917 anchors. Weights are random, of a size that keeps activations about 1. Quantized, it is what
/// TFLite's converter makes of it: ReLU6 in the range of the codes, one range for all heads of a kind.
/// </summary>
internal sealed class SsdMobileNetV1
{
    private const int Side = 300, Classes = 21, BoxCode = 4;

    /// <summary>Real values 0 to 6.</summary>
    private static readonly Quantization Relu6Range = Quantization.PerTensor(6f / 255, -128);

    /// <summary>About ±4.</summary>
    private static readonly Quantization LinearRange = Quantization.PerTensor(4f / 127, 0);

    private static readonly Quantization PixelRange = Quantization.PerTensor(1f / 128, 0), ProbabilityRange = Quantization.PerTensor(1f / 256, -128);

    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph = new() { Card = new ModelCard("ssd_mobilenet_v1_300") };
    private readonly bool _quantized;

    private SsdMobileNetV1(bool quantized) => _quantized = quantized;

    public static Graph Build(bool quantized) => new SsdMobileNetV1(quantized).Build();

    private Graph Build()
    {
        Value x = _graph.Add(new Transpose([0, 2, 3, 1]), "pixels", _graph.Input("input", new TensorType(ElementType.Float32, [1, 3, Side, Side])));
        if (_quantized) x = _graph.Add(new Quantize(ElementType.Int8) { OutputQuantization = PixelRange }, "codes", x);

        var features = new List<Value>();
        x = Convolve("conv0", x, 32, size: 3, stride: 2);
        (int Channels, int Stride)[] blocks =
            [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)];
        for (int i = 0; i < blocks.Length; i++)
        {
            x = ConvolveDepthwise($"conv{i + 1}_dw", x, blocks[i].Stride);
            x = Convolve($"conv{i + 1}_pw", x, blocks[i].Channels);
            if (i is 10 or 12) features.Add(x);
        }
        foreach (int channels in (int[])[512, 256, 256, 128])
        {
            x = Convolve($"extra{features.Count}_1x1", x, channels / 2);
            x = Convolve($"extra{features.Count}_3x3", x, channels, size: 3, stride: 2);
            features.Add(x);
        }

        Value boxes = Heads("box", BoxCode), scores = Heads("class", Classes);
        Op sigmoid = _quantized ? new Sigmoid { OutputQuantization = ProbabilityRange } : new Sigmoid();
        _graph.Output("scores", Real("scores", _graph.Add(sigmoid, "sigmoid", scores)));
        _graph.Output("box_encodings", Real("box_encodings", boxes));
        return _graph.Build();

        Value Heads(string name, int width)
        {
            var rows = new List<Value>();
            for (int i = 0; i < features.Count; i++)
            {
                int anchors = i == 0 ? 3 : 6, pixels = features[i].Type.Shape[1] * features[i].Type.Shape[2];
                Value head = Convolve($"{name}{i}", features[i], anchors * width, activation: false);
                rows.Add(_graph.Add(new Reshape([1, pixels * anchors, width]), $"{name}{i}_rows", head));
            }
            return _graph.Add(new Concat(1), $"{name}_all", [.. rows]);
        }
    }

    private Value Real(string name, Value x) => _quantized ? _graph.Add(new Dequantize(), $"{name}_real", x) : x;

    private Value Convolve(string name, Value x, int channels, int size = 1, int stride = 1, bool activation = true)
    {
        var op = new Conv2D([stride, stride], [1, 1], Same(x, size, stride), 1);
        return Weighted(name, op, x, [channels, size, size, x.Type.Shape[3]], channelAxis: 0, activation);
    }

    private Value ConvolveDepthwise(string name, Value x, int stride) =>
        Weighted(name, new DepthwiseConv2D([stride, stride], [1, 1], Same(x, 3, stride)), x, [3, 3, x.Type.Shape[3]], channelAxis: 2, activation: true);

    /// <summary>TensorFlow's padding: as many outputs as inputs ÷ stride, the odd pixel at the end.</summary>
    private static ValueList<int> Same(Value x, int size, int stride)
    {
        (int top, int bottom) = Along(x.Type.Shape[1]);
        (int left, int right) = Along(x.Type.Shape[2]);
        return [top, left, bottom, right];

        (int Begin, int End) Along(int length)
        {
            int all = Math.Max(((length - 1) / stride) * stride + size - length, 0);
            return (all / 2, all - all / 2);
        }
    }

    private Value Weighted(string name, Op op, Value x, Shape shape, int channelAxis, bool activation)
    {
        int channels = shape[channelAxis];
        // Uniform between ± this, a weight has variance 2 ÷ (weights per channel): half of what comes in is zero.
        float limit = MathF.Sqrt(6f * channels / shape.ElementCount);
        if (!_quantized)
        {
            Value y = _graph.Add(op, name, x, Floats(shape, limit), Floats([channels], 0.5f));
            return activation ? _graph.Add(new Clip(0, 6), $"{name}_relu6", y) : y;
        }

        sbyte[] codes = new sbyte[shape.ElementCount];
        foreach (ref sbyte code in codes.AsSpan()) code = (sbyte)_random.Next(-127, 128);
        float[] scales = new float[channels];
        foreach (ref float scale in scales.AsSpan()) scale = Between(0.8f, 1.2f) * limit / 127;
        int[] bias = [.. scales.Select(scale => (int)(Between(-0.5f, 0.5f) / (x.Type.Quantization!.Scale * scale)))];
        var type = new TensorType(ElementType.Int8, shape, Quantization.PerChannel([.. scales], channelAxis));
        Value weights = _graph.Constant(Constant.Dense(type, MemoryMarshal.AsBytes<sbyte>(codes).ToArray()), $"{name}_weights");
        op = op with { OutputQuantization = activation ? Relu6Range : LinearRange };
        return _graph.Add(op, name, x, weights, _graph.Constant(Constant.Of<int>(bias), $"{name}_bias"));
    }

    private float Between(float low, float high) => low + (high - low) * _random.NextSingle();

    private Value Floats(Shape shape, float limit)
    {
        float[] values = new float[shape.ElementCount];
        foreach (ref float value in values.AsSpan()) value = Between(-limit, limit);
        return _graph.Constant(Constant.Of<float>(shape, values));
    }
}
