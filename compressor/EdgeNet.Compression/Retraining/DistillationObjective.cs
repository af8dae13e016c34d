using System.Numerics.Tensors;
using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>
/// What the original network says of a picture, for the network that is made of it to say again (Hinton et al. 2015): needs no labels. Of a
/// detector those priors count at which the original sees something, or the student does; activations between the layers may be compared,
/// too (hints, Romero et al. 2015). Where there are labels, they may have a part of the loss.
/// </summary>
internal sealed class DistillationObjective : Objective
{
    /// <summary>What a prior counts where the original sees nothing.</summary>
    private const float EmptyWeight = 0.02f;

    private readonly Network<float> _teacher;
    private readonly DistillationTarget _target;
    private readonly DistillationLoss<float> _divergence;
    private readonly SoftmaxCrossEntropyLoss<float> _labelled = new();
    private readonly double _labels, _hints, _temperature;
    private float[] _weights = [], _scratch = [], _extra = [];
    private double _sum;
    private long _pictures;

    /// <summary>Prepares it.</summary>
    /// <param name="teacher">The original, with the outputs of <paramref name="target"/> and as many pictures in a batch as the student.</param>
    /// <param name="target">What is compared.</param>
    /// <param name="settings">How.</param>
    public DistillationObjective(Network<float> teacher, DistillationTarget target, RetrainingSettings settings)
    {
        (_teacher, _target, _labels, _hints, _temperature) = (teacher, target, settings.Labels, settings.Hints, settings.Temperature);
        _divergence = new DistillationLoss<float>(settings.Temperature);
    }

    /// <summary>Nothing: the last epoch counts.</summary>
    public override string Metric => "none";

    /// <inheritdoc/>
    public override double[] Sums
    {
        get => [_sum, _pictures];
        set => (_sum, _pictures) = (value[0], (long)value[1]);
    }

    /// <inheritdoc/>
    public override Evaluation Total()
    {
        var total = new Evaluation(_sum / Math.Max(1, _pictures), new Dictionary<string, double>());
        (_sum, _pictures) = (0, 0);
        return total;
    }

    /// <inheritdoc/>
    public override double Descend(Network<float> network, Batch batch)
    {
        double loss = Compare(network, batch);
        (_sum, _pictures) = (_sum + loss * batch.Count, _pictures + batch.Count);
        return loss;
    }

    /// <inheritdoc/>
    public override void Count(Network<float> network, Batch batch) => Descend(network, batch);

    private double Compare(Network<float> student, Batch batch)
    {
        batch.Input.CopyTo(_teacher.Input());
        _teacher.Forward();
        double loss = 0;
        int hints = _target.Outputs.Length - _target.Graph.Outputs.Count(output => !output.Name.StartsWith("hint ", StringComparison.Ordinal));
        float[] seen = _target.ScoreOutput < 0 ? [] : Seen(_teacher.Output(_target.ScoreOutput), student.Output(_target.ScoreOutput));
        for (int i = 0; i < _target.Outputs.Length; i++)
        {
            ReadOnlySpan<float> taught = _teacher.Output(i), said = student.Output(i);
            Span<float> gradient = student.OutputGradient(i);
            if (gradient.IsEmpty) continue;
            Shape shape = student.Graph.Outputs[i].Value.Type.Shape;
            int width = shape[^1];
            switch (_target.Outputs[i])
            {
                case Comparison.Softmax when i == _target.ScoreOutput:
                    Weigh(seen, EmptyWeight);
                    loss += Scaled(_divergence.Evaluate(said, taught, shape, _weights, gradient), gradient, 1);
                    break;
                case Comparison.Softmax:
                    loss += Classes(said, taught, shape, batch, gradient);
                    break;
                case Comparison.Sigmoid:
                    loss += CrossEntropy(said, taught, seen.Length * width == said.Length ? seen : [], width, gradient);
                    break;
                case Comparison.Boxes:
                    // Codes may lie flat; four belong to a prior.
                    loss += Boxes(said, taught, seen, gradient);
                    break;
                case Comparison.Numbers:
                    bool hint = i >= _target.Outputs.Length - hints;
                    loss += Distance(said, taught, gradient, hint ? _hints / Math.Max(1, hints) : 1);
                    break;
            }
        }
        return loss;
    }

