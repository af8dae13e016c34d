namespace EdgeNet.Training;

/// <summary>How well a network does on a set.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">Figures by name; higher is better.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics);

/// <summary>What a network is to become good at: a loss to descend, and figures that say how good it is.</summary>
public abstract class Objective
{
    /// <summary>The figure by which the best epoch is chosen; higher is better.</summary>
    public abstract string Metric { get; }

    /// <summary>The loss of a batch that went forward; writes the gradients of the network's outputs.</summary>
    public abstract double Descend(Network<float> network, Batch batch);

    /// <summary>Takes a batch that went forward into the figures.</summary>
    public abstract void Count(Network<float> network, Batch batch);

    /// <summary>The sums since the last <see cref="Total"/>, for a run that is interrupted to go on with.</summary>
    public abstract double[] Sums { get; set; }

    /// <summary>The figures of all batches since the last call.</summary>
    public abstract Evaluation Total();
}
