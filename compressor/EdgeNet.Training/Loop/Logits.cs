using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Where a loss sees a network: before the probabilities, whose logarithm it takes itself without loss of digits.</summary>
public static class Logits
{
    /// <summary>The graph with its last softmax or sigmoid left out of each output that ends in one; output names stay.</summary>
    public static Graph Of(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ImmutableArray<GraphOutput> outputs = [.. graph.Outputs.Select(output => output with { Value = Before(output.Value) })];
        return graph.WithOutputs(outputs);
    }

    // Reshapes behind the softmax do not hide it; one sample stays one row.
    private static Value Before(Value value)
    {
        Value at = value;
        while (at.Producer is { Op: Reshape } node) at = node.Inputs[0];
        return at.Producer is { Op: Softmax or Sigmoid } probabilities ? probabilities.Inputs[0] : value;
    }
}
