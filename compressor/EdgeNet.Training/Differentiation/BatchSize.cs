using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// The same network for another number of samples at a time. Which axis holds the samples is followed from the inputs, whose first axis it
/// is, through the nodes; parameters of ops that state its extent are changed with it.
/// </summary>
public static class BatchSize
{
    /// <summary>Makes a graph that takes one sample take <paramref name="count"/>.</summary>
    /// <exception cref="ModelFormatException">An input is not for one sample, or a node mixes samples: it is named.</exception>
    public static Graph Set(Graph graph, int count)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count == 1) return graph;
        var axes = new Dictionary<Value, int>();
        var builder = new GraphBuilder { Card = graph.Card };
        var map = new Dictionary<Value, Value>();
        foreach (Value input in graph.Inputs)
        {
            if (input.Type.Shape.Rank == 0 || input.Type.Shape[0] != 1)
                throw new ModelFormatException($"input '{input.Name}' has shape {input.Type.Shape}; to train on {count} samples at a time, its first axis must be 1");
            map[input] = builder.Input(input.Name, input.Type.WithShape(input.Type.Shape.With(0, count)));
            axes[input] = 0;
        }
        foreach (Node node in graph.Nodes)
        {
            Value[] inputs = [.. node.Inputs.Select(input => map.TryGetValue(input, out Value? known) ? known : map[input] = builder.Constant(input.Constant!, input.Name))];
            int varying = node.Inputs.ToList().FindIndex(axes.ContainsKey);
            int axis = varying < 0 ? -1 : OutputAxis(node, varying, axes[node.Inputs[varying]]);
            for (int i = varying + 1; i < node.Inputs.Length; i++)
            {
                if (axes.TryGetValue(node.Inputs[i], out int other) && OutputAxis(node, i, other) != axis) throw Mixes(node, "meets samples along two axes");
            }
            Op op = varying < 0 ? node.Op : Resized(node, axes[node.Inputs[varying]], axis, count);
            if (op is Concat && varying >= 0)
            {
                for (int i = 0; i < inputs.Length; i++)
                {
                    if (!axes.ContainsKey(node.Inputs[i]))
                        inputs[i] = builder.Add(new Expand([.. inputs[i].Type.Shape.With(axis, count)]), $"{node.Name}/batch{i}", inputs[i]);
                }
            }
            Node copy = builder.AddNode(op, node.Name, inputs);
            for (int i = 0; i < copy.Outputs.Length; i++)
            {
                Shape shape = copy.Outputs[i].Type.Shape;
                if (varying >= 0 && (axis < 0 || axis >= shape.Rank || shape[axis] != count)) throw Mixes(node, $"gives {shape}");
                map[node.Outputs[i]] = copy.Outputs[i];
                if (varying >= 0) axes[node.Outputs[i]] = axis;
            }
        }
        foreach (GraphOutput output in graph.Outputs)
            builder.Output(output.Name, map.TryGetValue(output.Value, out Value? value) ? value : builder.Constant(output.Value.Constant!, output.Value.Name));
        return builder.Build();
    }

    /// <summary>Where a node's outputs have the axis that one of its inputs has at <paramref name="axis"/>.</summary>
    private static int OutputAxis(Node node, int input, int axis)
    {
        Shape from = node.Inputs[input].Type.Shape, to = node.Outputs[0].Type.Shape;
        switch (node.Op)
        {
            case Transpose transpose:
                return transpose.Permutation.Span.IndexOf(axis);
            case Reshape when from.Product(0, axis) != 1 || to.Rank == 0 || to[0] != 1:
                throw Mixes(node, $"reshapes {from} to {to}");
            case Reshape:
                return 0;
            case Reduction reduction when reduction.Axes.Span.Contains(axis):
                throw Mixes(node, "reduces the axis of the samples");
            case Softmax { Axis: var along } when along == axis:
            case LogSoftmax { Axis: var logarithm } when logarithm == axis:
                throw Mixes(node, "compares samples");
            case TopK { Axis: var top } when top == axis:
            case GatherElements { Axis: var picked } when picked == axis:
                throw Mixes(node, "picks among samples");
            case Pad pad when pad.Before[axis] != 0 || pad.After[axis] != 0:
                throw Mixes(node, "adds to the samples");
            case Resize resize when resize.Sizes[axis] != 1:
                throw Mixes(node, "resizes the axis of the samples");
            case Expand expand when expand.Shape[axis + to.Rank - from.Rank] != 1:
                throw Mixes(node, "repeats samples");
            case Conv2D or DepthwiseConv2D or ConvTranspose2D or Pool2D or InstanceNormalization when axis != 0:
                throw Mixes(node, "takes samples for a part of the picture");
            case Dense or BatchNormalization or LocalResponseNormalization when axis == from.Rank - 1:
                throw Mixes(node, "takes samples for channels");
            case Reduction { KeepDims: false } reduction:
                return axis - reduction.Axes.Count(folded => folded < axis);
            case IndexOfExtreme extreme when extreme.Axis == axis:
                throw Mixes(node, "chooses among samples");
            case IndexOfExtreme { KeepDims: false } extreme:
                return extreme.Axis < axis ? axis - 1 : axis;
            case Concat concat when concat.Axis == axis:
                throw Mixes(node, "joins tensors along the axis of the samples");
            case Gather gather when input == 0 && gather.Axis == axis:
                throw Mixes(node, "picks among samples");
            case Gather gather when input == 0:
                return gather.Axis < axis ? axis + node.Inputs[1].Type.Shape.Rank - 1 : axis;
            case Gather gather:
                return axis + gather.Axis;
            case Dense or Conv2D or DepthwiseConv2D or ConvTranspose2D or Pool2D:
                return axis;
            default:
                // Shapes align at their last axes.
                return axis + to.Rank - from.Rank;
        }
    }

    /// <summary>The op with the extent of the samples' axis where it states it.</summary>
    private static Op Resized(Node node, int inputAxis, int axis, int count) => node.Op switch
    {
        Reshape op => op with { Shape = With(op.Shape, axis, count) },
        Expand op => op with { Shape = With(op.Shape, axis, count) },
        Slice op when op.Sizes[inputAxis] != 1 => throw Mixes(node, "cuts the axis of the samples"),
        Slice op => op with { Sizes = With(op.Sizes, inputAxis, count), Starts = With(op.Starts, inputAxis, 0), Steps = With(op.Steps, inputAxis, 1) },
        Resize op => op with { Sizes = With(op.Sizes, inputAxis, count) },
        Tile op when op.Repeats[inputAxis] != 1 => throw Mixes(node, "repeats samples"),
        _ => node.Op,
    };

    private static ValueList<int> With(ValueList<int> list, int axis, int value)
    {
        int[] numbers = [.. list.Span];
        numbers[axis] = value;
        return ValueList.Create<int>(numbers);
    }

    private static ModelFormatException Mixes(Node node, string what) =>
        new($"{node} {what}: samples cannot be told apart behind it, and no more than one can be trained at a time; cut the model before it");
}
