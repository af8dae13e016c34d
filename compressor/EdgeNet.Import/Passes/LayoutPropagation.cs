using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>
/// Takes the layout transposes out of a graph. Importers put them around each image op; here each transpose sinks through the
/// ops below it until it meets its inverse, a constant, or an op or output that needs the tensor as it is.
/// </summary>
/// <remarks>
/// One walk in node order. A value is kept as a transpose (and perhaps a reshape) of a value of the new graph, and is written
/// out only where somebody needs it. Nothing is written twice, so values with several readers cost no more than with one.
/// </remarks>
public sealed class LayoutPropagation
{
    private const int MaxRounds = 4, MaxLookahead = 8;

    private readonly GraphRewriter _graph;
    private readonly LayoutNodes _nodes;
    private readonly Dictionary<Value, Deferred> _deferred = [];

    private LayoutPropagation(GraphRewriter graph)
    {
        _graph = graph;
        _nodes = new LayoutNodes(graph);
    }

    /// <summary>The same network with as few transposes as the pass finds; inputs and outputs keep their layout.</summary>
    public static Graph Run(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        for (int round = 0; round < MaxRounds; round++)
        {
            LayoutPropagation? pass = null;
            Graph next = GraphRewriter.Run(graph, (rewriter, node) => (pass ??= new LayoutPropagation(rewriter)).Visit(node));
            if (Cost(next).CompareTo(Cost(graph)) >= 0) break;
            graph = next;
        }
        return graph;
    }

    private static (long Moved, int Nodes) Cost(Graph graph) =>
        (graph.Nodes.Where(node => node.Op is Transpose).Sum(node => (long)node.Output.Type.Shape.ElementCount), graph.Nodes.Length);

    private void Visit(Node node)
    {
        switch (node.Op)
        {
            case Transpose op:
                Deferred source = Settled(node.Inputs[0]);
                _deferred[node.Output] = Deferred.Transposed(source.Source, source.Order.Then(new(op.Permutation)));
                break;
            case Reshape:
                _deferred[node.Output] = Reshaped(this[node.Inputs[0]], node.Output.Type.Shape);
                break;
            case Binary or Where or Concat:
                Join(node);
                break;
            case Dense when TryPermuteColumns(node):
                break;
            default:
                if (!TrySink(node)) Copy(node);
                break;
        }
        foreach (Value output in node.Outputs)
        {
            if (_graph.Old.IsOutput(output)) _graph[output] = _nodes.Written(_deferred[output]);
        }
    }

    private Deferred this[Value old] => _deferred.TryGetValue(old, out Deferred known) ? known : Deferred.Plain(_graph[old]);

    private Value Written(Value old) => _nodes.Written(this[old]);

    /// <summary>A value as no more than a transpose.</summary>
    private Deferred Settled(Value old)
    {
        Deferred value = this[old];
        if (!value.IsReshaped) return value;
        return ReshapeAlignment.Of(value.Source.Type.Shape, value.Order, value.Shape) is { } aligned
            ? Deferred.Transposed(_nodes.Reshaped(_nodes.Transposed(value.Source, aligned.Inner), aligned.Shape), aligned.Outer)
            : Deferred.Plain(_nodes.Written(value));
    }

    /// <summary>A reshape that goes before the transpose where they commute; otherwise both stay pending.</summary>
    private Deferred Reshaped(Deferred value, Shape shape)
    {
        if (ReshapeAlignment.Of(value.Source.Type.Shape, value.Order, shape) is { Inner.IsIdentity: true } aligned)
            return Deferred.Transposed(_nodes.Reshaped(value.Source, aligned.Shape), aligned.Outer);
        return value with { Shape = shape };
    }

    private void Copy(Node node) => Add(node, node.Op, [.. node.Inputs.Select(Written)], order: null);

    private void Add(Node node, Op op, ReadOnlySpan<Value> inputs, Permutation? order)
    {
        Node added = _graph.Add(op, node.Name, inputs).Producer!;
        for (int i = 0; i < added.Outputs.Length; i++)
            _deferred[node.Outputs[i]] = order is { } p ? Deferred.Transposed(added.Outputs[i], p) : Deferred.Plain(added.Outputs[i]);
    }

