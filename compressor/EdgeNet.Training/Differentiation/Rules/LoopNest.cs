using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>
/// Nested loops over the elements of several tensors at once, each walked with strides of its own (0 where it is broadcast). Neighbouring
/// loops that all tensors walk in one stride are merged.
/// </summary>
internal sealed class LoopNest
{
    private readonly int[] _extents;
    private readonly int[][] _strides;

    /// <param name="extents">How often each loop runs, outermost first.</param>
    /// <param name="strides">For each tensor, its stride in each loop.</param>
    public LoopNest(ReadOnlySpan<int> extents, params ReadOnlySpan<int[]> strides)
    {
        var merged = new List<int>();
        var walks = new List<int>[strides.Length];
        for (int k = 0; k < walks.Length; k++) walks[k] = [];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 1) continue;
            bool merges = merged.Count > 0;
            for (int k = 0; k < walks.Length && merges; k++) merges = walks[k][^1] == strides[k][axis] * extents[axis];
            if (merges) merged[^1] *= extents[axis];
            else merged.Add(extents[axis]);
            for (int k = 0; k < walks.Length; k++)
            {
                if (merges) walks[k][^1] = strides[k][axis];
                else walks[k].Add(strides[k][axis]);
            }
        }
        if (merged.Count == 0)
        {
            merged.Add(1);
            foreach (List<int> walk in walks) walk.Add(0);
        }
        _extents = [.. merged];
        _strides = [.. walks.Select(walk => walk.ToArray())];
        Length = _extents.Aggregate(1, (product, extent) => product * extent);
    }

    private LoopNest(int[] extents, int[][] strides, int length) => (_extents, _strides, Length) = (extents, strides, length);

    /// <summary>Elements that are walked.</summary>
    public int Length { get; }

    /// <summary>How long the innermost loop is.</summary>
    public int InnerLength => _extents[^1];

    /// <summary>The strides of a dense tensor.</summary>
    public static int[] Dense(Shape shape)
    {
        int[] strides = new int[shape.Rank];
        for (int axis = shape.Rank - 1, stride = 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /// <summary>The strides of a dense tensor that is broadcast, by the rule of NumPy, to a shape.</summary>
    public static int[] Repeated(Shape shape, Shape to)
    {
        int[] dense = Dense(shape), strides = new int[to.Rank];
        int added = to.Rank - shape.Rank;
        for (int axis = 0; axis < shape.Rank; axis++) strides[added + axis] = shape[axis] == 1 ? 0 : dense[axis];
        return strides;
    }

    /// <summary>The loops over a result, which is tensor 0, and the tensors that are broadcast to it.</summary>
    public static LoopNest Broadcast(Shape result, params ReadOnlySpan<Shape> operands)
    {
        int[][] strides = new int[operands.Length + 1][];
        strides[0] = Dense(result);
        for (int k = 0; k < operands.Length; k++) strides[k + 1] = Repeated(operands[k], result);
        return new LoopNest(result.Span, strides);
    }

    /// <summary>The stride of a tensor in the innermost loop.</summary>
    public int InnerStride(int tensor) => _strides[tensor][^1];

    /// <summary>The same loops in an order in which those that a tensor stands still in come last; only the innermost keeps its place.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="groups">Iterations of the loops that move it, the innermost left out.</param>
    public LoopNest GroupedBy(int tensor, out int groups)
    {
        int last = _extents.Length - 1;
        int[] order = [.. Enumerable.Range(0, last).OrderBy(axis => _strides[tensor][axis] == 0), last];
        groups = Enumerable.Range(0, last).Where(axis => _strides[tensor][axis] != 0).Aggregate(1, (product, axis) => product * _extents[axis]);
        return new LoopNest([.. order.Select(axis => _extents[axis])], [.. _strides.Select(walk => order.Select(axis => walk[axis]).ToArray())], Length);
    }

    /// <summary>The iterations from one to another as runs within the innermost loop.</summary>
    public Runs Between(int begin, int end, int most = int.MaxValue) => new(this, begin, end, most);

    /// <summary>A run of iterations after the other.</summary>
    public ref struct Runs
    {
        private readonly LoopNest _nest;
        private readonly int[] _index, _offsets;
        private readonly int _end, _most;
        private int _at;

        public Runs(LoopNest nest, int begin, int end, int most)
        {
            (_nest, _end, _most, _at) = (nest, end, most, begin);
            _index = new int[nest._extents.Length];
            _offsets = new int[nest._strides.Length];
            int rest = begin;
            for (int axis = _index.Length - 1; axis >= 0 && rest > 0; axis--)
            {
                _index[axis] = rest % nest._extents[axis];
                rest /= nest._extents[axis];
                for (int k = 0; k < _offsets.Length; k++) _offsets[k] += _index[axis] * nest._strides[k][axis];
            }
        }

        /// <summary>Iterations of the run.</summary>
        public int Length { get; private set; }

        /// <summary>Where each tensor is at the first of them.</summary>
        public readonly ReadOnlySpan<int> At => _offsets;

        public bool Next()
        {
            if (Length > 0) Advance();
            Length = Math.Min(Math.Min(_nest._extents[^1] - _index[^1], _end - _at), _most);
            return Length > 0;
        }

        private void Advance()
        {
            int[][] strides = _nest._strides;
            int[] extents = _nest._extents;
            int axis = extents.Length - 1;
            _at += Length;
            _index[axis] += Length;
            for (int k = 0; k < _offsets.Length; k++) _offsets[k] += Length * strides[k][axis];
            for (; axis > 0 && _index[axis] == extents[axis]; axis--)
            {
                _index[axis] = 0;
                _index[axis - 1]++;
                for (int k = 0; k < _offsets.Length; k++) _offsets[k] += strides[k][axis - 1] - extents[axis] * strides[k][axis];
            }
        }
    }
}
