using EdgeNet.Model;

namespace EdgeNet.Import.DeepCompression;

/// <summary>
/// SqueezeNet v1.0 as its authors' Caffe model has it (Iandola et al. 2016, table 1), names included. Fire module n is <c>fire{n}</c>: a
/// 1 × 1 convolution to few channels, and from these a 1 × 1 and a 3 × 3 convolution to four times as many each, side by side.
/// </summary>
internal static class SqueezeNet
{
    private const int Classes = 1000, FirstFire = 2;

    private static readonly int[] Squeezed = [16, 16, 32, 32, 48, 48, 64, 64];

    // Caffe's pictures of ImageNet are stretched to a square, of which training saw parts of 227 × 227.
    private static readonly ModelCard Card = new(
        "SqueezeNet v1.0, Deep Compression, ImageNet, 1000 classes",
        new Preprocessing(ImageLayout.Nchw, ColorOrder.Bgr, [104, 117, 123], [1], ImageFit.Stretch));

    /// <summary>The convolutions, in the order of the file.</summary>
    public static LayerSize[] Layers { get; } = [.. Convolutions()];

    /// <summary>The network with these weights.</summary>
    public static Graph Build(IReadOnlyDictionary<string, LayerWeights> weights)
    {
        var net = new GraphBuilder { Card = Card };
        Value x = net.Add(new Transpose([0, 2, 3, 1]), "data/transpose", net.Input("data", new TensorType(ElementType.Float32, [1, 3, 227, 227])));
        x = Pool("pool1", Convolve("", "conv1", x, stride: 2));
        for (int fire = FirstFire; fire < FirstFire + Squeezed.Length; fire++)
        {
            Value squeezed = Convolve($"fire{fire}/", "squeeze1x1", x);
            x = net.Add(new Concat(3), $"fire{fire}/concat", Convolve($"fire{fire}/", "expand1x1", squeezed), Convolve($"fire{fire}/", "expand3x3", squeezed, border: 1));
            if (fire is 4 or 8) x = Pool($"pool{fire}", x);
        }
        // The Caffe model pads this 1 × 1 convolution, too: its mean is over a border of biases besides the picture.
        x = Convolve("", "conv10", x, border: 1);
        x = net.Add(new ReduceMean([1, 2], KeepDims: false), "pool10", x);
        net.Output("prob", net.Add(new Softmax(1), "prob", x));
        return net.Build();

        Value Convolve(string module, string name, Value image, int stride = 1, int border = 0)
        {
            LayerWeights layer = weights[module + name];
            Value y = net.Add(
                new Conv2D([stride, stride], [1, 1], [border, border, border, border]), module + name,
                image, net.Constant(layer.Weights, $"{module}{name}/weights"), net.Constant(layer.Bias, $"{module}{name}/bias"));
            return net.Add(new Relu(), $"{module}relu_{name}", y);
        }

        // Caffe lets the last window hang over the edge.
        Value Pool(string name, Value image) => net.Add(new Pool2D(PoolKind.Max, [3, 3], [2, 2], [1, 1], [0, 0, 0, 0], CeilMode: true), name, image);
    }

    private static IEnumerable<LayerSize> Convolutions()
    {
        int channels = 96;
        yield return new("conv1", channels, 3, 7);
        for (int i = 0; i < Squeezed.Length; i++)
        {
            string fire = $"fire{FirstFire + i}";
            int expanded = 4 * Squeezed[i];
            yield return new($"{fire}/squeeze1x1", Squeezed[i], channels, 1);
            yield return new($"{fire}/expand1x1", expanded, Squeezed[i], 1);
            yield return new($"{fire}/expand3x3", expanded, Squeezed[i], 3);
            channels = 2 * expanded;
        }
        yield return new("conv10", Classes, channels, 1);
    }
}
