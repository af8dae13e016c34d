using EdgeNet.Model;
using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Compression.Tests;

public class DistillationTests
{
    private static readonly Preprocessing Pixels = new(ImageLayout.Nhwc, ColorOrder.Rgb, [127.5f], [127.5f]);

    private static MemorySource Pictures(int count)
    {
        var random = Rng.For(5);
        return new MemorySource([.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] pixels = new byte[4 * 4 * 3];
            for (int k = 0; k < pixels.Length; k++) pixels[k] = (byte)random.Below(256);
            return new Example($"picture {i}", new Image(4, 4, 3, pixels), i % 2);
        })]);
    }

    private static Constant Weights(Shape shape) => Constant.Of<float>(shape, [.. Enumerable.Range(0, shape.ElementCount).Select(i => MathF.Sin(i) / 4)]);

    /// <summary>The network after some epochs, from weights that were halved.</summary>
    private static (double Before, double After) Retrained(Graph graph, RetrainingSettings settings)
    {
        var retrainer = new Retrainer(graph, settings, new RetrainingData(Pictures(16), 4, 4, []), new DataProblems(), seed: 1, threads: 1);
        Assert.Null(retrainer.WhyNot);
        Graph harmed = WeightLayers.Replace(graph, WeightLayers.Of(graph).ToDictionary(
            layer => layer.Constant, layer => Constant.Of<float>(layer.Shape, Array.ConvertAll(layer.Constant.ToArray<float>(), weight => weight / 2))));
        return (retrainer.Loss(harmed), retrainer.Loss(retrainer.Run(harmed, new RetrainingRun("test", 20, 0.01), _ => null, CancellationToken.None)));
    }

    [Fact]
    public void Classes_of_pixels_are_taught_by_the_original_alone_as_labels_are_those_of_whole_pictures()
    {
        var builder = new GraphBuilder { Card = new ModelCard("segmenter", Pixels) };
        Value x = builder.Input("picture", new TensorType(ElementType.Float32, [1, 4, 4, 3]));
        x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "conv", x, builder.Constant(Weights([3, 3, 3, 3]), "weights"));
        builder.Output("classes", builder.Add(new Softmax(3), "softmax", x));
        var settings = new RetrainingSettings { Batch = 8 };
        (double before, double after) = Retrained(builder.Build(), settings);
        Assert.True(after < before / 4, $"{before} before, {after} after");
        Assert.Equal((before, after), Retrained(builder.Build(), settings with { Labels = 0.5 }));
    }

    [Fact]
    public void Detectors_may_have_any_number_of_classes()
    {
        const int Classes = 1203;
        var builder = new GraphBuilder { Card = new ModelCard("detector", Pixels, Detector: new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors")) };
        Value x = builder.Add(new ReduceMean([1, 2], KeepDims: false), "mean", builder.Input("picture", new TensorType(ElementType.Float32, [1, 4, 4, 3])));
        Value scores = builder.Add(new Reshape([1, 1, Classes]), "rows", builder.Add(new Dense(), "dense", x, builder.Constant(Weights([Classes, 3]), "weights")));
        builder.Output("scores", builder.Add(new Softmax(2), "softmax", scores));
        builder.Output("boxes", builder.Add(new Reshape([1, 1, 4]), "codes", builder.Add(new Dense(), "places", x, builder.Constant(Weights([4, 3]), "place weights"))));
        builder.Output("priors", builder.Constant(Constant.Of<float>(new Shape([1, 4]), [0.5f, 0.5f, 0.5f, 0.5f])));
        (double before, double after) = Retrained(builder.Build(), new RetrainingSettings { Batch = 8 });
        Assert.True(after < before / 4, $"{before} before, {after} after");
    }
}
