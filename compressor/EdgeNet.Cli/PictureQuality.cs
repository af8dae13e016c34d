using EdgeNet.Compression;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Training;
using EdgeNet.Vision;

namespace EdgeNet.Cli;

/// <summary>
/// How good a model is on pictures that it was not retrained with, and how far it says what the original said of them: top-1 of classes,
/// average precision of boxes, or agreement alone where nothing is labelled. Everything goes through the runtime.
/// </summary>
internal sealed class PictureQuality
{
    /// <summary>Average precision needs the whole curve, so nearly everything that the model says counts.</summary>
    private const float LowestScore = 0.01f;

    private const float RightOverlap = 0.5f;

    /// <summary>What is measured where nothing is labelled.</summary>
    public const string Agreement = "agreement";

    private readonly IExampleSource _pictures;
    private readonly Func<int, int> _labelOf;
    private readonly int _threads;
    private readonly CancellationToken _cancellation;
    private readonly bool _labelled;
    private int[]? _classes;
    private Detection[][]? _boxes;

    /// <summary>Measures the original, too: what it says is what others are compared with.</summary>
    /// <param name="original">The model before compression.</param>
    /// <param name="set">What it is measured on.</param>
    /// <param name="threads">Threads that work on a picture.</param>
    /// <param name="cancellation">Stops it.</param>
    public PictureQuality(Graph original, MeasuringSet set, int threads, CancellationToken cancellation)
    {
        (_pictures, _labelOf, _threads, _cancellation) = (set.Pictures, set.LabelOf, threads, cancellation);
        _labelled = Enumerable.Range(0, _pictures.Count).Select(TryRead).FirstOrDefault(example => example is not null) is { } first
            && (original.Card.Detector is null ? first.Label >= 0 : _pictures.Classes.Count > 0);
        Measure(original);
    }

    /// <summary>Measures a model.</summary>
    /// <exception cref="DatasetException">No picture can be read.</exception>
    public Quality Measure(Graph graph)
    {
        using var session = new InferenceSession(graph, new SessionOptions { Threads = _threads });
        var model = new PictureModel(session);
        return model.IsDetector ? Boxes(model) : Classes(model);
    }

    private Quality Classes(PictureModel model)
    {
        int[] said = new int[_pictures.Count];
        int right = 0, counted = 0, same = 0, read = 0;
        for (int i = 0; i < said.Length; i++)
        {
            said[i] = -1;
            if (TryRead(i) is not { } example) continue;
            said[i] = model.Classify(example.Image, 1) is [var best, ..] ? best.Index : -1;
            read++;
            if (said[i] == _classes?[i]) same++;
            if (_labelled && _labelOf(example.Label) is >= 0 and var label)
            {
                counted++;
                if (label == said[i]) right++;
            }
        }
        if (read == 0) throw new DatasetException("none of the pictures to measure with can be read");
        double agreement = _classes is null ? 1 : (double)same / read;
        _classes ??= said;
        return _labelled && counted > 0
            ? new Quality("top-1", (double)right / counted, counted) { Agreement = agreement }
            : new Quality(Agreement, agreement, read) { Agreement = agreement };
    }

    private Quality Boxes(PictureModel model)
    {
        var said = new Detection[_pictures.Count][];
        var samples = new List<DetectionSample>();
        float threshold = model.Session.Graph.Card.Detector!.ScoreThreshold;
        double found = 0, all = 0;
        for (int i = 0; i < said.Length; i++)
        {
            said[i] = [];
            if (TryRead(i) is not { } example) continue;
            Detection[] detections = model.Detect(example.Image, LowestScore);
            said[i] = [.. detections.Where(detection => detection.Score >= threshold)];
            GroundTruth[] truths = [.. example.Boxes
                .Select(truth => truth with { Box = truth.Box.Scaled(example.Image.Width, example.Image.Height), Label = _labelOf(truth.Label) })
                .Where(truth => truth.Label >= 0)];
            // Boxes of classes that the set does not label say nothing.
            samples.Add(new DetectionSample(detections, truths));
            if (_boxes is null) continue;
            found += 2.0 * Matches(said[i], _boxes[i]);
            all += said[i].Length + _boxes[i].Length;
        }
        if (samples.Count == 0) throw new DatasetException("none of the pictures to measure with can be read");
        double agreement = _boxes is null || all == 0 ? 1 : found / all;
        _boxes ??= said;
        return _labelled
            ? new Quality("AP50", DetectionMetrics.MeanAveragePrecision(samples, RightOverlap, MatchingRule.Voc, static curve => curve.AveragePrecisionAllPoint()), samples.Count) { Agreement = agreement }
            : new Quality(Agreement, agreement, samples.Count) { Agreement = agreement };
    }

    /// <summary>Pairs of boxes of one class that overlap by half or more, best score first.</summary>
    private static int Matches(Detection[] boxes, Detection[] others)
    {
        var free = new List<Detection>(others);
        int matches = 0;
        foreach (Detection box in boxes)
        {
            int best = free.FindIndex(other => other.Label == box.Label && other.Box.IntersectionOverUnion(box.Box) >= RightOverlap);
            if (best < 0) continue;
            free.RemoveAt(best);
            matches++;
        }
        return matches;
    }

    private Example? TryRead(int index)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            return _pictures.Read(index);
        }
        catch (Exception e) when (e is ImageFormatException or DatasetException or IOException or UnauthorizedAccessException)
        {
            // Whoever loads batches tells of bad pictures; those held out are simply fewer.
            return null;
        }
    }
}
