using System.Runtime.InteropServices;

namespace EdgeNet.Kernels.Tests;

/// <summary>Floats that end where their process must not read: a kernel that goes one element too far ends the tests.</summary>
internal sealed class GuardedFloats : IDisposable
{
    private readonly nint _pages, _bytes;

    public GuardedFloats(float[] values)
    {
        int length = values.Length * sizeof(float), page = Environment.SystemPageSize, room = (length + page - 1) / page * page;
        Length = values.Length;
        _bytes = room + page;
        _pages = mmap(0, _bytes, 3, 0x22, -1, 0);
        Assert.NotEqual(-1, _pages);
        Assert.Equal(0, mprotect(_pages + room, page, 0));
        Address = _pages + room - length;
        Marshal.Copy(values, 0, Address, values.Length);
    }

    public nint Address { get; }

    public int Length { get; }

    public float[] ToArray()
    {
        var values = new float[Length];
        Marshal.Copy(Address, values, 0, Length);
        return values;
    }

    public void Dispose() => Assert.Equal(0, munmap(_pages, _bytes));

    [DllImport("libc")]
    private static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc")]
    private static extern int mprotect(nint address, nint length, int protection);

    [DllImport("libc")]
    private static extern int munmap(nint address, nint length);
}
