using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace PeerModels;

/// <summary>
/// Builds a network of seeded random weights, of a size that keeps activations about 1: in float, or in 8 bits as TFLite's converter makes
/// them, with weights symmetric per channel and ReLU6 in the range of the codes.
/// </summary>
internal sealed class Network
{
    /// <summary>Real values 0 to 6.</summary>
    private static readonly Quantization Relu6Range = Quantization.PerTensor(6f / 255, -128);

    /// <summary>About ±4.</summary>
    private static readonly Quantization LinearRange = Quantization.PerTensor(4f / 127, 0);

    private static readonly Quantization PixelRange = Quantization.PerTensor(1f / 128, 0), ProbabilityRange = Quantization.PerTensor(1f / 256, -128);

    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph;
    private readonly bool _quantized;

    public Network(string name, bool quantized)
    {
        _graph = new GraphBuilder { Card = new ModelCard(name) };
        _quantized = quantized;
    }

    public Graph Build() => _graph.Build();

    /// <summary>Square pictures in ONNX's layout, as channels last.</summary>
    public Value Picture(int side)
    {
        Value x = _graph.Add(new Transpose([0, 2, 3, 1]), "pixels", _graph.Input("input", new TensorType(ElementType.Float32, [1, 3, side, side])));
        return _quantized ? _graph.Add(new Quantize(ElementType.Int8) { OutputQuantization = PixelRange }, "codes", x) : x;
    }

    /// <summary>An output in float.</summary>
    public void Output(string name, Value x) => _graph.Output(name, _quantized ? _graph.Add(new Dequantize(), $"{name}_real", x) : x);

    public Value Convolve(string name, Value x, int channels, int size = 1, int stride = 1, bool activation = true)
    {
        var op = new Conv2D([stride, stride], [1, 1], Same(x, size, stride), 1);
        return Weighted(name, op, x, [channels, size, size, x.Type.Shape[3]], channelAxis: 0, activation);
    }

    public Value ConvolveDepthwise(string name, Value x, int stride) =>
        Weighted(name, new DepthwiseConv2D([stride, stride], [1, 1], Same(x, 3, stride)), x, [3, 3, x.Type.Shape[3]], channelAxis: 2, activation: true);

    public Value Add(string name, Value a, Value b) => Do(new Add(), LinearRange, name, a, b);

    public Value Mean(string name, Value x) => Do(new ReduceMean([1, 2], true), x.Type.Quantization, name, x);

    public Value Sigmoid(string name, Value x) => Do(new Sigmoid(), ProbabilityRange, name, x);

    public Value Softmax(string name, Value x) => Do(new Softmax(x.Type.Shape.Rank - 1), ProbabilityRange, name, x);

    public Value Reshape(string name, Value x, params int[] shape) => _graph.Add(new Reshape([.. shape]), name, x);

    public Value Concat(string name, int axis, params Value[] parts) => _graph.Add(new Concat(axis), name, parts);

    private Value Do(Op op, Quantization? range, string name, params Value[] inputs) =>
        _graph.Add(_quantized ? op with { OutputQuantization = range } : op, name, inputs);

    /// <summary>TensorFlow's padding: as many outputs as inputs ÷ stride, the odd pixel at the end.</summary>
    private static ValueList<int> Same(Value x, int size, int stride)
    {
        (int top, int bottom) = Along(x.Type.Shape[1]);
        (int left, int right) = Along(x.Type.Shape[2]);
        return [top, left, bottom, right];

        (int Begin, int End) Along(int length)
        {
            int all = Math.Max((length - 1) / stride * stride + size - length, 0);
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
        return Do(op, activation ? Relu6Range : LinearRange, name, x, weights, _graph.Constant(Constant.Of<int>(bias), $"{name}_bias"));
    }

    private float Between(float low, float high) => low + (high - low) * _random.NextSingle();

    private Value Floats(Shape shape, float limit)
    {
        float[] values = new float[shape.ElementCount];
        foreach (ref float value in values.AsSpan()) value = Between(-limit, limit);
        return _graph.Constant(Constant.Of<float>(shape, values));
    }
}
