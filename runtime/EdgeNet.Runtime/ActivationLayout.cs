using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Where an activation lies: bytes from the start of the arena, and from one run of its last axis to the next.</summary>
internal readonly record struct Place(long Offset, int PixelBytes);

/// <summary>
/// Places every activation in one arena. Reshapes, slices and the parts of a concatenation are views of other values where they can be;
/// functions of one element may write over their input; two values overlap only if they are never needed at the same step. Offsets by
/// greedy-by-size (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference").
/// </summary>
internal sealed class ActivationLayout
{
    /// <summary>Pairs of activations that the search for a better placement may look at.</summary>
    private const int PlacementEffort = 200_000;

    private readonly Dictionary<Value, View> _views = [];
    private readonly Dictionary<Value, Lifetime> _lifetimes = [];

    private ActivationLayout() { }

    /// <summary>The size of the arena.</summary>
    public long Bytes { get; private set; }

    /// <summary>The least that any placement takes: the most bytes that are alive at one step.</summary>
    public long LeastBytes { get; private set; }

    /// <summary>Concatenations whose parts all lie in place already, reshapes and other nodes that need no step.</summary>
    public HashSet<Node> Free { get; } = [];

    /// <summary>Lays out the activations of a graph whose steps run in the order of <paramref name="steps"/>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">Its steps.</param>
    public static ActivationLayout Of(Graph graph, IReadOnlyList<Chain> steps)
    {
        var layout = new ActivationLayout();
        layout.FindViews(graph, [.. steps.SelectMany(step => step.Stages)]);
        layout.FindLifetimes(graph, steps);
        layout.OverwriteInputs(steps);
        layout.AssignOffsets(steps.Count);
        return layout;
    }

    /// <summary>Where a value lies.</summary>
    public Place this[Value value]
    {
        get
        {
            (Value root, long offset) = Root(value);
            return new Place(_lifetimes[root].Offset + offset, _views.TryGetValue(value, out View view) && view.PixelBytes > 0 ? view.PixelBytes : PixelBytes(value));
        }
    }

    /// <summary>Whether this part of a concatenation is computed where it belongs.</summary>
    public bool IsInPlace(Value part, Value whole, long offset)
    {
        (Value root, long at) = Root(part);
        (Value home, long start) = Root(whole);
        return root == home && at == start + offset;
    }

    private static int PixelBytes(Value value) => (value.Type.Shape.Rank == 0 ? 1 : value.Type.Shape[^1]) * value.Type.Element.Size();

    private (Value Root, long Offset) Root(Value value)
    {
        long offset = 0;
        while (_views.TryGetValue(value, out View view)) (value, offset) = (view.Of, offset + view.Offset);
        return (value, offset);
    }

    private void FindViews(Graph graph, IReadOnlyList<StepGroup> groups)
    {
        var producers = new Dictionary<Value, StepGroup>();
        foreach (StepGroup group in groups)
        {
            foreach (Value written in group.Writes) producers[written] = group;
        }
        var mains = groups.ToDictionary(group => group.Main);
        foreach (StepGroup group in groups)
        {
            Node node = group.Main;
            Value x = node.Inputs[0], y = node.Outputs[0];
            if (x.Constant is not null && node.Op is not Model.Concat) continue;
            switch (node.Op)
            {
                case Reshape:
                case Transpose t when KeepsOrder(x.Type.Shape, t):
                    if (IsDense(x)) SetFree(node, y, new View(x, 0, 0));
                    break;
                case Slice slice when IsDense(x) && ContiguousStart(x.Type.Shape, slice) is { } start:
                    SetFree(node, y, new View(x, (long)start * x.Type.Element.Size(), 0));
                    break;
                case Slice slice when IsDense(x) && ChannelStart(x.Type.Shape, slice) is { } start
                    && !graph.IsOutput(y) && graph.ConsumersOf(y).All(c => mains.TryGetValue(c, out StepGroup? reader) && reader.HasStrides && reader.Main.Inputs[0] == y):
                    SetFree(node, y, new View(x, (long)start * x.Type.Element.Size(), PixelBytes(x)));
                    break;
                case Model.Concat concat:
                    FindParts(graph, concat, node, producers);
                    break;
            }
        }
    }

