using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>
/// Nodes that become one step: a main one, and those after it that ride along while its result is still in registers (bias, clamp,
/// residual) or in the nearest cache (other functions of one element).
/// </summary>
internal sealed class StepGroup
{
    private StepGroup(Node main)
    {
        Main = main;
        Output = main.Outputs[0];
        IsPacked = Lowering.IsPacked(main);
    }

    /// <summary>The node that does the work.</summary>
    public Node Main { get; }

    /// <summary>Whether it runs on packed weights, and so takes riders in.</summary>
    public bool IsPacked { get; }

    /// <summary>Whether it reads and writes pixels at a distance: slices of wider pixels.</summary>
    public bool HasStrides => Main.Op is Conv2D && IsPacked;

    /// <summary>The nodes that ride along, in order.</summary>
    public List<Node> Riders { get; } = [];

    /// <summary>The lower bound of a fused clamp: a real number, or a code where the output is quantized.</summary>
    public float Minimum { get; private set; } = float.NegativeInfinity;

    /// <summary>The upper bound of a fused clamp.</summary>
    public float Maximum { get; private set; } = float.PositiveInfinity;

    /// <summary>What is added before the clamp, in fp32.</summary>
    public Value? Residual { get; private set; }

    /// <summary>Riders that the kernel cannot take in: they run over each block of the output as soon as it is there.</summary>
    public List<Node> Posts { get; } = [];

    /// <summary>The result of the last of them. The results between are never stored.</summary>
    public Value Output { get; private set; }

    /// <summary>All that is read, constants included.</summary>
    public IEnumerable<Value> Reads => Main.Inputs.Concat(Posts.SelectMany(node => node.Inputs.Skip(1))).Concat(Residual is null ? [] : [Residual]);

    /// <summary>All that is written.</summary>
    public IEnumerable<Value> Writes => Main.Outputs.Skip(1).Prepend(Output);

    /// <summary>The op names: <c>Conv2D+Relu</c>.</summary>
    public string OpNames => string.Join('+', Riders.Select(node => node.Op.Name).Prepend(Main.Op.Name));

    /// <summary>Groups the nodes of a graph; the order of the main nodes stays.</summary>
    public static List<StepGroup> Of(Graph graph)
    {
        var position = new Dictionary<Node, int>();
        foreach (Node node in graph.Nodes) position.Add(node, position.Count);
        var taken = new HashSet<Node>();
        var groups = new List<StepGroup>();
        foreach (Node node in graph.Nodes)
        {
            if (taken.Contains(node)) continue;
            var group = new StepGroup(node);
            if (group.IsPacked)
            {
                while (!graph.IsOutput(group.Output) && graph.ConsumersOf(group.Output) is [var next] && group.TryTake(next, position)) taken.Add(next);
            }
            groups.Add(group);
        }
        return groups;
    }

    private bool TryTake(Node next, Dictionary<Node, int> position)
    {
        if (!TryClamp(next) && !TryResidual(next, position) && !TryPost(next, position)) return false;
        Riders.Add(next);
        Output = next.Output;
        return true;
    }

    private bool TryClamp(Node next)
    {
        if (Posts.Count > 0 || next.Op is not (Relu or Clip)) return false;
        float minimum, maximum;
        if (Output.Type.Quantization is null)
        {
            (minimum, maximum) = next.Op is Clip clip ? (clip.Min, clip.Max) : (0, float.PositiveInfinity);
        }
        else
        {
            sbyte[] table = Lowering.TableOf((Model.Unary)next.Op, Output.Type, next.Output.Type);
            (minimum, maximum) = (table[0], table[^1]);
            for (int code = sbyte.MinValue; code <= sbyte.MaxValue; code++)
            {
                // A change of scale on the way is not a clamp.
                if (table[code - sbyte.MinValue] != Math.Clamp(code, minimum, maximum)) return false;
            }
        }
        // The later clamp wins where the two do not overlap, and its upper bound where its own two do not.
        Minimum = Math.Min(Math.Max(Minimum, minimum), maximum);
        Maximum = Math.Min(Math.Max(Maximum, minimum), maximum);
        return true;
    }

    private bool TryResidual(Node next, Dictionary<Node, int> position)
    {
        bool plain = Residual is null && Posts.Count == 0 && float.IsNegativeInfinity(Minimum) && float.IsPositiveInfinity(Maximum);
        if (!plain || Main.Op is DepthwiseConv2D || next.Op is not Add || Output.Type.Element != ElementType.Float32) return false;
        Value other = next.Inputs[0] == Output ? next.Inputs[1] : next.Inputs[0];
        if (!IsThere(other, position) || other.Type.Shape != Output.Type.Shape) return false;
        Residual = other;
        return true;
    }

    private bool TryPost(Node next, Dictionary<Node, int> position)
    {
        bool elementwise = next.Op is Model.Unary or Add or Mul or PRelu
            && next.Inputs[0] == Output && next.Output.Type.Shape == Output.Type.Shape && next.Output.Type.Element == Output.Type.Element
            && next.Inputs.Skip(1).All(other => other != Output && (other.Constant is not null || IsThere(other, position)));
        if (elementwise) Posts.Add(next);
        return elementwise;
    }

    /// <summary>Whether a value has been computed when the main node runs.</summary>
    private bool IsThere(Value value, Dictionary<Node, int> position) =>
        value.Constant is null && value != Output && (value.Producer is null || position[value.Producer] < position[Main]);
}
