using EdgeNet.Model;
using EdgeNet.Runtime;

namespace EdgeNet.Compression.Tests;

/// <summary>Seeded examples, more small networks, and what sessions make of them.</summary>
internal static class Int8Samples
{
    /// <summary>Smooth pictures, as many numbers as each input has.</summary>
    public static float[][][] For(Graph graph, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => graph.Inputs.Select(input =>
        {
            float[] values = new float[input.Type.Shape.ElementCount];
            float level = (float)(random.NextDouble() - 0.5);
            for (int i = 0; i < values.Length; i++) values[i] = level + (float)(random.NextDouble() + random.NextDouble() - 1);
            return values;
        }).ToArray())];
    }

    /// <summary>All Float32 outputs, of all examples, one after the other.</summary>
    public static float[] Outputs(Graph graph, float[][][] examples)
    {
        using var session = new InferenceSession(graph, new SessionOptions { Threads = 1 });
        var all = new List<float>();
        foreach (float[][] example in examples)
        {
            for (int i = 0; i < example.Length; i++) example[i].CopyTo(session.Input<float>(i));
            session.Run();
            for (int i = 0; i < graph.Outputs.Length; i++) all.AddRange(session.Output<float>(i));
        }
        return [.. all];
    }

    /// <summary>Mean squared difference ÷ mean square.</summary>
    public static double Error(float[] expected, float[] actual) =>
        expected.Zip(actual, (e, a) => ((double)e - a) * ((double)e - a)).Sum() / expected.Sum(e => (double)e * e);

    public static Value Weights(GraphBuilder builder, Random random, string name, Shape shape, int inputs)
    {
        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++) values[i] = (float)((random.NextDouble() + random.NextDouble() - 1) * 2.4 / Math.Sqrt(inputs));
        return builder.Constant(Constant.Of(shape, values), name);
    }

    public static Value PerChannel(GraphBuilder builder, Random random, int channels, double low, double high)
    {
        float[] values = new float[channels];
        for (int i = 0; i < channels; i++) values[i] = (float)(low + random.NextDouble() * (high - low));
        return builder.Constant(Constant.Of(values));
    }

    /// <summary>
    /// Channels first, a normalization, ReLU6, a residual, pooling, resizing, parts that are joined, and two heads: boxes that are joined and scores
    /// that go through a sigmoid.
    /// </summary>
    public static Graph Detector(int seed)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder();
        Value x = builder.Input("picture", new TensorType(ElementType.Float32, [1, 3, 16, 16]));
        x = builder.Add(new Transpose([0, 2, 3, 1]), "nhwc", x);
        x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "conv1", x, Weights(builder, random, "w1", [8, 3, 3, 3], 27));
        x = builder.Add(new BatchNormalization(1e-3f), "norm1", x, PerChannel(builder, random, 8, 0.5, 1.5), PerChannel(builder, random, 8, -0.2, 0.4),
            PerChannel(builder, random, 8, -0.1, 0.1), PerChannel(builder, random, 8, 0.2, 0.5));
        Value early = x = builder.Add(new Clip(0, 6), "clip1", x);
        x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "conv2", x, Weights(builder, random, "w2", [8, 3, 3, 8], 72), PerChannel(builder, random, 8, -0.1, 0.2));
        x = builder.Add(new Add(), "residual", x, early);
        x = builder.Add(new Relu(), "relu2", x);
        x = builder.Add(new Pool2D(PoolKind.Max, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0]), "pool", x);
        Value low = builder.Add(new Conv2D([2, 2], [1, 1], [0, 0, 1, 1]), "conv3", x, Weights(builder, random, "w3", [8, 3, 3, 8], 72), PerChannel(builder, random, 8, -0.1, 0.2));
        low = builder.Add(new LeakyRelu(0.1f), "leaky", low);
        low = builder.Add(new Resize([1, 8, 8, 8], [1, 2, 2, 1], Interpolation.Nearest), "up", low);
        x = builder.Add(new Concat(3), "join", x, low);
        Value boxes = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "boxes", x, Weights(builder, random, "wb", [4, 1, 1, 16], 16), PerChannel(builder, random, 4, -0.5, 0.5));
        Value more = builder.Add(new Conv2D([2, 2], [1, 1], [0, 0, 0, 0]), "boxes2", x, Weights(builder, random, "wb2", [4, 1, 1, 16], 16), PerChannel(builder, random, 4, -0.5, 0.5));
        Value scores = builder.Add(new Conv2D([1, 1], [1, 1], [0, 0, 0, 0]), "scores", x, Weights(builder, random, "ws", [2, 1, 1, 16], 16), PerChannel(builder, random, 2, -0.5, 0.5));
        boxes = builder.Add(new Concat(1), "all boxes", builder.Add(new Reshape([1, 64, 4]), "flat", boxes), builder.Add(new Reshape([1, 16, 4]), "flat2", more));
        builder.Output("box_codes", boxes);
        builder.Output("scores", builder.Add(new Sigmoid(), "sigmoid", scores));
        return builder.Build();
    }

    /// <summary>A normalization of each picture by itself, for which there is no int8 kernel, between convolutions.</summary>
    public static Graph WithUnsupported(int seed)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.Float32, [1, 8, 8, 3]));
        x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "before", x, Weights(builder, random, "wa", [8, 3, 3, 3], 27));
        x = builder.Add(new InstanceNormalization(1e-3f), "each picture", x, PerChannel(builder, random, 8, 0.5, 1.5), PerChannel(builder, random, 8, -0.2, 0.4));
        x = builder.Add(new Relu(), "relu", x);
        x = builder.Add(new Conv2D([1, 1], [1, 1], [1, 1, 1, 1]), "after", x, Weights(builder, random, "wc", [4, 3, 3, 8], 72));
        builder.Output("y", x);
        return builder.Build();
    }
}
