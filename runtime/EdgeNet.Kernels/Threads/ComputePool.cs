using System.Runtime.CompilerServices;

namespace EdgeNet.Kernels;

/// <summary>Computes the units begin..end of some work.</summary>
/// <param name="begin">The first unit.</param>
/// <param name="end">The unit after the last.</param>
/// <param name="scratch">The worker's own scratch memory, if the pool was given some.</param>
/// <param name="continues">Whether the units before were the last thing this worker did: its scratch is as it left it.</param>
public delegate void WorkKernel(int begin, int end, nint scratch, bool continues);

/// <summary>
/// The threads that share work. A job is a number of chunks; each worker is dealt a run of neighbouring ones, takes from
/// its front, and steals from the back of the others' when it has none left: so the same rows of successive layers meet the same cache,
/// and a worker that is held up is helped out. The caller is worker 0 and waits for chunks, never for workers: one that the system has
/// put to sleep delays nobody who can do its share.
/// </summary>
/// <remarks>
/// Between jobs of a run workers spin, and soon only yield, so that on a busy machine others get the processor; after a run they park.
/// Nothing is allocated and no lock is taken while a run lasts.
/// </remarks>
public sealed class ComputePool : IDisposable
{
    /// <summary>Chunks dealt to each worker: what balances uneven speed, and what a late thief can still find.</summary>
    private const int ChunksPerWorker = 8;

    /// <summary>Work below this cost is done by the caller alone: handing it over would take longer.</summary>
    private const long WorthSharing = 25_000;

    /// <summary>Spins of some 40 ns before a waiting thread begins to yield.</summary>
    private const int SpinsBeforeYield = 1000;

    /// <summary>Yields after a run before a worker parks.</summary>
    private const int YieldsBeforePark = 200;

    /// <summary>Ranges lie a cache line and its neighbour apart, so that workers do not disturb each other.</summary>
    private const int Padding = 16;

    private const int JobsRemembered = 8;

    // A range is job (24 bits), begin (20 bits), end (20 bits): one compare-and-swap takes a chunk of the job it was read for, or fails.
    private const int MaxChunks = (1 << 20) - 1;
    private const uint JobMask = (1 << 24) - 1;

