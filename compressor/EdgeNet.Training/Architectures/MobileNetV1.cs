using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>MobileNet v1 (Howard et al. 2017, table 1): 4,231,976 parameters at width 1 with 1000 classes, 0.57 GMAC on 224 × 224.</summary>
internal static class MobileNetV1
{
    private static readonly (int Channels, int Stride)[] Blocks =
        [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)];

    public static ArchitectureSettings Defaults { get; } = new() { Width = 224, Height = 224, Classes = 1000, Dropout = 0.001f, Fit = ImageFit.CenterCrop };

    public static Graph Build(ArchitectureSettings settings, LayerBuilder net) => net.Classify(Features(net).Stride32);

    /// <summary>Everything before the classifier; what it sees last at an eighth, a sixteenth and a thirty-second of the picture's size.</summary>
    public static (Value Stride8, Value Stride16, Value Stride32) Features(LayerBuilder net)
    {
        Value x = net.ConvolutionRelu6("stem", net.Image([127.5f], [127.5f]), net.Channels(32), 3, 2);
        List<Value> features = [];
        for (int i = 0; i < Blocks.Length; i++)
        {
            if (Blocks[i].Stride == 2) features.Add(x);
            x = net.DepthwiseRelu6($"block{i + 1}/dw", x, Blocks[i].Stride);
            x = net.ConvolutionRelu6($"block{i + 1}/pw", x, net.Channels(Blocks[i].Channels), 1, 1);
        }
        return (features[2], features[3], x);
    }
}
