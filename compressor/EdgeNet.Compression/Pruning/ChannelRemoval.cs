using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>Rebuilds a graph with fewer channels.</summary>
internal sealed class ChannelRemoval
{
    private readonly ChannelTracing _tracing;
    private readonly Func<int, bool> _stays;
    private readonly Dictionary<Constant, List<(int[]?[] Kept, Constant Cut)>> _cuts = [];

    private ChannelRemoval(ChannelTracing tracing, Func<int, bool> stays) => (_tracing, _stays) = (tracing, stays);

    /// <summary>The graph with those units that stay; of each axis of a value at least one does.</summary>
    public static Graph Run(Graph graph, ChannelTracing tracing, Func<int, bool> stays)
    {
        var removal = new ChannelRemoval(tracing, stays);
        return GraphRewriter.Run(graph, removal.Visit);
    }

    private void Visit(GraphRewriter rewriter, Node node)
    {
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i].Constant is not { } constant) continue;
            // One constant may serve layers that lose different channels.
            Constant cut = _tracing.Slices.TryGetValue((node, i), out List<ChannelAxis>? axes) ? Cut(constant, axes) : constant;
            if (rewriter[node.Inputs[i]].Constant != cut) rewriter[node.Inputs[i]] = rewriter.Constant(cut, node.Inputs[i].Name);
        }
        rewriter.CopyAs(node, _tracing.Axes.TryGetValue(node.Output, out ChannelAxis? axis) ? Narrowed(node, axis) : node.Op);
    }

    /// <summary>The op for fewer channels, where it holds extents.</summary>
    private Op Narrowed(Node node, ChannelAxis axis)
    {
        int channels = axis.Units.Count(_stays);
        return node.Op switch
        {
            Reshape reshape => reshape with { Shape = With(reshape.Shape, axis.Axis, channels) },
            Resize resize => resize with { Sizes = With(resize.Sizes, axis.Axis, channels) },
            Slice slice => slice with
            {
                Starts = With(slice.Starts, axis.Axis, _tracing.Axes[node.Inputs[0]].Units[..slice.Starts[axis.Axis]].Count(_stays)),
                Sizes = With(slice.Sizes, axis.Axis, channels),
            },
            Pad pad => pad with
            {
                Before = With(pad.Before, axis.Axis, axis.Units[..pad.Before[axis.Axis]].Count(_stays)),
                After = With(pad.After, axis.Axis, axis.Units[^pad.After[axis.Axis]..].Count(_stays)),
            },
            _ => node.Op,
        };
    }

    private static ValueList<int> With(ValueList<int> extents, int axis, int extent)
    {
        int[] changed = extents.ToArray();
        changed[axis] = extent;
        return changed.ToValueList();
    }

    private Constant Cut(Constant constant, List<ChannelAxis> axes)
    {
        int[]?[] kept = new int[]?[constant.Type.Shape.Rank];
        foreach (ChannelAxis axis in axes)
        {
            int[] indices = [.. Enumerable.Range(0, axis.Units.Length).Where(i => _stays(axis.Units[i]))];
            if (indices.Length < axis.Units.Length) kept[axis.Axis] = indices;
        }
        if (kept.All(indices => indices is null)) return constant;
        if (!_cuts.TryGetValue(constant, out List<(int[]?[] Kept, Constant Cut)>? known)) _cuts.Add(constant, known = []);
        foreach ((int[]?[] others, Constant same) in known)
        {
            if (others.Zip(kept).All(pair => pair.First is null ? pair.Second is null : pair.Second is not null && pair.First.AsSpan().SequenceEqual(pair.Second))) return same;
        }
        Shape shape = constant.Type.Shape;
        float[] values = constant.ToArray<float>();
        for (int axis = 0; axis < kept.Length; axis++)
        {
            if (kept[axis] is not { } indices) continue;
            values = Picked(values, shape, axis, indices);
            shape = shape.With(axis, indices.Length);
        }
        var cut = Constant.Of(shape, (ReadOnlySpan<float>)values);
        known.Add((kept, cut));
        return cut;
    }

    private static float[] Picked(float[] values, Shape shape, int axis, int[] indices)
    {
        int inner = shape.Product(axis + 1, shape.Rank), outer = shape.Product(0, axis);
        float[] picked = new float[outer * indices.Length * inner];
        for (int i = 0; i < outer; i++)
        {
            for (int k = 0; k < indices.Length; k++)
                values.AsSpan(((i * shape[axis]) + indices[k]) * inner, inner).CopyTo(picked.AsSpan(((i * indices.Length) + k) * inner));
        }
        return picked;
    }
}
