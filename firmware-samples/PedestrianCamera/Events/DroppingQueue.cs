namespace PedestrianCamera;

/// <summary>A queue of bounded length between those who must not wait and a thread that may: when it is full, the oldest goes and is counted.</summary>
/// <typeparam name="T">What waits.</typeparam>
internal sealed class DroppingQueue<T>(int capacity) where T : class
{
    private readonly object _gate = new();
    private readonly Queue<T> _waiting = new(capacity);
    private long _dropped;
    private bool _ended;

    /// <summary>Adds one; after <see cref="End"/> it is dropped without counting.</summary>
    public void Add(T item)
    {
        lock (_gate)
        {
            if (_ended) return;
            if (_waiting.Count == capacity)
            {
                _waiting.Dequeue();
                _dropped++;
            }
            _waiting.Enqueue(item);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for one.</summary>
    /// <param name="dropped">How many went since the last call.</param>
    /// <returns>The oldest; null once the queue has ended and is empty.</returns>
    public T? Take(out long dropped)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_ended) Monitor.Wait(_gate);
            (dropped, _dropped) = (_dropped, 0);
            return _waiting.TryDequeue(out T? item) ? item : null;
        }
    }

    /// <summary>Says that no more come; what waits can still be taken.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }
}
