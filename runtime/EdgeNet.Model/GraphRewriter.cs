namespace EdgeNet.Model;

/// <summary>
/// One pass over a graph: each node, in order, is copied, replaced or left out, and a new graph comes of it. The pass reads the
/// old graph (<see cref="Old"/>), which never changes, and maps its values to new ones.
/// </summary>
public sealed class GraphRewriter
{
    private readonly Dictionary<Value, Value> _map = [];
    private readonly GraphBuilder _builder = new();

    private GraphRewriter(Graph old) => Old = old;

    /// <summary>The graph that is being rewritten.</summary>
    public Graph Old { get; }

    /// <summary>Runs a pass: <paramref name="visit"/> is called for each node and must map each of its outputs that is still needed.</summary>
    public static Graph Run(Graph graph, Action<GraphRewriter, Node> visit)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(visit);
        var rewriter = new GraphRewriter(graph);
        foreach (Value input in graph.Inputs) rewriter._map[input] = rewriter._builder.Input(input.Name, input.Type);
        foreach (Node node in graph.Nodes) visit(rewriter, node);
        foreach (GraphOutput output in graph.Outputs) rewriter._builder.Output(output.Name, rewriter[output.Value]);
        rewriter._builder.Card = graph.Card;
        return rewriter._builder.Build();
    }

    /// <summary>The new value that stands for an old one.</summary>
    public Value this[Value old]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(old);
            if (_map.TryGetValue(old, out Value? value)) return value;
            if (old.Constant is null) throw new InvalidOperationException($"the pass has not mapped '{old.Name}'");
            return _map[old] = _builder.Constant(old.Constant, old.Name);
        }
        set => _map[old] = value;
    }

    /// <summary>Adds a node to the new graph.</summary>
    public Value Add(Op op, string name, params ReadOnlySpan<Value> inputs) => _builder.Add(op, name, inputs);

    /// <summary>Adds a constant to the new graph.</summary>
    public Value Constant(Constant constant, string name = "") => _builder.Constant(constant, name);

    /// <summary>Copies a node as it is.</summary>
    public void Copy(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        CopyAs(node, node.Op);
    }

    /// <summary>Copies a node with another op.</summary>
    public void CopyAs(Node node, Op op)
    {
        ArgumentNullException.ThrowIfNull(node);
        Node copy = _builder.AddNode(op, node.Name, [.. node.Inputs.Select(input => this[input])]);
        for (int i = 0; i < copy.Outputs.Length; i++) _map[node.Outputs[i]] = copy.Outputs[i];
    }
}
