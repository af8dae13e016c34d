using System.Collections.Immutable;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Prediction;

/// <summary>Turns a detector's outputs into boxes in pixels of the network's input, as the card's <see cref="Detector"/> says.</summary>
internal sealed class DetectionDecoder
{
    private static readonly ValueList<float> CaffeVariances = [0.1f, 0.1f, 0.2f, 0.2f];

    private readonly Detector _detector;
    private readonly Graph _graph;
    private readonly int _width;
    private readonly int _height;
    private readonly int[] _boxes;
    private readonly int[] _scores;
    private readonly int _priors = -1;
    private readonly ValueList<float> _scales;
    private readonly Box[][] _decoded;

    /// <param name="graph">The model; its card must have a detector.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <param name="height">Height of the input in pixels.</param>
    /// <exception cref="ModelFormatException">The detector does not fit the outputs.</exception>
    public DetectionDecoder(Graph graph, int width, int height)
    {
        (_graph, _width, _height) = (graph, width, height);
        _detector = graph.Card.Detector!;
        _boxes = Resolve(_detector.Boxes, "boxes");
        _scores = Resolve(_detector.Scores, "scores");
        _scales = _detector.Scales;
        if (!(_detector.IouThreshold is >= 0 and <= 1)) throw Wrong($"iouThreshold {_detector.IouThreshold}; expected 0 to 1");
        if (_detector.MaxDetections < 0) throw Wrong($"maxDetections {_detector.MaxDetections}; expected 0 or more");
        if (float.IsNaN(_detector.ScoreThreshold)) throw Wrong("scoreThreshold is not a number");
        if (_boxes.Length == 0) throw Wrong("names no output with boxes");

        switch (_detector.Coding)
        {
            case BoxCoding.TensorFlowSsd or BoxCoding.CaffeSsd:
                if (_boxes.Length != 1 || _scores.Length != 1) throw Wrong("expected one output with boxes and one with scores");
                _priors = Resolve([_detector.Priors ?? throw Wrong("names no output with priors")], "priors")[0];
                if (_scales.Count == 0) _scales = _detector.Coding == BoxCoding.TensorFlowSsd ? [10, 10, 5, 5] : CaffeVariances;
                if (_scales.Count != 4 || _scales.Any(scale => !float.IsFinite(scale) || scale == 0))
                    throw Wrong($"scales {_scales}; expected four numbers other than 0");
                int count = Elements(_boxes[0]) / 4;
                if (Elements(_boxes[0]) != 4L * count || Elements(_priors) != 4L * count)
                    throw Wrong($"boxes {Describe(_boxes[0])} and priors {Describe(_priors)}; expected four numbers for each of as many");
                RequireScores(0, count);
                break;

            case BoxCoding.Distribution:
                if (_boxes.Length != _scores.Length || _boxes.Length != _detector.Strides.Count)
                    throw Wrong($"{_boxes.Length} boxes, {_scores.Length} scores, {_detector.Strides.Count} strides; expected as many of each");
                for (int i = 0; i < _boxes.Length; i++)
                {
                    if (_detector.Strides[i] < 1) throw Wrong($"stride {_detector.Strides[i]}; expected 1 or more");
                    int cells = Cells(i), bins = Elements(_boxes[i]) / (4 * cells);
                    if (bins < 2 || Elements(_boxes[i]) != 4L * cells * bins)
                        throw Wrong($"boxes {Describe(_boxes[i])} at stride {_detector.Strides[i]}; expected four distributions for each of {cells} cells");
                    RequireScores(i, cells);
                }
                break;

            case BoxCoding.YoloRows:
                if (_boxes.Length != 1 || Type(_boxes[0]).Shape is not { Rank: > 0 } shape || shape[^1] < 6)
                    throw Wrong("expected one output of rows [cx, cy, w, h, objectness, classes…]");
                break;

            case BoxCoding.Decoded:
                // Boxes and classes, scores and count: named in pairs, or each the output after its companion, as TFLite orders them.
                _boxes = WithCompanion(_boxes, "classes");
                _scores = WithCompanion(_scores, "count");
                int most = Elements(_scores[0]);
                if (Elements(_boxes[0]) != 4L * most || Elements(_boxes[1]) != most || Elements(_scores[1]) != 1)
                {
                    throw Wrong($"boxes {Describe(_boxes[0])}, classes {Describe(_boxes[1])}, scores {Describe(_scores[0])}, count {Describe(_scores[1])};"
                        + " expected [1, n, 4], [1, n], [1, n], [1]");
                }
                break;

            default:
                throw Wrong($"coding {_detector.Coding} is unknown");
        }
        _decoded = _detector.Coding switch
        {
            BoxCoding.TensorFlowSsd or BoxCoding.CaffeSsd => [new Box[Elements(_boxes[0]) / 4]],
            BoxCoding.Distribution => [.. _boxes.Select((_, i) => new Box[Cells(i)])],
            _ => [],
        };
    }

