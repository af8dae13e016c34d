using System.Numerics.Tensors;

namespace EdgeNet.Training.Tests;

public class TrainerTests
{
    private static readonly Dictionary<string, float> DropFeatures = new() { ["features"] = 0.5f };

    [Fact]
    public void Frozen_parameters_do_not_change_by_a_bit()
    {
        var run = new SmallRun { Frozen = name => name.StartsWith("conv1", StringComparison.Ordinal) || name == "fc3/bias" };
        Network<float> before = run.Network(), after = run.Run().Network;
        foreach ((Parameter<float> old, Parameter<float> now) in before.Parameters.Zip(after.Parameters))
        {
            bool frozen = now.Name is "conv1/weights" or "fc3/bias";
            Assert.Equal(frozen, Bits.Of(old).SequenceEqual(Bits.Of(now)));
            Assert.Equal(frozen, !now.Trains);
        }
    }

    [Fact]
    public void A_frozen_batch_normalization_keeps_its_statistics_and_uses_them_in_training()
    {
        var run = new SmallRun { Frozen = name => name.StartsWith("bn1/", StringComparison.Ordinal) };
        (Network<float> network, _) = run.Run();
        foreach (Parameter<float> parameter in network.Parameters.Where(parameter => parameter.Name.StartsWith("bn1/", StringComparison.Ordinal)))
            Assert.All(parameter.Values.ToArray(), value => Assert.Equal(parameter.Name is "bn1/scale" or "bn1/variance" ? 1 : 0, value));
        Batch batch = run.Loader(run.Source).Epoch(0, shuffle: false).First();
        Assert.Equal(Forward(network, batch, training: false), Forward(network, batch, training: true));

        // One that is not frozen follows the batches.
        (Network<float> free, _) = new SmallRun().Run();
        Assert.DoesNotContain(0, free.Parameters.Single(parameter => parameter.Name == "bn1/mean").Values.ToArray());
        Assert.NotEqual(Forward(free, batch, training: false), Forward(free, batch, training: true));
    }

    [Fact]
    public void Gradient_norms_and_update_ratios_are_those_of_the_steps()
    {
        var run = new SmallRun { Plan = new TrainingPlan { Epochs = 1, Optimizer = Optimizer.Parse("sgd"), Schedule = new ConstantSchedule { Rate = 0.05 }, Seed = 5 } };
        EpochRecord record = Assert.Single(run.Run().Trainer.History.Epochs);

        Network<float> network = run.Network();
        Objective objective = run.Objective(network);
        Parameter<float>[] descended = [.. network.Parameters.Where(parameter => !parameter.IsStatistic)];
        List<double> norms = [], losses = [];
        var ratios = new Dictionary<string, double>();
        foreach (Batch batch in run.Loader(run.Source).Epoch(0, shuffle: true))
        {
            batch.Input.CopyTo(network.Input());
            network.Forward(training: true);
            losses.Add(objective.Descend(network, batch));
            network.Backward();
            norms.Add(Math.Sqrt(descended.Sum(parameter => parameter.Gradient.ToArray().Sum(g => (double)g * g))));
            foreach (Parameter<float> parameter in descended)
            {
                float[] old = parameter.Values.ToArray();
                for (int i = 0; i < old.Length; i++) parameter.Values[i] -= 0.05f * parameter.Gradient[i];
                double moved = Math.Sqrt(old.Zip(parameter.Values.ToArray()).Sum(pair => Math.Pow((double)pair.First - pair.Second, 2)));
                double length = Math.Sqrt(old.Sum(value => (double)value * value));
                if (length > 0) ratios[parameter.Name] = moved / length;
            }
        }
        Assert.Equal(3, norms.Count);
        Assert.Equal(norms.Average(), record.GradientNorm!.Value, norms.Average() * 1e-4);
        Assert.Equal(losses.Average(), record.TrainingLoss!.Value, 1e-4);
        Assert.Equal(descended.Select(parameter => parameter.Name).Order(), record.UpdateRatios.Keys.Order());
        foreach ((string name, double ratio) in ratios) Assert.Equal(ratio, record.UpdateRatios[name], ratio * 1e-3);
    }

