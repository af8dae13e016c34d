using EdgeNet.Model;

namespace PeerModels;

/// <summary>The networks, at full width.</summary>
internal static class Architectures
{
    private const int Labels = 1001;

    /// <summary>MobileNet v1 on 224 × 224 (Howard et al. 2017): 0.57 GMAC.</summary>
    public static Graph MobileNetV1(bool quantized)
    {
        var net = new Network("mobilenet_v1_224_random", quantized);
        Classify(net, FeaturesV1(net, net.Picture(224))[^1]);
        return net.Build();
    }

    /// <summary>MobileNet v2 on 224 × 224 (Sandler et al. 2018): 0.3 GMAC.</summary>
    public static Graph MobileNetV2(bool quantized)
    {
        var net = new Network("mobilenet_v2_224_random", quantized);
        Value x = net.Convolve("conv0", net.Picture(224), 32, size: 3, stride: 2);
        (int Expansion, int Channels, int Repeats, int Stride)[] stages =
            [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        int number = 0;
        foreach ((int expansion, int channels, int repeats, int stride) in stages)
        {
            for (int i = 0; i < repeats; i++)
            {
                string name = $"block{++number}";
                Value y = expansion == 1 ? x : net.Convolve($"{name}_expand", x, expansion * x.Type.Shape[3]);
                y = net.ConvolveDepthwise($"{name}_dw", y, i == 0 ? stride : 1);
                y = net.Convolve($"{name}_project", y, channels, activation: false);
                x = i == 0 ? y : net.Add($"{name}_add", x, y);
            }
        }
        Classify(net, net.Convolve("last", x, 1280));
        return net.Build();
    }

    /// <summary>
    /// SSD-MobileNet v1 on 300 × 300 and the 21 classes of Pascal VOC: features of 19, 10, 5, 3, 2 and 1 pixels a side, 1917 anchors,
    /// heads of 1 × 1; 1.15 GMAC.
    /// </summary>
    public static Graph SsdMobileNetV1(bool quantized)
    {
        const int Classes = 21, BoxCode = 4;
        var net = new Network("ssd_mobilenet_v1_300_random", quantized);
        List<Value> features = FeaturesV1(net, net.Picture(300));
        foreach (int channels in (int[])[512, 256, 256, 128])
        {
            Value x = net.Convolve($"extra{features.Count}_1x1", features[^1], channels / 2);
            features.Add(net.Convolve($"extra{features.Count}_3x3", x, channels, size: 3, stride: 2));
        }
        net.Output("scores", net.Sigmoid("scores_sigmoid", Heads("class", Classes)));
        net.Output("box_encodings", Heads("box", BoxCode));
        return net.Build();

        Value Heads(string name, int width) => net.Concat($"{name}_all", 1, [.. features.Select((x, i) =>
        {
            int anchors = i == 0 ? 3 : 6, pixels = x.Type.Shape[1] * x.Type.Shape[2];
            return net.Reshape($"{name}{i}_rows", net.Convolve($"{name}{i}", x, anchors * width, activation: false), 1, pixels * anchors, width);
        })]);
    }

    /// <summary>What MobileNet v1 sees: at a sixteenth of the size, and at the end.</summary>
    private static List<Value> FeaturesV1(Network net, Value x)
    {
        (int Channels, int Stride)[] blocks =
            [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)];
        var features = new List<Value>();
        x = net.Convolve("conv0", x, 32, size: 3, stride: 2);
        for (int i = 0; i < blocks.Length; i++)
        {
            x = net.ConvolveDepthwise($"conv{i + 1}_dw", x, blocks[i].Stride);
            x = net.Convolve($"conv{i + 1}_pw", x, blocks[i].Channels);
            if (i is 10 or 12) features.Add(x);
        }
        return features;
    }

    private static void Classify(Network net, Value x)
    {
        x = net.Convolve("logits", net.Mean("mean", x), Labels, activation: false);
        net.Output("probs", net.Softmax("softmax", net.Reshape("flat", x, 1, Labels)));
    }
}
