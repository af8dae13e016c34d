using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>What can be changed while the program runs. Nobody changes one: the cell gets another.</summary>
/// <param name="Score">As <see cref="DetectorSettings.Score"/>.</param>
/// <param name="MinHeight">As <see cref="DetectorSettings.MinHeight"/>.</param>
/// <param name="Region">As <see cref="DetectorSettings.Region"/>.</param>
/// <param name="Line">As <see cref="TrackingSettings.Line"/>.</param>
/// <param name="HoldSeconds">As <see cref="LampSettings.HoldSeconds"/>.</param>
/// <param name="Lamp">Whether people switch the lamp, or it stays on or off.</param>
internal sealed record LiveSettings(float Score, float MinHeight, Box Region, CountingLine? Line, double HoldSeconds, LampMode Lamp);

/// <summary>What switches the lamp.</summary>
internal enum LampMode
{
    /// <summary>People.</summary>
    Auto,

    /// <summary>Nothing: it is on.</summary>
    On,

    /// <summary>Nothing: it is off.</summary>
    Off,
}

/// <summary>The live settings of now: read before every frame, replaced by the page.</summary>
internal sealed class LiveSettingsCell(LiveSettings first)
{
    private volatile LiveSettings _current = first;

    /// <summary>Those of now.</summary>
    public LiveSettings Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Those that the file says.</summary>
    public static LiveSettingsCell Of(CameraSettings settings) => new(new LiveSettings(
        settings.Detector.Score, settings.Detector.MinHeight, settings.Detector.Region, settings.Tracking.Line,
        settings.Lamp?.HoldSeconds ?? new LampSettings().HoldSeconds, LampMode.Auto));
}
