namespace PedestrianCamera;

/// <summary>
/// A file of lines that turns over by size: file, file.1 (newer) … file.N (oldest). What cannot be written is counted and never thrown; while
/// that lasts the file is tried again ever less often, up to once a minute. One thread's.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(1), s_longestDelay = TimeSpan.FromMinutes(1);

    private readonly LogSettings _settings;
    private readonly Action<string> _report;
    private readonly TimeProvider _time;
    private readonly Func<string, Stream> _open;
    private Stream? _file;
    private long _length, _lost, _failed;
    private TimeSpan _delay;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="settings">Where, and how much is kept.</param>
    /// <param name="report">Hears once when lines cannot be written, and once when they can again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Opens a file to append to; null for the file system's.</param>
    public LogFile(LogSettings settings, Action<string> report, TimeProvider time, Func<string, Stream>? open = null)
    {
        (_settings, _report, _time) = (settings, report, time);
        // Without a buffer each line is the system's as soon as it is written, though the disk's only when the system likes:
        // waiting for that would wear an SD card out.
        _open = open ?? (path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
    }

    /// <summary>Counts lines that were lost before they came here.</summary>
    public void Lose(long lines) => _lost += lines;

    /// <summary>Writes one line; the line's end is added.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        if (_delay > TimeSpan.Zero && _time.GetElapsedTime(_failed) < _delay)
        {
            _lost++;
            return;
        }
        try
        {
            Reopen(line.Length + 1);
            if (_lost > 0)
            {
                Write(EventJson.Of(new CameraEvent(CameraEventKind.Problem, _time.GetUtcNow()) { Message = $"{_lost} events could not be written before this line" }));
                if (_delay > TimeSpan.Zero) _report($"{_settings.Path}: events are written again; {_lost} were lost");
                _lost = 0;
            }
            _delay = TimeSpan.Zero;
            Write(line);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException)
        {
            Fail(failure.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Reopen(int bytes)
    {
        // A file that somebody removed, moved away or cut short would be written on unseen.
        if (_file is { CanSeek: true } && (!File.Exists(_settings.Path) || new FileInfo(_settings.Path).Length != _length)) Close();
        // A pipe or terminal never turns over.
        if (_file is { CanSeek: true } && _length > 0 && _length + bytes > _settings.MaxBytes) TurnOver();
        if (_file is not null) return;

        Stream file = _open(_settings.Path);
        _file = file;
        _length = file.CanSeek ? file.Length : 0;
        if (_length > 0)
        {
            file.Position = _length - 1;
            // The line that a power cut or a full disk left unfinished ends here.
            bool unfinished = file.ReadByte() != '\n';
            file.Position = _length;
            if (unfinished)
            {
                file.Write("\n"u8);
                _length++;
            }
        }
        if (_length > 0 && _length + bytes > _settings.MaxBytes)
        {
            TurnOver();
            Reopen(bytes);
        }
    }

    private void TurnOver()
    {
        Close();
        if (_settings.Keep == 0)
        {
            File.Delete(_settings.Path);
            return;
        }
        for (int age = _settings.Keep; age > 1; age--)
        {
            string younger = $"{_settings.Path}.{age - 1}";
            if (File.Exists(younger)) File.Move(younger, $"{_settings.Path}.{age}", overwrite: true);
        }
        File.Move(_settings.Path, $"{_settings.Path}.1", overwrite: true);
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        Span<byte> whole = line.Length < 1024 ? stackalloc byte[line.Length + 1] : new byte[line.Length + 1];
        line.CopyTo(whole);
        whole[^1] = (byte)'\n';
        _file!.Write(whole);
        _file.Flush();
        _length += whole.Length;
    }

    private void Fail(string reason)
    {
        Close();
        _lost++;
        bool first = _delay == TimeSpan.Zero;
        _delay = first ? s_firstDelay : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, s_longestDelay.Ticks));
        _failed = _time.GetTimestamp();
        if (first) _report($"{_settings.Path}: events cannot be written ({reason}); make room, or set log.path to a folder that is there and can be written");
    }

    private void Close()
    {
        Stream? file = _file;
        _file = null;
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // A full disk may say so only now; nothing of ours waits in a buffer.
        }
    }
}
