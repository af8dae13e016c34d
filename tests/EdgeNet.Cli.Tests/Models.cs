using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Cli.Tests;

/// <summary>Small models and pictures as files.</summary>
internal static class Models
{
    public const string CardJson = """
        {
          "name": "mean colour",
          "preprocessing": { "layout": "Nhwc", "color": "Rgb", "mean": [0], "standardDeviation": [255], "fit": "Stretch" },
          "labels": ["red", "green", "blue"]
        }
        """;

    /// <summary>A convolution whose three outputs are the means of the input's channels; its weights are one half and zero otherwise.</summary>
    public static Graph MeanColour()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("picture", new TensorType(ElementType.Float32, [1, 1, 2, 3]));
        float[] weights = new float[18];
        for (int i = 0; i < weights.Length; i++) weights[i] = i / 6 == i % 3 ? 0.5f : 0;
        x = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "means", x, builder.Constant(Constant.Of(new Shape([3, 1, 2, 3]), weights), "w"), builder.Constant(Constant.Of(0f, 0, 0)));
        x = builder.Add(new Reshape([1, 3]), "flat", x);
        builder.Output("scores/0:a", x);
        return builder.Build();
    }

    /// <summary>A detector that always sees one object of class 1, in the middle.</summary>
    public static Graph Detector()
    {
        var builder = new GraphBuilder
        {
            Card = new ModelCard(
                Preprocessing: new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [1]), Labels: ["background", "person"],
                Detector: new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors")),
        };
        builder.Input("picture", new TensorType(ElementType.Float32, [1, 4, 4, 3]));
        builder.Output("scores", builder.Constant(Constant.Of<float>(new Shape([1, 1, 2]), [0.25f, 0.75f])));
        builder.Output("boxes", builder.Constant(Constant.Of<float>(new Shape([1, 1, 4]), new float[4])));
        builder.Output("priors", builder.Constant(Constant.Of<float>(new Shape([1, 4]), [0.5f, 0.5f, 0.5f, 0.5f])));
        return builder.Build();
    }

    /// <summary>Codes in, half of them out, as codes of another scale.</summary>
    public static Graph Quantized()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Int8, [4], Quantization.PerTensor(0.5f, 0)));
        builder.Output("codes", builder.Add(new Quantize(ElementType.Int8) { OutputQuantization = Quantization.PerTensor(1, 0) }, "q", x));
        builder.Output("reals", builder.Add(new Dequantize(), "d", x));
        return builder.Build();
    }

    public static string Save(this Graph graph, TemporaryFolder folder, string name = "model.edgenet")
    {
        ModelFile.Save(folder[name], graph);
        return folder[name];
    }

    public static string Picture(TemporaryFolder folder, byte red, byte green, byte blue, int width = 40, int height = 20)
    {
        var image = new Image(width, height, 3);
        Drawing.FilledRectangle(image, 0, 0, width, height, new Rgb(red, green, blue));
        ImageFile.Save(folder["picture.png"], image);
        return folder["picture.png"];
    }
}
