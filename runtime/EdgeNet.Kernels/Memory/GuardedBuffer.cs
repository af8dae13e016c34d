using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>
/// Memory between two inaccessible pages: a kernel that reads or writes one byte beyond what it was given ends the program there and then.
/// For the parity tests. On systems other than Linux there are no such pages, and the memory is as any other.
/// </summary>
public sealed unsafe partial class GuardedBuffer : IDisposable
{
    /// <summary>A multiple of every page size there is.</summary>
    private const int Granule = 64 << 10;

    private const int None = 0, ReadWrite = 3;
    private const int PrivateAnonymous = 0x22, Fixed = 0x10;

    private readonly AlignedBuffer? _unguarded;
    private readonly nint _first;
    private nint _region;

    /// <summary>Room for at least <paramref name="capacity"/> bytes.</summary>
    /// <exception cref="InsufficientMemoryException">The system gives no memory.</exception>
    public GuardedBuffer(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = checked(Math.Max(capacity, 1) + Granule - 1) & -Granule;
        if (!IsGuarded)
        {
            _unguarded = new AlignedBuffer(Capacity);
            _first = _unguarded.Address;
            return;
        }
        _region = Map(0, (nuint)(Capacity + 2 * Granule), None, PrivateAnonymous, -1, 0);
        _first = _region == -1 ? -1 : Map(_region + Granule, (nuint)Capacity, ReadWrite, PrivateAnonymous | Fixed, -1, 0);
        if (_first == -1) throw new InsufficientMemoryException($"no {Capacity} bytes between inaccessible pages");
    }

    /// <summary>Whether this system has inaccessible pages.</summary>
    public static bool IsGuarded => OperatingSystem.IsLinux();

    /// <summary>The accessible bytes; a multiple of 64 KiB.</summary>
    public int Capacity { get; }

    /// <summary>The address of a block of <paramref name="bytes"/> bytes that ends right before, or begins right after, an inaccessible page.</summary>
    public nint Place(int bytes, bool atEnd)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)Capacity, nameof(bytes));
        return atEnd ? _first + Capacity - bytes : _first;
    }

    /// <summary>Elements within the accessible bytes.</summary>
    /// <exception cref="ArgumentException">They are not all within.</exception>
    public Span<T> Elements<T>(nint address, int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_region == 0 && _unguarded is null, this);
        Require.That(count >= 0 && address >= _first && address + (long)count * sizeof(T) <= _first + Capacity, "elements outside the buffer");
        return new((void*)address, count);
    }

    /// <summary>All accessible bytes.</summary>
    public Span<byte> Bytes => Elements<byte>(_first, Capacity);

    /// <summary>Gives the memory back; addresses in it are good no longer.</summary>
    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    ~GuardedBuffer() => Unmap();

    private void Unmap()
    {
        if (_region is not (0 or -1)) _ = Unmap(_region, (nuint)(Capacity + 2 * Granule));
        _region = 0;
    }

    // Only these two: a mapping over part of another replaces it, so that no page needs its protection changed.
    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
