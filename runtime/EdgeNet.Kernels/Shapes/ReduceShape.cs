namespace EdgeNet.Kernels;

/// <summary>
/// A reduction of a dense tensor of at most eight axes over any set of them. The outputs are the elements of the axes that stay, in
/// order. Built at plan time; neighbouring axes of one kind are merged.
/// </summary>
public readonly struct ReduceShape
{
    private readonly Axes _kept, _keptStrides, _reduced, _reducedStrides;
    private readonly int _keptRank, _reducedRank;

    /// <param name="shape">The input.</param>
    /// <param name="axes">Bit i is set where axis i is reduced.</param>
    /// <exception cref="ArgumentException">More than eight axes, or a bit beyond them.</exception>
    public ReduceShape(ReadOnlySpan<int> shape, int axes)
    {
        Axes strides = Axes.DenseStrides(shape);
        Require.That(axes >> shape.Length == 0, "a reduced axis is not an axis of the tensor");
        InputLength = Require.ElementCount(shape);
        Length = Count = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1) continue;
            if ((axes >> axis & 1) != 0)
            {
                Count *= shape[axis];
                Merge(ref _reduced, ref _reducedStrides, ref _reducedRank, shape[axis], strides[axis]);
            }
            else
            {
                Length *= shape[axis];
                Merge(ref _kept, ref _keptStrides, ref _keptRank, shape[axis], strides[axis]);
            }
        }
    }

    /// <summary>The elements of the input.</summary>
    public int InputLength { get; }

    /// <summary>The outputs.</summary>
    public int Length { get; }

    /// <summary>The elements reduced to each output.</summary>
    public int Count { get; }

    /// <summary>Where the elements of output <paramref name="output"/> begin.</summary>
    internal int StartOf(int output) => Offset(output, _keptRank, in _kept, in _keptStrides);

    /// <summary>How many outputs from <paramref name="output"/> on begin at elements next to each other.</summary>
    internal int RunAt(int output, int end)
    {
        if (_keptRank == 0 || _keptStrides[_keptRank - 1] != 1) return 1;
        int extent = _kept[_keptRank - 1];
        return Math.Min(extent - output % extent, end - output);
    }

    /// <summary>The elements of one output come in lines of this many, <see cref="LineStride"/> apart.</summary>
    internal int LineLength => Count == 0 ? 0 : _reducedRank == 0 ? 1 : _reduced[_reducedRank - 1];

    internal int LineStride => _reducedRank == 0 ? 1 : _reducedStrides[_reducedRank - 1];

    internal int LineCount => Count == 0 ? 0 : Count / LineLength;

    /// <summary>Where line <paramref name="line"/> lies, counted from the start of its output.</summary>
    internal int LineAt(int line) => Offset(line, _reducedRank - 1, in _reduced, in _reducedStrides);

    internal void Check(int input, int output, int begin, int end)
    {
        Require.Length(input, InputLength, nameof(input));
        Require.Length(output, Length, nameof(output));
        Require.Range(begin, end, Length);
    }

    private static void Merge(ref Axes extents, ref Axes strides, ref int rank, int extent, int stride)
    {
        if (rank > 0 && strides[rank - 1] == stride * extent)
        {
            extents[rank - 1] *= extent;
        }
        else
        {
            extents[rank++] = extent;
        }
        strides[rank - 1] = stride;
    }

    private static int Offset(int element, int rank, in Axes extents, in Axes strides)
    {
        int offset = 0;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            offset += element % extents[axis] * strides[axis];
            element /= extents[axis];
        }
        return offset;
    }
}
