using EdgeNet.Model;

namespace EdgeNet.EndToEnd.Tests.OnnxRuntime;

/// <summary>The building blocks of well-known networks, small enough to be stored with the outputs that ONNX Runtime gives for them.</summary>
internal static class GoldenModels
{
    private const string QuantizedPrefix = "int8_";

    private static readonly Dictionary<string, Action<GoldenNet>> Networks = new()
    {
        ["lenet"] = LeNet,
        ["alexnet"] = AlexNet,
        ["resnet"] = ResNet,
        ["inception"] = Inception,
        ["mobilenet_v1"] = MobileNetV1,
        ["mobilenet_v2"] = MobileNetV2,
        ["mobilenet_v3"] = MobileNetV3,
        ["shufflenet"] = ShuffleNet,
        ["fpn"] = FeaturePyramid,
        ["ssd"] = Ssd,
        ["upsampler"] = Upsampler,
        ["style"] = StyleTransfer,
        [QuantizedPrefix + "lenet"] = LeNet,
        [QuantizedPrefix + "inception"] = Inception,
        [QuantizedPrefix + "mobilenet_v1"] = MobileNetV1,
        [QuantizedPrefix + "mobilenet_v2"] = MobileNetV2,
        [QuantizedPrefix + "mobilenet_v3"] = MobileNetV3,
        [QuantizedPrefix + "shufflenet"] = ShuffleNet,
        [QuantizedPrefix + "ssd"] = Ssd,
    };

    public static IReadOnlyCollection<string> Names => Networks.Keys;

    public static bool IsQuantized(string name) => name.StartsWith(QuantizedPrefix, StringComparison.Ordinal);

    public static Graph Build(string name)
    {
        var net = new GoldenNet(name, IsQuantized(name));
        Networks[name](net);
        return net.Build();
    }

    private static void LeNet(GoldenNet net)
    {
        Value x = net.Image(1, 16, 12);
        x = net.Pool(PoolKind.Max, net.Relu(net.Conv(x, 4, 5)), 2, 2);
        x = net.Pool(PoolKind.Max, net.Relu(net.Conv(x, 8, 5)), 2, 2);
        x = net.Relu(net.Dense(net.Flatten(x), 16));
        net.Output("probabilities", net.Do(new Softmax(1), net.Dense(x, 10)));
    }

    private static void AlexNet(GoldenNet net)
    {
        Value x = net.Relu(net.Conv(net.Image(3, 20, 24), 8, 7, stride: 2));
        x = net.Pool(PoolKind.Max, net.Do(new LocalResponseNormalization(5, 1e-2f, 0.75f, 1), x), 3, 2, ceil: true);
        net.Output("y", net.Relu(net.Conv(x, 12, 5, groups: 2)));
    }

    private static void ResNet(GoldenNet net)
    {
        Value x = net.Relu(net.BatchNormalization(net.Conv(net.Image(3, 12, 10), 8, 3)));
        Value residual = net.Relu(net.BatchNormalization(net.Conv(x, 12, 3, stride: 2)));
        residual = net.BatchNormalization(net.Conv(residual, 12, 3));
        Value shortcut = net.BatchNormalization(net.Conv(x, 12, 1, stride: 2));
        net.Output("y", net.Relu(net.Do(new Add(), residual, shortcut)));
    }

    private static void Inception(GoldenNet net)
    {
        Value x = net.Relu(net.Conv(net.Image(3, 10, 12), 8, 3));
        x = net.Concat(3,
            net.Relu(net.Conv(x, 4, 1)),
            net.Relu(net.Conv(net.Relu(net.Conv(x, 4, 1)), 6, 3)),
            net.Relu(net.Conv(net.Relu(net.Conv(x, 2, 1)), 4, 5)),
            net.Conv(net.Pool(PoolKind.Max, x, 3, 1), 4, 1),
            net.Pool(PoolKind.Average, x, 3, 1));
        net.Output("y", x);
    }

