using EdgeNet.Model;
using EdgeNet.Training;

namespace EdgeNet.Compression;

/// <summary>How an output of the student is compared with the teacher's.</summary>
internal enum Comparison
{
    /// <summary>Logits of classes that exclude each other: Kullback-Leibler divergence.</summary>
    Softmax,
    /// <summary>Logits of classes that do not: cross entropy with the teacher's probabilities.</summary>
    Sigmoid,
    /// <summary>Numbers: squared distance over the teacher's variance.</summary>
    Numbers,
    /// <summary>Codes of boxes: squared distance where the teacher sees something.</summary>
    Boxes,
    /// <summary>Fixed by the graph, such as priors: nothing to learn.</summary>
    Constant,
}

/// <summary>Which outputs a network is taught by, and how each is compared. Student and teacher have the same outputs in the same order.</summary>
/// <param name="Graph">The graph with logits for outputs, and values inside it (hints) after the real outputs.</param>
/// <param name="Outputs">How each output is compared.</param>
/// <param name="Background">For a detector the class that means nothing; −1 where there is none.</param>
/// <param name="ScoreOutput">For a detector the output with the classes of boxes; −1 where there is none.</param>
internal sealed record DistillationTarget(Graph Graph, Comparison[] Outputs, int Background, int ScoreOutput)
{
    /// <summary>Looks at a graph.</summary>
    /// <param name="graph">The whole graph.</param>
    /// <param name="hints">Names of nodes whose first outputs are compared, too.</param>
    public static DistillationTarget Of(Graph graph, IReadOnlyList<string> hints)
    {
        Graph logits = Logits.Of(graph);
        Detector? detector = graph.Card.Detector;
        bool ssd = detector is { Coding: BoxCoding.TensorFlowSsd or BoxCoding.CaffeSsd, Boxes.Length: 1, Scores.Length: 1 };
        var comparisons = new List<Comparison>();
        int scores = -1;
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            string name = graph.Outputs[i].Name;
            Value whole = graph.Outputs[i].Value, value = logits.Outputs[i].Value;
            if (ssd && detector!.Scores[0] == name) scores = i;
            comparisons.Add(
                !DependsOnInput(whole) ? Comparison.Constant
                : ssd && detector!.Boxes[0] == name ? Comparison.Boxes
                : value != whole && Probabilities(whole) is Sigmoid ? Comparison.Sigmoid
                // A classifier may leave the softmax to its user.
                : value != whole || (detector is null && graph.Outputs.Length == 1 && value.Type.Shape.Rank == 2 && value.Type.Shape[^1] > 1) ? Comparison.Softmax
                : Comparison.Numbers);
        }
        GraphOutput[] inside = [.. hints.Select(hint => graph.Nodes.First(node => node.Name == hint)).Select((node, i) => new GraphOutput($"hint {i}", node.Outputs[0]))];
        comparisons.AddRange(inside.Select(_ => Comparison.Numbers));
        return new DistillationTarget(logits.WithOutputs([.. logits.Outputs, .. inside]), [.. comparisons], ssd ? detector!.Background : -1, scores);
    }

    /// <summary>
    /// Values to compare inside a graph: what residual additions and, of the other layers, every third convolution over all channels give,
    /// behind their clamps.
    /// </summary>
    public static IReadOnlyList<string> HintsOf(Graph graph)
    {
        var hints = new List<string>();
        int convolutions = 0;
        foreach (Node node in graph.Nodes.Where(node => DependsOnInput(node.Output) && node.Output.Type.Shape.Rank == 4))
        {
            bool residual = node.Op is Add && node.Inputs.All(DependsOnInput);
            bool third = node.Op is Conv2D && ++convolutions % 3 == 0;
            if (residual || third) hints.Add(Clamped(graph, node).Name);
        }
        return [.. hints.Distinct()];
    }

    private static Node Clamped(Graph graph, Node node)
    {
        while (graph.ConsumersOf(node.Output) is [{ Op: Relu or Clip or BatchNormalization or PRelu } next]) node = next;
        return node;
    }

    private static Op? Probabilities(Value value)
    {
        while (value.Producer is { Op: Reshape } node) value = node.Inputs[0];
        return value.Producer?.Op;
    }

    private static bool DependsOnInput(Value value)
    {
        var seen = new HashSet<Value>();
        var open = new Stack<Value>([value]);
        while (open.TryPop(out Value? at))
        {
            if (at.Constant is not null || !seen.Add(at)) continue;
            if (at.Producer is null) return true;
            foreach (Value input in at.Producer.Inputs) open.Push(input);
        }
        return false;
    }
}
