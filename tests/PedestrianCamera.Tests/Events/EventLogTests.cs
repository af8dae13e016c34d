using System.Text.Json;

namespace PedestrianCamera.Tests;

public class EventLogTests
{
    [Fact]
    public void Every_event_is_a_line_once_the_log_is_disposed()
    {
        using TemporaryFolder folder = new();
        FakeTime clock = new();
        using (EventLog log = new(new LogSettings { Path = folder["events.jsonl"] }, _ => { }, clock))
        {
            for (int i = 1; i <= 100; i++) log.Post(new CameraEvent(CameraEventKind.PersonCame, clock.GetUtcNow()) { Person = i }, picture: null);
        }
        Assert.Equal(Enumerable.Range(1, 100), File.ReadLines(folder["events.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("person").GetInt32()));
    }

    [Fact]
    public void A_disk_that_hangs_keeps_nobody_waiting_and_the_oldest_events_are_lost_with_their_number_told()
    {
        using TemporaryFolder folder = new();
        FakeTime clock = new();
        using ManualResetEventSlim writing = new(), hangs = new();
        Stream Open(string path)
        {
            writing.Set();
            hangs.Wait();
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        }
        using (EventLog log = new(new LogSettings { Path = folder["events.jsonl"] }, _ => { }, clock, Open))
        {
            log.Post(new CameraEvent(CameraEventKind.Started, clock.GetUtcNow()), picture: null);
            writing.Wait();
            for (int i = 1; i <= EventLog.Capacity + 7; i++) log.Post(new CameraEvent(CameraEventKind.PersonCame, clock.GetUtcNow()) { Person = i }, picture: null);
            hangs.Set();
        }
        JsonElement[] lines = [.. File.ReadLines(folder["events.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(EventLog.Capacity + 2, lines.Length);
        Assert.Equal("7 events could not be written before this line", lines[1].GetProperty("message").GetString());
        Assert.Equal(8, lines[2].GetProperty("person").GetInt32());
    }

    [Fact]
    public void Several_sinks_are_one()
    {
        RecordingSink first = new(), second = new();
        using (EventSinks both = new([first, second])) both.Post(new CameraEvent(CameraEventKind.Started, default), picture: null);
        Assert.Equal((1, 1, 1, 1), (first.Posted.Count, second.Posted.Count, first.Disposed, second.Disposed));
    }
}
