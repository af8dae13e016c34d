using System.Runtime.InteropServices;

namespace PedestrianCamera;

/// <summary>The system calls themselves.</summary>
internal sealed partial class LinuxVideoDevice : IVideoDevice
{
    private const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExecute = 0x80000;

    // Nothing is written, but older drivers map only what may be.
    private const int ProtectReadWrite = 3, Shared = 1;

    private readonly Dictionary<int, (nint Address, int Length)> _maps = [];
    private int _file = -1;

    public int Open(string path)
    {
        _file = OpenFile(path, ReadWrite | NonBlocking | CloseOnExecute);
        return _file < 0 ? -Marshal.GetLastPInvokeError() : 0;
    }

    public unsafe int Control(uint request, Span<byte> argument)
    {
        fixed (byte* address = argument)
        {
            return Ioctl(_file, request, address) < 0 ? -Marshal.GetLastPInvokeError() : 0;
        }
    }

    public int Map(int index, uint offset, uint length)
    {
        nint address = MapMemory(0, length, ProtectReadWrite, Shared, _file, (nint)offset);
        if (address == -1) return -Marshal.GetLastPInvokeError();
        _maps.Add(index, (address, checked((int)length)));
        return 0;
    }

    public unsafe ReadOnlySpan<byte> Buffer(int index)
    {
        (nint address, int length) = _maps[index];
        return new ReadOnlySpan<byte>((void*)address, length);
    }

    public unsafe int Wait(int milliseconds)
    {
        var poll = new PollDescriptor { File = _file, Events = V4l2.PollIn };
        int ready = Poll(&poll, 1, milliseconds);
        return ready < 0 ? -Marshal.GetLastPInvokeError() : poll.Happened;
    }

    public void Dispose()
    {
        foreach ((nint address, int length) in _maps.Values) _ = UnmapMemory(address, (nuint)length);
        _maps.Clear();
        if (_file >= 0) _ = CloseFile(_file);
        _file = -1;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Events;
        public short Happened;
    }

    // open and ioctl take further arguments "…"; on 64-bit Linux those are passed as named ones are.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int file);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Ioctl(int file, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MapMemory(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapMemory(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