    /// <summary>Adds every box of every class but the background whose score is at or above the threshold.</summary>
    public void Decode(FloatOutputs outputs, float threshold, List<Detection> into)
    {
        switch (_detector.Coding)
        {
            case BoxCoding.TensorFlowSsd:
                var scales = new CentreSizeScales(_scales[0], _scales[1], _scales[2], _scales[3]);
                BoxDecoding.CentreSize(outputs.Read(_boxes[0]), outputs.Read(_priors), scales, _decoded[0]);
                CollectFractions(outputs, threshold, into);
                break;

            case BoxCoding.CaffeSsd:
                BoxDecoding.CaffeCentreSize(outputs.Read(_boxes[0]), outputs.Read(_priors), _scales.Span, _decoded[0]);
                CollectFractions(outputs, threshold, into);
                break;

            case BoxCoding.Distribution:
                for (int i = 0; i < _boxes.Length; i++)
                {
                    ReadOnlySpan<float> distributions = outputs.Read(_boxes[i]);
                    int bins = distributions.Length / (4 * _decoded[i].Length);
                    BoxDecoding.Distribution(distributions, Columns(i), Rows(i), _detector.Strides[i], bins - 1, _decoded[i]);
                    Collect(outputs.Read(_scores[i]), _decoded[i], threshold, into);
                }
                break;

            case BoxCoding.YoloRows:
                YoloDecoding.RowsWithObjectness(outputs.Read(_boxes[0]), Type(_boxes[0]).Shape[^1] - 5, threshold, into);
                into.RemoveAll(detection => detection.Label == _detector.Background);
                break;

            case BoxCoding.Decoded:
                CollectDecoded(outputs, threshold, into);
                break;
        }
    }

    private void CollectFractions(FloatOutputs outputs, float threshold, List<Detection> into)
    {
        Collect(outputs.Read(_scores[0]), _decoded[0], threshold, into);
        for (int i = 0; i < into.Count; i++) into[i] = into[i] with { Box = into[i].Box.Scaled(_width, _height) };
    }

    private void Collect(ReadOnlySpan<float> scores, Box[] boxes, float threshold, List<Detection> into)
    {
        int classes = scores.Length / boxes.Length;
        ClassScores.Collect(boxes, scores, classes, threshold, into, firstClass: _detector.Background == 0 ? 1 : 0);
        if (_detector.Background > 0) into.RemoveAll(detection => detection.Label == _detector.Background);
    }

    private void CollectDecoded(FloatOutputs outputs, float threshold, List<Detection> into)
    {
        ReadOnlySpan<float> boxes = outputs.Read(_boxes[0]), classes = outputs.Read(_boxes[1]), scores = outputs.Read(_scores[0]);
        float found = outputs.Read(_scores[1])[0];
        int count = found >= 1 ? (int)Math.Min(found, scores.Length) : 0;
        for (int i = 0; i < count; i++)
        {
            if (!(scores[i] >= threshold) || !(classes[i] is >= 0 and < int.MaxValue)) continue;
            ReadOnlySpan<float> box = boxes.Slice(4 * i, 4);
            into.Add(new Detection(new Box(box[1], box[0], box[3], box[2]).Scaled(_width, _height), (int)classes[i], scores[i]));
        }
    }

    private int Columns(int pair) => (_width + _detector.Strides[pair] - 1) / _detector.Strides[pair];

    private int Rows(int pair) => (_height + _detector.Strides[pair] - 1) / _detector.Strides[pair];

    private int Cells(int pair) => Columns(pair) * Rows(pair);

    private void RequireScores(int pair, int count)
    {
        int scores = Elements(_scores[pair]);
        if (count == 0 || scores == 0 || scores % count != 0) throw Wrong($"scores {Describe(_scores[pair])} for {count} boxes; expected as many for each");
    }

    private int[] WithCompanion(int[] named, string companion)
    {
        if (named.Length == 2) return named;
        if (named.Length != 1 || named[0] + 1 >= _graph.Outputs.Length)
            throw Wrong($"cannot tell which output holds the {companion}; name it second");
        int next = named[0] + 1;
        FloatOutputs.Check(_graph.Outputs[next]);
        return [named[0], next];
    }

    private int[] Resolve(ImmutableArray<string> names, string what)
    {
        if (names.IsDefaultOrEmpty) return [];
        return Array.ConvertAll(names.ToArray(), name =>
        {
            for (int i = 0; i < _graph.Outputs.Length; i++)
            {
                if (_graph.Outputs[i].Name != name) continue;
                FloatOutputs.Check(_graph.Outputs[i]);
                return i;
            }
            throw Wrong($"{what} are to be in output '{name}', which the model does not have; it has {string.Join(", ", _graph.Outputs.Select(output => output.Name))}");
        });
    }

    private TensorType Type(int output) => _graph.Outputs[output].Value.Type;

    private int Elements(int output) => Type(output).Shape.ElementCount;

    private string Describe(int output) => $"'{_graph.Outputs[output].Name}' {Type(output).Shape}";

    private ModelFormatException Wrong(string message) => new($"card: detector ({_detector.Coding}): {message}");
}