    private readonly long[] _ranges;
    private readonly Job[] _jobs = new Job[JobsRemembered];
    private readonly nint[] _scratch;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _parked = new(0);
    private readonly int _workers;
    private int _sleeping;
    private int _unfinished;
    private uint _job;
    private bool _running;
    private bool _disposed;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">Threads, the caller's included.</param>
    /// <param name="scratch">Scratch memory, one address for each worker.</param>
    public ComputePool(int workers, nint[] scratch)
    {
        _workers = workers;
        _scratch = scratch;
        _ranges = new long[(workers + 1) * Padding];
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker), 256 << 10) { IsBackground = true, Name = $"edgenet-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Wakes the workers: jobs follow.</summary>
    public void BeginRun()
    {
        if (_workers == 1) return;
        Volatile.Write(ref _running, true);
        Interlocked.MemoryBarrier();
        int sleeping = Interlocked.Exchange(ref _sleeping, 0);
        if (sleeping > 0) _parked.Release(sleeping);
    }

    /// <summary>Lets the workers park.</summary>
    public void EndRun() => Volatile.Write(ref _running, false);

    /// <summary>Computes all units of some work; returns when they are done.</summary>
    /// <param name="units">Units, which may run in any order and on any thread.</param>
    /// <param name="grain">Units that are computed together; a range is never split finer.</param>
    /// <param name="cost">About how many steps of a fast loop it takes; what is too small is not shared.</param>
    /// <param name="kernel">Computes a range of them.</param>
    /// <exception cref="InvalidOperationException">The kernel failed.</exception>
    public void Run(int units, int grain, long cost, WorkKernel kernel)
    {
        if (_workers == 1 || cost < WorthSharing || units <= grain)
        {
            kernel(0, units, _scratch[0], false);
            return;
        }
        int chunk = grain;
        long chunks = (units + (long)chunk - 1) / chunk, most = Math.Min(MaxChunks, (long)_workers * ChunksPerWorker);
        if (chunks > most)
        {
            chunk = checked((int)((chunks + most - 1) / most) * chunk);
            chunks = (units + (long)chunk - 1) / chunk;
        }
        uint job = (_job + 1) & JobMask;
        _jobs[job % JobsRemembered] = new Job(units, kernel, chunk);
        Volatile.Write(ref _unfinished, (int)chunks);
        for (int i = 0; i < _workers; i++)
            Volatile.Write(ref _ranges[(i + 1) * Padding], Pack(job, (int)(chunks * i / _workers), (int)(chunks * (i + 1) / _workers)));
        Volatile.Write(ref _job, job);
        Work(0, job);
        for (int spins = 0; Volatile.Read(ref _unfinished) > 0; spins++) Relax(spins);
        if (_failure is { } failure)
        {
            _failure = null;
            throw new InvalidOperationException("a kernel failed on a worker thread", failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        Volatile.Write(ref _disposed, true);
        BeginRun();
        foreach (Thread thread in _threads) thread.Join();
        _parked.Dispose();
    }

    private void Serve(int worker)
    {
        uint done = 0;
        for (int spins = 0; !Volatile.Read(ref _disposed);)
        {
            uint job = Volatile.Read(ref _job);
            if (job != done)
            {
                done = job;
                spins = 0;
                Work(worker, job);
            }
            else if (Volatile.Read(ref _running) || spins < SpinsBeforeYield + YieldsBeforePark)
            {
                Relax(spins++ & int.MaxValue);
            }
            else
            {
                Park();
                spins = 0;
            }
        }
    }

    private void Park()
    {
        Interlocked.Increment(ref _sleeping);
        // Whoever begins a run after the increment sees it and releases us; whoever began before is seen here.
        if (Volatile.Read(ref _running) || Volatile.Read(ref _disposed))
        {
            int sleeping = Volatile.Read(ref _sleeping);
            while (sleeping > 0)
            {
                int seen = Interlocked.CompareExchange(ref _sleeping, sleeping - 1, sleeping);
                if (seen == sleeping) return;
                sleeping = seen;
            }
        }
        _parked.Wait();
    }

    /// <summary>Takes chunks of a job, its own first, until none are left.</summary>
    private void Work(int worker, uint job)
    {
        for (int i = 0; i < _workers; i++)
        {
            int victim = worker + i < _workers ? worker + i : worker + i - _workers;
            for (int last = int.MinValue; TryTake(victim, job, fromFront: i == 0, out int chunk); last = chunk)
                Compute(worker, in _jobs[job % JobsRemembered], chunk, chunk == last + 1);
        }
    }

    private bool TryTake(int victim, uint job, bool fromFront, out int chunk)
    {
        ref long range = ref _ranges[(victim + 1) * Padding];
        long seen = Volatile.Read(ref range);
        while (true)
        {
            (uint owner, int begin, int end) = Unpack(seen);
            if (owner != job || begin == end)
            {
                chunk = 0;
                return false;
            }
            chunk = fromFront ? begin : end - 1;
            long rest = fromFront ? Pack(job, begin + 1, end) : Pack(job, begin, end - 1);
            long now = Interlocked.CompareExchange(ref range, rest, seen);
            if (now == seen) return true;
            seen = now;
        }
    }

    private void Compute(int worker, in Job job, int chunk, bool continues)
    {
        try
        {
            int begin = chunk * job.Chunk;
            job.Kernel(begin, Math.Min(job.Units, begin + job.Chunk), _scratch[worker], continues);
        }
        catch (Exception e)
        {
            _failure = e;
        }
        Interlocked.Decrement(ref _unfinished);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Relax(int spins)
    {
        if (spins < SpinsBeforeYield) Thread.SpinWait(1);
        else Thread.Yield();
    }

    private static long Pack(uint job, int begin, int end) => (long)job << 40 | (long)begin << 20 | (uint)end;

    private static (uint Job, int Begin, int End) Unpack(long range) =>
        ((uint)(range >> 40) & JobMask, (int)(range >> 20) & MaxChunks, (int)range & MaxChunks);

    private readonly record struct Job(int Units, WorkKernel Kernel, int Chunk);
}
