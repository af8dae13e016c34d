using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>
/// Transposition of a matrix: to[m, n] = from[n, m] for m &lt; rows and n &lt; columns, the result dense and the source with rows
/// <c>stride</c> apart. Elements of 1 and 4 bytes go through registers in tiles; a result of two or three columns (planes to pixels) has
/// loops of its own.
/// </summary>
internal static class Transposition
{
    // Columns of the result done together, so that the lines of the source they touch stay in the first cache.
    private const int Strip = 64;

    public static unsafe void Run<T>(ref readonly T from, int stride, ref T to, int rows, int columns)
        where T : unmanaged
    {
        fixed (T* source = &from, target = &to)
        {
            switch (sizeof(T))
            {
                case 4 when columns == 3:
                    Three((uint*)source, stride, (uint*)target, rows);
                    break;
                case 4 when columns == 2:
                    Two((uint*)source, stride, (uint*)target, rows);
                    break;
                case 4:
                    Tiles((uint*)source, stride, (uint*)target, rows, columns);
                    break;
                case 1 when columns == 3:
                    Three((byte*)source, stride, (byte*)target, rows);
                    break;
                case 1 when columns == 2:
                    Two((byte*)source, stride, (byte*)target, rows);
                    break;
                case 1:
                    Tiles((byte*)source, stride, (byte*)target, rows, columns);
                    break;
                default:
                    Elements(source, stride, target, columns, 0, rows, 0, columns);
                    break;
            }
        }
    }

