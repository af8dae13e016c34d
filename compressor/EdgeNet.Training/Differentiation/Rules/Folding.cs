using System.Numerics;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>How many elements become one. <see cref="Start"/> changes nothing, neither as a result nor as an element.</summary>
internal interface IFold<T> where T : unmanaged
{
    static abstract T Start { get; }

    static abstract Vector<T> Step(Vector<T> result, Vector<T> x);

    /// <summary>Two results of parts.</summary>
    static abstract Vector<T> Join(Vector<T> a, Vector<T> b);

    static abstract T End(T result, int count);
}

/// <summary>Gives the elements of a run of loops, where they are or computed into a scratch.</summary>
/// <param name="at">Where each tensor is.</param>
/// <param name="length">How many elements; at most <see cref="Folding.Run"/>.</param>
/// <param name="scratch">Room for three runs.</param>
internal delegate ReadOnlySpan<T> RunSource<T>(ReadOnlySpan<int> at, int length, Span<T> scratch);

/// <summary>Sums and the like over those of nested loops in which a tensor, the result, stands still.</summary>
internal static class Folding
{
    /// <summary>Elements that are worked on at a time, so that what is computed of them stays in the first cache.</summary>
    public const int Run = 1024;

    private const int Parts = 64;

    /// <summary>Folds into <paramref name="result"/>, which is the tensor of that number in the nest.</summary>
    public static void Into<T, TFold>(Workers workers, LoopNest nest, int tensor, Tensor<T> result, RunSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IFold<T>
    {
        LoopNest grouped = nest.GroupedBy(tensor, out int groups);
        bool across = nest.InnerStride(tensor) != 0;
        int outputs = result.Length, count = outputs == 0 ? 0 : nest.Length / outputs;
        if (nest.Length == 0)
        {
            result.Span.Fill(TFold.End(TFold.Start, 0));
            return;
        }

        // Many results are shared among threads; few large ones are made of parts, which are joined in order.
        int ofGroup = nest.Length / groups, rows = across ? ofGroup / nest.InnerLength : ofGroup, wanted = Math.Min(nest.Length / Workers.Grain, Parts);
        int parts = Math.Clamp(wanted / groups, 1, Math.Max(1, across ? rows / 8 : rows / Run)), chunk = Math.Max(1, Workers.Grain / ofGroup);
        int chunks = (groups + chunk - 1) / chunk, step = across ? nest.InnerLength : 1;
        AlignedBuffer? memory = parts == 1 ? null : new AlignedBuffer(checked(parts * outputs * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));
        workers.Each(chunks * parts, piece =>
        {
            (int at, int part) = Math.DivRem(piece, parts);
            Span<T> to = memory is null ? result.Span : memory.As<T>().Slice(part * outputs, outputs);
            int first = at * chunk, last = Math.Min(groups, first + chunk);
            for (int group = first; group < last; group = memory is null ? last : group + 1)
            {
                int end = memory is null ? last : group + 1;
                int perGroup = outputs / groups;
                to[(group * perGroup)..(end * perGroup)].Fill(TFold.Start);
                int from = group * ofGroup + (int)((long)rows * part / parts) * step, until = (end - 1) * ofGroup + (int)((long)rows * (part + 1) / parts) * step;
                Fold<T, TFold>(grouped.Between(from, until, Run), tensor, across, to, source);
            }
        });
        workers.Ranges(outputs, Workers.Grain, (begin, end) =>
        {
            Span<T> to = result.Span[begin..end];
            for (int part = 0; part < parts && memory is not null; part++)
            {
                ReadOnlySpan<T> from = memory.As<T>().Slice(part * outputs + begin, end - begin);
                if (part == 0) from.CopyTo(to);
                else for (int i = 0; i < to.Length; i += Vector<T>.Count) Lanes.Store(TFold.Join(Lanes.Load(to, i, TFold.Start), Lanes.Load(from, i, TFold.Start)), to, i);
            }
            for (int i = 0; i < to.Length; i++) to[i] = TFold.End(to[i], count);
        });
    }

    private static void Fold<T, TFold>(LoopNest.Runs runs, int tensor, bool across, Span<T> to, RunSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IFold<T>
    {
        Span<T> scratch = Workers.Scratch(3 * Run * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()).As<T>();
        while (runs.Next())
        {
            ReadOnlySpan<T> from = source(runs.At, runs.Length, scratch);
            if (across)
            {
                Span<T> sums = to.Slice(runs.At[tensor], from.Length);
                int i = 0;
                for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count)
                    TFold.Step(new Vector<T>(sums[i..]), new Vector<T>(from[i..])).CopyTo(sums[i..]);
                if (i < from.Length) Lanes.Store(TFold.Step(Lanes.Load(sums, i, TFold.Start), Lanes.Load(from, i, TFold.Start)), sums, i);
            }
            else
            {
                Vector<T> sum = new(TFold.Start);
                int i = 0;
                for (; i <= from.Length - Vector<T>.Count; i += Vector<T>.Count) sum = TFold.Step(sum, new Vector<T>(from[i..]));
                if (i < from.Length) sum = TFold.Step(sum, Lanes.Load(from, i, TFold.Start));
                ref T result = ref to[runs.At[tensor]];
                Vector<T> joined = new(result);
                for (int lane = 0; lane < Vector<T>.Count; lane++) joined = TFold.Join(joined, new Vector<T>(sum[lane]));
                result = joined[0];
            }
        }
    }
}

/// <summary>The sum.</summary>
internal readonly struct Sum<T> : IFold<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static Vector<T> Step(Vector<T> result, Vector<T> x) => result + x;

    public static Vector<T> Join(Vector<T> a, Vector<T> b) => a + b;

    public static T End(T result, int count) => result;
}
