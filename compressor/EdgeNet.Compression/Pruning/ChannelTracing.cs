using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Where the channels of a tensor lie: index i along the axis belongs to unit Units[i]; a unit may come several times.</summary>
internal sealed record ChannelAxis(int Axis, int[] Units);

/// <summary>
/// Follows output channels of layers through a graph, op by op: along which axis of every value they lie, along which axes of constants, and which of
/// them must go together. Channels that come to an op without a rule here are fixed.
/// </summary>
internal sealed class ChannelTracing
{
    private readonly Dictionary<Value, ChannelAxis> _axes = [];
    private readonly Dictionary<(Node Node, int Input), List<ChannelAxis>> _slices = [];
    private readonly Dictionary<Constant, List<ChannelAxis>> _weights = [];
    private readonly List<(WeightLayer Layer, Node Node, ChannelAxis Outputs)> _producers = [];
    private readonly Dictionary<Constant, WeightLayer> _layers;

    private ChannelTracing(Graph graph) => _layers = WeightLayers.Of(graph).ToDictionary(layer => layer.Constant);

    /// <summary>Units and what is known of them.</summary>
    public ChannelUnits Units { get; } = new();

    /// <summary>Values with channels that are followed.</summary>
    public IReadOnlyDictionary<Value, ChannelAxis> Axes => _axes;

    /// <summary>Constants, by node and input, that have such channels, and the axes where.</summary>
    public IReadOnlyDictionary<(Node Node, int Input), List<ChannelAxis>> Slices => _slices;

    /// <summary>Layers with the units that they make, or in depthwise ones filter, along the axis of their weights.</summary>
    public IReadOnlyList<(WeightLayer Layer, Node Node, ChannelAxis Outputs)> Producers => _producers;

    /// <summary>Follows the channels of a graph.</summary>
    public static ChannelTracing Run(Graph graph)
    {
        var tracing = new ChannelTracing(graph);
        foreach (Node node in graph.Nodes)
        {
            if (tracing.Follow(node) is { } axis) tracing._axes.Add(node.Output, axis);
        }
        foreach (GraphOutput output in graph.Outputs)
        {
            if (tracing._axes.TryGetValue(output.Value, out ChannelAxis? axis)) tracing.Units.Fix(axis.Units, $"they reach output '{output.Name}'");
        }
        return tracing;
    }

    /// <summary>The channels of the node's output; null where none are followed.</summary>
    private ChannelAxis? Follow(Node node) => node.Op switch
    {
        Conv2D { Groups: 1 } or ConvTranspose2D { Groups: 1 } when IsLayer(node) => Layer(node, inputAxis: 3, outputAxis: 0),
        Dense when IsLayer(node) => Layer(node, inputAxis: 1, outputAxis: 0),
        MatMul when IsLayer(node) && node.Inputs[1].Type.Shape.Rank == 2 => Layer(node, inputAxis: 0, outputAxis: 1),
        DepthwiseConv2D when IsLayer(node) => Depthwise(node),
        BatchNormalization or InstanceNormalization => Normalized(node),
        Unary => AxisOf(node.Inputs[0]),
        Softmax or LogSoftmax or LocalResponseNormalization or Pool2D or Resize or Reduction => AxisOf(node.Inputs[0]) is { } axis ? AlongOtherAxes(node, axis) : null,
        Predicate => Unknown(node),
        Binary => Broadcast(node),
        Reshape => AxisOf(node.Inputs[0]) is { } axis ? Reshaped(node, axis) : null,
        Transpose transpose => AxisOf(node.Inputs[0]) is { } axis ? axis with { Axis = transpose.Permutation.ToArray().IndexOf(axis.Axis) } : null,
        Concat concat => Joined(node, concat.Axis),
        Slice slice => AxisOf(node.Inputs[0]) is { } axis ? Sliced(node, slice, axis) : null,
        Pad pad => AxisOf(node.Inputs[0]) is { } axis ? Padded(node, pad, axis) : null,
        _ => Unknown(node),
    };

    private bool IsLayer(Node node) => node.Inputs[1].Constant is { } weights && _layers.ContainsKey(weights);

    private ChannelAxis? AxisOf(Value value) => _axes.GetValueOrDefault(value);

    private ChannelAxis? Unknown(Node node)
    {
        foreach (Value input in node.Inputs) Fix(input, node);
        return null;
    }

    private void Fix(Value value, Node node)
    {
        if (AxisOf(value) is { } axis) Fix(axis, node);
    }

    private void Fix(ChannelAxis axis, Node node) => Units.Fix(axis.Units, $"{node} takes them, and channels are not followed through it");

