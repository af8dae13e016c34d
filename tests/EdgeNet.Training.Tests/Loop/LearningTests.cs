using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public class LearningTests
{
    [Fact]
    public void A_convolutional_network_with_batch_normalization_learns_pictures_by_heart()
    {
        var run = new SmallRun { Batch = 12 };
        run = run with { Plan = run.Plan with { Epochs = 60 } };
        (Network<float> network, Trainer trainer) = run.Run();
        LearnedByHeart(run, trainer, 1e-2);
        Assert.True(trainer.History.Epochs[0].TrainingLoss > 0.5);
        // What it learned is in the graph that it gives, not only in the network that trains.
        Assert.Equal(1, (run with { Graph = network.ToGraph() }).Trainer(new Network<float>(network.ToGraph(), new NetworkOptions { Batch = 12 })).Evaluate(run.Loader(run.Source, false)).Metrics["accuracy"]);
    }

    [Fact]
    public void Lenet_5_learns_16_pictures_by_heart()
    {
        Architecture lenet = Architecture.Named("lenet-5");
        var run = new SmallRun
        {
            Graph = lenet.Build(lenet.Defaults with { Width = 16, Height = 16, Classes = 4 }).Graph,
            Source = SmallRun.Noise(16, side: 16, channels: 1, classes: 4),
            Batch = 8,
            Plan = new TrainingPlan { Epochs = 25, Optimizer = Optimizer.Parse("adam"), Schedule = new ConstantSchedule { Rate = 0.001 }, Seed = 1 },
        };
        LearnedByHeart(run, run.Run().Trainer, 1e-2);
    }

    [Fact]
    public void A_detector_finds_the_objects_of_4_pictures_that_it_learned_by_heart()
    {
        (int X, int Y, int Wide, int High)[] places = [(4, 4, 16, 36), (30, 10, 18, 40), (16, 20, 14, 32), (40, 18, 16, 42)];
        var source = new MemorySource(
            [.. places.Select((place, i) => new Example(
                $"picture {i}", TestPictures.Rectangle(64, 64, place.X, place.Y, place.Wide, place.High), -1,
                [new GroundTruth(new Box(place.X / 64f, place.Y / 64f, (place.X + place.Wide) / 64f, (place.Y + place.High) / 64f), 0)]))],
            ["thing"]);
        Architecture architecture = Architecture.Named("ssd-mobilenet-v1-people");
        var run = new SmallRun
        {
            Graph = architecture.Build(architecture.Defaults with { Width = 32, Height = 32, WidthMultiplier = 0.25f }).Graph,
            Source = source,
            Batch = 4,
            Plan = new TrainingPlan { Epochs = 50, Optimizer = Optimizer.Parse("adam"), Schedule = new CosineSchedule { Rate = 0.01 }, Seed = 1 },
        };
        (_, Trainer trainer) = run.Run();
        Evaluation evaluation = trainer.Evaluate(run.Loader(source, training: false));
        Assert.Equal(1, evaluation.Metrics["AP50"], 1e-9);
        Assert.True(trainer.History.Epochs[^1].TrainingLoss < trainer.History.Epochs[0].TrainingLoss / 100);
    }

    [Fact]
    public void Before_training_a_detector_finds_nothing_right()
    {
        // Otherwise the test above says nothing.
        Architecture architecture = Architecture.Named("ssd-mobilenet-v1-people");
        var source = new MemorySource(
            [new Example("picture", TestPictures.Rectangle(64, 64, 4, 4, 16, 36), -1, [new GroundTruth(new Box(4 / 64f, 4 / 64f, 20 / 64f, 40 / 64f), 0)])], ["thing"]);
        var run = new SmallRun { Graph = architecture.Build(architecture.Defaults with { Width = 32, Height = 32, WidthMultiplier = 0.25f }).Graph, Source = source, Batch = 1 };
        Assert.InRange(run.Trainer(run.Network()).Evaluate(run.Loader(source, training: false)).Metrics["AP50"], 0, 0.9);
    }

    [Theory]
    [InlineData("cnn")]
    [InlineData("lenet-5")]
    [InlineData("ssd-mobilenet-v1")]
    public void The_same_seed_gives_the_same_weights_to_the_bit_on_any_number_of_threads(string name)
    {
        SmallRun run = name switch
        {
            "cnn" => new SmallRun { Dropout = new Dictionary<string, float> { ["features"] = 0.3f }, Augmentations = [new Flip()], Validation = SmallRun.Noise(5) },
            // Large enough for updates and products in several pieces.
            "lenet-5" => new SmallRun
            {
                Graph = Architecture.Named(name).Build(Architecture.Named(name).Defaults with { Dropout = 0.5f }).Graph,
                Dropout = new Dictionary<string, float> { ["fc1/relu"] = 0.5f },
                Source = SmallRun.Noise(16, side: 28, channels: 1, classes: 10),
                Batch = 8,
            },
            _ => new SmallRun
            {
                Graph = Architecture.Named(name).Build(Architecture.Named(name).Defaults with { Width = 32, Height = 48, Classes = 3, WidthMultiplier = 0.25f }).Graph,
                Source = new MemorySource([.. Enumerable.Range(0, 8).Select(i => new Example($"{i}", TestPictures.Random(64, 48, i), -1, [new GroundTruth(new Box(0.1f, 0.1f, 0.5f, 0.8f), i % 2)]))]),
            },
        };
        run = run with { Plan = run.Plan with { Epochs = 2, HistogramEvery = 1, ClipNorm = 1 } };
        int[] expected = Bits.Of(run.Run().Network);
        Assert.Equal(expected, Bits.Of(run.Run().Network));
        Assert.Equal(expected, Bits.Of((run with { Threads = 3 }).Run().Network));
        Assert.NotEqual(expected, Bits.Of((run with { Plan = run.Plan with { Seed = run.Plan.Seed + 1 } }).Run().Network));
    }

    private static void LearnedByHeart(SmallRun run, Trainer trainer, double loss)
    {
        Assert.InRange(trainer.History.Epochs[^1].TrainingLoss!.Value, 0, loss);
        Evaluation evaluation = trainer.Evaluate(run.Loader(run.Source, training: false));
        Assert.Equal(1, evaluation.Metrics["accuracy"]);
        Assert.InRange(evaluation.Loss, 0, 10 * loss);
    }
}
