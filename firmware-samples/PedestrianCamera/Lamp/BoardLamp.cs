namespace PedestrianCamera;

/// <summary>The lamp of a board, by the way that the program was built with.</summary>
internal static class BoardLamp
{
    /// <summary>Takes the line that the settings name.</summary>
    /// <exception cref="LampException">It cannot be had.</exception>
#if BOARD_PACKAGES
    public static ILamp Open(LampSettings settings) => new BoardPackagesLamp(settings);
#else
    public static ILamp Open(LampSettings settings) => GpioLine.Open(settings, new LinuxGpioCalls());
#endif
}