    private void SetFree(Node node, Value y, View view)
    {
        _views[y] = view;
        Free.Add(node);
    }

    private bool IsDense(Value value) => !_views.TryGetValue(value, out View view) || view.PixelBytes == 0;

    /// <summary>Lets the parts of a concatenation be computed where they end up.</summary>
    private void FindParts(Graph graph, Model.Concat concat, Node node, Dictionary<Value, StepGroup> producers)
    {
        Value y = node.Output;
        Shape shape = y.Type.Shape;
        bool contiguous = shape.Product(0, concat.Axis) == 1, channels = concat.Axis == shape.Rank - 1;
        long offset = 0;
        bool free = true;
        foreach (Value part in node.Inputs)
        {
            (Value root, long at) = Root(part);
            bool whole = at == 0 && IsDense(part) && root.Type.ByteCount == part.Type.ByteCount && root != y
                && root.Constant is null && root.Producer is not null && node.Inputs.Count(p => Root(p).Root == root) == 1;
            if (whole && contiguous)
            {
                _views[root] = new View(y, offset, 0);
            }
            else if (whole && channels && root == part && !graph.IsOutput(part) && graph.ConsumersOf(part).Length == 1
                && producers.TryGetValue(part, out StepGroup? producer) && producer.Posts.Count == 0 && producer.HasStrides)
            {
                _views[root] = new View(y, offset, PixelBytes(y));
            }
            else
            {
                free = false;
            }
            offset += (long)part.Type.Shape.Product(concat.Axis, shape.Rank) * part.Type.Element.Size();
        }
        if (free) Free.Add(node);
    }

    private void FindLifetimes(Graph graph, IReadOnlyList<Chain> steps)
    {
        // What the user fills and reads is his between runs.
        foreach (Value value in graph.Inputs.Concat(graph.Outputs.Select(output => output.Value)).Where(v => v.Constant is null))
            Extend(value, -1, steps.Count);
        for (int step = 0; step < steps.Count; step++)
        {
            if (Free.Contains(steps[step].First.Main)) continue;
            foreach (Value value in steps[step].Reads.Concat(steps[step].Writes).Where(v => v.Constant is null)) Extend(value, step, step);
        }
    }

    private void Extend(Value value, int from, int to)
    {
        Value root = Root(value).Root;
        if (_lifetimes.TryGetValue(root, out Lifetime? life)) (life.First, life.Last) = (Math.Min(life.First, from), Math.Max(life.Last, to));
        else _lifetimes[root] = new Lifetime(root.Type.ByteCount, from, to);
    }

    /// <summary>A function of one element whose input nobody needs afterwards writes over it.</summary>
    private void OverwriteInputs(IReadOnlyList<Chain> steps)
    {
        for (int step = 0; step < steps.Count; step++)
        {
            StepGroup group = steps[step].First;
            Value x = group.Main.Inputs[0], y = group.Output;
            if (group.Main.Op is not Model.Unary || x.Constant is not null || !IsDense(x) || !IsDense(y)) continue;
            Value from = Root(x).Root, to = Root(y).Root;
            if (from == to || to != y || x.Type.ByteCount != from.Type.ByteCount || x.Type.ByteCount != y.Type.ByteCount) continue;
            Lifetime life = _lifetimes[from];
            if (life.First < 0 || life.Last != step || _lifetimes[to].First != step) continue;
            life.Last = _lifetimes[to].Last;
            _lifetimes.Remove(to);
            _views[to] = new View(from, 0, 0);
        }
    }

