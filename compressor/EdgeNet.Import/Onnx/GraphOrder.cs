using EdgeNet.Import.Onnx.Proto;
using EdgeNet.Model;

namespace EdgeNet.Import.Onnx;

/// <summary>Which nodes of an ONNX graph matter, in an order in which each comes after those it needs.</summary>
internal sealed class GraphOrder
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, int> _producers = [];
    private readonly HashSet<string> _used;

    /// <summary>Sorts a graph.</summary>
    /// <exception cref="ModelFormatException">A name is given twice or never, or nodes wait for each other.</exception>
    public GraphOrder(GraphProto graph, HashSet<string> sources)
    {
        _graph = graph;
        _used = [.. graph.Output.Select(output => output.Name)];
        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string output in graph.Node[i].Output.Where(name => name.Length > 0))
            {
                if (sources.Contains(output) || !_producers.TryAdd(output, i))
                    throw new ModelFormatException($"node '{NameOf(i)}' gives '{output}', a name that is taken already");
            }
        }
        Nodes = Sorted(Needed(sources));
    }

    /// <summary>The indices of the nodes that some output needs.</summary>
    public IReadOnlyList<int> Nodes { get; }

    /// <summary>Whether a needed node, or the user, reads the value.</summary>
    public bool IsUsed(string value) => _used.Contains(value);

    /// <summary>The node that gives a value; null for inputs and initializers.</summary>
    public NodeProto? ProducerOf(string value) => _producers.TryGetValue(value, out int index) ? _graph.Node[index] : null;

    /// <summary>A node's name, or its operator and place in the file where it has none.</summary>
    public string NameOf(int index)
    {
        NodeProto node = _graph.Node[index];
        return node.Name.Length > 0 ? node.Name : $"{node.OpType}_{index}";
    }

    private SortedSet<int> Needed(HashSet<string> sources)
    {
        var needed = new SortedSet<int>();
        var pending = new Stack<int>();
        foreach (ValueInfoProto output in _graph.Output)
        {
            if (_producers.TryGetValue(output.Name, out int index)) pending.Push(index);
            else if (!sources.Contains(output.Name)) throw new ModelFormatException($"nothing gives the output '{output.Name}'");
        }
        while (pending.TryPop(out int node))
        {
            if (!needed.Add(node)) continue;
            foreach (string input in _graph.Node[node].Input.Where(name => name.Length > 0))
            {
                _used.Add(input);
                if (_producers.TryGetValue(input, out int index)) pending.Push(index);
                else if (!sources.Contains(input)) throw new ModelFormatException($"node '{NameOf(node)}' reads '{input}', which nothing gives");
            }
        }
        return needed;
    }

    /// <summary>Kahn's algorithm; among the nodes that are ready, the first in the file goes first.</summary>
    private List<int> Sorted(SortedSet<int> needed)
    {
        var waitingFor = new Dictionary<int, int>();
        var followers = new Dictionary<int, List<int>>();
        var ready = new PriorityQueue<int, int>();
        foreach (int node in needed)
        {
            int[] needs = [.. _graph.Node[node].Input.Where(_producers.ContainsKey).Select(name => _producers[name]).Distinct()];
            waitingFor[node] = needs.Length;
            foreach (int need in needs) (followers.TryGetValue(need, out List<int>? list) ? list : followers[need] = []).Add(node);
            if (needs.Length == 0) ready.Enqueue(node, node);
        }
        var sorted = new List<int>(needed.Count);
        while (ready.TryDequeue(out int node, out _))
        {
            sorted.Add(node);
            waitingFor.Remove(node);
            foreach (int follower in followers.GetValueOrDefault(node, []))
            {
                if (--waitingFor[follower] == 0) ready.Enqueue(follower, follower);
            }
        }
        if (waitingFor.Count > 0)
            throw new ModelFormatException($"node '{NameOf(waitingFor.Keys.Min())}' needs its own result: the graph has a cycle");
        return sorted;
    }
}
