using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Cli;

/// <summary>The pictures of a training run: to learn from, to choose the best epoch by, and to measure with once at the end.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Validation">To choose by; null for nothing.</param>
/// <param name="Test">To measure with; null for nothing.</param>
internal sealed record TrainingSets(IExampleSource Training, IExampleSource? Validation, IExampleSource? Test)
{
    /// <summary>Held out where nothing else is said: every tenth.</summary>
    private const int StandardHoldOut = 10;

    /// <summary>Whether pictures come with boxes, by the first of them that can be read.</summary>
    public bool HasBoxes()
    {
        for (int i = 0; i < Training.Count; i++)
        {
            try
            {
                return Training.Read(i).Label < 0;
            }
            catch (Exception e) when (i + 1 < Training.Count && (e is ImageFormatException or DatasetException or IOException or UnauthorizedAccessException))
            {
                // Whoever loads batches tells.
            }
        }
        throw new DatasetException("there is no picture to train with; hold out fewer, or add some");
    }

    /// <summary>
    /// Opens them. Data with a test part of its own (MNIST, CIFAR-10) is tested with that; else a part is held out to choose by, unless
    /// there is something to choose by.
    /// </summary>
    public static TrainingSets Open(string data, string? validation, string? test, int? holdOut, long cacheBytes, DataProblems problems)
    {
        if (holdOut < 2) throw new UsageException($"--hold-out {holdOut}: expected at least 2, as every picture would be held out");
        IExampleSource all = TrainingData.Open(data, DataPart.Training, problems);
        IExampleSource? tested = test is null ? OwnTest(data, all, problems) : TrainingData.Open(test, DataPart.Test, problems);
        IExampleSource? chosen = validation is null ? null : TrainingData.Open(validation, DataPart.Test, problems);
        if (chosen is null && (holdOut is not null || tested is null))
        {
            DataSplit split = DataSplit.Every(all, holdOut ?? StandardHoldOut);
            (all, chosen) = (split.Training, split.HeldOut);
        }
        return new TrainingSets(new CachedSource(all, cacheBytes), chosen is null ? null : new CachedSource(chosen, cacheBytes / 4), tested is null ? null : new CachedSource(tested, cacheBytes / 4));
    }

    private static IExampleSource? OwnTest(string data, IExampleSource training, DataProblems problems)
    {
        if (!Directory.Exists(data)) return null;
        IExampleSource other = TrainingData.Open(data, DataPart.Test, problems);
        return other.NameOf(0) == training.NameOf(0) ? null : other;
    }
}
