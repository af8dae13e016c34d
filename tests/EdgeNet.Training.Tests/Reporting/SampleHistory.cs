namespace EdgeNet.Training.Tests;

/// <summary>Histories that look like those of real runs.</summary>
internal static class SampleHistory
{
    /// <summary>A run of twelve convolutions that learns, with one loss that was no number on the way.</summary>
    public static TrainingHistory Learned(int epochs = 40, int layers = 12)
    {
        Random random = new(7);
        string[] names = [.. Enumerable.Range(1, layers).Select(i => i == layers ? "classifier" : $"block{(i + 2) / 3}/conv{((i - 1) % 3) + 1}")];
        TrainingHistory history = new()
        {
            Run = new RunDescription
            {
                Model = "small-resnet",
                Data = "CIFAR-10",
                TrainingSamples = 50_000,
                ValidationSamples = 10_000,
                Epochs = epochs,
                Parameters = 272_474,
                Seed = 42,
                Metrics = [new MetricDescription("accuracy"), new MetricDescription("calibration error", LowerIsBetter: true)],
                Settings =
                [
                    new RunSetting("optimizer", "SGD, momentum 0.9, Nesterov"), new RunSetting("weight decay", "0.0005"),
                    new RunSetting("learning rate", "one cycle, up to 0.2"), new RunSetting("batch", "128"),
                    new RunSetting("augmentation", "flip, shift by up to 4 pixels, cutout of 8 × 8"),
                ],
            },
        };
        long step = 0;
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            double done = epochs == 1 ? 1 : (epoch - 1) / (epochs - 1.0), rate = 0.2 * Math.Sin(Math.PI * ((0.9 * done) + 0.08));
            double training = (1.9 * Math.Exp(-3.2 * done)) + 0.12 + (0.03 * random.NextDouble());
            double validation = (1.7 * Math.Exp(-3.6 * done)) + 0.31 + (0.22 * done * done) + (0.06 * random.NextDouble());
            for (int i = 0; i < 30; i++) history.Steps.Add(new StepLoss(step += 13, training * (1 + (0.5 * (random.NextDouble() - 0.5)))));
            history.Epochs.Add(new EpochRecord
            {
                Epoch = epoch,
                TrainingLoss = epoch == 9 ? double.NaN : training,
                ValidationLoss = validation,
                TrainingMetrics = new Dictionary<string, double> { ["accuracy"] = 0.97 - (0.25 * training) },
                ValidationMetrics = new Dictionary<string, double> { ["accuracy"] = 1.03 - (0.3 * validation), ["calibration error"] = 0.02 + (0.05 * validation) },
                LearningRate = rate,
                Seconds = 31.4 + random.NextDouble(),
                GradientNorm = 0.4 + (2 * training * random.NextDouble()),
                UpdateRatios = names.Index().ToDictionary(each => $"{each.Item}/weights", each => rate * 0.012 * Math.Pow(0.9, each.Index) * (0.7 + (0.6 * random.NextDouble()))),
                Problems = epoch == 9 ? ["the loss of step 271 was no number; the step was left out."] : [],
            });
            if (epoch is not 1 && epoch != epochs / 2 && epoch != epochs) continue;
            history.Layers.AddRange(names.Select((name, i) => new LayerSnapshot(
                name, epoch, Histogram.Of(Normal(random, 4000, 0.1, 0.8 + (0.4 * done) - (0.02 * i), rectified: i + 1 < layers)),
                Histogram.Of(Normal(random, 4000, 0, 0.002 * Math.Pow(1.25, i) * (1 - (0.6 * done)), rectified: false, heavy: true)))));
            if (epoch == 1 || epoch == epochs) history.Filters.Add(Gabors(epoch, done, random));
        }
        return history;
    }

    private static void AddRange<T>(this IList<T> list, IEnumerable<T> items)
    {
        foreach (T item in items) list.Add(item);
    }

    private static float[] Normal(Random random, int count, double mean, double deviation, bool rectified, bool heavy = false) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double value = mean + (deviation * (heavy ? normal * Math.Abs(normal) : normal));
            return (float)(rectified ? Math.Max(0, value) : value);
        }),
    ];

    private static FilterSnapshot Gabors(int epoch, double done, Random random)
    {
        float[] weights = new float[32 * 5 * 5 * 3];
        for (int i = 0; i < weights.Length; i++)
        {
            (int o, int y, int x, int c) = (i / 75, (i / 15 % 5) - 2, (i / 3 % 5) - 2, i % 3);
            double angle = o * Math.PI / 16, along = (x * Math.Cos(angle)) + (y * Math.Sin(angle));
            double wave = Math.Cos((along * 1.6) + o + (o % 3 == 0 ? c * 1.5 : 0)) * Math.Exp(-((x * x) + (y * y)) / 5.0);
            weights[i] = (float)((0.4 * wave * done) + (0.15 * (random.NextDouble() - 0.5) * (1.3 - done)));
        }
        return new FilterSnapshot("block1/conv1", epoch, 32, 5, 5, 3, weights);
    }
}
