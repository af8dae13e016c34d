using System.Globalization;
using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace EdgeNet.Prediction;

/// <summary>
/// Picture in, labels or boxes out: a session bound to pictures by what its model's card says of preprocessing, labels and boxes.
/// Like the session, one serves one thread at a time.
/// </summary>
public sealed class PictureModel
{
    private readonly PictureInput _input;
    private readonly FloatOutputs _outputs;
    private readonly DetectionDecoder? _decoder;
    private readonly List<Detection> _candidates = [];

    // Kept between runs, so that ranking a thousand classes allocates nothing but the answer.
    private readonly PriorityQueue<int, (float Score, int Index)> _best = new();
    private PicturePlacement _placement;

    /// <summary>Binds a session, which stays the caller's to dispose.</summary>
    /// <exception cref="ModelFormatException">The card has no preprocessing, or what it says does not fit the model.</exception>
    public PictureModel(InferenceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Session = session;
        _input = new PictureInput(session.Graph);
        _outputs = new FloatOutputs(session);
        _decoder = session.Graph.Card.Detector is null ? null : new DetectionDecoder(session.Graph, _input.Width, _input.Height);
    }

    /// <summary>The session.</summary>
    public InferenceSession Session { get; }

    /// <summary>Width of the input in pixels.</summary>
    public int InputWidth => _input.Width;

    /// <summary>Height of the input in pixels.</summary>
    public int InputHeight => _input.Height;

    /// <summary>Whether the card says how the outputs become boxes, so that <see cref="Detect"/> works.</summary>
    public bool IsDetector => _decoder is not null;

    /// <summary>The card's labels; empty if it has none.</summary>
    public IReadOnlyList<string> Labels => Session.Graph.Card.Labels is { IsDefault: false } labels ? labels : [];

    /// <summary>Checks that a graph's card fits the graph, without making a session. A card that says nothing of pictures fits.</summary>
    /// <exception cref="ModelFormatException">It does not fit; the message says where.</exception>
    public static void CheckCard(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Card.Preprocessing is null && graph.Card.Detector is null) return;
        var input = new PictureInput(graph);
        if (graph.Card.Detector is not null) _ = new DetectionDecoder(graph, input.Width, input.Height);
    }

    /// <summary>What a class is called: the card's label, or the number itself where there is none.</summary>
    public string LabelOf(int index) =>
        index >= 0 && index < Labels.Count ? Labels[index] : index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Fills the first input from a picture of any size, fitted and normalised (and quantized) as the card says.</summary>
    public void SetInput(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _placement = _input.Set(Session, image);
    }

    /// <summary>Runs the model on a picture and ranks the first output's values.</summary>
    /// <param name="image">Grey or RGB, of any size.</param>
    /// <param name="count">The most classes to return; at least 1.</param>
    /// <returns>Best first; of equal scores the lower index first. NaN scores are left out.</returns>
    /// <exception cref="ModelFormatException">The first output cannot be read as real numbers.</exception>
    public Classification[] Classify(Image image, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        SetInput(image);
        Session.Run();
        ReadOnlySpan<float> scores = _outputs.Read(0);
        _best.Clear();
        for (int i = 0; i < scores.Length; i++)
        {
            // The queue's head is the worst of those kept: the lowest score, and of equal ones the highest index.
            if (float.IsNaN(scores[i])) continue;
            if (_best.Count < count) _best.Enqueue(i, (scores[i], -i));
            else _best.EnqueueDequeue(i, (scores[i], -i));
        }
        var ranked = new Classification[_best.Count];
        for (int rank = ranked.Length - 1; rank >= 0; rank--)
        {
            int index = _best.Dequeue();
            ranked[rank] = new Classification(index, LabelOf(index), scores[index]);
        }
        return ranked;
    }

    /// <summary>
    /// Runs the model on a picture and decodes its boxes. Overlapping boxes of one class are suppressed by the card's threshold
    /// unless the model has done so itself (<see cref="BoxCoding.Decoded"/>); the card's background class is left out, again except
    /// where the model has dropped it itself.
    /// </summary>
    /// <param name="image">Grey or RGB, of any size.</param>
    /// <param name="scoreThreshold">Boxes with lower scores are dropped; the card's threshold if null.</param>
    /// <returns>Best first; boxes in pixels of <paramref name="image"/>, cut at its edges. Labels are indices of <see cref="LabelOf"/>.</returns>
    /// <exception cref="ModelFormatException">The card has no detector.</exception>
    public Detection[] Detect(Image image, float? scoreThreshold = null)
    {
        ThrowUnlessDetector();
        SetInput(image);
        Session.Run();
        return ReadDetections(scoreThreshold);
    }

    /// <summary>Decodes the boxes of the session's last run, for the picture of the last <see cref="SetInput"/>: <see cref="Detect"/> in three steps.</summary>
    /// <param name="scoreThreshold">As for <see cref="Detect"/>.</param>
    /// <returns>As for <see cref="Detect"/>.</returns>
    /// <exception cref="ModelFormatException">The card has no detector.</exception>
    public Detection[] ReadDetections(float? scoreThreshold = null)
    {
        Detector detector = ThrowUnlessDetector();
        float threshold = scoreThreshold ?? detector.ScoreThreshold;
        _candidates.Clear();
        _decoder!.Decode(_outputs, threshold, _candidates);
        // Boxes that the model has suppressed itself are only ranked: no two of them overlap by more than 1.
        float overlap = detector.Coding == BoxCoding.Decoded ? 1 : detector.IouThreshold;
        int[] kept = NonMaximumSuppression.Select(
            CollectionsMarshal.AsSpan(_candidates), threshold, overlap, detector.MaxDetections);
        var detections = new Detection[kept.Length];
        for (int i = 0; i < kept.Length; i++)
            detections[i] = _candidates[kept[i]] with { Box = _placement.ToPicture(_candidates[kept[i]].Box) };
        return detections;
    }

    /// <summary>An output of the last run as real numbers: as it is if Float32, dequantized if codes. Valid until the next run.</summary>
    /// <exception cref="ArgumentException">There is no such output.</exception>
    /// <exception cref="ModelFormatException">It holds neither.</exception>
    public ReadOnlySpan<float> ReadFloat(string outputName)
    {
        for (int i = 0; i < Session.Graph.Outputs.Length; i++)
        {
            if (Session.Graph.Outputs[i].Name == outputName) return _outputs.Read(i);
        }
        throw new ArgumentException(
            $"no output '{outputName}'; the model has {string.Join(", ", Session.Graph.Outputs.Select(output => output.Name))}", nameof(outputName));
    }

    private Detector ThrowUnlessDetector() => Session.Graph.Card.Detector ?? throw new ModelFormatException(
        "the model's card has no detector, so its outputs cannot be read as boxes; add one with: edgenet convert MODEL --card card.json -o out.edgenet");
}