    /// <summary>
    /// Greedy by size; where that leaves gaps, two change places in the order as long as it does no harm. Most networks reach the least
    /// possible.
    /// </summary>
    private void AssignOffsets(int steps)
    {
        long[] change = new long[steps + 3];
        foreach (Lifetime life in _lifetimes.Values)
        {
            change[life.First + 1] += life.Size;
            change[life.Last + 2] -= life.Size;
        }
        long alive = 0;
        foreach (long delta in change) LeastBytes = Math.Max(LeastBytes, alive += delta);

        List<Lifetime> order = [.. _lifetimes.Values.OrderByDescending(l => l.Size).ThenBy(l => l.First)];
        Bytes = Place(order);
        long[] best = Offsets(order);
        Lifetime[] bestOrder = [.. order];
        var random = new Random(1);
        int attempts = order.Count < 2 ? 0 : Math.Clamp(PlacementEffort / (order.Count * order.Count), 20, 1000);
        for (; attempts > 0 && Bytes > LeastBytes; attempts--)
        {
            order = [.. bestOrder];
            int from = random.Next(order.Count), to = random.Next(order.Count);
            (order[from], order[to]) = (order[to], order[from]);
            long bytes = Place(order);
            if (bytes > Bytes) continue;
            (Bytes, bestOrder) = (bytes, [.. order]);
            best = Offsets(order);
        }
        for (int i = 0; i < best.Length; i++) bestOrder[i].Offset = best[i];

        static long[] Offsets(List<Lifetime> lifetimes)
        {
            long[] offsets = new long[lifetimes.Count];
            for (int i = 0; i < offsets.Length; i++) offsets[i] = lifetimes[i].Offset;
            return offsets;
        }
    }

    /// <summary>Places each at the smallest gap that it fits into, in this order.</summary>
    private static long Place(List<Lifetime> order)
    {
        long bytes = 0;
        var placed = new List<Lifetime>();
        foreach (Lifetime life in order)
        {
            long offset = 0, best = -1, bestGap = long.MaxValue;
            foreach (Lifetime other in placed.Where(other => other.First <= life.Last && life.First <= other.Last).OrderBy(other => other.Offset))
            {
                long gap = other.Offset - offset;
                if (gap >= life.Size && gap < bestGap) (best, bestGap) = (offset, gap);
                offset = Math.Max(offset, other.Offset + other.Size);
            }
            life.Offset = best >= 0 ? best : offset;
            bytes = Math.Max(bytes, life.Offset + life.Size);
            placed.Add(life);
        }
        return bytes;
    }

    /// <summary>Whether a transposition only moves axes of extent 1.</summary>
    private static bool KeepsOrder(Shape shape, Transpose transpose)
    {
        int last = -1;
        foreach (int axis in transpose.Permutation.Span)
        {
            if (shape[axis] == 1) continue;
            if (axis < last) return false;
            last = axis;
        }
        return true;
    }

    /// <summary>The first element of a slice that is one run of its input.</summary>
    private static int? ContiguousStart(Shape shape, Slice slice)
    {
        int axis = 0;
        while (axis < shape.Rank && shape[axis] == 1) axis++;
        if (axis == shape.Rank) return null;
        for (int i = axis; i < shape.Rank; i++)
        {
            bool all = slice.Starts[i] == 0 && slice.Sizes[i] == shape[i];
            if (slice.Steps[i] != 1 || (i > axis && !all)) return null;
        }
        return slice.Sizes[axis] == 0 ? null : slice.Starts[axis] * shape.Product(axis + 1, shape.Rank);
    }

    /// <summary>The first channel of a slice of channels.</summary>
    private static int? ChannelStart(Shape shape, Slice slice)
    {
        if (shape.Rank != 4 || slice.Steps[3] != 1 || slice.Sizes[3] == 0) return null;
        for (int i = 0; i < 3; i++)
        {
            if (slice.Starts[i] != 0 || slice.Sizes[i] != shape[i] || slice.Steps[i] != 1) return null;
        }
        return slice.Starts[3];
    }

    /// <summary>A value that lies within another; PixelBytes is 0 where its elements follow each other.</summary>
    private readonly record struct View(Value Of, long Offset, int PixelBytes);

    private sealed class Lifetime(long bytes, int first, int last)
    {
        /// <summary>Whole cache lines: no two activations share one, so that threads do not disturb each other.</summary>
        public long Size { get; } = (bytes + AlignedBuffer.Alignment - 1) / AlignedBuffer.Alignment * AlignedBuffer.Alignment;

        public int First { get; set; } = first;

        public int Last { get; set; } = last;

        public long Offset { get; set; }
    }
}
