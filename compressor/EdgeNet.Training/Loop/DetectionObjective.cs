using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>
/// Objects and their boxes, by priors (SSD): the multibox loss, and the average precision at an overlap of one half, all classes but the
/// background taken together.
/// </summary>
public sealed class DetectionObjective : Objective
{
    /// <summary>Scores below are not looked at.</summary>
    private const float LeastScore = 0.01f;

    private const float SuppressionOverlap = 0.45f, RightOverlap = 0.5f;
    private const int MostDetections = 100;

    private readonly MultiboxLoss<float> _loss;
    private readonly float[] _priors;
    private readonly int _classes, _boxOutput, _classOutput;
    private readonly CentreSizeScales _scales;
    private readonly bool _sigmoid;
    private readonly List<DetectionSample> _samples = [];
    private float[] _boxGradient = [], _classGradient = [];
    private double _sum;
    private int _pictures;

    /// <summary>Prepares the objective of a network whose outputs are box codes [N, P, 4] in TensorFlow's coding, class logits [N, P, C] and priors [P, 4].</summary>
    /// <param name="network">The network; its outputs are logits, see <see cref="Logits"/>.</param>
    /// <param name="detector">The outputs' names; null for those of a built-in architecture before it is shipped.</param>
    /// <param name="settings">How the loss matches and weighs; with focal loss, each class has a sigmoid of its own.</param>
    /// <exception cref="TrainingSettingException">An output is missing, or boxes are coded in another way.</exception>
    public DetectionObjective(Network<float> network, Detector? detector = null, MultiboxSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        detector ??= new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["class_logits"], "priors");
        if (detector is not { Coding: BoxCoding.TensorFlowSsd, Boxes: [var boxes], Scores: [var scores], Priors: { } priorOutput })
            throw new TrainingSettingException($"a detector whose boxes are coded as {detector.Coding} cannot be trained; expected {BoxCoding.TensorFlowSsd} with outputs for boxes, scores and priors");
        int priors = Find(priorOutput);
        (_boxOutput, _classOutput) = (Find(boxes), Find(scores));
        _sigmoid = settings?.Focal is not null;
        if (DependsOnInput(network.Graph.Outputs[priors].Value)) throw new TrainingSettingException($"the priors ('{priorOutput}') depend on the picture; expected a constant");
        network.Forward();
        _priors = network.Output(priors).ToArray();
        _classes = network.Graph.Outputs[_classOutput].Value.Type.Shape[^1];
        _scales = (settings ?? new MultiboxSettings()).Scales;
        _loss = new MultiboxLoss<float>(_priors, _classes, settings);

        int Find(string name)
        {
            for (int i = 0; i < network.Graph.Outputs.Length; i++)
            {
                if (network.Graph.Outputs[i].Name == name) return i;
            }
            throw new TrainingSettingException($"the network has no output '{name}'; there are {string.Join(", ", network.Graph.Outputs.Select(output => output.Name))}");
        }
    }

    private static bool DependsOnInput(Value value) =>
        value.Constant is null && (value.Producer is null || value.Producer.Inputs.Any(DependsOnInput));

    /// <summary>Average precision at an intersection over union of 0.5, 0 to 1.</summary>
    public override string Metric => "AP50";

    /// <inheritdoc/>
    public override double Descend(Network<float> network, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlySpan<float> boxes = network.Output(_boxOutput), logits = network.Output(_classOutput);
        MakeRoom(boxes.Length, logits.Length);
        // Where all that leads to one of them is frozen, nobody asks for its gradient.
        Span<float> boxGradient = network.OutputGradient(_boxOutput) is { IsEmpty: false } asked ? asked : _boxGradient.AsSpan(0, boxes.Length);
        Span<float> classGradient = network.OutputGradient(_classOutput) is { IsEmpty: false } wanted ? wanted : _classGradient.AsSpan(0, logits.Length);
        double value = _loss.Evaluate(boxes, logits, Columns(batch), boxGradient, classGradient).Total;
        _sum += value * batch.Count;
        _pictures += batch.Count;
        return value;
    }

    /// <inheritdoc/>
    public override void Count(Network<float> network, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batch);
        // Rows beyond the pictures that are there hold nothing to learn from, nor to measure.
        int count = _priors.Length / 4;
        ReadOnlySpan<float> boxes = network.Output(_boxOutput)[..(batch.Count * count * 4)], logits = network.Output(_classOutput)[..(batch.Count * count * _classes)];
        MakeRoom(boxes.Length, logits.Length);
        IReadOnlyList<GroundTruth>[] truths = Columns(batch)[..batch.Count];
        _sum += batch.Count * (double)_loss.Evaluate(boxes, logits, truths, _boxGradient.AsSpan(0, boxes.Length), _classGradient.AsSpan(0, logits.Length)).Total;
        _pictures += batch.Count;
        for (int row = 0; row < batch.Count; row++)
            _samples.Add(new DetectionSample(Detect(boxes.Slice(row * count * 4, count * 4), logits.Slice(row * count * _classes, count * _classes)), truths[row]));
    }

    /// <inheritdoc/>
    public override Evaluation Total()
    {
        var metrics = new Dictionary<string, double>();
        if (_samples.Count > 0) metrics[Metric] = DetectionMetrics.MeanAveragePrecision(_samples, RightOverlap, MatchingRule.Voc, static curve => curve.AveragePrecisionAllPoint());
        var total = new Evaluation(_sum / Math.Max(1, _pictures), metrics);
        _samples.Clear();
        (_sum, _pictures) = (0, 0);
        return total;
    }

    /// <inheritdoc/>
    public override double[] Sums
    {
        get => [_sum, _pictures];
        set => (_sum, _pictures) = (value[0], (int)value[1]);
    }

    private void MakeRoom(int boxes, int logits)
    {
        if (_boxGradient.Length < boxes) (_boxGradient, _classGradient) = (new float[boxes], new float[logits]);
    }

    private Detection[] Detect(ReadOnlySpan<float> codes, ReadOnlySpan<float> logits)
    {
        var boxes = new Box[_priors.Length / 4];
        BoxDecoding.CentreSize(codes, _priors, _scales, boxes);
        for (int i = 0; i < boxes.Length; i++) boxes[i] = boxes[i].ClippedTo(1, 1);
        float[] scores = new float[logits.Length];
        if (_sigmoid) TensorPrimitives.Sigmoid(logits, scores);
        else for (int at = 0; at < scores.Length; at += _classes) TensorPrimitives.SoftMax(logits.Slice(at, _classes), scores.AsSpan(at, _classes));
        var found = new List<Detection>();
        ClassScores.Collect(boxes, scores, _classes, LeastScore, found, firstClass: 1);
        return NonMaximumSuppression.Apply(CollectionsMarshal.AsSpan(found), LeastScore, SuppressionOverlap, MostDetections);
    }

    /// <summary>Sets number their classes from 0; columns of the logits begin with the background.</summary>
    private static IReadOnlyList<GroundTruth>[] Columns(Batch batch) =>
        [.. batch.Boxes.Select(boxes => (IReadOnlyList<GroundTruth>)[.. boxes.Select(box => box with { Label = box.Label + 1 })])];
}
