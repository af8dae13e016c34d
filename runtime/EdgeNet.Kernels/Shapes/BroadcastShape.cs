namespace EdgeNet.Kernels;

/// <summary>
/// How two or three dense tensors of at most eight axes broadcast together, by the rule of numpy: axes align at the end, and an
/// extent of one repeats. Built at plan time; neighbouring axes that move together are merged.
/// </summary>
public readonly struct BroadcastShape
{
    private readonly Axes _extents, _stridesA, _stridesB, _stridesC;
    private readonly int _rank;

    private BroadcastShape(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c)
    {
        int rank = Math.Max(a.Length, Math.Max(b.Length, c.Length));
        Require.That(rank <= Axes.MaximumRank, "more than 8 axes");
        (LengthA, LengthB, LengthC) = (Require.ElementCount(a), Require.ElementCount(b), Require.ElementCount(c));
        Span<int> extents = stackalloc int[Axes.MaximumRank];
        extents = extents[..rank];
        for (int axis = 0; axis < rank; axis++)
        {
            int fromEnd = rank - axis;
            int extent = 1;
            Join(ref extent, ExtentAt(a, fromEnd));
            Join(ref extent, ExtentAt(b, fromEnd));
            Join(ref extent, ExtentAt(c, fromEnd));
            extents[axis] = extent;
        }
        Length = Require.ElementCount(extents);
        Axes stridesA = StridesOf(a, rank), stridesB = StridesOf(b, rank), stridesC = StridesOf(c, rank);
        for (int axis = 0; axis < rank; axis++)
        {
            int extent = extents[axis];
            if (extent == 1) continue;
            int last = _rank - 1;
            if (last >= 0
                && _stridesA[last] == stridesA[axis] * extent
                && _stridesB[last] == stridesB[axis] * extent
                && _stridesC[last] == stridesC[axis] * extent)
            {
                _extents[last] *= extent;
            }
            else
            {
                last = _rank++;
                _extents[last] = extent;
            }
            _stridesA[last] = stridesA[axis];
            _stridesB[last] = stridesB[axis];
            _stridesC[last] = stridesC[axis];
        }
    }

    /// <summary>The elements of the result.</summary>
    public int Length { get; }

    internal int LengthA { get; }
    internal int LengthB { get; }
    internal int LengthC { get; }

    /// <summary>Broadcasts two shapes.</summary>
    /// <exception cref="ArgumentException">They do not broadcast together, or have more than eight axes.</exception>
    public static BroadcastShape Of(ReadOnlySpan<int> a, ReadOnlySpan<int> b) => new(a, b, []);

    /// <summary>Broadcasts three shapes.</summary>
    /// <exception cref="ArgumentException">They do not broadcast together, or have more than eight axes.</exception>
    public static BroadcastShape Of(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c) => new(a, b, c);

    /// <summary>The longest piece of the result from <paramref name="element"/> on along which every operand has one stride.</summary>
    internal Piece PieceAt(int element, int end)
    {
        if (_rank == 0) return new Piece(Math.Min(1, end - element), 0, 0, 0, 0, 0, 0);
        int last = _rank - 1;
        int inner = element % _extents[last];
        int a = inner * _stridesA[last], b = inner * _stridesB[last], c = inner * _stridesC[last];
        int rest = element / _extents[last];
        for (int axis = last - 1; axis >= 0; axis--)
        {
            int index = rest % _extents[axis];
            rest /= _extents[axis];
            a += index * _stridesA[axis];
            b += index * _stridesB[axis];
            c += index * _stridesC[axis];
        }
        int length = Math.Min(_extents[last] - inner, end - element);
        return new Piece(length, a, b, c, _stridesA[last], _stridesB[last], _stridesC[last]);
    }

    /// <summary>Whether one operand is the last axis alone, repeated over the elements of the other: a bias, or factors of channels.</summary>
    internal bool IsRepeatedRow(out int row, out bool repeatsA)
    {
        row = _extents[1];
        repeatsA = _stridesA[0] == 0;
        if (_rank != 2 || _stridesA[1] != 1 || _stridesB[1] != 1) return false;
        return (_stridesA[0], _stridesB[0]) == (0, row) || (_stridesA[0], _stridesB[0]) == (row, 0);
    }

    private static int ExtentAt(ReadOnlySpan<int> shape, int fromEnd) => fromEnd > shape.Length ? 1 : shape[^fromEnd];

    private static void Join(ref int extent, int other)
    {
        if (other == 1 || other == extent) return;
        Require.That(extent == 1, $"extents {extent} and {other} do not broadcast");
        extent = other;
    }

    /// <summary>Dense strides of <paramref name="shape"/> aligned at the end, zero where the axis repeats.</summary>
    private static Axes StridesOf(ReadOnlySpan<int> shape, int rank)
    {
        Axes dense = Axes.DenseStrides(shape), strides = default;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            strides[rank - shape.Length + axis] = shape[axis] == 1 ? 0 : dense[axis];
        }
        return strides;
    }

    internal readonly record struct Piece(int Length, int A, int B, int C, int StrideA, int StrideB, int StrideC);
}
