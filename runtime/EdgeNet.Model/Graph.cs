using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>An edge of a graph: an input, a constant, or an output of a node. Compared by identity.</summary>
public sealed class Value
{
    internal Value(string name, TensorType type, Constant? constant)
    {
        Name = name;
        Type = type;
        Constant = constant;
    }

    /// <summary>The name it had in the source model, where it had one.</summary>
    public string Name { get; }

    /// <summary>Its element type, shape and quantization.</summary>
    public TensorType Type { get; }

    /// <summary>Its values, where they are fixed.</summary>
    public Constant? Constant { get; }

    /// <summary>The node that computes it; null for inputs and constants.</summary>
    public Node? Producer { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}

/// <summary>One application of an op.</summary>
public sealed class Node
{
    internal Node(string name, Op op, ImmutableArray<Value> inputs, ImmutableArray<Value> outputs)
    {
        Name = name;
        Op = op;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>The name it had in the source model, where it had one.</summary>
    public string Name { get; }

    /// <summary>What is computed.</summary>
    public Op Op { get; }

    /// <summary>In the order that the op documents; trailing optional ones left out.</summary>
    public ImmutableArray<Value> Inputs { get; }

    /// <summary>In the order that the op documents.</summary>
    public ImmutableArray<Value> Outputs { get; }

    /// <summary>The only output of an op that has one.</summary>
    public Value Output => Outputs[0];

    /// <summary>
    /// Multiply-accumulates of one run, padding counted as if it were data and zeros as if they were not:
    /// <list type="bullet">
    /// <item>Conv2D: N · H′ · W′ · O · kernel H · kernel W · C ⁄ groups, which is output pixels × weights;</item>
    /// <item>DepthwiseConv2D: N · H′ · W′ · C · multiplier · kernel H · kernel W, output pixels × weights again;</item>
    /// <item>ConvTranspose2D: N · H · W · O · kernel H · kernel W · C ⁄ groups, input pixels × weights;</item>
    /// <item>Dense: outputs × K;</item>
    /// <item>MatMul: outputs × K;</item>
    /// <item>all others: 0, as they have no products that are summed, or too few to matter.</item>
    /// </list>
    /// </summary>
    public long MultiplyAdds => Op switch
    {
        Conv2D or DepthwiseConv2D => (long)Output.Type.Shape.Product(0, 3) * Inputs[1].Type.Shape.ElementCount,
        ConvTranspose2D => (long)Inputs[0].Type.Shape.Product(0, 3) * Inputs[1].Type.Shape.ElementCount,
        Dense or MatMul => (long)Output.Type.Shape.ElementCount * Inputs[0].Type.Shape[^1],
        _ => 0,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Op.Name} '{Name}'";
}

/// <summary>A named result of a graph. The name is the user's and survives every rewrite.</summary>
public sealed record GraphOutput(string Name, Value Value);

/// <summary>
/// An immutable network: nodes in topological order. A pass is a function from graph to graph (<see cref="GraphRewriter"/>);
/// a new one starts from <see cref="GraphBuilder"/>.
/// </summary>
public sealed class Graph
{
    private readonly Lazy<Dictionary<Value, ImmutableArray<Node>>> _consumers;

    internal Graph(ImmutableArray<Value> inputs, ImmutableArray<Node> nodes, ImmutableArray<GraphOutput> outputs, ModelCard card)
    {
        Inputs = inputs;
        Nodes = nodes;
        Outputs = outputs;
        Card = card;
        Constants = [.. nodes.SelectMany(node => node.Inputs).Concat(outputs.Select(o => o.Value)).Where(v => v.Constant is not null).Distinct()];
        _consumers = new(FindConsumers);
    }

    /// <summary>What the user feeds, in the source model's order.</summary>
    public ImmutableArray<Value> Inputs { get; }

    /// <summary>In an order in which each node comes after those it needs.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>What the user gets, in the source model's order.</summary>
    public ImmutableArray<GraphOutput> Outputs { get; }

    /// <summary>The constants in use, in order of first use.</summary>
    public ImmutableArray<Value> Constants { get; }

    /// <summary>Labels, preprocessing, detector and provenance.</summary>
    public ModelCard Card { get; }

    /// <summary>The nodes that read a value, in order; each once.</summary>
    public ImmutableArray<Node> ConsumersOf(Value value) => _consumers.Value.GetValueOrDefault(value, []);

    /// <summary>Whether the user sees this value.</summary>
    public bool IsOutput(Value value) => Outputs.Any(output => output.Value == value);

    /// <summary>The same network with some of its outputs only, in this order, and without the nodes that these do not need.</summary>
    /// <exception cref="ModelFormatException">There is no output of that name.</exception>
    public Graph WithOutputs(params IEnumerable<string> names) => WithOutputs([.. names.Select(name => Outputs.FirstOrDefault(output => output.Name == name)
        ?? throw new ModelFormatException($"there is no output '{name}'; there are {string.Join(", ", Outputs.Select(output => output.Name))}"))]);

    /// <summary>The same network with other outputs, which may be any of its values, and without the nodes that these do not need.</summary>
    public Graph WithOutputs(ImmutableArray<GraphOutput> outputs) => new(Inputs, Needed(Nodes, outputs), outputs, Card);

    /// <summary>Those of the nodes, in topological order, that outputs need.</summary>
    internal static ImmutableArray<Node> Needed(IReadOnlyList<Node> nodes, IReadOnlyList<GraphOutput> outputs)
    {
        var needed = new HashSet<Value>(outputs.Select(output => output.Value));
        var live = new List<Node>();
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (!nodes[i].Outputs.Any(needed.Contains)) continue;
            needed.UnionWith(nodes[i].Inputs);
            live.Add(nodes[i]);
        }
        live.Reverse();
        return [.. live];
    }

    /// <summary>The same network with another card.</summary>
    public Graph WithCard(ModelCard card) => new(Inputs, Nodes, Outputs, card);

    private Dictionary<Value, ImmutableArray<Node>> FindConsumers()
    {
        var consumers = new Dictionary<Value, ImmutableArray<Node>>();
        foreach (Node node in Nodes)
        {
            foreach (Value input in node.Inputs.Distinct())
                consumers[input] = consumers.TryGetValue(input, out ImmutableArray<Node> known) ? known.Add(node) : [node];
        }
        return consumers;
    }
}
