using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Chooses the nodes of a Float32 graph that work on codes.</summary>
internal static class Int8Selection
{
    /// <summary>
    /// Layers with weights, where they please; what they feed, as far as there are int8 kernels; and what only moves their inputs about. Functions
    /// and arithmetic between the last layers and the outputs stay real: they cost little, and what they decode (boxes, probabilities) needs more
    /// than 8 bits.
    /// </summary>
    public static HashSet<Node> Of(Graph graph, Func<Node, bool> layers)
    {
        HashSet<Node> before = BeforeLayers(graph), chosen = [];
        foreach (Node node in graph.Nodes)
        {
            bool works = Int8Forms.Of(node) switch
            {
                Int8Form.Weighted => layers(node),
                Int8Form.Arithmetic when node.Op is Unary or Binary or MatMul or Softmax && !Int8Forms.IsClamp(node.Op) && !before.Contains(node) => false,
                Int8Form.Arithmetic or Int8Form.Mover => Int8Forms.Data(node).Any(value => value.Producer is { } producer && chosen.Contains(producer)),
                _ => false,
            };
            if (works) chosen.Add(node);
        }
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (Int8Forms.Of(node) == Int8Form.Mover && Int8Forms.Data(node).Count() == 1 && !graph.IsOutput(node.Output)
                && graph.ConsumersOf(node.Output).All(chosen.Contains)) chosen.Add(node);
        }
        return chosen;
    }

    /// <summary>The nodes from which there is a way to a layer with weights.</summary>
    public static HashSet<Node> BeforeLayers(Graph graph)
    {
        var before = new HashSet<Node>();
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (node.Outputs.Any(output => graph.ConsumersOf(output).Any(reader => before.Contains(reader) || Int8Forms.Of(reader) == Int8Form.Weighted))) before.Add(node);
        }
        return before;
    }
}
