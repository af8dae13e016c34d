using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>The layers that the architectures are made of, named and initialised, on a graph under construction.</summary>
internal sealed class LayerBuilder
{
    private const int Rounding = 8;

    /// <summary>Added to the variance in batch normalization, as the papers' code does.</summary>
    private const float Epsilon = 1e-3f;

    private readonly GraphBuilder _graph = new();
    private readonly Random _random;
    private readonly ArchitectureSettings _settings;
    private readonly Dictionary<string, float> _dropout = [];

    public LayerBuilder(ArchitectureSettings settings)
    {
        _settings = settings;
        _random = new Random(settings.Seed);
    }

    /// <summary>Rates by name of value.</summary>
    public IReadOnlyDictionary<string, float> Dropout => _dropout;

    public Graph Build() => _graph.Build();

    /// <summary>Channels of a layer under the width multiplier, rounded as the papers' code does: never down by more than a tenth.</summary>
    public int Channels(int channels) => Rounded(channels * (double)_settings.WidthMultiplier);

    /// <summary>The nearest multiple of 8 that is no less than 9 ⁄ 10 of the number.</summary>
    public static int Rounded(double channels)
    {
        int rounded = Math.Max(Rounding, (int)(channels + (Rounding / 2)) / Rounding * Rounding);
        return rounded < 0.9 * channels ? rounded + Rounding : rounded;
    }

    /// <summary>The input, and in the card how a picture gets there.</summary>
    public Value Image(ValueList<float> mean, ValueList<float> deviation)
    {
        ColorOrder color = _settings.Channels == 1 ? ColorOrder.Gray : ColorOrder.Rgb;
        _graph.Card = new ModelCard(Preprocessing: new Preprocessing(ImageLayout.Nhwc, color, mean, deviation, _settings.Fit));
        return _graph.Input("image", new TensorType(ElementType.Float32, [1, _settings.Height, _settings.Width, _settings.Channels]));
    }

    public Value Add(Op op, string name, params ReadOnlySpan<Value> inputs) => _graph.Add(op, name, inputs);

    public void Output(string name, Value value) => _graph.Output(name, value);

    public Value Constant(Constant constant, string name) => _graph.Constant(constant, name);

    public Value Relu(string name, Value x) => Add(new Relu(), name, x);

    public Value Relu6(string name, Value x) => Add(new Clip(0, 6), name, x);

    /// <summary>[1, …] as [1, elements].</summary>
    public Value Flatten(string name, Value x) => Add(new Reshape([1, x.Type.Shape.ElementCount]), name, x);

    /// <summary>A fully connected layer with a bias that starts at 0.</summary>
    public Value Dense(string name, Value x, int outputs, Initialization initialization) =>
        Add(new Dense(), name, x, Weights(name, [outputs, x.Type.Shape[^1]], initialization), Filled($"{name}/bias", outputs, 0));

    /// <summary>A convolution, padded as <see cref="Same"/> says where not told otherwise; without bias where none is given for its start.</summary>
    public Value Convolution(
        string name, Value x, int channels, int size, int stride, Initialization initialization, float? bias = null, ValueList<int>? padding = null)
    {
        var op = new Conv2D([stride, stride], [1, 1], padding ?? Same(x, size, stride));
        Value weights = Weights(name, [channels, size, size, x.Type.Shape[3]], initialization);
        return bias is { } start ? Add(op, name, x, weights, Filled($"{name}/bias", channels, start)) : Add(op, name, x, weights);
    }

    /// <summary>A depthwise convolution of 3 × 3 without bias.</summary>
    public Value Depthwise(string name, Value x, int stride, Initialization initialization) =>
        Add(new DepthwiseConv2D([stride, stride], [1, 1], Same(x, 3, stride)), name, x, Weights(name, [3, 3, x.Type.Shape[3]], initialization));

    /// <summary>Batch normalization (Ioffe &amp; Szegedy 2015) that starts as the identity.</summary>
    public Value Normalize(string name, Value x)
    {
        int channels = x.Type.Shape[^1];
        return Add(
            new BatchNormalization(Epsilon), name, x, Filled($"{name}/scale", channels, 1), Filled($"{name}/shift", channels, 0),
            Filled($"{name}/mean", channels, 0), Filled($"{name}/variance", channels, 1));
    }

    /// <summary>Convolution, batch normalization, ReLU6.</summary>
    public Value ConvolutionRelu6(string name, Value x, int channels, int size, int stride) => Relu6(
        $"{name}/relu6", Normalize($"{name}/bn", Convolution($"{name}/conv", x, channels, size, stride, Initialization.HeNormal)));

    /// <summary>Depthwise convolution of 3 × 3, batch normalization, ReLU6.</summary>
    public Value DepthwiseRelu6(string name, Value x, int stride) => Relu6(
        $"{name}/relu6", Normalize($"{name}/bn", Depthwise($"{name}/conv", x, stride, Initialization.HeNormal)));

    /// <summary>The end of a classifier: the mean of each feature over the picture, dropout, a fully connected layer, the output <c>logits</c>.</summary>
    public Graph Classify(Value features) => ClassifyVector(Add(new ReduceMean([1, 2], false), "features", features));

    /// <summary>The end of a classifier whose features are a vector already.</summary>
    public Graph ClassifyVector(Value features)
    {
        if (_settings.Dropout > 0) _dropout[features.Name] = _settings.Dropout;
        Output("logits", Dense("classifier", features, _settings.Classes, Initialization.GlorotUniform));
        return Build();
    }

    /// <summary>TensorFlow's padding: as many outputs as inputs ÷ stride, rounded up, the odd pixel at the end.</summary>
    private static ValueList<int> Same(Value x, int size, int stride)
    {
        (int top, int bottom) = Along(x.Type.Shape[1]);
        (int left, int right) = Along(x.Type.Shape[2]);
        return [top, left, bottom, right];

        (int Begin, int End) Along(int length)
        {
            int all = Math.Max(((length - 1) / stride * stride) + size - length, 0);
            return (all / 2, all - (all / 2));
        }
    }

    private Value Weights(string name, Shape shape, Initialization initialization) =>
        _graph.Constant(initialization.Weights(shape, _random), $"{name}/weights");

    private Value Filled(string name, int count, float value) =>
        _graph.Constant(EdgeNet.Model.Constant.Of<float>([count], Enumerable.Repeat(value, count).ToArray()), name);
}
