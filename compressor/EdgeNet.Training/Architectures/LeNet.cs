using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>The two LeNets on which Deep Compression (Han et al. 2016) was shown.</summary>
internal static class LeNet
{
    /// <summary>Two convolutions of 5 and two poolings of 2 leave one pixel of it.</summary>
    public const int MinimumSide = 16;

    // Mean and deviation of MNIST's training pictures.
    private const float Mean = 33.3f, Deviation = 78.6f;

    public static ArchitectureSettings Digits { get; } = new() { Width = 28, Height = 28, Channels = 1, Classes = 10 };

    /// <summary>784-300-100-10: 266,610 parameters.</summary>
    public static Graph Build300100(ArchitectureSettings settings, LayerBuilder net)
    {
        RequireFullWidth(settings);
        Value x = net.Flatten("pixels", net.Image([Mean], [Deviation]));
        x = net.Relu("fc1/relu", net.Dense("fc1", x, 300, Initialization.HeNormal));
        x = net.Relu("fc2/relu", net.Dense("fc2", x, 100, Initialization.HeNormal));
        return net.ClassifyVector(x);
    }

    /// <summary>
    /// Caffe's lenet.prototxt: 430,500 weights and 580 biases. No rectifier after the convolutions, as there; features are flattened
    /// channels last, not first.
    /// </summary>
    public static Graph Build5(ArchitectureSettings settings, LayerBuilder net)
    {
        RequireFullWidth(settings);
        Value x = net.Image([Mean], [Deviation]);
        x = Halve("pool1", net.Convolution("conv1", x, 20, 5, 1, Initialization.GlorotUniform, bias: 0, padding: [0, 0, 0, 0]));
        x = Halve("pool2", net.Convolution("conv2", x, 50, 5, 1, Initialization.GlorotUniform, bias: 0, padding: [0, 0, 0, 0]));
        x = net.Relu("fc1/relu", net.Dense("fc1", net.Flatten("features", x), 500, Initialization.HeNormal));
        return net.ClassifyVector(x);

        Value Halve(string name, Value image) => net.Add(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), name, image);
    }

    private static void RequireFullWidth(ArchitectureSettings settings)
    {
        if (settings.WidthMultiplier != 1)
            throw new ArchitectureException($"width multiplier {settings.WidthMultiplier}; expected 1, as its layers are of fixed size");
    }
}
