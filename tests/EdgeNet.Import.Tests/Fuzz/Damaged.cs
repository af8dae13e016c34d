using System.Diagnostics;
using EdgeNet.Model;

namespace EdgeNet.Import.Tests.Fuzz;

/// <summary>What any bytes at all must give: a graph or a model error of one line, within a second and within bounded memory.</summary>
internal static class Damaged
{
    private const double Seconds = 1;

    /// <summary>Whether the bytes were read as a graph. A busy machine gets a second chance.</summary>
    /// <param name="read">The reader.</param>
    /// <param name="bytes">What it reads.</param>
    /// <param name="what">What was done to them.</param>
    /// <param name="overhead">Bytes that the reader may allocate beyond 64 MB + 4 × the length of the file.</param>
    public static bool Survives(Func<byte[], Graph> read, byte[] bytes, object what, long overhead = 0)
    {
        Outcome outcome = Measured(read, bytes);
        if (outcome.Elapsed.TotalSeconds > Seconds) outcome = Measured(read, bytes);
        Assert.True(outcome.Unexpected is null, $"{what}: {outcome.Unexpected}");
        Assert.True(outcome.Elapsed.TotalSeconds <= Seconds, $"{what}: {outcome.Elapsed}");
        Assert.True(outcome.Allocated <= (64L << 20) + 4L * bytes.Length + overhead, $"{what}: {outcome.Allocated} bytes allocated for {bytes.Length}");
        return outcome.Read;
    }

    public static void SurvivesEveryTruncation(Func<byte[], Graph> read, byte[] file)
    {
        Assert.True(Survives(read, file, "whole"));
        for (int length = 0; length < file.Length; length++) Survives(read, file[..length], $"first {length} bytes");
    }

    public static void SurvivesEveryFlip(Func<byte[], Graph> read, byte[] file)
    {
        foreach (byte flip in (byte[])[0x01, 0xFF])
        {
            for (int at = 0; at < file.Length; at++)
            {
                byte[] changed = [.. file];
                changed[at] ^= flip;
                Survives(read, changed, $"byte {at} ^ {flip}");
            }
        }
    }

    /// <summary>Seeded mutations, some of which must be refused and some read: otherwise they test little.</summary>
    public static void SurvivesMutations(Func<byte[], Graph> read, int count, Func<int, Random, byte[]> mutate, long overhead = 0)
    {
        int graphs = 0;
        for (int seed = 0; seed < count; seed++)
        {
            if (Survives(read, mutate(seed, new Random(seed)), $"seed {seed}", overhead)) graphs++;
        }
        Assert.InRange(graphs, count / 100, count - count / 100);
    }

    /// <summary>Bytes that are allocated for a file that claims to be large; the first reading pays for what is made once.</summary>
    public static long Allocated(Func<byte[], Graph> read, byte[] bytes)
    {
        Survives(read, bytes, "claim");
        return Measured(read, bytes).Allocated;
    }

    private static Outcome Measured(Func<byte[], Graph> read, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        Exception? error = null;
        try
        {
            read(bytes);
        }
#pragma warning disable CA1031 // Any other error is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        bool typed = error is ModelException && !error.Message.Contains('\n', StringComparison.Ordinal);
        return new(error is null, elapsed, allocated, typed ? null : error);
    }

    private readonly record struct Outcome(bool Read, TimeSpan Elapsed, long Allocated, Exception? Unexpected);
}
