using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Prediction.Tests;

/// <summary>Small graphs with answers that can be told by head.</summary>
internal static class Models
{
    public static Preprocessing Plain(ImageLayout layout = ImageLayout.Nhwc, ImageFit fit = ImageFit.Stretch, ColorOrder color = ColorOrder.Rgb) =>
        new(layout, color, [0], [255], fit);

    /// <summary>A convolution whose three outputs are the means of the three input channels of a size × size picture.</summary>
    public static Graph MeanColour(int size, ModelCard card, Quantization? input = null, ElementType element = ElementType.Float32, Quantization? output = null)
    {
        var builder = new GraphBuilder { Card = card };
        bool isNchw = card.Preprocessing is { Layout: ImageLayout.Nchw };
        Value x = builder.Input("picture", new TensorType(element, isNchw ? [1, 3, size, size] : [1, size, size, 3], input));
        if (input is not null) x = builder.Add(new Dequantize(), "reals", x);
        if (isNchw) x = builder.Add(new Transpose([0, 2, 3, 1]), "channels last", x);
        float[] weights = new float[3 * size * size * 3];
        for (int i = 0; i < weights.Length; i++) weights[i] = i / (size * size * 3) == i % 3 ? 1f / (size * size) : 0;
        x = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "means", x, builder.Constant(Constant.Of(new Shape([3, size, size, 3]), weights)));
        if (output is not null) x = builder.Add(new Quantize(ElementType.Int8) { OutputQuantization = output }, "codes", x);
        builder.Output("scores", x);
        return builder.Build();
    }

    /// <summary>A "detector" that always says the same: its outputs are constants.</summary>
    public static Graph Constants(int height, int width, Detector detector, ImageFit fit, params (string Name, int[] Shape, float[] Values)[] outputs)
    {
        var builder = new GraphBuilder { Card = new ModelCard(Preprocessing: Plain(fit: fit), Detector: detector) };
        builder.Input("picture", new TensorType(ElementType.Float32, [1, height, width, 3]));
        foreach ((string name, int[] shape, float[] values) in outputs) builder.Output(name, builder.Constant(Constant.Of(new Shape(shape), values)));
        return builder.Build();
    }

    public static PictureModel Bind(Graph graph) => new(new InferenceSession(graph, new SessionOptions { Threads = 1 }));
}
