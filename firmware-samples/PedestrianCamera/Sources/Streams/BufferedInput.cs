using System.Text;

namespace PedestrianCamera;

/// <summary>A stream as readers of pictures want it: some bytes ahead, exact lengths, and every failure a <see cref="SourceException"/>.</summary>
/// <param name="stream">Owned.</param>
/// <param name="name">What error messages call it.</param>
internal sealed class BufferedInput(Stream stream, string name) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start, _end;

    /// <summary>What error messages call it.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes that are here already.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start.._end);

    /// <summary>Waits until at least so many bytes are ahead.</summary>
    /// <param name="count">At most 64 KiB.</param>
    /// <returns>Whether they are; otherwise the stream has ended, and what there is is ahead.</returns>
    public bool Await(int count)
    {
        if (_end - _start >= count) return true;
        if (_buffer.Length - _start < count)
        {
            Ahead.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            int read = ReadStream(_buffer.AsSpan(_end));
            if (read == 0) return false;
            _end += read;
        }
        return true;
    }

    /// <summary>Drops bytes that are ahead.</summary>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _end - _start);
        _start += count;
        if (_start == _end) (_start, _end) = (0, 0);
    }

    /// <summary>The next byte; −1 at the end.</summary>
    public int ReadByte()
    {
        if (!Await(1)) return -1;
        byte value = _buffer[_start];
        Skip(1);
        return value;
    }

    /// <summary>Fills a span.</summary>
    /// <returns>Bytes filled: fewer than asked for only where the stream ends.</returns>
    public int Read(Span<byte> destination)
    {
        int done = Math.Min(destination.Length, _end - _start);
        Ahead[..done].CopyTo(destination);
        Skip(done);
        while (done < destination.Length)
        {
            int read = ReadStream(destination[done..]);
            if (read == 0) break;
            done += read;
        }
        return done;
    }

    /// <summary>Fills a span or throws.</summary>
    /// <exception cref="SourceException">The stream ended before.</exception>
    public void ReadExactly(Span<byte> destination, string what)
    {
        int read = Read(destination);
        if (read < destination.Length) throw new SourceException($"{Name}: ended in the middle of {what}, after {read} of {destination.Length} bytes");
    }

    /// <summary>A line of ASCII, without its line feed.</summary>
    /// <param name="limit">The most bytes; at most 64 KiB.</param>
    /// <param name="what">What the line is, for messages.</param>
    /// <returns>Null where the stream ends before it.</returns>
    /// <exception cref="SourceException">It is longer, is not ASCII, or the stream ended in it.</exception>
    public string? ReadLine(int limit, string what)
    {
        for (int length = 0; ; length++)
        {
            if (length >= limit) throw new SourceException($"{Name}: {what} is longer than {limit} bytes; expected a line of text");
            if (!Await(length + 1))
            {
                if (length == 0) return null;
                throw new SourceException($"{Name}: ended in the middle of {what}");
            }
            if (Ahead[length] != (byte)'\n') continue;
            ReadOnlySpan<byte> line = Ahead[..length];
            if (line.ContainsAnyExceptInRange((byte)' ', (byte)'~')) throw new SourceException($"{Name}: {what} is not text");
            string text = Encoding.ASCII.GetString(line);
            Skip(length + 1);
            return text;
        }
    }

    public void Dispose() => stream.Dispose();

    private int ReadStream(Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SourceException($"{Name}: cannot be read on: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
