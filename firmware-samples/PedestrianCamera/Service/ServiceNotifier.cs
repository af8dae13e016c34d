using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PedestrianCamera;

/// <summary>
/// Tells systemd how the service is, as sd_notify(3) does: datagrams to the socket that NOTIFY_SOCKET names. Without that variable, all
/// calls do nothing. Nothing here waits or throws: a manager that does not listen must not stop the camera.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly TimeProvider _time;
    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly Socket? _socket;
    private readonly TimeSpan? _every;
    private long? _lastAlive;
    private string? _status;

    /// <summary>Opens the socket, if the environment names one.</summary>
    /// <param name="environment">Gives the value of an environment variable.</param>
    /// <param name="time">The clock.</param>
    public ServiceNotifier(Func<string, string?> environment, TimeProvider time)
    {
        _time = time;
        try
        {
            // "@name" stands for the abstract socket whose name begins with a zero byte.
            if (environment("NOTIFY_SOCKET") is not { Length: > 1 } name || name[0] is not ('/' or '@')) return;
            _manager = new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            return;
        }
        bool ours = environment("WATCHDOG_PID") is not { } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (ours && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds is > 0 and < long.MaxValue / 10)
            _every = TimeSpan.FromMicroseconds(microseconds / 2.0);
    }

    /// <summary>The service has started: frames are being looked at, or the source is being waited for.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>
    /// The loop turns: sends a sign of life when half the watchdog's time has gone by. To be called by the thread that looks at frames,
    /// every turn, so that a loop that hangs is restarted; it costs a look at the clock.
    /// </summary>
    public void Alive()
    {
        if (_every is not { } every || (_lastAlive is { } last && _time.GetElapsedTime(last) < every)) return;
        if (Send("WATCHDOG=1")) _lastAlive = _time.GetTimestamp();
    }

    /// <summary>The service ends, as it was told to.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>A sentence for <c>systemctl status</c>; sent when it is another one than the last.</summary>
    public void Status(string sentence)
    {
        if (sentence == _status) return;
        if (Send($"STATUS={sentence.ReplaceLineEndings(" ")}")) _status = sentence;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private bool Send(string message)
    {
        if (_socket is null) return false;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _manager!);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
