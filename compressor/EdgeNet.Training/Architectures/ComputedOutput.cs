using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>A network of which one output goes through a further op: how training's logits become what is shipped.</summary>
internal static class ComputedOutput
{
    /// <summary>The same graph with one output replaced by a function of it, under another name, in the same place.</summary>
    public static Graph WithOutputComputed(this Graph graph, string name, string newName, Func<TensorType, Op> op)
    {
        if (!graph.Outputs.Any(output => output.Name == name))
        {
            throw new ArchitectureException(
                $"the network has no output '{name}' to compute '{newName}' from; it has {string.Join(", ", graph.Outputs.Select(output => output.Name))}");
        }
        var builder = new GraphBuilder { Card = graph.Card };
        var map = graph.Inputs.ToDictionary(input => input, input => builder.Input(input.Name, input.Type));
        foreach (Node node in graph.Nodes)
        {
            Node copy = builder.AddNode(node.Op, node.Name, [.. node.Inputs.Select(Map)]);
            for (int i = 0; i < copy.Outputs.Length; i++) map[node.Outputs[i]] = copy.Outputs[i];
        }
        foreach (GraphOutput output in graph.Outputs)
        {
            Value value = Map(output.Value);
            if (output.Name == name) builder.Output(newName, builder.Add(op(value.Type), newName, value));
            else builder.Output(output.Name, value);
        }
        return builder.Build();

        Value Map(Value old)
        {
            if (!map.TryGetValue(old, out Value? value)) map[old] = value = builder.Constant(old.Constant!, old.Name);
            return value;
        }
    }
}
