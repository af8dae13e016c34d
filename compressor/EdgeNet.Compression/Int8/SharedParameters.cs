using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// Which activations have their quantization parameters in common: what moves codes keeps their parameters, parts are joined under one, and what
/// is clamped before anybody reads it is computed under the parameters of the clamped.
/// </summary>
internal sealed class SharedParameters
{
    private readonly Dictionary<Value, Value> _parents = [];

    private SharedParameters() { }

    /// <summary>The activations that have parameters, by what represents those they have in common; in order of first use.</summary>
    public IEnumerable<IGrouping<Value, Value>> Groups => _parents.Keys.GroupBy(Root);

    public static SharedParameters Of(Graph graph, HashSet<Node> int8)
    {
        var shared = new SharedParameters();
        foreach (Node node in graph.Nodes.Where(int8.Contains))
        {
            foreach (Value value in Int8Forms.Data(node).Where(value => value.Constant is null)) shared.Root(value);
            shared.Root(node.Output);
            if (IsAbsorbed(graph, int8, node))
            {
                shared.Join(node.Inputs[0], node.Output);
            }
            else if (Int8Forms.Of(node) == Int8Form.Mover)
            {
                foreach (Value value in Int8Forms.Data(node))
                {
                    // A part that others read, too, keeps its own parameters and is requantized here.
                    if (node.Op is not Concat || graph.ConsumersOf(value).Length == 1) shared.Join(value, node.Output);
                }
            }
        }
        return shared;
    }

    /// <summary>Whether a clamp follows arithmetic on codes that it alone reads, which then ends where the clamp does.</summary>
    public static bool IsAbsorbed(Graph graph, HashSet<Node> int8, Node node) =>
        Int8Forms.IsClamp(node.Op) && node.Inputs[0] is { Producer: { } before } input && int8.Contains(before)
        && Int8Forms.Of(before) is Int8Form.Weighted or Int8Form.Arithmetic && graph.ConsumersOf(input).Length == 1 && !graph.IsOutput(input);

    private Value Root(Value value)
    {
        if (_parents.TryAdd(value, value)) return value;
        while (_parents[value] != value) value = _parents[value] = _parents[_parents[value]];
        return value;
    }

    private void Join(Value a, Value b)
    {
        Value first = Root(a), second = Root(b);
        if (first != second) _parents[second] = first;
    }
}
