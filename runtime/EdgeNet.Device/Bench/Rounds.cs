using System.Diagnostics;
using System.Globalization;
using EdgeNet.Runtime;

namespace EdgeNet.Device.Bench;

/// <summary>
/// Runs on demand, so that two runtimes can be measured in turns by whoever holds both pipes (bench/peers). Between rounds it waits for
/// a line and computes nothing.
/// </summary>
internal static class Rounds
{
    private static readonly double MillisecondsPerTick = 1000.0 / Stopwatch.Frequency;

    /// <summary>Answers each line <c>WARMUP_MS RUNS</c> with the times of the runs in milliseconds, a JSON array on a line, until there are no more.</summary>
    /// <exception cref="UsageException">A line says something else.</exception>
    public static void Answer(InferenceSession session, TextReader requests, TextWriter output)
    {
        while (requests.ReadLine() is { } request)
        {
            int space = request.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0
                || !int.TryParse(request.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out int warmUp)
                || !int.TryParse(request.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int runs))
                throw new UsageException($"'{request}' on standard input: expected WARMUP_MS RUNS");

            long start = Stopwatch.GetTimestamp();
            while ((Stopwatch.GetTimestamp() - start) * MillisecondsPerTick < warmUp) session.Run();
            long[] ticks = new long[runs];
            foreach (ref long time in ticks.AsSpan())
            {
                long begin = Stopwatch.GetTimestamp();
                session.Run();
                time = Stopwatch.GetTimestamp() - begin;
            }

            output.Write('[');
            for (int i = 0; i < ticks.Length; i++)
            {
                if (i > 0) output.Write(',');
                output.Write((ticks[i] * MillisecondsPerTick).ToString("0.######", CultureInfo.InvariantCulture));
            }
            output.WriteLine(']');
            output.Flush();
        }
    }
}
