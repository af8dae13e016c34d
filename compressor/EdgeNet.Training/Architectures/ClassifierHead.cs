using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Changes to the end of a classifier: another number of classes before training, probabilities after it.</summary>
public static class ClassifierHead
{
    /// <summary>
    /// The network to ship: its output <c>logits</c> becomes <c>probabilities</c>, by a softmax. Outputs of other names stay as they are.
    /// </summary>
    /// <exception cref="ArchitectureException">There is no output <c>logits</c>.</exception>
    public static Graph WithSoftmax(this Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.WithOutputComputed("logits", "probabilities", logits => new Softmax(logits.Shape.Rank - 1));
    }

    /// <summary>
    /// The network with another classifier, for fine-tuning: the last fully connected layer or 1 × 1 convolution before the output gets
    /// new weights and a bias of 0 for another number of classes; all other layers keep theirs. What may stand between it and the output
    /// is activations, means over the picture, reshapes and softmax; names stay.
    /// </summary>
    /// <param name="graph">A Float32 classifier with one output.</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="labels">The card's new labels, one for each class; null for none.</param>
    /// <param name="seed">The seed of the new weights.</param>
    /// <exception cref="ArchitectureException">The graph does not end like a classifier, or the labels do not fit.</exception>
    public static Graph ReplaceClassifier(this Graph graph, int classes, ImmutableArray<string>? labels, int seed)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (classes < 2) throw Wrong($"{classes} classes; expected at least 2");
        if (labels is { } names && (names.IsDefault || names.Length != classes))
            throw Wrong($"{(names.IsDefault ? 0 : names.Length)} labels for {classes} classes; expected one each");
        Node head = Find(graph);
        int before = head.Output.Type.Shape[^1];
        HashSet<Node> after = [.. After(graph, head)];
        try
        {
            Graph replaced = GraphRewriter.Run(graph, (pass, node) =>
            {
                if (node == head) pass[node.Output] = NewHead(pass, node, classes, seed);
                else if (node.Op is Reshape reshape && after.Contains(node)) pass.CopyAs(node, Resized(reshape, node, before, classes));
                else pass.Copy(node);
            });
            int expected = graph.Outputs[0].Value.Type.Shape.ElementCount / before * classes;
            if (replaced.Outputs[0].Value.Type.Shape.ElementCount != expected)
                throw Wrong($"what follows '{head.Name}' mixes its classes, so that output '{graph.Outputs[0].Name}' has no score for each");
            string done = $"classifier of {before} classes replaced by one of {classes}, initialised from seed {seed}";
            return replaced.WithCard(graph.Card with { Labels = labels, Provenance = [.. graph.Card.Provenance ?? [], done] });
        }
        catch (ShapeException e)
        {
            throw Wrong($"what follows '{head.Name}' does not take {classes} classes: {e.Message}", e);
        }
    }

    private static Node Find(Graph graph)
    {
        if (graph.Outputs is not [GraphOutput output])
            throw Wrong($"the network has {graph.Outputs.Length} outputs ({string.Join(", ", graph.Outputs.Select(o => o.Name))}); expected one, with a score for each class");
        Value value = output.Value;
        while (true)
        {
            if (value.Producer is not { } node) throw Wrong($"no fully connected layer or 1 × 1 convolution stands before output '{output.Name}'");
            switch (node.Op)
            {
                case Softmax or LogSoftmax or Sigmoid or Relu or Clip or Reshape or ReduceMean or Pool2D:
                    value = node.Inputs[0];
                    break;
                case Dense or Conv2D { Groups: 1 } when IsHead(node):
                    return node;
                default:
                    throw Wrong($"before output '{output.Name}' stands {node}; expected Dense or a 1 × 1 Conv2D with constant Float32 weights");
            }
            if (graph.ConsumersOf(value).Length > 1) throw Wrong($"'{value.Name}' is read by several nodes, so it is not a classifier's last value");
        }
    }

    private static bool IsHead(Node node) =>
        node.Inputs.Skip(1).All(input => input.Constant is not null && input.Type.Element == ElementType.Float32)
        && (node.Op is Dense || node.Inputs[1].Type.Shape.Product(1, 3) == 1);

    private static IEnumerable<Node> After(Graph graph, Node head)
    {
        for (Value value = graph.Outputs[0].Value; value.Producer != head; value = value.Producer!.Inputs[0]) yield return value.Producer!;
    }

    private static Value NewHead(GraphRewriter pass, Node head, int classes, int seed)
    {
        Value weights = head.Inputs[1];
        string bias = head.Inputs.Length > 2 ? head.Inputs[2].Name : $"{head.Name}/bias";
        return pass.Add(
            head.Op, head.Name, pass[head.Inputs[0]],
            pass.Constant(Initialization.GlorotUniform.Weights(weights.Type.Shape.With(0, classes), new Random(seed)), weights.Name),
            pass.Constant(Constant.Of<float>([classes], new float[classes]), bias));
    }

    // The classes are the last axis that is not 1, so that they stay in order.
    private static Reshape Resized(Reshape reshape, Node node, int before, int classes)
    {
        int[] shape = reshape.Shape.ToArray();
        int axis = shape.Length - 1;
        while (axis > 0 && shape[axis] == 1 && before != 1) axis--;
        if (axis < 0 || shape[axis] != before || node.Inputs[0].Type.Shape[^1] != before)
            throw Wrong($"{node} makes {reshape.Shape} of {node.Inputs[0].Type.Shape}; expected the {before} classes to stay the last axis");
        shape[axis] = classes;
        return new Reshape([.. shape]);
    }

    private static ArchitectureException Wrong(string message, Exception? inner = null) => new($"the classifier cannot be replaced: {message}", inner!);
}
