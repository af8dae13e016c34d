using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>A frame in, people's boxes out. One thread's.</summary>
internal sealed class PersonDetector : IDisposable
{
    /// <summary>Boxes down to this part of the score that is asked for may continue somebody who is followed.</summary>
    private const float Unsure = 0.5f;

    private readonly InferenceSession _session;
    private readonly PictureModel _model;
    private readonly int _label;
    private readonly Image? _stretched;
    private readonly List<Detection> _people = [];

    /// <summary>Plans the network.</summary>
    /// <param name="graph">A detector with a card.</param>
    /// <param name="settings">Which label counts, and how many threads work.</param>
    /// <exception cref="ModelException">The model is no detector, or has no such label.</exception>
    public PersonDetector(Graph graph, DetectorSettings settings)
    {
        _session = new InferenceSession(graph, settings.Threads > 0 ? new SessionOptions { Threads = settings.Threads } : new SessionOptions());
        try
        {
            _model = new PictureModel(_session);
            if (!_model.IsDetector) throw new ModelFormatException("the model's card has no detector; expected one that gives boxes");
            _label = LabelIndex(_model, settings.Label);
            // The network's input is made straight from the frame, where the card wants the whole picture and no border.
            if (graph.Card.Preprocessing!.Fit == ImageFit.Stretch) _stretched = new Image(_model.InputWidth, _model.InputHeight, 3);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>The network's input, as "320×240".</summary>
    public string InputSize => $"{_model.InputWidth}×{_model.InputHeight}";

    /// <summary>Milliseconds of the last frame: into the network's input, the network, boxes.</summary>
    public (double Prepare, double Infer, double Decode) Times { get; private set; }

    /// <summary>Finds people.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="settings">Who counts.</param>
    /// <returns>
    /// Boxes in parts of the picture, the best first, down to half the score that is asked for (<see cref="Tracker"/>); valid until the next call.
    /// </returns>
    /// <exception cref="SourceException">The frame is a damaged JPEG.</exception>
    public IReadOnlyList<Detection> Detect(Frame frame, LiveSettings settings)
    {
        long begin = TimeProvider.System.GetTimestamp();
        Image picture;
        frame.DecodeJpeg();
        if (_stretched is not null) FramePixels.Fill(frame, new PixelArea(0, 0, frame.Width, frame.Height), picture = _stretched);
        else picture = FramePixels.ToImage(frame, 2 * _model.InputWidth, 2 * _model.InputHeight);
        _model.SetInput(picture);
        long prepared = TimeProvider.System.GetTimestamp();
        _session.Run();
        long inferred = TimeProvider.System.GetTimestamp();
        _people.Clear();
        foreach (Detection found in _model.ReadDetections(settings.Score * Unsure))
        {
            if (found.Label != _label) continue;
            Box box = found.Box.Scaled(1f / picture.Width, 1f / picture.Height);
            (float feetX, float feetY) = ((box.XMin + box.XMax) / 2, box.YMax);
            Box region = settings.Region;
            bool inside = feetX >= region.XMin && feetX <= region.XMax && feetY >= region.YMin && feetY <= region.YMax;
            if (inside && box.Height >= settings.MinHeight) _people.Add(found with { Box = box });
        }
        long decoded = TimeProvider.System.GetTimestamp();
        Times = (Milliseconds(begin, prepared), Milliseconds(prepared, inferred), Milliseconds(inferred, decoded));
        return _people;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static int LabelIndex(PictureModel model, string label)
    {
        for (int i = 0; i < model.Labels.Count; i++)
        {
            if (string.Equals(model.Labels[i], label, StringComparison.OrdinalIgnoreCase)) return i;
        }
        if (int.TryParse(label, out int index)) return index;
        string some = model.Labels.Count == 0 ? "none; give its number" : string.Join(", ", model.Labels.Take(12)) + (model.Labels.Count > 12 ? ", …" : "");
        throw new ModelFormatException($"the model has no label '{label}' (detector.label); it has {some}");
    }

    private static double Milliseconds(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds;
}
