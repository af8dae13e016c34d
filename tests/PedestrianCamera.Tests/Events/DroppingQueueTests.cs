namespace PedestrianCamera.Tests;

public class DroppingQueueTests
{
    [Fact]
    public void When_it_is_full_the_oldest_go_and_are_counted_once()
    {
        DroppingQueue<string> queue = new(2);
        foreach (string item in new[] { "a", "b", "c", "d" }) queue.Add(item);
        Assert.Equal(("c", 2), (queue.Take(out long dropped), dropped));
        Assert.Equal(("d", 0), (queue.Take(out dropped), dropped));
    }

    [Fact]
    public void The_end_comes_after_what_waited()
    {
        DroppingQueue<string> queue = new(2);
        queue.Add("a");
        queue.End();
        queue.Add("b");
        Assert.Equal("a", queue.Take(out _));
        Assert.Null(queue.Take(out _));
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_the_end()
    {
        DroppingQueue<string> queue = new(2);
        Task<string?> waiting = Task.Run(() => queue.Take(out _));
        queue.End();
        Assert.Null(await waiting);
    }
}
