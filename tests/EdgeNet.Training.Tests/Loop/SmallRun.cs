using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>A run of a small network on a few pictures, as often as a test wants it from the beginning.</summary>
internal sealed record SmallRun
{
    public Graph Graph { get; init; } = Cnn();

    public IExampleSource Source { get; init; } = Noise(12);

    public IExampleSource? Validation { get; init; }

    public int Batch { get; init; } = 4;

    public int Threads { get; init; } = 1;

    public float Mean { get; init; } = 128;

    public string Loss { get; init; } = "softmax-cross-entropy";

    public Func<string, bool>? Frozen { get; init; }

    public IReadOnlyDictionary<string, float> Dropout { get; init; } = new Dictionary<string, float>();

    public IReadOnlyList<IAugmentation> Augmentations { get; init; } = [];

    public TrainingPlan Plan { get; init; } = new() { Epochs = 4, Optimizer = Optimizer.Parse("adam"), Schedule = new ConstantSchedule { Rate = 0.01 }, Seed = 5 };

    /// <summary>8 × 8 pixels, a convolution with batch normalization, a depthwise one, three classes.</summary>
    public static Graph Cnn(int seed = 1)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder();
        Value x = builder.Input("image", new TensorType(ElementType.Float32, [1, 8, 8, 3]));
        x = builder.Add(new Conv2D([2, 2], [1, 1], [1, 1, 1, 1]), "conv1", x, Weights("conv1/weights", 8, 3, 3, 3));
        x = builder.Add(
            new BatchNormalization(1e-3f), "bn1", x, Filled("bn1/scale", 8, 1), Filled("bn1/shift", 8, 0), Filled("bn1/mean", 8, 0), Filled("bn1/variance", 8, 1));
        x = builder.Add(new Relu(), "relu1", x);
        x = builder.Add(new DepthwiseConv2D([1, 1], [1, 1], [1, 1, 1, 1]), "dw2", x, Weights("dw2/weights", 3, 3, 8), Filled("dw2/bias", 8, 0));
        x = builder.Add(new Reshape([1, 128]), "features", x);
        x = builder.Add(new Dense(), "fc3", x, Weights("fc3/weights", 3, 128), Filled("fc3/bias", 3, 0));
        builder.Output("logits", x);
        return builder.Build();

        Value Weights(string name, params int[] shape)
        {
            float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
            double deviation = Math.Sqrt(2.0 / (values.Length / shape[0]));
            for (int i = 0; i < values.Length; i++) values[i] = (float)(((random.NextDouble() * 2) - 1) * deviation);
            return builder.Constant(Constant.Of(new Shape(shape), values), name);
        }

        Value Filled(string name, int count, float value) => builder.Constant(Constant.Of<float>([count], [.. Enumerable.Repeat(value, count)]), name);
    }

    /// <summary>Pictures of noise: nothing to understand, all to learn by heart.</summary>
    public static MemorySource Noise(int count, int side = 8, int channels = 3, int classes = 3, int seed = 100) =>
        new([.. Enumerable.Range(0, count).Select(i => new Example($"picture {i}", TestPictures.Random(side, side, seed + i, channels), i % classes))]);

    public Network<float> Network() => new(Graph, new NetworkOptions { Batch = Batch, Threads = Threads, Frozen = Frozen, Dropout = Dropout });

    public BatchLoader Loader(IExampleSource source, bool training = true)
    {
        Shape shape = Graph.Inputs[0].Type.Shape;
        var preprocessing = new Preprocessing(ImageLayout.Nhwc, shape[3] == 1 ? ColorOrder.Gray : ColorOrder.Rgb, [Mean], [64]);
        return new BatchLoader(source, new BatchSettings(Batch, shape[2], shape[1], preprocessing)
        {
            Augmentations = training ? Augmentations : [],
            Seed = Plan.Seed,
            Threads = 0,
            KeepIncomplete = !training,
        });
    }

    public Objective Objective(Network<float> network) => Graph.Outputs.Any(output => output.Name == "class_logits")
        ? new DetectionObjective(network)
        : new ClassificationObjective(NamedLosses.Parse<float>(Loss), Source.Classes.Count);

    public Trainer Trainer(Network<float> network, Objective? objective = null) => new(
        network, objective ?? Objective(network), Plan, Loader(Source), Validation is null ? null : Loader(Validation, training: false),
        new RunDescription { Model = "small", Data = "noise", Settings = [new RunSetting("loss", Loss)] });

    /// <summary>Trains from the beginning to the end.</summary>
    public (Network<float> Network, Trainer Trainer) Run()
    {
        Network<float> network = Network();
        Trainer trainer = Trainer(network);
        trainer.Run();
        return (network, trainer);
    }
}

internal static class Bits
{
    /// <summary>All parameters, to be compared to the bit.</summary>
    public static int[] Of(Network<float> network) => [.. network.Parameters.SelectMany(Of)];

    public static int[] Of(Parameter<float> parameter) => [.. parameter.Values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
