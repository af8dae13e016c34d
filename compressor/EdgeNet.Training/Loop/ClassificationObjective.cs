using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Classes of whole pictures: any loss that takes one-hot targets, and the share of pictures whose class is found.</summary>
/// <param name="loss">A loss on logits.</param>
/// <param name="classes">The number of classes; the network's output is [batch, classes].</param>
public sealed class ClassificationObjective(Loss<float> loss, int classes) : Objective
{
    private float[] _targets = [], _weights = [], _gradient = [];
    private double _loss;
    private long _count, _correct;

    /// <summary>Top-1 accuracy, 0 to 1.</summary>
    public override string Metric => "accuracy";

    /// <inheritdoc/>
    public override double Descend(Network<float> network, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batch);
        double value = Evaluate(network, batch, network.OutputGradient() is { IsEmpty: false } gradient ? gradient : Unused(network));
        CountCorrect(network, batch, value);
        return value;
    }

    /// <inheritdoc/>
    public override void Count(Network<float> network, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batch);
        CountCorrect(network, batch, Evaluate(network, batch, Unused(network)));
    }

    /// <inheritdoc/>
    public override double[] Sums
    {
        get => [_loss, _count, _correct];
        set => (_loss, _count, _correct) = (value[0], (long)value[1], (long)value[2]);
    }

    /// <summary>A place for gradients that nobody asks for.</summary>
    private Span<float> Unused(Network<float> network)
    {
        if (_gradient.Length != network.Output().Length) _gradient = new float[network.Output().Length];
        return _gradient;
    }

    /// <inheritdoc/>
    public override Evaluation Total()
    {
        var total = new Evaluation(_loss / Math.Max(1, _count), new Dictionary<string, double> { [Metric] = (double)_correct / Math.Max(1, _count) });
        (_loss, _count, _correct) = (0, 0, 0);
        return total;
    }

    private double Evaluate(Network<float> network, Batch batch, Span<float> gradient)
    {
        ReadOnlySpan<float> logits = network.Output();
        int rows = batch.Labels.Length;
        if (logits.Length != rows * classes)
            throw new TrainingSettingException($"the network gives {logits.Length / Math.Max(1, rows)} numbers for each picture, the data has {classes} classes; train another last layer with --classes");
        if (_targets.Length != logits.Length) (_targets, _weights) = (new float[logits.Length], new float[rows]);
        _targets.AsSpan().Clear();
        _weights.AsSpan().Clear();
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.Labels[row] < 0) continue;
            _targets[row * classes + batch.Labels[row]] = 1;
            _weights[row] = 1;
        }
        return loss.Evaluate(logits, _targets, new Shape([rows, classes]), _weights, gradient);
    }

    private void CountCorrect(Network<float> network, Batch batch, double meanLoss)
    {
        int labelled = 0;
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.Labels[row] < 0) continue;
            labelled++;
            if (System.Numerics.Tensors.TensorPrimitives.IndexOfMax(network.Output().Slice(row * classes, classes)) == batch.Labels[row]) _correct++;
        }
        _count += labelled;
        _loss += meanLoss * labelled;
    }
}
