using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// The single-shot detector (Liu et al. 2016) in its light form (Sandler et al. 2018, section 6.2): the layers after the backbone and the
/// heads are depthwise separable. Heads see the backbone at strides 16 and 32 and up to four further maps, each half the one before.
/// </summary>
internal static class SsdLite
{
    // The further maps at width 1, as in TensorFlow's configurations; a narrower convolution stands before each.
    private static readonly int[] FurtherChannels = [512, 256, 256, 128];

    // The score that every class has before training: training of thousands of priors that mostly show nothing begins near what
    // it has to reach (Lin et al. 2017, section 4.1). A softmax does not notice.
    private const double FirstScore = 0.01;

    // Of the heads' last layers, as in TensorFlow's configurations.
    private const double HeadDeviation = 0.03;

    /// <summary>COCO as TensorFlow counts it: 90 classes and the background.</summary>
    public static ArchitectureSettings Defaults { get; } = new() { Width = 300, Height = 300, Classes = 91 };

    /// <summary>For standing people seen by a small camera.</summary>
    public static ArchitectureSettings People { get; } = new()
    {
        Width = 320,
        Height = 240,
        Classes = 2,
        Labels = ["background", "person"],
        WidthMultiplier = 0.5f,
        Priors = PriorSettings.People,
    };

    public static Graph BuildV1(ArchitectureSettings settings, LayerBuilder net) => Build(settings, net, MobileNetV1.Features(net));

    public static Graph BuildV2(ArchitectureSettings settings, LayerBuilder net) => Build(settings, net, MobileNetV2.Features(settings, net));

    private static Graph Build(ArchitectureSettings settings, LayerBuilder net, (Value Stride8, Value Stride16, Value Stride32) features)
    {
        if (settings.Dropout != 0) throw new ArchitectureException($"dropout of {settings.Dropout}; expected 0, as a detector has no classifier to drop features of");
        int most = 2 + FurtherChannels.Length;
        if (settings.Priors.Maps < 1 || settings.Priors.Maps > most)
            throw new ArchitectureException($"priors: {settings.Priors.Maps} maps from stride 16 on; expected 1 to {most}");

        List<Value> maps = [.. Maps(net, settings.Priors.Maps, features.Stride16, features.Stride32)];
        if (settings.Priors.FineMap) maps.Insert(0, features.Stride8);
        var grid = new PriorGrid(settings.Priors, [.. maps.Select(map => (map.Type.Shape[1], map.Type.Shape[2]))], settings.Width, settings.Height);
        float firstLogit = (float)Math.Log(FirstScore / (1 - FirstScore));
        net.Output("class_logits", Heads("classes", settings.Classes, firstLogit));
        net.Output("boxes", Heads("boxes", 4, 0));
        net.Output("priors", net.Constant(grid.Priors(), "priors"));
        return net.Build();

        Value Heads(string kind, int numbers, float bias) => net.Add(new Concat(1), kind, [.. maps.Select((map, i) =>
        {
            string name = $"map{i + 1}/{kind}";
            int boxes = grid.BoxesPerCell(i), cells = map.Type.Shape[1] * map.Type.Shape[2];
            Value y = net.Convolution(
                $"{name}/conv", net.DepthwiseRelu6($"{name}/dw", map, 1), boxes * numbers, 1, 1, Initialization.Normal(HeadDeviation), bias);
            return net.Add(new Reshape([1, cells * boxes, numbers]), $"{name}/rows", y);
        })]);
    }

    private static IEnumerable<Value> Maps(LayerBuilder net, int count, Value stride16, Value stride32)
    {
        yield return stride16;
        if (count == 1) yield break;
        Value x = stride32;
        yield return x;
        for (int i = 0; i < count - 2 && x.Type.Shape.Product(1, 3) > 1; i++)
        {
            string name = $"extra{i + 1}";
            x = net.ConvolutionRelu6($"{name}/reduce", x, net.Channels(FurtherChannels[i] / 2), 1, 1);
            x = net.ConvolutionRelu6($"{name}/pw", net.DepthwiseRelu6($"{name}/dw", x, 2), net.Channels(FurtherChannels[i]), 1, 1);
            yield return x;
        }
    }
}
