using EdgeNet.Model;

namespace EdgeNet.Compression.Tests;

/// <summary>Small networks with seeded weights.</summary>
internal static class TestNetworks
{
    /// <summary>Convolution, depthwise, pointwise, mean, dense: [1, 12, 12, 3] pictures to five classes; 8 channels times the width, then 16.</summary>
    public static Graph Convolutional(int seed, int width = 1)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder
        {
            Card = new ModelCard("tiny", new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [127.5f], [127.5f]), ["a", "b", "c", "d", "e"]),
        };
        Value x = builder.Input("picture", new TensorType(ElementType.Float32, [1, 12, 12, 3]));
        x = builder.Add(new Conv2D([2, 2], [1, 1], [1, 1, 1, 1]), "conv1", x, Weights("stem", [8 * width, 3, 3, 3], 27), Bias(8 * width));
        x = builder.Add(new Relu(), "relu1", x);
        x = builder.Add(new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]), "conv2", x, Weights("depthwise", [3, 3, 8 * width], 9), Bias(8 * width));
        x = builder.Add(new Relu(), "relu2", x);
        x = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "conv3", x, Weights("pointwise", [16 * width, 1, 1, 8 * width], 8 * width), Bias(16 * width));
        x = builder.Add(new Relu(), "relu3", x);
        x = builder.Add(new ReduceMean([1, 2], KeepDims: false), "mean", x);
        x = builder.Add(new Dense(), "dense", x, Weights("classes", [5, 16 * width], 16 * width), Bias(5));
        builder.Output("logits", x);
        return builder.Build();

        Value Weights(string name, Shape shape, int inputs)
        {
            float[] values = new float[shape.ElementCount];
            for (int i = 0; i < values.Length; i++) values[i] = (float)((random.NextDouble() + random.NextDouble() - 1) * 2.4 / Math.Sqrt(inputs));
            return builder.Constant(Constant.Of(shape, values), name);
        }

        Value Bias(int channels)
        {
            float[] values = new float[channels];
            for (int i = 0; i < channels; i++) values[i] = (float)(random.NextDouble() - 0.3) * 0.2f;
            return builder.Constant(Constant.Of(values));
        }
    }
}
