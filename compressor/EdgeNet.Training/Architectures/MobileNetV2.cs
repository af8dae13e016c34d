using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// MobileNet v2: inverted residuals with linear bottlenecks (Sandler et al. 2018, table 2): 3,504,872 parameters at width 1 with 1000
/// classes, 0.3 GMAC on 224 × 224.
/// </summary>
internal static class MobileNetV2
{
    private const int Last = 1280;

    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static ArchitectureSettings Defaults { get; } = new() { Width = 224, Height = 224, Classes = 1000, Dropout = 0.2f, Fit = ImageFit.CenterCrop };

    public static Graph Build(ArchitectureSettings settings, LayerBuilder net) => net.Classify(Features(settings, net).Stride32);

    /// <summary>Everything before the classifier; the widest of what it sees at an eighth and a sixteenth of the picture's size, and the last of all.</summary>
    public static (Value Stride8, Value Stride16, Value Stride32) Features(ArchitectureSettings settings, LayerBuilder net)
    {
        Value x = net.ConvolutionRelu6("stem", net.Image([127.5f], [127.5f]), net.Channels(32), 3, 2);
        List<Value> beforeStride = [];
        int number = 0;
        foreach ((int expansion, int channels, int repeats, int stageStride) in Stages)
        {
            for (int i = 0; i < repeats; i++)
            {
                string name = $"block{++number}";
                int stride = i == 0 ? stageStride : 1;
                Value y = expansion == 1 ? x : net.ConvolutionRelu6($"{name}/expand", x, expansion * x.Type.Shape[3], 1, 1);
                if (stride == 2) beforeStride.Add(y);
                y = net.DepthwiseRelu6($"{name}/dw", y, stride);
                y = net.Normalize($"{name}/project/bn", net.Convolution($"{name}/project/conv", y, net.Channels(channels), 1, 1, Initialization.GlorotNormal));
                x = stride == 1 && x.Type.Shape == y.Type.Shape ? net.Add(new Add(), $"{name}/add", x, y) : y;
            }
        }
        // Narrower networks keep it wide, as the paper says.
        x = net.ConvolutionRelu6("last", x, LayerBuilder.Rounded(Last * (double)Math.Max(1, settings.WidthMultiplier)), 1, 1);
        return (beforeStride[2], beforeStride[3], x);
    }
}
