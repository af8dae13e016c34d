using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>
/// Steps that are computed together, a strip of rows at a time: what one produces, the next takes from the nearest cache, and the images
/// between them are never stored whole. Most chains are of one step.
/// </summary>
/// <remarks>
/// What passes through memory between two layers of an image of 112 × 112 × 64 takes longer to write and read than a depthwise layer to
/// compute. Layer fusion by strips: Alwani et al. 2016, "Fused-Layer CNN Accelerators"; here with a ring of rows for each image between,
/// so that a thread computes no row twice.
/// </remarks>
internal sealed class Chain(IReadOnlyList<StepGroup> stages)
{
    /// <summary>What the strips of a chain may take, weights included: the second-level cache of a Cortex-A76, half that of a Cortex-A72.</summary>
    private const long CacheBytes = 512 << 10;

    /// <summary>An image smaller than this stays in the cache by itself.</summary>
    private const long SmallestImage = 96 << 10;

    /// <summary>The steps, in order; each but the first reads nothing but the result of the one before, constants and a residual.</summary>
    public IReadOnlyList<StepGroup> Stages { get; } = stages;

    public StepGroup First => Stages[0];

    public StepGroup Last => Stages[^1];

    /// <summary>All that is read and not made inside.</summary>
    public IEnumerable<Value> Reads => Stages.SelectMany((stage, i) => i == 0 ? stage.Reads : stage.Reads.Where(value => value != Stages[i - 1].Output));

    /// <summary>All that is written and seen outside.</summary>
    public IEnumerable<Value> Writes => Last.Writes;

    /// <summary>
    /// What several threads may compute more than one would: rows above a thread's first that the one before has, too, and a last row that
    /// not all have.
    /// </summary>
    private const double MostOverhead = 0.04;

    /// <summary>Chains the groups of a graph for so many threads.</summary>
    public static List<Chain> Of(Graph graph, IReadOnlyList<StepGroup> groups, int threads)
    {
        var chains = new List<Chain>();
        for (int i = 0; i < groups.Count; i++)
        {
            List<StepGroup> stages = [groups[i]];
            while (i + 1 < groups.Count && Follows(graph, stages[^1], groups[i + 1]) && Fits([.. stages, groups[i + 1]], threads))
                stages.Add(groups[++i]);
            chains.Add(new Chain(stages));
        }
        return chains;
    }

    private static bool Follows(Graph graph, StepGroup before, StepGroup next)
    {
        Value image = before.Output;
        return IsRowWise(before) && IsRowWise(next) && before.Posts.Count == 0 && next.Main.Inputs[0] == image && next.Residual != image
            && !graph.IsOutput(image) && graph.ConsumersOf(image) is [var only] && only == next.Main
            && image.Type.ByteCount >= SmallestImage
            // One of the two must be cheap: a convolution of many taps would read its ring too slowly.
            && (next.Main.Op is DepthwiseConv2D || Window.Of(next).IsPointwise);
    }

    private static bool IsRowWise(StepGroup group) =>
        group.Main.Op is Conv2D { Groups: 1 } or DepthwiseConv2D && group.IsPacked && group.Main.Inputs[0].Type.Shape[0] == 1;

    private static bool Fits(List<StepGroup> stages, int threads)
    {
        Strip[] strips = Strip.Of(stages, 1);
        long bytes = stages.Sum(stage => stage.Main.Inputs[1].Type.ByteCount);
        for (int i = 0; i < strips.Length - 1; i++) bytes += strips[i].RingBytes;
        return bytes <= CacheBytes && Overhead(stages, strips, threads) <= MostOverhead;
    }

    /// <summary>How much longer the busiest thread works than it would if all rows were shared out evenly and computed once.</summary>
    private static double Overhead(List<StepGroup> stages, Strip[] strips, int threads)
    {
        double most = 0, total = stages.Sum(stage => stage.Main.MultiplyAdds);
        for (int thread = 0; thread < threads; thread++)
        {
            int begin = strips[^1].Height * thread / threads, end = strips[^1].Height * (thread + 1) / threads;
            double work = 0;
            for (int i = strips.Length - 1; i >= 0 && begin < end; i--)
            {
                work += (double)stages[i].Main.MultiplyAdds * (end - begin) / strips[i].Height;
                if (i > 0) (begin, end) = (Math.Max(0, strips[i].Window.Begin(begin)), Math.Min(strips[i - 1].Height, strips[i].Window.End(end - 1)));
            }
            most = Math.Max(most, work);
        }
        return most * threads / total - 1;
    }
}

/// <summary>The window of an image layer, vertically.</summary>
internal readonly record struct Window(int Height, int Stride, int Dilation, int Padding, bool IsPointwise)
{
    public static Window Of(StepGroup group)
    {
        Shape weights = group.Main.Inputs[1].Type.Shape;
        return group.Main.Op switch
        {
            DepthwiseConv2D op => new(weights[0], op.Strides[0], op.Dilations[0], op.Padding[0], false),
            Conv2D op => new(weights[1], op.Strides[0], op.Dilations[0], op.Padding[0],
                weights[1] == 1 && weights[2] == 1 && op.Strides.All(s => s == 1) && op.Padding.All(p => p == 0)),
            _ => throw new InvalidOperationException($"{group.Main} has no window"),
        };
    }

    /// <summary>Rows of input under <paramref name="rows"/> rows of output.</summary>
    public int Reach(int rows) => (rows - 1) * Stride + (Height - 1) * Dilation + 1;

    /// <summary>The first input row under output row <paramref name="row"/>; negative in the padding.</summary>
    public int Begin(int row) => row * Stride - Padding;

    /// <summary>The row after the last one under output row <paramref name="row"/>.</summary>
    public int End(int row) => Begin(row) + (Height - 1) * Dilation + 1;
}

/// <summary>What one stage of a chain computes in one strip.</summary>
/// <param name="Window">Its window.</param>
/// <param name="Rows">Rows of its output, at most.</param>
/// <param name="Height">Rows of its whole output.</param>
/// <param name="RowBytes">Bytes of a row of its output.</param>
internal readonly record struct Strip(Window Window, int Rows, int Height, int RowBytes)
{
    /// <summary>Bytes of the ring of rows between this stage and the next.</summary>
    public long RingBytes => (long)Rows * RowBytes;

    /// <summary>The strips of a chain whose last stage computes <paramref name="rows"/> rows at a time.</summary>
    public static Strip[] Of(IReadOnlyList<StepGroup> stages, int rows)
    {
        var strips = new Strip[stages.Count];
        for (int i = stages.Count - 1; i >= 0; i--)
        {
            TensorType type = stages[i].Output.Type;
            if (i < stages.Count - 1) rows = strips[i + 1].Window.Reach(rows);
            rows = Math.Min(rows, type.Shape[1]);
            strips[i] = new Strip(Window.Of(stages[i]), rows, type.Shape[1], type.Shape[2] * type.Shape[3] * type.Element.Size());
        }
        return strips;
    }
}