    [Fact]
    public void Gradients_are_clipped_to_the_norm_asked_for_and_recorded_as_they_were()
    {
        const float Limit = 1e-3f;
        var plan = new TrainingPlan { Epochs = 1, Optimizer = Optimizer.Parse("sgd"), Schedule = new ConstantSchedule { Rate = 1 }, ClipNorm = Limit, Seed = 5 };
        var run = new SmallRun { Batch = 12, Plan = plan };
        Network<float> before = run.Network();
        (Network<float> after, Trainer trainer) = run.Run();
        double squares = before.Parameters.Zip(after.Parameters).Where(pair => !pair.First.IsStatistic)
            .Sum(pair => Math.Pow(TensorPrimitives.Distance<float>(pair.First.Values, pair.Second.Values), 2));
        Assert.Equal(Limit, Math.Sqrt(squares), 0.01 * Limit);
        Assert.True(trainer.History.Epochs[0].GradientNorm > 100 * Limit);
    }

    [Fact]
    public void Features_are_dropped_out_in_training_only()
    {
        var run = new SmallRun { Dropout = DropFeatures };
        Network<float> dropping = run.Network(), whole = new SmallRun().Network();
        Batch batch = run.Loader(run.Source).Epoch(0, shuffle: false).First();
        Assert.Equal(Forward(whole, batch, training: false), Forward(dropping, batch, training: false));
        float[] first = Forward(dropping, batch, training: true, seed: 1);
        Assert.NotEqual(Forward(whole, batch, training: true, seed: 1), first);
        Assert.NotEqual(first, Forward(dropping, batch, training: true, seed: 2));
        Assert.Equal(first, Forward(dropping, batch, training: true, seed: 1));
        Trainer trainer = run.Trainer(dropping);
        Assert.Equal(trainer.Evaluate(run.Loader(run.Source, false)).Loss, trainer.Evaluate(run.Loader(run.Source, false)).Loss);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Training_stops_after_so_many_epochs_without_a_better_figure_and_ends_with_the_best_weights(int patience)
    {
        double[] figures = [0.1, 0.5, 0.4, 0.3, 0.9, 0.2];
        var run = new SmallRun { Validation = SmallRun.Noise(4) };
        run = run with { Plan = run.Plan with { Epochs = figures.Length, Patience = patience } };
        Network<float> network = run.Network();
        Trainer trainer = run.Trainer(network, new ScriptedObjective(run.Objective(network), figures));
        var weights = new List<int[]>();
        trainer.OnEpoch = _ => weights.Add(Bits.Of(network));
        trainer.Run();
        // Nothing after epoch 2 is better for two epochs; with patience for ever, epoch 5 is the best.
        (int epochs, int best) = patience == 0 ? (6, 5) : (4, 2);
        Assert.Equal((epochs, best), (trainer.History.Epochs.Count, trainer.BestEpoch));
        Assert.Equal(weights[best - 1], Bits.Of(network));
        Assert.NotEqual(weights[^1], Bits.Of(network));
    }

    [Fact]
    public void Weights_that_no_epoch_betters_are_kept_and_a_figure_that_is_none_leaves_it_to_the_loss()
    {
        foreach (double figure in (double[])[0.3, double.NaN])
        {
            double[] figures = [figure, figure, figure];
            var run = new SmallRun { Validation = SmallRun.Noise(4) };
            run = run with { Plan = run.Plan with { Epochs = figures.Length } };
            Network<float> network = run.Network();
            int[] before = Bits.Of(network);
            Trainer trainer = run.Trainer(network, new ScriptedObjective(run.Objective(network), figures));
            trainer.BeginWith(new Evaluation(double.IsNaN(figure) ? -1 : 100, new Dictionary<string, double> { [run.Objective(network).Metric] = double.IsNaN(figure) ? figure : 0.4 }));
            trainer.Run();
            Assert.Equal(0, trainer.BestEpoch);
            Assert.Equal(before, Bits.Of(network));
        }
    }

    [Fact]
    public void Without_a_validation_set_the_last_weights_count()
    {
        var run = new SmallRun();
        Network<float> network = run.Network();
        Trainer trainer = run.Trainer(network);
        int[] last = [];
        trainer.OnEpoch = _ => last = Bits.Of(network);
        trainer.Run();
        Assert.Equal(last, Bits.Of(network));
        Assert.Equal((0, run.Plan.Epochs), (trainer.BestEpoch, trainer.History.Epochs.Count));
    }

    [Fact]
    public void Progress_tells_each_batch_in_order()
    {
        var run = new SmallRun();
        Trainer trainer = run.Trainer(run.Network());
        var seen = new List<(int, int, int)>();
        trainer.OnBatch = progress => seen.Add((progress.Epoch, progress.Batch, progress.BatchesPerEpoch));
        trainer.Run();
        Assert.Equal(from epoch in Enumerable.Range(0, 4) from batch in Enumerable.Range(1, 3) select (epoch, batch, 3), seen);
    }

    [Fact]
    public void A_huge_learning_rate_ends_in_a_line_that_names_epoch_batch_and_node()
    {
        var run = new SmallRun { Plan = new TrainingPlan { Epochs = 3, Optimizer = Optimizer.Parse("sgd"), Schedule = new ConstantSchedule { Rate = 1e30 } } };
        Diverges(run, "epoch 1, batch ", "Lower the learning rate", "the output of ", "dw2");
    }

    [Fact]
    public void Weights_that_are_lost_in_the_very_last_step_are_noticed()
    {
        var run = new SmallRun { Batch = 12, Plan = new TrainingPlan { Epochs = 1, Optimizer = Optimizer.Parse("sgd"), Schedule = new ConstantSchedule { Rate = 3e38 }, L1 = 1e30f } };
        Diverges(run, "epoch 1, batch 1:", "conv1/weights", "lower the learning rate");
    }

    [Fact]
    public void An_input_that_is_no_number_is_traced_to_the_node_that_reads_it() =>
        Diverges(new SmallRun { Mean = float.NaN }, "epoch 1, batch 1:", "conv1");

    [Fact]
    public void A_weight_that_is_no_number_is_traced_to_its_node()
    {
        var run = new SmallRun();
        Network<float> network = run.Network();
        Trainer trainer = run.Trainer(network);
        trainer.OnBatch = progress =>
        {
            if (progress is { Epoch: 1, Batch: 2 }) network.Parameters.Single(parameter => parameter.Name == "fc3/weights").Values[7] = float.NaN;
        };
        DivergedException e = Assert.Throws<DivergedException>(() => trainer.Run());
        Assert.StartsWith("epoch 2, batch 3:", e.Message, StringComparison.Ordinal);
        Assert.Contains("fc3", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static void Diverges(SmallRun run, params string[] words)
    {
        DivergedException e = Assert.Throws<DivergedException>(() => run.Run());
        Assert.All(words, word => Assert.True(e.Message.Contains(word, StringComparison.OrdinalIgnoreCase), e.Message));
        Assert.DoesNotContain('\n', e.Message);
    }

    private static float[] Forward(Network<float> network, Batch batch, bool training, ulong seed = 0)
    {
        batch.Input.CopyTo(network.Input());
        network.Forward(training, seed);
        return network.Output().ToArray();
    }

    /// <summary>Descends as another objective does, and reports figures of its own after each validation.</summary>
    private sealed class ScriptedObjective(Objective objective, double[] figures) : Objective
    {
        private int _totals;

        public override string Metric => objective.Metric;

        public override double Descend(Network<float> network, Batch batch) => objective.Descend(network, batch);

        public override void Count(Network<float> network, Batch batch) => objective.Count(network, batch);

        public override double[] Sums { get => objective.Sums; set => objective.Sums = value; }

        public override Evaluation Total()
        {
            Evaluation total = objective.Total();
            // Of each epoch first training, then validation.
            return _totals++ % 2 == 0 ? total : total with { Metrics = new Dictionary<string, double> { [Metric] = figures[(_totals / 2) - 1] } };
        }
    }
}
