using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>What turns a detector's logits into scores; it must be what the loss assumed.</summary>
public enum ScoreFunction
{
    /// <summary>The classes of a prior, background among them, sum to 1: the multibox loss of the SSD paper.</summary>
    Softmax,
    /// <summary>Each class by itself: binary cross-entropy or focal loss.</summary>
    Sigmoid,
}

/// <summary>A change to the end of a detector after training.</summary>
public static class DetectorHead
{
    /// <summary>What box codes are multiplied by: of ty, tx, th, tw.</summary>
    public static ValueList<float> BoxScales { get; } = [10, 10, 5, 5];

    /// <summary>
    /// The network to ship: its output <c>class_logits</c> [1, priors, classes] becomes <c>scores</c>, and the card says how scores,
    /// <c>boxes</c> [1, priors, 4] (TensorFlow's SSD coding) and <c>priors</c> [priors, 4] become boxes, class 0 being the background.
    /// </summary>
    /// <exception cref="ArchitectureException">The network has not these outputs.</exception>
    public static Graph WithScores(this Graph graph, ScoreFunction function)
    {
        ArgumentNullException.ThrowIfNull(graph);
        foreach (string name in (string[])["boxes", "priors"])
        {
            if (!graph.Outputs.Any(output => output.Name == name))
                throw new ArchitectureException($"the network has no output '{name}', as a detector has; it has {string.Join(", ", graph.Outputs.Select(output => output.Name))}");
        }
        Graph scored = graph.WithOutputComputed(
            "class_logits", "scores", logits => function == ScoreFunction.Softmax ? new Softmax(logits.Shape.Rank - 1) : new Sigmoid());
        return scored.WithCard(graph.Card with { Detector = new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors", BoxScales) });
    }
}
