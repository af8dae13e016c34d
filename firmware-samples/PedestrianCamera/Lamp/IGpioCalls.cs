namespace PedestrianCamera;

/// <summary>The system calls that a GPIO line needs. Tests put a chip of their own behind them.</summary>
internal interface IGpioCalls
{
    /// <summary>open(2) for reading and writing, closed on exec.</summary>
    /// <returns>A file descriptor, or −errno.</returns>
    int Open(string path);

    /// <summary>ioctl(2) with a structure that the kernel reads and fills.</summary>
    /// <returns>0 or more, or −errno.</returns>
    int Ioctl(int descriptor, uint request, Span<byte> argument);

    /// <summary>close(2); errors mean nothing here.</summary>
    void Close(int descriptor);

    /// <summary>The paths of the machine's GPIO chips.</summary>
    IReadOnlyList<string> Chips();
}
