namespace PedestrianCamera.Tests;

public class NewestFrameTests
{
    [Fact]
    public void A_frame_that_nobody_took_gives_way_to_the_next_and_is_counted()
    {
        var frames = new NewestFrame();
        for (int i = 1; i <= 3; i++)
        {
            frames.Filling.Resize(PixelLayout.Rgb, 1, 1)[0] = (byte)i;
            frames.Publish();
        }
        Frame frame = frames.Take(default)!;
        Assert.Equal((3, 3, 2), ((int)frame.Bytes[0], (int)frame.Number, (int)frames.Dropped));
    }

    [Fact]
    public void A_frame_that_is_looked_at_is_not_filled()
    {
        var frames = new NewestFrame();
        frames.Filling.Resize(PixelLayout.Rgb, 1, 1)[0] = 1;
        frames.Publish();
        Frame looking = frames.Take(default)!;
        for (int i = 2; i <= 5; i++)
        {
            Assert.NotSame(looking, frames.Filling);
            frames.Filling.Resize(PixelLayout.Rgb, 1, 1)[0] = (byte)i;
            frames.Publish();
        }
        Assert.Equal(1, looking.Bytes[0]);
    }

    [Fact]
    public void The_end_comes_after_the_last_frame()
    {
        var frames = new NewestFrame();
        frames.Publish();
        frames.End();
        Assert.NotNull(frames.Take(default));
        Assert.Null(frames.Take(default));
    }

    [Fact]
    public async Task Where_all_frames_are_kept_the_writer_waits()
    {
        var frames = new NewestFrame(keepsAll: true);
        var writer = Task.Run(() =>
        {
            for (int i = 1; i <= 50; i++)
            {
                frames.Filling.Resize(PixelLayout.Rgb, 1, 1)[0] = (byte)i;
                frames.Publish();
            }
            frames.End();
        });
        var seen = new List<int>();
        while (frames.Take(default) is { } frame) seen.Add(frame.Bytes[0]);
        await writer;
        Assert.Equal(Enumerable.Range(1, 50), seen);
        Assert.Equal(0, frames.Dropped);
    }

    [Fact]
    public async Task Waiting_for_a_frame_ends_when_it_is_cancelled()
    {
        var frames = new NewestFrame();
        using var cancellation = new CancellationTokenSource();
        Task waiting = Task.Run(() => frames.Take(cancellation.Token));
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