    private static void MobileNetV1(GoldenNet net)
    {
        Value x = net.Relu6(net.Conv(net.Image(3, 16, 20), 8, 3, stride: 2));
        x = net.Relu6(net.Conv(net.Relu6(net.Depthwise(x)), 16, 1));
        x = net.Relu6(net.Conv(net.Relu6(net.Depthwise(x, stride: 2)), 24, 1));
        net.Output("probabilities", net.Do(new Softmax(1), net.Dense(net.GlobalMean(x), 16)));
    }

    private static void MobileNetV2(GoldenNet net)
    {
        Value x = net.Conv(net.Image(3, 12, 16), 8, 3, stride: 2);
        Value expanded = net.Relu6(net.Conv(x, 32, 1));
        Value projected = net.Conv(net.Relu6(net.Depthwise(expanded)), 8, 1);
        net.Output("y", net.Do(new Add(), x, projected));
    }

    private static void MobileNetV3(GoldenNet net)
    {
        Value x = net.Do(new HardSwish(), net.Conv(net.Image(3, 12, 16), 16, 3, stride: 2));
        x = net.Do(new HardSwish(), net.Depthwise(x, 5));
        Value squeezed = net.Relu(net.Conv(net.GlobalMean(x, keepDims: true), 4, 1));
        Value excitation = net.Do(new HardSigmoid(1f / 6, 0.5f), net.Conv(squeezed, 16, 1));
        net.Output("y", net.Conv(net.Do(new Mul(), x, excitation), 8, 1));
    }

    private static void ShuffleNet(GoldenNet net)
    {
        Value x = net.Conv(net.Image(3, 12, 8), 12, 3);
        Value branch = net.Relu(net.Conv(x, 12, 1, groups: 3));
        branch = net.Do(new Transpose([0, 1, 2, 4, 3]), net.Reshape(branch, 1, 12, 8, 3, 4));
        branch = net.Depthwise(net.Reshape(branch, 1, 12, 8, 12), stride: 2);
        branch = net.Conv(branch, 12, 1, groups: 3);
        net.Output("y", net.Relu(net.Concat(3, net.Pool(PoolKind.Average, x, 3, 2), branch)));
    }

    private static void FeaturePyramid(GoldenNet net)
    {
        Value fine = net.Relu(net.Conv(net.Image(3, 16, 12), 8, 3, stride: 2)), coarse = net.Relu(net.Conv(fine, 12, 3, stride: 2));
        Value lateral = net.Conv(fine, 8, 1), top = net.Conv(coarse, 8, 1);
        Value nearest = net.Resize(top, 8, 6, Interpolation.Nearest, CoordinateTransformation.Asymmetric);
        Value merged = net.Conv(net.Do(new Add(), lateral, nearest), 4, 3);
        net.Output("y", net.Resize(merged, 16, 12, Interpolation.Linear, CoordinateTransformation.HalfPixel));
    }

    private static void Ssd(GoldenNet net)
    {
        const int Classes = 3, BoxCode = 4, Anchors = 2;
        Value fine = net.Relu(net.Conv(net.Image(3, 16, 12), 8, 3, stride: 2)), coarse = net.Relu(net.Conv(fine, 12, 3, stride: 2));
        net.Output("boxes", Heads(BoxCode));
        net.Output("scores", net.Do(new Sigmoid(), Heads(Classes)));

        Value Heads(int width) => net.Concat(1, net.Flatten(net.Conv(fine, Anchors * width, 3), width), net.Flatten(net.Conv(coarse, Anchors * width, 3), width));
    }

    private static void Upsampler(GoldenNet net)
    {
        Value x = net.Relu(net.Conv(net.Image(3, 8, 10), 8, 3, stride: 2));
        x = net.Do(new LeakyRelu(0.1f), net.ConvTranspose(x, 6, groups: 2));
        net.Output("picture", net.Do(new Tanh(), net.ConvTranspose(x, 3)));
    }

    private static void StyleTransfer(GoldenNet net)
    {
        Value x = net.PRelu(net.InstanceNormalization(net.Conv(net.Image(3, 10, 14), 8, 5)));
        net.Output("picture", net.Do(new Sigmoid(), net.InstanceNormalization(net.Conv(x, 3, 3))));
    }
}