    private double Classes(ReadOnlySpan<float> said, ReadOnlySpan<float> taught, Shape shape, Batch batch, Span<float> gradient)
    {
        int classes = shape[^1];
        // A label is a picture's: classes of its pixels or parts have none.
        double labels = said.Length == batch.Labels.Length * classes ? _labels : 0;
        // T² keeps the gradient's size; the loss is then that much larger, which weighs against hints and labels.
        double scale = (1 - labels) / (_temperature * _temperature);
        double loss = Scaled(_divergence.Evaluate(said, taught, shape, gradient), gradient, scale);
        if (labels <= 0) return loss;
        if (_extra.Length != said.Length) (_extra, _scratch) = (new float[said.Length], new float[said.Length]);
        if (_weights.Length != said.Length / classes) _weights = new float[said.Length / classes];
        _extra.AsSpan().Clear();
        for (int row = 0; row < _weights.Length; row++)
        {
            _weights[row] = batch.Labels[row] >= 0 ? 1 : 0;
            if (batch.Labels[row] >= 0 && batch.Labels[row] < classes) _extra[row * classes + batch.Labels[row]] = 1;
        }
        double labelled = _labelled.Evaluate(said, _extra, shape, _weights, _scratch);
        TensorPrimitives.MultiplyAdd(_scratch, (float)labels, gradient, gradient);
        return loss + labels * labelled;
    }

    /// <summary>For each prior the larger probability, of teacher and student, that something is there.</summary>
    private float[] Seen(ReadOnlySpan<float> taught, ReadOnlySpan<float> said)
    {
        Shape shape = _target.Graph.Outputs[_target.ScoreOutput].Value.Type.Shape;
        int classes = shape[^1];
        float[] seen = new float[taught.Length / classes];
        bool sigmoid = _target.Outputs[_target.ScoreOutput] == Comparison.Sigmoid;
        float[] probabilities = new float[classes];
        for (int row = 0; row < seen.Length; row++)
            seen[row] = Math.Max(Something(taught.Slice(row * classes, classes), probabilities), Something(said.Slice(row * classes, classes), probabilities));
        return seen;

        float Something(ReadOnlySpan<float> logits, Span<float> p)
        {
            if (sigmoid) TensorPrimitives.Sigmoid(logits, p);
            else TensorPrimitives.SoftMax(logits, p);
            if (_target.Background >= 0 && !sigmoid) return 1 - p[_target.Background];
            if (_target.Background >= 0) p[_target.Background] = 0;
            return TensorPrimitives.Max<float>(p);
        }
    }

    private void Weigh(float[] seen, float least)
    {
        if (_weights.Length != seen.Length) _weights = new float[seen.Length];
        for (int i = 0; i < seen.Length; i++) _weights[i] = least + seen[i];
    }

    private static double Scaled(double loss, Span<float> gradient, double scale)
    {
        TensorPrimitives.Multiply(gradient, (float)scale, gradient);
        return loss * scale;
    }

    private static double CrossEntropy(ReadOnlySpan<float> said, ReadOnlySpan<float> taught, float[] seen, int width, Span<float> gradient)
    {
        double loss = 0, weightOfAll = seen.Length == 0 ? said.Length / (double)width : seen.Sum(weight => (double)weight + EmptyWeight);
        for (int i = 0; i < said.Length; i++)
        {
            double weight = (seen.Length == 0 ? 1 : seen[i / width] + EmptyWeight) / weightOfAll;
            double p = 1 / (1 + Math.Exp(-taught[i])), x = said[i], q = 1 / (1 + Math.Exp(-x));
            // The divergence: cross entropy less the teacher's own entropy, which is no fault of the student.
            loss += weight * (Math.Max(x, 0) - p * x + Math.Log(1 + Math.Exp(-Math.Abs(x))) - Entropy(p));
            gradient[i] = (float)(weight * (q - p));
        }
        return loss;
    }

    private static double Entropy(double p) => p is <= 1e-12 or >= 1 - 1e-12 ? 0 : -p * Math.Log(p) - (1 - p) * Math.Log(1 - p);

    private static double Boxes(ReadOnlySpan<float> said, ReadOnlySpan<float> taught, float[] seen, Span<float> gradient)
    {
        double loss = 0, weightOfAll = 1e-6;
        foreach (float weight in seen) weightOfAll += weight;
        for (int i = 0; i < said.Length; i++)
        {
            double weight = seen[i / 4] / weightOfAll, difference = said[i] - taught[i];
            // Huber: far boxes pull, but not ever harder.
            double size = Math.Abs(difference);
            loss += weight * (size < 1 ? difference * difference / 2 : size - 0.5);
            gradient[i] = (float)(weight * Math.Clamp(difference, -1, 1));
        }
        return loss;
    }

    private static double Distance(ReadOnlySpan<float> said, ReadOnlySpan<float> taught, Span<float> gradient, double weight)
    {
        double mean = TensorPrimitives.Sum(taught) / (double)taught.Length, variance = TensorPrimitives.SumOfSquares(taught) / (double)taught.Length - mean * mean;
        double scale = weight / (taught.Length * Math.Max(variance, 1e-12));
        TensorPrimitives.Subtract(said, taught, gradient);
        double squares = TensorPrimitives.SumOfSquares<float>(gradient);
        TensorPrimitives.Multiply(gradient, (float)(2 * scale), gradient);
        return squares * scale;
    }
}
