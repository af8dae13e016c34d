using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>Builds a graph node by node; each op's shape rule runs as it is added, so a built graph is always consistent.</summary>
public sealed class GraphBuilder
{
    private readonly List<Value> _inputs = [];
    private readonly List<Node> _nodes = [];
    private readonly List<GraphOutput> _outputs = [];
    private readonly HashSet<Value> _known = [];

    /// <summary>The graph's card.</summary>
    public ModelCard Card { get; set; } = ModelCard.Empty;

    /// <summary>Declares an input.</summary>
    /// <exception cref="ModelFormatException">The name is empty or taken.</exception>
    public Value Input(string name, TensorType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (string.IsNullOrEmpty(name) || _inputs.Exists(input => input.Name == name))
            throw new ModelFormatException($"input name '{name}' is empty or used twice; inputs need names of their own");
        return Known(_inputs, new Value(name, type, null));
    }

    /// <summary>Adds a constant.</summary>
    public Value Constant(Constant constant, string name = "")
    {
        ArgumentNullException.ThrowIfNull(constant);
        var value = new Value(name, constant.Type, constant);
        _known.Add(value);
        return value;
    }

    /// <summary>Adds a node whose op has one output, and gives that output.</summary>
    /// <exception cref="ShapeException">The op's shape rule refuses the inputs.</exception>
    public Value Add(Op op, string name, params ReadOnlySpan<Value> inputs) => AddNode(op, name, inputs).Outputs[0];

    /// <summary>Adds a node.</summary>
    /// <exception cref="ShapeException">The op's shape rule refuses the inputs.</exception>
    public Node AddNode(Op op, string name, params ReadOnlySpan<Value> inputs)
    {
        ArgumentNullException.ThrowIfNull(op);
        foreach (Value input in inputs)
        {
            if (!_known.Contains(input)) throw new ArgumentException($"value '{input.Name}' belongs to another graph", nameof(inputs));
        }
        ImmutableArray<TensorType> types;
        try
        {
            types = op.InferTypes([.. inputs.ToArray().Select(input => input.Type)]);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"{op.Name} '{name}': {e.Message}", e);
        }
        ImmutableArray<Value> outputs = [.. types.Select((type, i) => new Value(i == 0 ? name : $"{name}:{i}", type, null))];
        var node = new Node(name, op, [.. inputs], outputs);
        foreach (Value output in outputs)
        {
            output.Producer = node;
            _known.Add(output);
        }
        _nodes.Add(node);
        return node;
    }

    /// <summary>Declares an output.</summary>
    /// <exception cref="ModelFormatException">The name is empty or taken.</exception>
    public void Output(string name, Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!_known.Contains(value)) throw new ArgumentException($"value '{value.Name}' belongs to another graph", nameof(value));
        if (string.IsNullOrEmpty(name) || _outputs.Exists(output => output.Name == name))
            throw new ModelFormatException($"output name '{name}' is empty or used twice; outputs need names of their own");
        _outputs.Add(new GraphOutput(name, value));
    }

    /// <summary>The graph, without the nodes that no output needs.</summary>
    /// <exception cref="ModelFormatException">There is no output.</exception>
    public Graph Build()
    {
        if (_outputs.Count == 0) throw new ModelFormatException("the graph has no output; a model needs at least one");
        return new Graph([.. _inputs], Graph.Needed(_nodes, _outputs), [.. _outputs], Card);
    }

    private Value Known(List<Value> list, Value value)
    {
        list.Add(value);
        _known.Add(value);
        return value;
    }
}
