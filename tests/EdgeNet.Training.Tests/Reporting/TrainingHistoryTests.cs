using System.Text;

namespace EdgeNet.Training.Tests;

public sealed class TrainingHistoryTests
{
    [Fact]
    public void A_history_survives_its_checkpoint()
    {
        TrainingHistory history = SampleHistory.Learned(epochs: 10, layers: 3);
        history.Layers.Add(new LayerSnapshot("dead", 10, Histogram.Of([float.NaN]), null));
        byte[] json = history.ToJson();
        TrainingHistory read = TrainingHistory.FromJson(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(history.Epochs[8].Problems, read.Epochs[8].Problems);
        Assert.True(double.IsNaN(read.Epochs[8].TrainingLoss!.Value));
        Assert.Equal(history.Steps, read.Steps);
        Assert.Equal(history.Filters[0].Weights, read.Filters[0].Weights);
        Assert.Equal(history.Layers[2].Gradients!.Counts, read.Layers[2].Gradients!.Counts);
        Assert.Equal(history.Epochs[0].UpdateRatios, read.Epochs[0].UpdateRatios);
        Assert.Equal(history.Run.Settings, read.Run.Settings);
    }

    [Fact]
    public void A_history_that_was_read_goes_on()
    {
        TrainingHistory read = TrainingHistory.FromJson(SampleHistory.Learned(epochs: 2, layers: 1).ToJson());
        read.Epochs.Add(new EpochRecord { Epoch = 3 });
        read.Steps.Add(new StepLoss(99, 0.5));
        read.Layers.Add(new LayerSnapshot("conv", 3, null, null));
        Assert.Equal(3, read.Epochs.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"run":{"model":"m","data":"d"},"epochs":null}""")]
    [InlineData("""{"run":{"model":null,"data":"d"}}""")]
    [InlineData("""{"run":{"model":"m","data":"d"},"epochs":[{}]}""")]
    [InlineData("""{"run":{"model":"m","data":"d"},"filters":[{"layer":"a","epoch":1,"outputs":2,"height":3,"width":3,"channels":3,"weights":[1]}]}""")]
    public void What_is_not_a_history_is_refused_with_its_name(string json) =>
        Assert.Contains("last.json", Assert.Throws<InvalidDataException>(() => TrainingHistory.FromJson(Encoding.UTF8.GetBytes(json), "last.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Filters_know_their_size()
    {
        Assert.Throws<ArgumentException>(() => new FilterSnapshot("conv", 1, 2, 3, 3, 3, [1, 2]));
        Assert.Throws<ArgumentException>(() => new FilterSnapshot("conv", 1, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, []));
    }

    [Fact]
    public void The_best_epoch_is_chosen_by_the_first_metric()
    {
        TrainingHistory history = History(new MetricDescription("accuracy"), new MetricDescription("error", LowerIsBetter: true));
        Assert.Equal(2, history.BestEpoch()!.Epoch);
        history = History(new MetricDescription("error", LowerIsBetter: true));
        Assert.Equal(3, history.BestEpoch()!.Epoch);
    }

    [Fact]
    public void Without_a_metric_the_best_epoch_is_that_of_the_least_validation_loss() => Assert.Equal(1, History().BestEpoch()!.Epoch);

    [Fact]
    public void Without_validation_the_best_epoch_is_that_of_the_least_training_loss()
    {
        TrainingHistory history = new()
        {
            Run = new RunDescription { Model = "m", Data = "d" },
            Epochs = [.. new[] { 3, double.NaN, 1, 1 }.Select((loss, i) => new EpochRecord { Epoch = i + 1, TrainingLoss = loss })],
        };
        Assert.Equal(3, history.BestEpoch()!.Epoch);
    }

    private static TrainingHistory History(params MetricDescription[] metrics) => new()
    {
        Run = new RunDescription { Model = "m", Data = "d", Metrics = metrics },
        Epochs =
        [
            Epoch(1, 0.5, 0.7, 0.3), Epoch(2, 0.6, 0.8, 0.25), Epoch(3, 0.9, 0.8, 0.2), Epoch(4, double.NaN, double.NaN, double.NaN),
        ],
    };

    private static EpochRecord Epoch(int epoch, double loss, double accuracy, double error) => new()
    {
        Epoch = epoch,
        ValidationLoss = loss,
        ValidationMetrics = new Dictionary<string, double> { ["accuracy"] = accuracy, ["error"] = error },
    };
}
