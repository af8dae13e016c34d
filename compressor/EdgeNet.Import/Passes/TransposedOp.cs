using EdgeNet.Model;

namespace EdgeNet.Import.Passes;

/// <summary>Ops that do the same to a tensor as to its transpose, once their axes are renamed.</summary>
internal static class TransposedOp
{
    /// <summary>
    /// The op that does to x what the node does to <c>Transpose(x, order)</c> (its first input), and the order that its result
    /// is in; null for ops that know their layout.
    /// </summary>
    public static (Op Op, Permutation Order)? Of(Node node, Permutation order) => node.Op switch
    {
        Quantize { OutputQuantization: { IsPerTensor: false } q } op => (op with { OutputQuantization = q with { Axis = order[q.Axis] } }, order),
        Unary or Not or Cast or Quantize or Dequantize => (node.Op, order),
        Softmax op => (op with { Axis = order[op.Axis] }, order),
        LogSoftmax op => (op with { Axis = order[op.Axis] }, order),
        Reduction op => (op with { Axes = op.Axes.Select(axis => order[axis]).Order().ToValueList() }, op.KeepDims ? order : order.Without(op.Axes)),
        IndexOfExtreme op => (op with { Axis = order[op.Axis] }, op.KeepDims ? order : order.Without([op.Axis])),
        TopK op => (op with { Axis = order[op.Axis] }, order),
        Slice op => (op with { Starts = order.ToSource(op.Starts), Sizes = order.ToSource(op.Sizes), Steps = order.ToSource(op.Steps) }, order),
        Pad op => (op with { Before = order.ToSource(op.Before), After = order.ToSource(op.After) }, order),
        Tile op => (op with { Repeats = order.ToSource(op.Repeats) }, order),
        Expand op => (op with { Shape = order.Lifted(op.Shape.Count).ToSource(op.Shape) }, order.Lifted(op.Shape.Count)),
        Resize op => (OfResize(op, order), order),
        Gather op => OfGather(op, order, node.Inputs[1].Type.Shape.Rank),
        _ => null,
    };

    private static Resize OfResize(Resize op, Permutation order)
    {
        ValueList<float> region = op.RegionOfInterest;
        if (region.Count > 0)
        {
            ValueList<float> starts = order.ToSource(region.Take(order.Rank).ToValueList()), ends = order.ToSource(region.Skip(order.Rank).ToValueList());
            region = [.. starts, .. ends];
        }
        return op with { Sizes = order.ToSource(op.Sizes), Scales = order.ToSource(op.Scales), RegionOfInterest = region };
    }

    private static (Op Op, Permutation Order) OfGather(Gather op, Permutation order, int indexRank)
    {
        // The indices' axes stand where the gathered axis stood, on both sides.
        int axis = order[op.Axis];
        int[] kept = [.. order.Axes.Select(source => source < axis ? source : source - 1 + indexRank)];
        return (op with { Axis = axis }, new([.. kept[..op.Axis], .. Enumerable.Range(axis, indexRank), .. kept[(op.Axis + 1)..]]));
    }
}
