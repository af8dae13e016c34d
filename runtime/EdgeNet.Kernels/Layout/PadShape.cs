namespace EdgeNet.Kernels;

/// <summary>What padding is filled with.</summary>
public enum PadMode
{
    /// <summary>A given value.</summary>
    Constant,

    /// <summary>The tensor mirrored at its first and last element, which are not repeated.</summary>
    Reflect,

    /// <summary>The tensor mirrored at its borders, the first and last element repeated (TFLite <c>MIRROR_PAD</c> symmetric).</summary>
    Symmetric,

    /// <summary>The nearest element.</summary>
    Edge,

    /// <summary>The tensor repeated as if it were a torus.</summary>
    Wrap,
}

/// <summary>Padding of at most eight axes; negative padding crops.</summary>
public readonly struct PadShape
{
    private readonly Axes _input, _before, _output, _strides;
    private readonly int _rank;

    /// <param name="shape">The input.</param>
    /// <param name="before">Elements added before each axis.</param>
    /// <param name="after">Elements added after each axis.</param>
    /// <param name="mode">What they are filled with.</param>
    /// <exception cref="ArgumentException">The spans differ in length, or an empty axis is to be padded from itself.</exception>
    public PadShape(ReadOnlySpan<int> shape, ReadOnlySpan<int> before, ReadOnlySpan<int> after, PadMode mode)
    {
        Require.Length(before.Length, shape.Length, nameof(before));
        Require.Length(after.Length, shape.Length, nameof(after));
        Axes strides = Axes.DenseStrides(shape), output = default;
        // An axis that is kept whole moves together with the one before it, where padding does not look into that.
        bool merges = mode is PadMode.Constant or PadMode.Wrap;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int length = shape[axis];
            output[axis] = length + before[axis] + after[axis];
            Require.That(
                mode == PadMode.Constant || length > 0 || output[axis] == 0, $"axis {axis} is empty and cannot be padded from itself");
            bool merged = merges && _rank > 0 && before[axis] == 0 && after[axis] == 0;
            if (!merged) _rank++;
            int last = _rank - 1;
            _input[last] = merged ? _input[last] * length : length;
            _before[last] = merged ? _before[last] * length : before[axis];
            _output[last] = merged ? _output[last] * length : output[axis];
            _strides[last] = strides[axis];
        }
        Mode = mode;
        InputLength = Require.ElementCount(shape);
        Length = Require.ElementCount(output[..shape.Length]);
    }

    /// <summary>What the padding is filled with.</summary>
    public PadMode Mode { get; }

    /// <summary>The elements of the input.</summary>
    public int InputLength { get; }

    /// <summary>The elements of the result.</summary>
    public int Length { get; }

    /// <summary>Repeats each axis <paramref name="repeats"/> times. ONNX <c>Tile</c>: wrapping around to the end.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or a repeat is negative.</exception>
    public static PadShape Tile(ReadOnlySpan<int> shape, ReadOnlySpan<int> repeats)
    {
        Require.Length(repeats.Length, shape.Length, nameof(repeats));
        Axes before = default, after = default;
        Require.That(shape.Length <= Axes.MaximumRank, "more than 8 axes");
        for (int axis = 0; axis < shape.Length; axis++) after[axis] = checked(shape[axis] * (repeats[axis] - 1));
        return new PadShape(shape, before[..shape.Length], after[..shape.Length], PadMode.Wrap);
    }

    internal int LastExtent => _rank == 0 ? 1 : _output[_rank - 1];

    /// <summary>Where the input line begins that output line <paramref name="line"/> (over all axes but the last) repeats, or -1 for constant.</summary>
    internal int LineAt(int line)
    {
        int start = 0;
        for (int axis = _rank - 2; axis >= 0; axis--)
        {
            int from = Source(axis, line % _output[axis]);
            if (from < 0) return -1;
            start += from * _strides[axis];
            line /= _output[axis];
        }
        return start;
    }

    /// <summary>The stretch of the last axis that is the input itself, and where in the input it begins.</summary>
    internal (int First, int Length, int From) Kept
    {
        get
        {
            if (_rank == 0) return (0, 1, 0);
            int last = _rank - 1, first = Math.Clamp(_before[last], 0, _output[last]);
            return (first, Math.Clamp(_before[last] + _input[last], first, _output[last]) - first, first - _before[last]);
        }
    }

    /// <summary>The input index behind index <paramref name="index"/> of the last axis, or -1 for constant.</summary>
    internal int LastAt(int index) => _rank == 0 ? 0 : Source(_rank - 1, index);

    private int Source(int axis, int index)
    {
        int at = index - _before[axis], length = _input[axis];
        if ((uint)at < (uint)length) return at;
        switch (Mode)
        {
            case PadMode.Edge:
                return at < 0 ? 0 : length - 1;
            case PadMode.Wrap:
                return (at % length + length) % length;
            case PadMode.Reflect:
                {
                    if (length == 1) return 0;
                    int period = 2 * (length - 1);
                    int phase = (at % period + period) % period;
                    return phase < length ? phase : period - phase;
                }
            case PadMode.Symmetric:
                {
                    int period = 2 * length;
                    int phase = (at % period + period) % period;
                    return phase < length ? phase : period - 1 - phase;
                }
            default:
                return -1;
        }
    }
}
