using System.Runtime.InteropServices;
using EdgeNet.Model;

namespace EdgeNet.EndToEnd.Tests.OnnxRuntime;

/// <summary>
/// Builds a small network of seeded random weights: in float, or quantized throughout to Int8. Images are channels first at its
/// ends, as in ONNX, and channels last inside. Weights are scaled so that activations stay about as large as they came in.
/// </summary>
internal sealed class GoldenNet(string name, bool isQuantized)
{
    private readonly Random _random = new(1);
    private readonly GraphBuilder _graph = new() { Card = new ModelCard(name) };

    public Graph Build() => _graph.Build();

    public Value Image(int channels, int height, int width)
    {
        Shape shape = [1, channels, height, width];
        TensorType type = isQuantized ? new(ElementType.Int8, shape, Range()) : new(ElementType.Float32, shape);
        return Do(new Transpose([0, 2, 3, 1]), _graph.Input("x", type));
    }

    public void Output(string name, Value value) => _graph.Output(name, ChannelsFirst(value));

    /// <summary>Adds a node; where it computes on codes, with a range for its result.</summary>
    public Value Do(Op op, params Value[] inputs)
    {
        bool computes = op is not (Model.Reshape or Transpose or Model.Concat or Model.Resize or Pool2D { Kind: PoolKind.Max });
        if (computes && inputs[0].Type.Quantization is { } quantization)
        {
            op = op with
            {
                OutputQuantization = op switch
                {
                    Model.Relu or Clip => quantization,
                    Softmax or Sigmoid or HardSigmoid => Quantization.PerTensor(1 / 256f, -128),
                    _ => Range(),
                },
            };
        }
        return _graph.Add(op, op.Name, inputs);
    }

    public Value Conv(Value x, int channels, int size, int stride = 1, int groups = 1) =>
        Weighted(new Conv2D([stride, stride], [1, 1], Border(size / 2), groups), x, [channels, size, size, x.Type.Shape[3] / groups], channelAxis: 0);

    public Value Depthwise(Value x, int size = 3, int stride = 1) =>
        Weighted(new DepthwiseConv2D([stride, stride], [1, 1], Border(size / 2)), x, [size, size, x.Type.Shape[3]], channelAxis: 2);

    /// <summary>Doubles height and width.</summary>
    public Value ConvTranspose(Value x, int channels, int groups = 1) =>
        Weighted(new ConvTranspose2D([2, 2], [1, 1], Border(1), groups), x, [channels, 4, 4, x.Type.Shape[3] / groups], channelAxis: 0);

    public Value Dense(Value x, int outputs) => Weighted(new Dense(), x, [outputs, x.Type.Shape[^1]], channelAxis: 0);

    public Value Relu(Value x) => Do(new Relu(), x);

    public Value Relu6(Value x) => Do(new Clip(0, 6), x);

    public Value Pool(PoolKind kind, Value x, int size, int stride, bool ceil = false) =>
        Do(new Pool2D(kind, [size, size], [stride, stride], [1, 1], Border((size - 1) / 2), CeilMode: ceil), x);

    public Value GlobalMean(Value x, bool keepDims = false) => Do(new ReduceMean([1, 2], keepDims), x);

    public Value BatchNormalization(Value x) =>
        Do(new BatchNormalization(1e-3f), x, PerChannel(x, 0.5f, 1.5f), PerChannel(x, -0.5f, 0.5f), PerChannel(x, -0.5f, 0.5f), PerChannel(x, 0.5f, 1.5f));

    public Value InstanceNormalization(Value x) =>
        Do(new InstanceNormalization(1e-5f), x, PerChannel(x, 0.5f, 1.5f), PerChannel(x, -0.5f, 0.5f));

    public Value PRelu(Value x) => Do(new PRelu(), x, PerChannel(x, 0, 0.5f));

    /// <summary>Tensors of one range, which codes are brought to, joined.</summary>
    public Value Concat(int axis, params Value[] parts)
    {
        if (isQuantized)
        {
            var toOneRange = new Quantize(ElementType.Int8) { OutputQuantization = Range() };
            parts = [.. parts.Select(part => _graph.Add(toOneRange, "Requantize", part))];
        }
        return Do(new Concat(axis), parts);
    }

    public Value Resize(Value x, int height, int width, Interpolation interpolation, CoordinateTransformation coordinates) => Do(
        new Resize([1, height, width, x.Type.Shape[3]], [1, (float)height / x.Type.Shape[1], (float)width / x.Type.Shape[2], 1],
            interpolation, coordinates, NearestRounding.Floor),
        x);

    public Value Reshape(Value x, params int[] shape) => Do(new Reshape([.. shape]), x);

    /// <summary>The elements in ONNX's order in rows of <paramref name="columns"/>; all of them in one row by default.</summary>
    public Value Flatten(Value x, int? columns = null)
    {
        int all = x.Type.Shape.ElementCount;
        return columns is { } width ? Reshape(x, 1, all / width, width) : Reshape(ChannelsFirst(x), 1, all);
    }

    private static ValueList<int> Border(int width) => [width, width, width, width];

    private Value ChannelsFirst(Value x) => x.Type.Shape.Rank == 4 ? Do(new Transpose([0, 3, 1, 2]), x) : x;

    private float Between(float low, float high) => low + (high - low) * _random.NextSingle();

    /// <summary>Parameters of activations: about ±3.</summary>
    private Quantization Range() => Quantization.PerTensor(Between(0.02f, 0.03f), _random.Next(-20, 20));

    private Value Floats(Shape shape, float low, float high)
    {
        float[] values = new float[shape.ElementCount];
        foreach (ref float value in values.AsSpan()) value = Between(low, high);
        return _graph.Constant(Constant.Of<float>(shape, values));
    }

    private Value PerChannel(Value x, float low, float high) => Floats([x.Type.Shape[^1]], low, high);

    private Value Weighted(Op op, Value x, Shape shape, int channelAxis)
    {
        int channels = shape[channelAxis];
        // Uniform between ± this, a weight has variance 1 ÷ (weights per channel).
        float limit = MathF.Sqrt(3f * channels / shape.ElementCount);
        if (x.Type.Quantization is not { } quantization) return Do(op, x, Floats(shape, -limit, limit), Floats([channels], -0.5f, 0.5f));

        float[] scales = new float[channels];
        foreach (ref float scale in scales.AsSpan()) scale = Between(0.5f, 1.5f) * limit / 127;
        sbyte[] codes = new sbyte[shape.ElementCount];
        foreach (ref sbyte code in codes.AsSpan()) code = (sbyte)_random.Next(-127, 128);
        int[] bias = [.. scales.Select(scale => (int)(Between(-0.5f, 0.5f) / (quantization.Scale * scale)))];
        var type = new TensorType(ElementType.Int8, shape, Quantization.PerChannel([.. scales], channelAxis));
        return Do(op, x, _graph.Constant(Constant.Dense(type, MemoryMarshal.AsBytes<sbyte>(codes).ToArray())), _graph.Constant(Constant.Of<int>(bias)));
    }
}
