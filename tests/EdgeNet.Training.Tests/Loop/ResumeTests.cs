using FsCheck;
using FsCheck.Fluent;

namespace EdgeNet.Training.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File => _folder["run.checkpoint"];

    /// <summary>Everything that has a state: moments, dropout, augmentation, moving statistics, the best weights, patience.</summary>
    private SmallRun Rich => new()
    {
        Dropout = new Dictionary<string, float> { ["features"] = 0.3f },
        Augmentations = [new Flip(), new SensorNoise(20, 0)],
        Validation = SmallRun.Noise(7, seed: 900),
        Plan = new TrainingPlan
        {
            Epochs = 5,
            Optimizer = Optimizer.Parse("adam"),
            Schedule = new CosineSchedule { Rate = 0.01, WarmUp = 1 },
            WeightDecay = 1e-3f,
            ClipNorm = 2,
            Patience = 2,
            Seed = 5,
            HistogramEvery = 2,
            CheckpointPath = File,
        },
    };

    [Fact]
    public void A_run_that_is_interrupted_anywhere_and_goes_on_ends_with_the_same_weights_to_the_bit()
    {
        (Network<float> network, Trainer whole) = (Rich with { Plan = Rich.Plan with { CheckpointPath = null } }).Run();
        int[] expected = Bits.Of(network);
        int batches = whole.History.Epochs.Count * 3;
        Assert.InRange(whole.BestEpoch, 1, whole.History.Epochs.Count - 1);

        // Runs of this many batches between interruptions.
        Prop.ForAll(Gen.Choose(1, 7).NonEmptyListOf().ToArbitrary(), lengths => Interrupted(lengths, batches, whole, expected)).Check(Config.QuickThrowOnFailure.WithMaxTest(12).WithReplay(11, 13));
        // Once after each batch, which is once after each epoch, too.
        Interrupted(Enumerable.Repeat(1, batches), batches, whole, expected);
    }

    private void Interrupted(IEnumerable<int> lengths, int batches, Trainer whole, int[] expected)
    {
        System.IO.File.Delete(File);
        Network<float> network = null!;
        Trainer trainer = null!;
        int interruptions = 0;
        foreach (int length in lengths.Append(int.MaxValue))
        {
            network = Rich.Network();
            trainer = Rich.Trainer(network);
            Assert.Equal(interruptions > 0, trainer.Resume());
            using var cancellation = new CancellationTokenSource();
            int done = 0;
            trainer.OnBatch = _ =>
            {
                if (++done == length) cancellation.Cancel();
            };
            try
            {
                trainer.Run(cancellation.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                interruptions++;
            }
        }
        Assert.True(interruptions > 0 && interruptions <= batches);
        Assert.Equal(expected, Bits.Of(network));
        Assert.Equal(whole.BestEpoch, trainer.BestEpoch);
        Assert.Equal(whole.History.Steps, trainer.History.Steps);
        Assert.Equal(
            whole.History.Epochs.Select(epoch => (epoch.Epoch, epoch.TrainingLoss, epoch.TrainingMetrics["accuracy"], epoch.ValidationLoss, epoch.ValidationMetrics["accuracy"], epoch.LearningRate, epoch.GradientNorm)),
            trainer.History.Epochs.Select(epoch => (epoch.Epoch, epoch.TrainingLoss, epoch.TrainingMetrics["accuracy"], epoch.ValidationLoss, epoch.ValidationMetrics["accuracy"], epoch.LearningRate, epoch.GradientNorm)));
        Assert.Equal(whole.History.Layers.Count, trainer.History.Layers.Count);
        Assert.Equal(whole.History.Filters[^1].Weights, trainer.History.Filters[^1].Weights);
    }

    [Fact]
    public void A_run_that_was_killed_goes_on_from_its_last_checkpoint()
    {
        (Network<float> whole, _) = (Rich with { Plan = Rich.Plan with { CheckpointPath = null } }).Run();
        // Killed is: no cancellation, so that the checkpoint is some batches old.
        SmallRun run = Rich with { Plan = Rich.Plan with { CheckpointInterval = TimeSpan.Zero } };
        Trainer killed = run.Trainer(run.Network());
        int batches = 0;
        killed.OnBatch = _ =>
        {
            if (++batches == 5) throw new InvalidOperationException("killed");
        };
        Assert.Throws<InvalidOperationException>(() => killed.Run());
        Network<float> network = run.Network();
        Trainer trainer = run.Trainer(network);
        Assert.True(trainer.Resume());
        trainer.Run();
        Assert.Equal(Bits.Of(whole), Bits.Of(network));
    }

    [Fact]
    public void A_run_that_was_cancelled_goes_on_in_the_same_trainer_too()
    {
        (Network<float> whole, _) = (Rich with { Plan = Rich.Plan with { CheckpointPath = null } }).Run();
        Network<float> network = Rich.Network();
        Trainer trainer = Rich.Trainer(network);
        using var cancellation = new CancellationTokenSource();
        int batches = 0;
        trainer.OnBatch = _ =>
        {
            if (++batches == 4) cancellation.Cancel();
        };
        Assert.Throws<OperationCanceledException>(() => trainer.Run(cancellation.Token));
        trainer.Run();
        Assert.Equal(Bits.Of(whole), Bits.Of(network));
    }

    [Fact]
    public void A_run_that_ended_does_not_go_on()
    {
        (Network<float> ended, Trainer whole) = Rich.Run();
        Network<float> network = Rich.Network();
        Trainer trainer = Rich.Trainer(network);
        Assert.True(trainer.Resume());
        trainer.OnBatch = _ => Assert.Fail("a batch more");
        trainer.Run();
        Assert.Equal(Bits.Of(ended), Bits.Of(network));
        Assert.Equal(whole.History.ToJson(), trainer.History.ToJson());
    }

    [Fact]
    public void Without_a_checkpoint_there_is_nothing_to_go_on_from()
    {
        Assert.False(Rich.Trainer(Rich.Network()).Resume());
        SmallRun run = Rich with { Plan = Rich.Plan with { CheckpointPath = null } };
        Assert.False(run.Trainer(run.Network()).Resume());
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_with_what_differs()
    {
        SmallRun run = Rich with { Plan = Rich.Plan with { Epochs = 1 } };
        run.Run();
        Refused(run with { Plan = run.Plan with { Epochs = 2 } }, "1 epochs", "2 epochs");
        Refused(run with { Plan = run.Plan with { Seed = 6 } }, "seed 5", "seed 6");
        Refused(run with { Plan = run.Plan with { Optimizer = Optimizer.Parse("rmsprop") } }, "adam", "rmsprop");
        Refused(run with { Plan = run.Plan with { Schedule = new CosineSchedule { Rate = 0.02, WarmUp = 1 } } }, "0.01", "0.02");
        Refused(run with { Plan = run.Plan with { WeightDecay = 0 } }, "decay 0.001", "decay 0");
        Refused(run with { Plan = run.Plan with { L1 = 0.5f } }, "L1 0", "L1 0.5");
        Refused(run with { Plan = run.Plan with { ClipNorm = 3 } }, "norm 2", "norm 3");
        Refused(run with { Plan = run.Plan with { ClipValue = 1 } }, "clipped to 0", "clipped to 1");
        Refused(run with { Loss = "focal" }, "loss softmax-cross-entropy", "loss focal");
        Refused(run with { Batch = 6 }, "3 batches of", "2 batches of");
        Refused(run with { Frozen = name => name == "dw2/weights" }, "dw2/weights", "dw2/bias");
        Refused(run with { Graph = Wider() }, "conv1/weights", "stem/weights");
        Assert.True(run.Trainer(run.Network()).Resume());

        static Model.Graph Wider() => Model.GraphRewriter.Run(SmallRun.Cnn(), (pass, node) =>
        {
            if (node.Name == "conv1") pass[node.Inputs[1]] = pass.Constant(node.Inputs[1].Constant!, "stem/weights");
            pass.Copy(node);
        });
    }

    private void Refused(SmallRun run, params string[] words)
    {
        Network<float> network = run.Network();
        int[] before = Bits.Of(network);
        CheckpointException e = Assert.Throws<CheckpointException>(() => run.Trainer(network).Resume());
        Assert.StartsWith(File, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.All(words, word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
        Assert.Equal(before, Bits.Of(network));
    }
}
