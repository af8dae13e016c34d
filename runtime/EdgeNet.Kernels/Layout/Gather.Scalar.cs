using System.Numerics;

namespace EdgeNet.Kernels;

/// <summary>Picks slices along one axis by index. ONNX <c>Gather</c>, TFLite <c>GATHER</c>. Indices are int or long; negative ones count from the end.</summary>
public static partial class Gather
{
    /// <summary>
    /// The result [Outer, indices, Inner]; rows begin..end of Outer × indices, each of Inner elements.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, an index is outside the axis, or the range does not fit the rows.</exception>
    public static void Scalar<T, TIndex>(
        in AxisShape shape, ReadOnlySpan<T> input, ReadOnlySpan<TIndex> indices, Span<T> output, int begin, int end)
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(output.Length, shape.Outer * indices.Length * shape.Inner, nameof(output));
        Require.Range(begin, end, shape.Outer * indices.Length);
        for (int row = begin; row < end; row++)
        {
            int outer = row / indices.Length;
            int index = Index(long.CreateTruncating(indices[row % indices.Length]), shape.Length);
            ReadOnlySpan<T> slice = input.Slice((outer * shape.Length + index) * shape.Inner, shape.Inner);
            slice.CopyTo(output.Slice(row * shape.Inner, shape.Inner));
        }
    }

    /// <summary>Resolves an index that may count from the end.</summary>
    internal static int Index(long index, int length)
    {
        long resolved = index < 0 ? index + length : index;
        Require.That(0 <= resolved && resolved < length, $"index {index} is outside an axis of {length}");
        return (int)resolved;
    }
}

/// <summary>Picks single elements along one axis. ONNX <c>GatherElements</c>.</summary>
public static partial class GatherElements
{
    /// <summary>
    /// output[…, i, …] = input[…, indices[…, i, …], …], for elements begin..end. Input and indices have the same rank, and
    /// <paramref name="indexShape"/> may be smaller on the other axes.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit its shape, an index is outside the axis, or the range does not fit.</exception>
    public static void Scalar<T, TIndex>(
        ReadOnlySpan<int> shape, ReadOnlySpan<int> indexShape, int axis, ReadOnlySpan<T> input, ReadOnlySpan<TIndex> indices,
        Span<T> output, int begin, int end)
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        if (axis < 0) axis += shape.Length;
        Require.Length(indexShape.Length, shape.Length, nameof(indexShape));
        Require.That(0 <= axis && axis < shape.Length, $"there is no axis {axis} in a tensor of {shape.Length}");
        for (int i = 0; i < shape.Length; i++)
        {
            Require.That(i == axis || indexShape[i] <= shape[i], $"the indices have extent {indexShape[i]} on axis {i} of {shape[i]}");
        }
        Require.Length(input.Length, Require.ElementCount(shape), nameof(input));
        Require.Length(indices.Length, Require.ElementCount(indexShape), nameof(indices));
        Require.Length(output.Length, indices.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        for (int element = begin; element < end; element++)
        {
            int rest = element, at = 0, stride = 1;
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                int index = i == axis ? Gather.Index(long.CreateTruncating(indices[element]), shape[axis]) : rest % indexShape[i];
                rest /= indexShape[i];
                at += index * stride;
                stride *= shape[i];
            }
            output[element] = input[at];
        }
    }
}

/// <summary>Picks slices by tuples of indices. ONNX <c>GatherND</c>, TFLite <c>GATHER_ND</c>.</summary>
public static partial class GatherNd
{
    /// <summary>
    /// Each tuple of <paramref name="depth"/> indices picks a slice of the axes after them; after <paramref name="batchAxes"/> leading
    /// axes that input and indices share. Rows begin..end of the tuples.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit its shape, an index is outside its axis, or the range does not fit.</exception>
    public static void Scalar<T, TIndex>(
        ReadOnlySpan<int> shape, int batchAxes, int depth, ReadOnlySpan<T> input, ReadOnlySpan<TIndex> indices, Span<T> output,
        int begin, int end)
        where T : unmanaged
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        Require.That(batchAxes >= 0 && depth > 0 && batchAxes + depth <= shape.Length, "the index tuples have more elements than the tensor has axes");
        int batches = Require.ElementCount(shape[..batchAxes]);
        int slice = Require.ElementCount(shape[(batchAxes + depth)..]);
        int tuples = indices.Length / depth;
        Require.Length(input.Length, Require.ElementCount(shape), nameof(input));
        Require.Length(indices.Length, tuples * depth, nameof(indices));
        Require.Length(output.Length, tuples * slice, nameof(output));
        Require.That(batches != 0 && tuples % batches == 0, "the indices do not fit the batch axes");
        Require.Range(begin, end, tuples);
        for (int row = begin; row < end; row++)
        {
            int at = row / (tuples / batches);
            for (int i = 0; i < depth; i++)
            {
                int extent = shape[batchAxes + i];
                at = at * extent + Gather.Index(long.CreateTruncating(indices[row * depth + i]), extent);
            }
            input.Slice(at * slice, slice).CopyTo(output.Slice(row * slice, slice));
        }
    }
}
