namespace EdgeNet.Kernels;

/// <summary>
/// A dense result each of whose axes walks the input with its own stride: what transposing, slicing and expanding have in common.
/// Built at plan time; at most eight axes; neighbouring axes that move together are merged.
/// </summary>
public readonly struct StridedView
{
    private readonly Axes _extents, _strides;
    private readonly int _rank, _offset;

    private StridedView(int inputLength, ReadOnlySpan<int> extents, ReadOnlySpan<int> strides, int offset)
    {
        InputLength = inputLength;
        Length = Require.ElementCount(extents);
        _offset = offset;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 1) continue;
            int last = _rank - 1;
            if (last >= 0 && _strides[last] == strides[axis] * extents[axis])
            {
                _extents[last] *= extents[axis];
            }
            else
            {
                last = _rank++;
                _extents[last] = extents[axis];
            }
            _strides[last] = strides[axis];
        }
    }

    /// <summary>The elements of the input.</summary>
    public int InputLength { get; }

    /// <summary>The elements of the result.</summary>
    public int Length { get; }

    /// <summary>Axis i of the result is axis permutation[i] of the input.</summary>
    /// <exception cref="ArgumentException">Not a permutation of the axes.</exception>
    public static StridedView Transpose(ReadOnlySpan<int> shape, ReadOnlySpan<int> permutation)
    {
        Require.Length(permutation.Length, shape.Length, nameof(permutation));
        Axes dense = Axes.DenseStrides(shape), extents = default, strides = default;
        int seen = 0;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int from = permutation[axis];
            Require.That(0 <= from && from < shape.Length && (seen >> from & 1) == 0, "not a permutation of the axes");
            seen |= 1 << from;
            extents[axis] = shape[from];
            strides[axis] = dense[from];
        }
        return new StridedView(Require.ElementCount(shape), extents[..shape.Length], strides[..shape.Length], 0);
    }

    /// <summary>
    /// Element j of axis i of the result is element starts[i] + j·steps[i] of the input, for j below counts[i]. Steps may be negative;
    /// starts are not (the caller resolves what counts from the end).
    /// </summary>
    /// <exception cref="ArgumentException">The slice leaves the tensor.</exception>
    public static StridedView Slice(ReadOnlySpan<int> shape, ReadOnlySpan<int> starts, ReadOnlySpan<int> steps, ReadOnlySpan<int> counts)
    {
        Require.Length(starts.Length, shape.Length, nameof(starts));
        Require.Length(steps.Length, shape.Length, nameof(steps));
        Require.Length(counts.Length, shape.Length, nameof(counts));
        Axes dense = Axes.DenseStrides(shape), strides = default;
        bool empty = counts.Contains(0);
        int offset = 0;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            long last = starts[axis] + (counts[axis] - 1L) * steps[axis];
            bool inside = 0 <= starts[axis] && starts[axis] < shape[axis] && 0 <= last && last < shape[axis];
            Require.That(empty || inside, $"the slice leaves axis {axis} of {shape[axis]}");
            offset += starts[axis] * dense[axis];
            strides[axis] = steps[axis] * dense[axis];
        }
        return new StridedView(Require.ElementCount(shape), counts, strides[..shape.Length], offset);
    }

    /// <summary>Repeats axes of extent one, and new leading axes, up to <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">The shape does not broadcast to the target.</exception>
    public static StridedView Expand(ReadOnlySpan<int> shape, ReadOnlySpan<int> target)
    {
        Require.That(shape.Length <= target.Length, "an expansion cannot lose axes");
        Axes dense = Axes.DenseStrides(shape), strides = default;
        int added = target.Length - shape.Length;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int extent = shape[axis];
            Require.That(extent == 1 || extent == target[added + axis], $"extent {extent} does not expand to {target[added + axis]}");
            strides[added + axis] = extent == 1 ? 0 : dense[axis];
        }
        return new StridedView(Require.ElementCount(shape), target, strides[..target.Length], 0);
    }

    /// <summary>Whether the last axis but one walks the input element by element and the last one does not: a matrix to transpose.</summary>
    internal bool IsTransposed => _rank > 1 && _strides[_rank - 2] == 1 && _strides[_rank - 1] > 1;

    /// <summary>The rows of such a matrix from <paramref name="element"/> on, if that begins one and it ends before <paramref name="end"/>.</summary>
    internal bool RowsAt(int element, int end, out int rows, out int columns, out int start, out int stride)
    {
        columns = _extents[_rank - 1];
        (int row, int within) = Math.DivRem(element, columns);
        int height = _extents[_rank - 2];
        rows = Math.Min(height - row % height, (end - element) / columns);
        (_, start, stride) = PieceAt(element, end);
        return within == 0 && rows > 0;
    }

    /// <summary>The longest piece of the result from <paramref name="element"/> on that walks the input with one stride.</summary>
    internal (int Length, int Start, int Stride) PieceAt(int element, int end)
    {
        if (_rank == 0) return (end - element, _offset, 0);
        int last = _rank - 1;
        int inner = element % _extents[last];
        int rest = element / _extents[last];
        int start = _offset + inner * _strides[last];
        for (int axis = last - 1; axis >= 0; axis--)
        {
            start += rest % _extents[axis] * _strides[axis];
            rest /= _extents[axis];
        }
        return (Math.Min(_extents[last] - inner, end - element), start, _strides[last]);
    }
}