    /// <summary>What tiles leave over: rows × columns of the result, one at a time.</summary>
    private static unsafe void Elements<T>(T* from, nint stride, T* to, nint width, int firstRow, int rows, int firstColumn, int columns)
        where T : unmanaged
    {
        for (nint m = firstRow; m < rows; m++)
        {
            T* y = to + m * width;
            T* x = from + m + firstColumn * stride;
            for (nint n = firstColumn; n < columns; n++, x += stride) y[n] = *x;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Tiles(uint* from, nint stride, uint* to, int rows, int columns)
    {
        int wholeRows = rows & ~3, wholeColumns = columns & ~3;
        for (int strip = 0; strip < wholeColumns; strip += Strip)
        {
            int end = Math.Min(strip + Strip, wholeColumns);
            for (int m = 0; m < wholeRows; m += 4)
            {
                for (int n = strip; n < end; n += 4)
                {
                    uint* x = from + n * stride + m;
                    uint* y = to + (nint)m * columns + n;
                    Vector128<uint> a = Vector128.Load(x), b = Vector128.Load(x + stride);
                    Vector128<uint> c = Vector128.Load(x + 2 * stride), d = Vector128.Load(x + 3 * stride);
                    Vector128<uint> ac = ZipLow(a, c), bd = ZipLow(b, d), ac2 = ZipHigh(a, c), bd2 = ZipHigh(b, d);
                    ZipLow(ac, bd).Store(y);
                    ZipHigh(ac, bd).Store(y + columns);
                    ZipLow(ac2, bd2).Store(y + 2 * (nint)columns);
                    ZipHigh(ac2, bd2).Store(y + 3 * (nint)columns);
                }
            }
        }
        Elements(from, stride, to, columns, 0, wholeRows, wholeColumns, columns);
        Elements(from, stride, to, columns, wholeRows, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Tiles(byte* from, nint stride, byte* to, int rows, int columns)
    {
        int wholeRows = rows & ~7, wholeColumns = columns & ~7;
        for (int strip = 0; strip < wholeColumns; strip += Strip)
        {
            int end = Math.Min(strip + Strip, wholeColumns);
            for (int m = 0; m < wholeRows; m += 8)
            {
                for (int n = strip; n < end; n += 8)
                {
                    byte* x = from + n * stride + m;
                    byte* y = to + (nint)m * columns + n;
                    Vector128<byte> a = Eight(x), b = Eight(x + stride), c = Eight(x + 2 * stride), d = Eight(x + 3 * stride);
                    Vector128<byte> e = Eight(x + 4 * stride), f = Eight(x + 5 * stride), g = Eight(x + 6 * stride), h = Eight(x + 7 * stride);
                    Vector128<byte> ae = ZipLow(a, e), bf = ZipLow(b, f), cg = ZipLow(c, g), dh = ZipLow(d, h);
                    Vector128<byte> aceg = ZipLow(ae, cg), aceg2 = ZipHigh(ae, cg), bdfh = ZipLow(bf, dh), bdfh2 = ZipHigh(bf, dh);
                    Pair(ZipLow(aceg, bdfh), y, columns);
                    Pair(ZipHigh(aceg, bdfh), y + 2 * (nint)columns, columns);
                    Pair(ZipLow(aceg2, bdfh2), y + 4 * (nint)columns, columns);
                    Pair(ZipHigh(aceg2, bdfh2), y + 6 * (nint)columns, columns);
                }
            }
        }
        Elements(from, stride, to, columns, 0, wholeRows, wholeColumns, columns);
        Elements(from, stride, to, columns, wholeRows, rows, 0, columns);
    }

    // Each store of four writes three and what the next one writes again; so the last ones are single.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Three(uint* from, nint stride, uint* to, int rows)
    {
        int m = 0;
        for (; m + 4 < rows; m += 4)
        {
            uint* x = from + m;
            uint* y = to + 3 * (nint)m;
            Vector128<uint> a = Vector128.Load(x), b = Vector128.Load(x + stride), c = Vector128.Load(x + 2 * stride);
            Vector128<uint> ac = ZipLow(a, c), bb = ZipLow(b, b), ac2 = ZipHigh(a, c), bb2 = ZipHigh(b, b);
            ZipLow(ac, bb).Store(y);
            ZipHigh(ac, bb).Store(y + 3);
            ZipLow(ac2, bb2).Store(y + 6);
            ZipHigh(ac2, bb2).Store(y + 9);
        }
        Elements(from, stride, to, 3, m, rows, 0, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Three(byte* from, nint stride, byte* to, int rows)
    {
        Vector128<byte> dense = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
        int m = 0;
        for (; m + 18 <= rows; m += 16)
        {
            byte* x = from + m;
            byte* y = to + 3 * (nint)m;
            Vector128<byte> a = Vector128.Load(x), b = Vector128.Load(x + stride), c = Vector128.Load(x + 2 * stride);
            Vector128<byte> ac = ZipLow(a, c), bb = ZipLow(b, b), ac2 = ZipHigh(a, c), bb2 = ZipHigh(b, b);
            Choose(ZipLow(ac, bb), dense).Store(y);
            Choose(ZipHigh(ac, bb), dense).Store(y + 12);
            Choose(ZipLow(ac2, bb2), dense).Store(y + 24);
            Choose(ZipHigh(ac2, bb2), dense).Store(y + 36);
        }
        Elements(from, stride, to, 3, m, rows, 0, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Two(uint* from, nint stride, uint* to, int rows)
    {
        int m = 0;
        for (; m + 4 <= rows; m += 4)
        {
            Vector128<uint> a = Vector128.Load(from + m), b = Vector128.Load(from + m + stride);
            ZipLow(a, b).Store(to + 2 * (nint)m);
            ZipHigh(a, b).Store(to + 2 * (nint)m + 4);
        }
        Elements(from, stride, to, 2, m, rows, 0, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Two(byte* from, nint stride, byte* to, int rows)
    {
        int m = 0;
        for (; m + 16 <= rows; m += 16)
        {
            Vector128<byte> a = Vector128.Load(from + m), b = Vector128.Load(from + m + stride);
            ZipLow(a, b).Store(to + 2 * (nint)m);
            ZipHigh(a, b).Store(to + 2 * (nint)m + 16);
        }
        Elements(from, stride, to, 2, m, rows, 0, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector128<byte> Eight(byte* from) => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(from)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Pair(Vector128<byte> rows, byte* to, nint width)
    {
        Unsafe.WriteUnaligned(to, rows.AsUInt64().GetElement(0));
        Unsafe.WriteUnaligned(to + width, rows.AsUInt64().GetElement(1));
    }

    // Vector128.Shuffle becomes a call where the compiler does not see that the indices are constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Choose(Vector128<byte> from, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(from, indices)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(from, indices)
        : Vector128.Shuffle(from, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipLow(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipHigh(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
