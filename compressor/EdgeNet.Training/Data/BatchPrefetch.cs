using System.Runtime.ExceptionServices;

namespace EdgeNet.Training;

/// <summary>
/// Fills batches ahead on background threads and hands them out in order. Batch number n is filled into buffer n modulo their number, once
/// the reader is done with the batch that was there before.
/// </summary>
internal sealed class BatchPrefetch : IDisposable
{
    private readonly object _lock = new();
    private readonly Action<int, Batch> _fill;
    private readonly int _end;
    private readonly Batch[] _buffers;
    private readonly (bool Ready, Exception? Error)[] _states;
    private readonly Thread[] _threads;
    private int _nextToFill;
    private int _nextToRead;
    private bool _holding;
    private bool _stopped;

    public BatchPrefetch(int threads, int first, int end, Func<Batch> makeBuffer, Action<int, Batch> fill)
    {
        (_fill, _end, _nextToFill, _nextToRead) = (fill, end, first, first);
        // One at the reader, one in the making for each thread, and one more ready, so that no thread waits for a reader in step with it.
        _buffers = [.. Enumerable.Range(0, threads == 0 ? 1 : threads + 2).Select(_ => makeBuffer())];
        _states = new (bool, Exception?)[_buffers.Length];
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(FillAhead) { IsBackground = true, Name = $"batches {i}" })];
        foreach (Thread thread in _threads) thread.Start();
    }

    /// <summary>All buffers; nobody fills them once this is disposed of or the last batch has been handed out.</summary>
    public IReadOnlyList<Batch> Buffers => _buffers;

    /// <summary>Takes the last batch back and gives the next; null after the end.</summary>
    public Batch? Next()
    {
        if (_threads.Length == 0)
        {
            if (_nextToRead == _end) return null;
            _fill(_nextToRead++, _buffers[0]);
            return _buffers[0];
        }

        lock (_lock)
        {
            if (_holding)
            {
                _states[_nextToRead++ % _buffers.Length] = default;
                _holding = false;
                Monitor.PulseAll(_lock);
            }
            if (_nextToRead == _end) return null;
            int slot = _nextToRead % _buffers.Length;
            while (!_states[slot].Ready) Monitor.Wait(_lock);
            if (_states[slot].Error is { } error) ExceptionDispatchInfo.Throw(error);
            _holding = true;
            return _buffers[slot];
        }
    }

    /// <summary>Stops the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.PulseAll(_lock);
        }
        foreach (Thread thread in _threads) thread.Join();
    }

    private void FillAhead()
    {
        while (true)
        {
            int number;
            lock (_lock)
            {
                while (!_stopped && _nextToFill < _end && _nextToFill >= _nextToRead + _buffers.Length) Monitor.Wait(_lock);
                if (_stopped || _nextToFill == _end) return;
                number = _nextToFill++;
            }

            Exception? failure = null;
            try
            {
                _fill(number, _buffers[number % _buffers.Length]);
            }
            catch (Exception e)
            {
                // Whatever it is, the reader gets it in its turn.
                failure = e;
            }

            lock (_lock)
            {
                _states[number % _buffers.Length] = (true, failure);
                Monitor.PulseAll(_lock);
            }
        }
    }
}
