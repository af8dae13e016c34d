namespace EdgeNet.Runtime.Tests;

/// <summary>Alone, and again after a collection: one adds what is left of a thread's allocation buffer to what it seems to have allocated.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationCollection;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    public void A_run_allocates_nothing(bool quantized, int threads)
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            using var session = new InferenceSession(RandomNetwork.Build(seed, quantized, everythingIsSeen: false), new SessionOptions { Threads = threads });
            for (int i = 0; i < 3; i++) session.Run();
            long allocated;
            int collections;
            do
            {
                collections = GC.CollectionCount(0);
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 20; i++) session.Run();
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            while (GC.CollectionCount(0) != collections);

            Assert.True(allocated == 0, $"network {seed} allocates {allocated} bytes");
        }
    }
}
