using System.Runtime.InteropServices;

namespace PedestrianCamera;

/// <summary>The calls of libc.</summary>
internal sealed unsafe partial class LinuxGpioCalls : IGpioCalls
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000; // The same on x64 and arm64.
    private const int Interrupted = 4;

    /// <inheritdoc/>
    public int Open(string path)
    {
        int result;
        do result = OrError(NativeOpen(path, ReadWrite | CloseOnExec));
        while (result == -Interrupted);
        return result;
    }

    /// <inheritdoc/>
    public int Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        int result;
        fixed (byte* start = argument)
        {
            do result = OrError(NativeIoctl(descriptor, request, start));
            while (result == -Interrupted);
        }
        return result;
    }

    /// <inheritdoc/>
    public void Close(int descriptor) => _ = NativeClose(descriptor);

    /// <inheritdoc/>
    public IReadOnlyList<string> Chips() => Directory.Exists("/dev") ? [.. Directory.GetFileSystemEntries("/dev", "gpiochip*").Order(StringComparer.Ordinal)] : [];

    private static int OrError(int result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;

    // Both are variadic in C; Linux passes their third argument like any other on x64 and arm64.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int NativeIoctl(int descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int NativeClose(int descriptor);
}