    /// <summary>Moves an op on one tensor above the transpose of its input.</summary>
    private bool TrySink(Node node)
    {
        if (node.Inputs.Length == 0) return false;
        Deferred input = this[node.Inputs[0]];
        if (input.IsReshaped && node.Op is Unary or Not or Cast or Quantize { OutputQuantization.IsPerTensor: true } or Dequantize)
        {
            _deferred[node.Output] = input with { Source = _graph.Add(node.Op, node.Name, input.Source) };
            return true;
        }
        input = Settled(node.Inputs[0]);
        if (TransposedOp.Of(node, input.Order) is not { } moved) return false;
        Add(node, moved.Op, [input.Source, .. node.Inputs.Skip(1).Select(Written)], moved.Order);
        return true;
    }

    /// <summary>An op on several tensors of one layout: the one that moves the fewest elements.</summary>
    private void Join(Node node)
    {
        bool broadcasts = node.Op is not Concat;
        int rank = node.Output.Type.Shape.Rank;
        Deferred[] parts = [.. node.Inputs.Select(Settled)];
        Permutation order = parts
            .Where(part => !ConstantLayout.IsFixed(part.Source))
            .Select(part => part.Order.Lifted(rank))
            .Prepend(Permutation.Identity(rank))
            .Distinct()
            .MinBy(candidate => (
                Moved: parts.Sum(part => CostIn(part, candidate)),
                NotWanted: -CountWanting(node.Output, candidate),
                Inserted: parts.Count(part => !ConstantLayout.IsFixed(part.Source) && part.Order.Lifted(rank) != candidate)));
        Add(node, node.Op is Concat op ? op with { Axis = order[op.Axis] } : node.Op, [.. parts.Select(Laid)], order);

        long CostIn(Deferred part, Permutation layout)
        {
            if (Stays(part, layout)) return 0;
            Permutation change = part.Order.Lifted(rank).Then(layout.Inverse());
            return part.Shape.Rank == rank ? _nodes.CostOf(part.Source, change)
                : change.KeepsMemoryOrder(LiftedShape(part)) || ConstantLayout.IsFixed(part.Source) ? 0
                : part.Shape.ElementCount;
        }

        Value Laid(Deferred part) => Stays(part, order)
            ? part.Source
            : _nodes.Transposed(_nodes.Reshaped(part.Source, LiftedShape(part)), part.Order.Lifted(rank).Then(order.Inverse()));

        bool Stays(Deferred part, Permutation layout) => (broadcasts && part.Shape.ElementCount == 1) || part.Order.Lifted(rank) == layout;

        Shape LiftedShape(Deferred part) => new([.. Enumerable.Repeat(1, rank - part.Shape.Rank), .. part.Source.Type.Shape]);
    }

    /// <summary>How many readers of a value, behind ops on single elements, would do without a transpose if it came in this order.</summary>
    private int CountWanting(Value value, Permutation order)
    {
        for (int step = 0; ; step++)
        {
            var readers = _graph.Old.ConsumersOf(value);
            if (step < MaxLookahead && readers is [{ Op: Unary or Quantize or Dequantize } only] && !_graph.Old.IsOutput(value))
            {
                value = only.Output;
                continue;
            }
            return readers.Count(reader => reader.Op is Transpose op && order.Then(new(op.Permutation)).IsIdentity)
                + (order.IsIdentity && _graph.Old.IsOutput(value) ? 1 : 0);
        }
    }

    /// <summary>Transpose, flatten, dense: the columns of the weights take the order of the tensor instead.</summary>
    private bool TryPermuteColumns(Node node)
    {
        Deferred x = this[node.Inputs[0]];
        if (!x.IsReshaped || x.Shape.ElementCount == 0) return false;
        Shape transposed = x.Order.Apply(x.Source.Type.Shape);
        int first = transposed.Rank;
        while (first > 0 && transposed.Product(first, transposed.Rank) < x.Shape[^1]) first--;
        if (transposed.Product(first, transposed.Rank) != x.Shape[^1]) return false;

        // The flattened axes must be the innermost of the source already, in whatever order; those before them must not move.
        int[] columns = [.. Enumerable.Range(first, transposed.Rank - first).OrderBy(axis => x.Order[axis])];
        Permutation sorted = new([.. x.Order.Axes.Take(first), .. columns.Select(axis => x.Order[axis])]);
        if (!sorted.KeepsMemoryOrder(x.Source.Type.Shape)) return false;
        Shape extents = new([.. transposed.Skip(first)]);
        Permutation order = new(columns.Select(axis => axis - first).ToValueList());
        if (ConstantLayout.Rewrite(_graph, Written(node.Inputs[1]), weights => ConstantLayout.WithColumns(weights, extents, order)) is not { } permuted)
            return false;
        Add(node, node.Op, [_nodes.Reshaped(x.Source, x.Shape), permuted, .. node.Inputs.Skip(2).Select(Written)], order: null);
        return true;
    }
}