    private void Slice(Node node, int input, ChannelAxis axis)
    {
        if (_slices.TryGetValue((node, input), out List<ChannelAxis>? known)) known.Add(axis);
        else _slices.Add((node, input), [axis]);
    }

    /// <summary>The weights of a node, cut along some axes; where several nodes share weights, all cut the same.</summary>
    private void SliceWeights(Node node, params ReadOnlySpan<ChannelAxis> axes)
    {
        foreach (ChannelAxis axis in axes) Slice(node, 1, axis);
        if (!_weights.TryGetValue(node.Inputs[1].Constant!, out List<ChannelAxis>? shared))
        {
            _weights.Add(node.Inputs[1].Constant!, [.. axes]);
            return;
        }
        foreach (ChannelAxis axis in axes)
        {
            if (shared.Find(known => known.Axis == axis.Axis) is { } same) Units.Join(same.Units, axis.Units);
            else Units.Fix(axis.Units, $"{node} shares its weights with a layer whose channels are not followed");
        }
        foreach (ChannelAxis known in shared)
        {
            if (!axes.ToArray().Any(axis => axis.Axis == known.Axis)) Units.Fix(known.Units, $"{node} shares their weights, and its channels are not followed");
        }
    }

    /// <summary>Inputs, from one on, that have one number for each channel.</summary>
    private void SliceVectors(Node node, int first, int[] units)
    {
        for (int i = first; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i].Constant is not null)
            {
                Slice(node, i, new ChannelAxis(0, units));
                continue;
            }
            Units.Fix(units, $"the parameters of {node} are computed");
            Fix(node.Inputs[i], node);
        }
    }

    private ChannelAxis Layer(Node node, int inputAxis, int outputAxis)
    {
        Value x = node.Inputs[0];
        Shape weights = node.Inputs[1].Type.Shape;
        var outputs = new ChannelAxis(outputAxis, Units.Add(weights[outputAxis]));
        if (AxisOf(x) is { } inputs && inputs.Axis == x.Type.Shape.Rank - 1)
        {
            SliceWeights(node, outputs, new ChannelAxis(inputAxis, inputs.Units));
        }
        else
        {
            Fix(x, node);
            SliceWeights(node, outputs);
        }
        SliceVectors(node, 2, outputs.Units);
        _producers.Add((_layers[node.Inputs[1].Constant!], node, outputs));
        return new ChannelAxis(node.Output.Type.Shape.Rank - 1, outputs.Units);
    }

    private ChannelAxis? Depthwise(Node node)
    {
        if (AxisOf(node.Inputs[0]) is not { Axis: 3 } inputs) return Unknown(node);
        Shape weights = node.Inputs[1].Type.Shape;
        int multiplier = weights[2] / inputs.Units.Length;
        int[] units = [.. Enumerable.Range(0, weights[2]).Select(i => inputs.Units[i / multiplier])];
        var outputs = new ChannelAxis(2, units);
        SliceWeights(node, outputs);
        SliceVectors(node, 2, units);
        _producers.Add((_layers[node.Inputs[1].Constant!], node, outputs));
        return new ChannelAxis(3, units);
    }

    private ChannelAxis? Normalized(Node node)
    {
        if (AxisOf(node.Inputs[0]) is not { } axis) return null;
        if (axis.Axis != node.Output.Type.Shape.Rank - 1) return Unknown(node);
        SliceVectors(node, 1, axis.Units);
        return axis;
    }

    /// <summary>Ops that work on some axes and leave the others alone.</summary>
    private ChannelAxis? AlongOtherAxes(Node node, ChannelAxis axis)
    {
        int channels = axis.Units.Length, rank = node.Inputs[0].Type.Shape.Rank;
        bool untouched = node.Op switch
        {
            Softmax softmax => softmax.Axis != axis.Axis,
            LogSoftmax softmax => softmax.Axis != axis.Axis,
            LocalResponseNormalization => axis.Axis != rank - 1,
            Pool2D => axis.Axis == 3,
            Resize resize => resize.Sizes[axis.Axis] == channels && resize.Scales[axis.Axis] == 1 && resize.RegionOfInterest.Count == 0,
            Reduction reduction => !reduction.Axes.Span.Contains(axis.Axis),
            _ => false,
        };
        if (!untouched) return Unknown(node);
        return node.Op is Reduction { KeepDims: false } folded ? axis with { Axis = axis.Axis - folded.Axes.Count(folded => folded < axis.Axis) } : axis;
    }

    private ChannelAxis? Broadcast(Node node)
    {
        int rank = node.Output.Type.Shape.Rank;
        ChannelAxis?[] aligned = [.. node.Inputs.Select(input => AxisOf(input) is { } axis ? axis with { Axis = axis.Axis + rank - input.Type.Shape.Rank } : null)];
        if ((aligned[0] ?? aligned[1]) is not { } result) return null;
        if (aligned[0] is { } a && aligned[1] is { } b && a.Axis != b.Axis) return Unknown(node);
        // One channel that is repeated for all of the other operand's stays.
        int channels = node.Output.Type.Shape[result.Axis];
        for (int i = 0; i < 2; i++)
        {
            if (aligned[i] is not { } axis || axis.Units.Length == channels) continue;
            Fix(axis, node);
            aligned[i] = null;
        }
        if (aligned[0] is { } left && aligned[1] is { } right)
        {
            Units.Join(left.Units, right.Units);
            return left;
        }
        if ((aligned[0] ?? aligned[1]) is not { } followed) return null;
        int other = aligned[0] is null ? 0 : 1;
        Value operand = node.Inputs[other];
        int place = followed.Axis - (rank - operand.Type.Shape.Rank);
        if (place < 0 || operand.Type.Shape[place] == 1) return followed;
        if (operand.Constant is null) return Unknown(node);
        Slice(node, other, followed with { Axis = place });
        return followed;
    }

    /// <summary>
    /// By definition: the same elements in the same order. An axis of the output whose index alone tells the unit of every element has
    /// the channels; a flattened image has them in blocks.
    /// </summary>
    private ChannelAxis? Reshaped(Node node, ChannelAxis axis)
    {
        Shape from = node.Inputs[0].Type.Shape, to = node.Output.Type.Shape;
        int inner = from.Product(axis.Axis + 1, from.Rank);
        for (int candidate = to.Rank - 1; candidate >= 0; candidate--)
        {
            int step = to.Product(candidate + 1, to.Rank);
            int[] units = new int[to[candidate]];
            Array.Fill(units, -1);
            bool tells = to.ElementCount > 0;
            for (int i = 0; i < to.ElementCount && tells; i++)
            {
                ref int unit = ref units[i / step % units.Length];
                int here = axis.Units[i / inner % axis.Units.Length];
                if (unit < 0) unit = here;
                tells = unit == here;
            }
            if (tells) return new ChannelAxis(candidate, units);
        }
        return Unknown(node);
    }

    private ChannelAxis? Joined(Node node, int joinedAxis)
    {
        ChannelAxis?[] axes = [.. node.Inputs.Select(AxisOf)];
        if (axes.FirstOrDefault(axis => axis?.Axis == joinedAxis) is not null)
        {
            var units = new List<int>();
            for (int i = 0; i < axes.Length; i++)
            {
                if (axes[i] is { } part && part.Axis == joinedAxis)
                {
                    units.AddRange(part.Units);
                    continue;
                }
                // What is not followed stays beside what is.
                Fix(node.Inputs[i], node);
                int[] others = Units.Add(node.Inputs[i].Type.Shape[joinedAxis]);
                Units.Fix(others, $"{node} takes them beside others");
                units.AddRange(others);
            }
            return new ChannelAxis(joinedAxis, [.. units]);
        }
        if (axes.FirstOrDefault(axis => axis is not null) is not { } first) return null;
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] is null ? node.Inputs[i] is not { Constant: not null, Type.Element: ElementType.Float32 } : axes[i]!.Axis != first.Axis) return Unknown(node);
        }
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] is { } part) Units.Join(first.Units, part.Units);
            else Slice(node, i, first);
        }
        return first;
    }

    private ChannelAxis? Sliced(Node node, Slice slice, ChannelAxis axis)
    {
        (int start, int size) = (slice.Starts[axis.Axis], slice.Sizes[axis.Axis]);
        if (slice.Steps[axis.Axis] != 1 || size == 0) return Unknown(node);
        if (size == axis.Units.Length) return axis;
        int[] units = axis.Units[start..(start + size)];
        Units.Mark(units);
        return axis with { Units = units };
    }

    private ChannelAxis? Padded(Node node, Pad pad, ChannelAxis axis)
    {
        (int before, int after) = (pad.Before[axis.Axis], pad.After[axis.Axis]);
        if (before == 0 && after == 0) return axis;
        if (before < 0 || after < 0 || pad.Mode != PadMode.Constant) return Unknown(node);
        return axis with { Units = [.. Units.Add(before), .. axis.Units, .. Units.Add(after)] };
    }
}
