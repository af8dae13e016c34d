namespace PedestrianCamera;

/// <summary>
/// Has the lamp on while somebody is there and some seconds longer. A lamp that cannot be had or set is told once, tried again ever less
/// often (up to once a minute), and stops nobody. One thread's, but for <see cref="IsOn"/>.
/// </summary>
internal sealed class LampControl : IDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(1), s_longestDelay = TimeSpan.FromMinutes(1);

    private readonly Func<ILamp> _open;
    private readonly IEventSink _events;
    private readonly TimeProvider _time;
    private ILamp? _lamp;
    private bool _lampIsOn, _told;
    private long? _lastSeen;
    private long _failed;
    private TimeSpan _delay;

    /// <summary>Takes the lamp, or tells why it cannot be had.</summary>
    /// <param name="open">Opens the lamp, which is off then; throws <see cref="LampException"/>.</param>
    /// <param name="events">Hears when it is switched and what goes wrong.</param>
    /// <param name="time">The clock.</param>
    public LampControl(Func<ILamp> open, IEventSink events, TimeProvider time)
    {
        (_open, _events, _time) = (open, events, time);
        Set(false);
    }

    /// <summary>Whether the lamp is on; null while it cannot be had.</summary>
    public bool? IsOn => Volatile.Read(ref _lamp) is null ? null : Volatile.Read(ref _lampIsOn);

    /// <summary>Switches the lamp if that is due. To be called for every frame, and a few times a second while none come.</summary>
    /// <param name="somebody">Whether a person is there now.</param>
    /// <param name="settings">The mode, and how long the lamp stays on.</param>
    public void Update(bool somebody, LiveSettings settings)
    {
        if (somebody) _lastSeen = _time.GetTimestamp();
        Set(settings.Lamp switch
        {
            LampMode.On => true,
            LampMode.Off => false,
            _ => somebody || (_lastSeen is { } seen && _time.GetElapsedTime(seen).TotalSeconds < settings.HoldSeconds),
        });
    }

    /// <summary>Switches the lamp off and gives it back.</summary>
    public void Dispose()
    {
        if (_lamp is null) return;
        _lamp.Dispose();
        Volatile.Write(ref _lamp, null);
        Note(false);
    }

    private void Set(bool on)
    {
        if (_lamp is not null && on == _lampIsOn) return;
        if (_lamp is null && _delay > TimeSpan.Zero && _time.GetElapsedTime(_failed) < _delay) return;
        try
        {
            ILamp lamp = _lamp ?? _open();
            try
            {
                if (on || _lamp is not null) lamp.Switch(on); // It is off when opened.
            }
            catch (LampException)
            {
                lamp.Dispose();
                throw;
            }
            Volatile.Write(ref _lamp, lamp);
            (_delay, _told) = (TimeSpan.Zero, false);
            Note(on);
        }
        catch (LampException failure)
        {
            Volatile.Write(ref _lamp, null);
            _failed = _time.GetTimestamp();
            _delay = _delay == TimeSpan.Zero ? s_firstDelay : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, s_longestDelay.Ticks));
            if (_told) return;
            _told = true;
            _events.Post(new CameraEvent(CameraEventKind.Problem, _time.GetUtcNow()) { Message = $"lamp: {failure.Message}; it is tried again" }, picture: null);
        }
    }

    // What was told last stays through a failure: nobody knows how the lamp was meanwhile.
    private void Note(bool on)
    {
        if (on == _lampIsOn) return;
        Volatile.Write(ref _lampIsOn, on);
        _events.Post(new CameraEvent(on ? CameraEventKind.LampOn : CameraEventKind.LampOff, _time.GetUtcNow()), picture: null);
    }
}
