using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>
/// Zeroed memory that the collector never moves, aligned to a cache line: where packed weights, activations and scratch live. An
/// address is good for as long as its buffer is referenced.
/// </summary>
public sealed class AlignedBuffer
{
    /// <summary>The alignment in bytes: a cache line, and the longest vector.</summary>
    public const int Alignment = 64;

    private readonly byte[] _bytes;
    private readonly int _start;

    /// <summary>Allocates <paramref name="length"/> bytes.</summary>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _bytes = GC.AllocateArray<byte>(checked(length + Alignment), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _start = (int)(-address & (Alignment - 1));
        Address = address + _start;
        Length = length;
    }

    /// <summary>Where it begins.</summary>
    public nint Address { get; }

    /// <summary>Its bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes themselves.</summary>
    public Memory<byte> Memory => _bytes.AsMemory(_start, Length);

    /// <summary>The bytes as elements.</summary>
    public Span<T> As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_start, Length));

    /// <summary>Elements at an address within a buffer that is still referenced.</summary>
    public static unsafe Span<T> At<T>(nint address, int count) where T : unmanaged => new((void*)address, count);

    /// <summary><paramref name="bytes"/> rounded up to whole cache lines.</summary>
    public static int RoundUp(int bytes) => checked(bytes + Alignment - 1) & -Alignment;
}
