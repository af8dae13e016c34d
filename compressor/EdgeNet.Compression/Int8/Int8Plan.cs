using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>
/// What of a Float32 graph becomes int8 and how: the nodes that work on codes, the parameters of every activation they touch, the codes of
/// weights. The int8 graph, and the graph that learns to become it, are both made of this.
/// </summary>
public sealed class Int8Plan
{
    private readonly HashSet<Node> _nodes;
    private readonly Dictionary<Value, Quantization> _activations;
    private readonly Dictionary<Node, WeightCodes> _weights;

    internal Int8Plan(Graph graph, HashSet<Node> nodes, Dictionary<Value, Quantization> activations, Dictionary<Node, WeightCodes> weights, ImmutableArray<string> remarks)
    {
        (Graph, _nodes, _activations, _weights, Remarks) = (graph, nodes, activations, weights, remarks);
    }

    internal Int8Plan(Int8Plan plan) : this(plan.Graph, plan._nodes, plan._activations, plan._weights, plan.Remarks) { }

    /// <summary>The Float32 graph, with normalizations folded and, if asked for, ranges equalized: what the int8 graph approximates.</summary>
    public Graph Graph { get; }

    /// <summary>What stays in Float32, and why; what could not be done.</summary>
    public ImmutableArray<string> Remarks { get; init; }

    /// <summary>The layers with weights that work on codes, in order.</summary>
    public IEnumerable<Node> Layers => Graph.Nodes.Where(_weights.ContainsKey);

    /// <summary>The codes of a layer's weights.</summary>
    /// <exception cref="KeyNotFoundException">The node is none of <see cref="Layers"/>.</exception>
    public WeightCodes WeightsOf(Node layer) => _weights[layer];

    /// <summary>Whether a node works on codes.</summary>
    public bool IsInt8(Node node) => _nodes.Contains(node);

    /// <summary>The parameters of an activation where it is kept as codes; null where it never is.</summary>
    public Quantization? QuantizationOf(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return _activations.GetValueOrDefault(value);
    }

    /// <summary>The graph that runs on the int8 kernels. Its inputs and outputs are those of the Float32 graph.</summary>
    public Graph ToInt8() => Int8Conversion.Run(this).Graph;

    /// <summary>
    /// The Float32 graph with activations rounded to their codes (Quantize, Dequantize) wherever the int8 graph has codes: what learns in
    /// quantization-aware fine-tuning (Jacob et al. 2018), together with <see cref="RoundedWeights"/>. It holds the constants of
    /// <see cref="Graph"/>, so that <c>Network.ToGraph(plan.Graph)</c> gives the trained graph back without them.
    /// </summary>
    public Graph FakeQuantized() => FakeQuantization.Run(this);

    /// <summary>This plan for a graph that differs in the values of weights and biases only: codes are theirs under the same parameters.</summary>
    /// <param name="trained">The Float32 graph after training.</param>
    /// <exception cref="CompressionException">The graph has other nodes.</exception>
    public Int8Plan WithTrained(Graph trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        bool same = trained.Nodes.Length == Graph.Nodes.Length && trained.Inputs.Length == Graph.Inputs.Length
            && trained.Nodes.Zip(Graph.Nodes).All(pair => pair.First.Op == pair.Second.Op && pair.First.Inputs.Length == pair.Second.Inputs.Length);
        if (!same) throw new CompressionException("int8: the trained graph has other nodes than the one that the plan was made for; train what FakeQuantized() gave");
        var nodes = new HashSet<Node>();
        var activations = new Dictionary<Value, Quantization>();
        var weights = new Dictionary<Node, WeightCodes>();
        for (int i = 0; i < Graph.Inputs.Length; i++) Map(Graph.Inputs[i], trained.Inputs[i]);
        foreach ((Node old, Node now) in Graph.Nodes.Zip(trained.Nodes))
        {
            if (_nodes.Contains(old)) nodes.Add(now);
            for (int i = 0; i < old.Inputs.Length; i++) Map(old.Inputs[i], now.Inputs[i]);
            for (int i = 0; i < old.Outputs.Length; i++) Map(old.Outputs[i], now.Outputs[i]);
            if (_weights.TryGetValue(old, out WeightCodes? codes))
                weights[now] = WeightCodes.Rounded(now.Inputs[1].Type.Shape, now.Inputs[1].Constant!.ToArray<float>(), codes.Quantization);
        }
        return new Int8Plan(trained, nodes, activations, weights, Remarks);

        void Map(Value old, Value now)
        {
            if (_activations.TryGetValue(old, out Quantization? quantization)) activations[now] = quantization;
        }
    }

    /// <summary>This plan with the layers that do not please in Float32, and with them what only works on codes because they do.</summary>
    internal Int8Plan Restricted(Func<Node, bool> layers)
    {
        HashSet<Node> nodes = Int8Selection.Of(Graph, layers);
        nodes.IntersectWith(_nodes);
        return new Int8Plan(Graph, nodes, _activations, _weights.Where(pair => nodes.Contains(pair.Key)).ToDictionary(), Remarks);
    }

    /// <summary>This plan with other codes for the weights of some layers.</summary>
    internal Int8Plan WithWeights(IReadOnlyDictionary<Node, WeightCodes> replacements) =>
        new(Graph, _nodes, _activations, _weights.ToDictionary(pair => pair.Key, pair => replacements.GetValueOrDefault(pair.Key, pair.Value)), Remarks);
}
