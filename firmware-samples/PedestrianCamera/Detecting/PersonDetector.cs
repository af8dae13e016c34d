using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Prediction;
using EdgeNet.Runtime;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// A frame in, people's boxes out: the whole frame, and where that is asked for its overlapping parts, in which small people are large. One thread's.
/// </summary>
internal sealed class PersonDetector : IDisposable
{
    /// <summary>Boxes down to this part of the score that is asked for may continue somebody who is followed.</summary>
    private const float Unsure = 0.5f;

    /// <summary>The overlap of parts beside each other, in parts of one.</summary>
    private const double Shared = 0.3;

    /// <summary>A box this near to a side at which a part was cut out of the frame, in parts of the part, is a cut person: another part has all of them.</summary>
    private const float Cut = 0.01f;

    /// <summary>From this overlap on two boxes are one person.</summary>
    private const float Same = 0.5f;

    /// <summary>People within a group must be found with this part of its score.</summary>
    private const float Sure = 0.6f;

    private readonly InferenceSession _session;
    private readonly PictureModel _model;
    private readonly int _label, _tiles;
    private readonly bool _stretches;
    private readonly Dictionary<(int, int), Image> _pictures = [];
    private readonly List<Detection> _found = [], _people = [];

    /// <summary>Plans the network.</summary>
    /// <param name="graph">A detector with a card.</param>
    /// <param name="settings">Which label counts, how many threads work, and into how many parts a frame is cut.</param>
    /// <exception cref="ModelException">The model is no detector, or has no such label.</exception>
    public PersonDetector(Graph graph, DetectorSettings settings)
    {
        _session = new InferenceSession(graph, settings.Threads > 0 ? new SessionOptions { Threads = settings.Threads } : new SessionOptions());
        try
        {
            _model = new PictureModel(_session);
            if (!_model.IsDetector) throw new ModelFormatException("the model's card has no detector; expected one that gives boxes");
            (_label, _tiles) = (LabelIndex(_model, settings.Label), settings.Tiles);
            _stretches = graph.Card.Preprocessing!.Fit == ImageFit.Stretch;
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
        Times = default;
        _found.Clear();
        frame.DecodeJpeg();
        Look(frame, new PixelArea(0, 0, frame.Width, frame.Height), settings);
        for (int tile = 0; _tiles > 1 && tile < _tiles * _tiles; tile++)
        {
            (int x, int width) = Part(tile % _tiles, frame.Width);
            (int y, int height) = Part(tile / _tiles, frame.Height);
            Look(frame, new PixelArea(x, y, width, height), settings);
        }
        _people.Clear();
        if (_tiles == 1)
        {
            _people.AddRange(_found);
            return _people;
        }
        // The network has suppressed overlaps within what it saw; parts of the frame overlap.
        _people.AddRange(NonMaximumSuppression.Apply(CollectionsMarshal.AsSpan(_found), 0, Same));
        // What looked like one large person from afar, and is two or more from near, was a group.
        for (int i = _people.Count - 1; i >= 0; i--)
        {
            Detection whole = _people[i];
            if (_people.Count(other => other.Score > whole.Score * Sure && other.Box.Area < whole.Box.Area / 2 && IsWithin(other.Box, whole.Box)) >= 2) _people.RemoveAt(i);
        }
        return _people;
    }

    private void Look(Frame frame, PixelArea area, LiveSettings settings)
    {
        long begin = TimeProvider.System.GetTimestamp();
        Image picture = PictureFor(area);
        FramePixels.Fill(frame, area, picture);
        _model.SetInput(picture);
        long prepared = TimeProvider.System.GetTimestamp();
        _session.Run();
        long inferred = TimeProvider.System.GetTimestamp();
        foreach (Detection found in _model.ReadDetections(settings.Score * Unsure))
        {
            if (found.Label != _label) continue;
            Box part = found.Box.Scaled(1f / picture.Width, 1f / picture.Height);
            bool cut = (part.XMin < Cut && area.X > 0) || (part.YMin < Cut && area.Y > 0)
                || (part.XMax > 1 - Cut && area.X + area.Width < frame.Width) || (part.YMax > 1 - Cut && area.Y + area.Height < frame.Height);
            if (cut) continue;
            var box = new Box(
                (area.X + (part.XMin * area.Width)) / frame.Width, (area.Y + (part.YMin * area.Height)) / frame.Height,
                (area.X + (part.XMax * area.Width)) / frame.Width, (area.Y + (part.YMax * area.Height)) / frame.Height);
            (float feetX, float feetY) = ((box.XMin + box.XMax) / 2, box.YMax);
            Box region = settings.Region;
            bool inside = feetX >= region.XMin && feetX <= region.XMax && feetY >= region.YMin && feetY <= region.YMax;
            if (inside && box.Height >= settings.MinHeight) _found.Add(found with { Box = box });
        }
        long decoded = TimeProvider.System.GetTimestamp();
        Times = (Times.Prepare + Milliseconds(begin, prepared), Times.Infer + Milliseconds(prepared, inferred), Times.Decode + Milliseconds(inferred, decoded));
    }

    /// <summary>The picture that an area becomes: the network's size where the card wants it stretched, otherwise the area's shape within twice that.</summary>
    private Image PictureFor(PixelArea area)
    {
        (int width, int height) = (_model.InputWidth, _model.InputHeight);
        if (!_stretches)
        {
            double scale = Math.Min(1, Math.Min(2.0 * width / area.Width, 2.0 * height / area.Height));
            (width, height) = (Math.Max(1, (int)Math.Round(area.Width * scale)), Math.Max(1, (int)Math.Round(area.Height * scale)));
        }
        if (_pictures.TryGetValue((width, height), out Image? picture)) return picture;
        // Sources do not change their size often.
        if (_pictures.Count > 8) _pictures.Clear();
        return _pictures[(width, height)] = new Image(width, height, 3);
    }

    /// <summary>Whether four fifths of a box lie in another.</summary>
    private static bool IsWithin(Box box, Box other) =>
        Math.Max(0, Math.Min(box.XMax, other.XMax) - Math.Max(box.XMin, other.XMin)) * Math.Max(0, Math.Min(box.YMax, other.YMax) - Math.Max(box.YMin, other.YMin)) >= 0.8f * box.Area;

    /// <summary>One of the parts of an axis, which overlap and together cover it.</summary>
    private (int Start, int Length) Part(int index, int length)
    {
        double part = length / (_tiles - ((_tiles - 1) * Shared)), start = index * part * (1 - Shared);
        int first = Math.Min(length - 1, (int)Math.Round(start)), end = index == _tiles - 1 ? length : Math.Min(length, (int)Math.Round(start + part));
        return (first, Math.Max(1, end - first));
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
