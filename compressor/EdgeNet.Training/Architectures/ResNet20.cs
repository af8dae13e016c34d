using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// The residual network of 20 layers for CIFAR-10 (He et al. 2015, "Deep residual learning", section 4.2): three stages of three
/// blocks of two 3 × 3 convolutions, 16, 32, 64 channels; 272,474 parameters.
/// </summary>
/// <remarks>
/// Where a stage halves the picture its shortcut is a 1 × 1 convolution (the paper's option B), not a subsampling padded with zero
/// channels (option A, 2,752 parameters less): compression treats it like every other layer.
/// </remarks>
internal static class ResNet20
{
    public static ArchitectureSettings Defaults { get; } = new() { Width = 32, Height = 32, Classes = 10 };

    public static Graph Build(ArchitectureSettings settings, LayerBuilder net)
    {
        // Mean and deviation of CIFAR-10's training pictures.
        Value x = settings.Channels == 3 ? net.Image([125.3f, 123, 113.9f], [63, 62.1f, 66.7f]) : net.Image([122], [61]);
        x = net.Relu("stem/relu", Convolve(net, "stem", x, net.Channels(16), 3, 1, Initialization.HeNormal));
        for (int stage = 1; stage <= 3; stage++)
        {
            int channels = net.Channels(8 << stage);
            for (int block = 1; block <= 3; block++)
            {
                string name = $"stage{stage}/block{block}";
                bool first = block == 1 && stage > 1;
                Value y = net.Relu($"{name}/1/relu", Convolve(net, $"{name}/1", x, channels, 3, first ? 2 : 1, Initialization.HeNormal));
                // No rectifier between this and the sum: variance is kept, not doubled.
                y = Convolve(net, $"{name}/2", y, channels, 3, 1, Initialization.GlorotNormal);
                Value shortcut = first ? Convolve(net, $"{name}/shortcut", x, channels, 1, 2, Initialization.GlorotNormal) : x;
                x = net.Relu($"{name}/relu", net.Add(new Add(), $"{name}/add", shortcut, y));
            }
        }
        return net.Classify(x);
    }

    // Padded alike on all sides: so the middle of a window of stride 2 is the pixel that the shortcut takes.
    private static Value Convolve(LayerBuilder net, string name, Value x, int channels, int size, int stride, Initialization initialization)
    {
        int border = size / 2;
        Value y = net.Convolution($"{name}/conv", x, channels, size, stride, initialization, padding: [border, border, border, border]);
        return net.Normalize($"{name}/bn", y);
    }
}
