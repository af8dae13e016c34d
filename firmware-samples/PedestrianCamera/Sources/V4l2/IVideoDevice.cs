namespace PedestrianCamera;

/// <summary>
/// A Video4Linux device at the boundary of system calls, and nothing above it. Results are those of the kernel: 0 or more, or minus the error
/// number (<see cref="Errno"/>). Disposing closes it and unmaps its buffers.
/// </summary>
internal interface IVideoDevice : IDisposable
{
    /// <summary>open(2), for reading and writing, not waiting.</summary>
    int Open(string path);

    /// <summary>ioctl(2).</summary>
    /// <param name="request">One of <see cref="V4l2"/>.</param>
    /// <param name="argument">The structure, read and written in place.</param>
    int Control(uint request, Span<byte> argument);

    /// <summary>mmap(2) of one of the device's buffers.</summary>
    int Map(int index, uint offset, uint length);

    /// <summary>The bytes of a buffer that was mapped.</summary>
    ReadOnlySpan<byte> Buffer(int index);

    /// <summary>poll(2) until there is a picture.</summary>
    /// <returns>What happened (<see cref="V4l2.PollIn"/>, <see cref="V4l2.PollError"/>, <see cref="V4l2.PollHangUp"/>); 0 when time ran out.</returns>
    int Wait(int milliseconds);
}
