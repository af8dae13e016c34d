namespace PedestrianCamera;

/// <summary>Writes every event as a line of JSON, on a thread of its own: a slow disk keeps nobody waiting.</summary>
internal sealed class EventLog : IEventSink
{
    /// <summary>Events that may wait for the disk.</summary>
    public const int Capacity = 1000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly DroppingQueue<CameraEvent> _queue = new(Capacity);
    private readonly LogFile _file;
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="settings">Where, and how much is kept.</param>
    /// <param name="report">Hears on that thread, once each time, when events cannot be written and when they can again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Opens a file to append to; null for the file system's.</param>
    public EventLog(LogSettings settings, Action<string> report, TimeProvider time, Func<string, Stream>? open = null)
    {
        _file = new LogFile(settings, report, time, open);
        _thread = new Thread(Write) { IsBackground = true, Name = "event log" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Post(CameraEvent happened, Func<EdgeNet.Vision.Image>? picture) => _queue.Add(happened);

    /// <summary>Writes what waits; gives up after five seconds.</summary>
    public void Dispose()
    {
        _queue.End();
        _thread.Join(s_patience);
    }

    private void Write()
    {
        using (_file)
        {
            while (_queue.Take(out long dropped) is { } happened)
            {
                _file.Lose(dropped);
                _file.Append(EventJson.Of(happened));
            }
        }
    }
}
