using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Cli;

/// <summary>The pictures of a training run: to learn from, to choose the best epoch by, and to measure with once at the end.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Validation">To choose by; null for nothing.</param>
/// <param name="Test">To measure with; null for nothing.</param>
/// <param name="Search">For a search for settings, which must not see what is measured with; null for nothing.</param>
internal sealed record TrainingSets(IExampleSource Training, IExampleSource? Validation, IExampleSource? Test, IExampleSource? Search = null)
{
    /// <summary>Held out where nothing else is said: every tenth.</summary>
    public const int StandardHoldOut = 10;

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
    /// there is something to choose by; and of what is left every tenth where something is searched for. Where labels are not needed, a folder
    /// of any pictures will do.
    /// </summary>
    public static TrainingSets Open(string data, IReadOnlyList<string> also, int repeat, string? validation, string? test, int? holdOut, long cacheBytes, DataProblems problems, bool labelled = true, bool searches = false)
    {
        if (holdOut < 2) throw new UsageException($"--hold-out {holdOut}: expected at least 2, as every picture would be held out");
        IExampleSource all = labelled ? TrainingData.Open(data, DataPart.Training, problems) : Any(data, problems);
        IExampleSource? tested = test is null ? OwnTest(data, all, problems) : AsIn(all, TrainingData.Open(test, DataPart.Test, problems));
        IExampleSource? chosen = validation is null ? null : AsIn(all, TrainingData.Open(validation, DataPart.Test, problems));
        if (chosen is null && (holdOut is not null || tested is null))
        {
            DataSplit split = DataSplit.Every(all, holdOut ?? StandardHoldOut);
            (all, chosen) = (split.Training, split.HeldOut);
        }
        IExampleSource? search = null;
        if (searches) (all, search) = DataSplit.Every(all, StandardHoldOut);
        // Cached before it is repeated, so that nothing is decoded or kept twice.
        IExampleSource[] training = [.. Enumerable.Repeat<IExampleSource>(new CachedSource(all, cacheBytes / 2), repeat), .. also.Select(path => new CachedSource(Other(path, problems), cacheBytes / 2 / also.Count))];
        return new TrainingSets(training.Length == 1 ? training[0] : new JoinedSource(training), chosen is null ? null : new CachedSource(chosen, cacheBytes / 4), tested is null ? null : new CachedSource(tested, cacheBytes / 4), search);
    }

    /// <summary>The same pictures with classes numbered as those of a model, found by their names.</summary>
    /// <exception cref="Vision.DatasetException">A class is none of the model's.</exception>
    public TrainingSets NumberedAs(IReadOnlyList<string> classes, string of) => new(
        new RelabelledSource(Training, classes, of), Validation is null ? null : new RelabelledSource(Validation, classes, of), Test is null ? null : new RelabelledSource(Test, classes, of),
        Search is null ? null : new RelabelledSource(Search, classes, of));

    /// <summary>Sets that name their classes have them in their own order, and perhaps not all.</summary>
    private static IExampleSource AsIn(IExampleSource training, IExampleSource other) =>
        other.Classes.Count == 0 || other.Classes.SequenceEqual(training.Classes) ? other : new RelabelledSource(other, training.Classes, "the classes to train");

    /// <summary>Labelled pictures, or a folder of pictures that nobody has labelled.</summary>
    private static IExampleSource Other(string path, DataProblems problems) => IsPlain(path) ? PictureSource.Unlabelled(path) : TrainingData.Open(path, DataPart.Training, problems);

    /// <summary>The same, but a folder of pictures may have labels of a kind that only a look inside tells: numbers in names, CIFAR's pictures.</summary>
    private static IExampleSource Any(string path, DataProblems problems)
    {
        if (!IsPlain(path)) return TrainingData.Open(path, DataPart.Training, problems);
        try
        {
            return TrainingData.Open(path, DataPart.Training, new DataProblems());
        }
        catch (DatasetException)
        {
            return PictureSource.Unlabelled(path);
        }
    }

    private static bool IsPlain(string path) => Directory.Exists(path) && Directory.GetDirectories(path).Length == 0 && !Directory.EnumerateFiles(path).Any(IsTable);

    private static bool IsTable(string file) => Path.GetExtension(file).ToUpperInvariant() is ".JSON" or ".XML" or ".TSV" or ".GZ" || IsLabels(file);

    /// <summary>Text beside the picture that it is about, as YOLO and our pictures of CIFAR have it; a read-me is none.</summary>
    private static bool IsLabels(string file) =>
        Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase) &&
        PictureFolder.WithStem(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file).Replace(".labels", "", StringComparison.OrdinalIgnoreCase)) is not null;

    private static IExampleSource? OwnTest(string data, IExampleSource training, DataProblems problems)
    {
        if (!Directory.Exists(data) || training.Classes.Count == 0) return null;
        IExampleSource other = TrainingData.Open(data, DataPart.Test, problems);
        return other.NameOf(0) == training.NameOf(0) ? null : other;
    }
}
