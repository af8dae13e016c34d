namespace EdgeNet.Kernels.Tests;

public sealed class ComputePoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Each_unit_is_computed_once_whatever_sleeps_and_wakes(int workers)
    {
        var random = new Random(workers);
        using var pool = new ComputePool(workers, new nint[workers]);
        for (int run = 0; run < 200; run++)
        {
            pool.BeginRun();
            for (int job = 0; job < 20; job++)
            {
                int[] computed = new int[random.Next(1, 3000)];
                int grain = random.Next(1, 50);
                pool.Run(computed.Length, grain, long.MaxValue, (begin, end, _, _) =>
                {
                    for (int i = begin; i < end; i++) Interlocked.Increment(ref computed[i]);
                });

                Assert.All(computed, times => Assert.Equal(1, times));
            }
            pool.EndRun();
            // Long enough for some workers to park, now and then.
            if (run % 20 == 0) Thread.Sleep(5);
        }
    }

    [Fact]
    public void Ranges_begin_at_multiples_of_the_grain()
    {
        using var pool = new ComputePool(3, new nint[3]);
        pool.BeginRun();
        pool.Run(1000, 7, long.MaxValue, (begin, end, _, _) =>
        {
            if (begin % 7 != 0 || (end % 7 != 0 && end != 1000)) throw new InvalidOperationException($"{begin}..{end}");
        });
        pool.EndRun();
    }

    [Fact]
    public void Each_worker_has_scratch_of_its_own()
    {
        nint[] scratch = [64, 128, 192];
        int[] users = new int[4];
        using var pool = new ComputePool(3, scratch);
        pool.BeginRun();
        for (int job = 0; job < 500; job++)
        {
            pool.Run(64, 1, long.MaxValue, (_, _, own, _) =>
            {
                ref int user = ref users[own / 64];
                if (Interlocked.Exchange(ref user, 1) != 0) throw new InvalidOperationException("two workers on one scratch");
                Thread.SpinWait(20);
                Volatile.Write(ref user, 0);
            });
        }
        pool.EndRun();
    }

    [Fact]
    public void A_failure_on_any_worker_reaches_the_caller()
    {
        using var pool = new ComputePool(3, new nint[3]);
        pool.BeginRun();
        WorkKernel broken = (begin, _, _, _) =>
        {
            if (begin > 50) throw new FormatException("broken");
        };

        Assert.IsType<FormatException>(Assert.Throws<InvalidOperationException>(() => pool.Run(100, 1, long.MaxValue, broken)).InnerException);
        pool.EndRun();
    }
}
