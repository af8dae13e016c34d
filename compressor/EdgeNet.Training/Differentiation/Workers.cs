using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>
/// Shares work among threads. What a piece of work is depends on the shapes alone, never on how many threads there are, so that sums come
/// out the same to the bit.
/// </summary>
internal sealed class Workers(int threads)
{
    /// <summary>Elements of a piece of streaming work: small enough to share, large enough to pay.</summary>
    public const int Grain = 1 << 14;

    // Threads park while nobody has work, and end with the program. While one network has them, another computes alone.
    private static readonly ConcurrentDictionary<int, Lazy<ComputePool>> s_pools = new();

    [ThreadStatic]
    private static AlignedBuffer? s_scratch;

    public int Threads { get; } = threads;

    /// <summary>Memory that is this thread's until its next call.</summary>
    public static AlignedBuffer Scratch(int bytes)
    {
        if (s_scratch is null || s_scratch.Length < bytes) s_scratch = new AlignedBuffer(bytes);
        return s_scratch;
    }

    /// <summary>Does pieces 0 to <paramref name="count"/> − 1, in any order.</summary>
    public void Each(int count, Action<int> piece)
    {
        ComputePool? pool = Threads == 1 || count <= 1 ? null : s_pools.GetOrAdd(Threads, threads => new(() => new ComputePool(threads, new nint[threads]))).Value;
        if (pool is null || Monitor.IsEntered(pool) || !Monitor.TryEnter(pool))
        {
            for (int i = 0; i < count; i++) piece(i);
            return;
        }
        try
        {
            pool.BeginRun();
            pool.Run(count, 1, long.MaxValue, (begin, end, _, _) =>
            {
                for (int i = begin; i < end; i++) piece(i);
            });
        }
        catch (InvalidOperationException e) when (e.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
        finally
        {
            pool.EndRun();
            Monitor.Exit(pool);
        }
    }

    /// <summary>Does the range 0 to <paramref name="length"/> in pieces of <paramref name="grain"/>.</summary>
    public void Ranges(int length, int grain, Action<int, int> range)
    {
        if (length <= grain)
        {
            if (length > 0) range(0, length);
            return;
        }
        Each((length + grain - 1) / grain, i => range(i * grain, Math.Min(length, (i + 1) * grain)));
    }
}
