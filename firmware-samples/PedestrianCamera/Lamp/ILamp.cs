namespace PedestrianCamera;

/// <summary>A lamp or relay on one line of a GPIO chip. Switched off when disposed.</summary>
internal interface ILamp : IDisposable
{
    /// <summary>Switches it.</summary>
    /// <exception cref="LampException">The line cannot be set.</exception>
    void Switch(bool on);
}
