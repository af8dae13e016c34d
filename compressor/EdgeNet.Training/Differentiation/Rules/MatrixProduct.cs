using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeNet.Kernels;

namespace EdgeNet.Training;

/// <summary>Products of row-major matrices.</summary>
internal static class MatrixProduct
{
    /// <summary>Rows that are computed together in one piece of work.</summary>
    public static int RowsOfPiece(int depth, int width) => Math.Max(32, 16 * Workers.Grain / Math.Max(1, depth * width));

    /// <summary>y [rows, width] = a [rows, depth] × b [depth, width]; added to what is there if asked.</summary>
    public static void Run<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, int rows, int depth, int width, bool add)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Two vectors of columns of b at a time, copied next to each other.
        int columns = 2 * Vector<T>.Count;
        Span<T> panel = Workers.Scratch((depth + 4) * columns * Unsafe.SizeOf<T>()).As<T>()[..((depth + 4) * columns)], tile = panel[(depth * columns)..];
        panel = panel[..(depth * columns)];
        for (int first = 0; first < width; first += columns)
        {
            int count = Math.Min(columns, width - first);
            if (count < columns) panel.Clear();
            for (int k = 0; k < depth; k++) b.Slice(k * width + first, count).CopyTo(panel[(k * columns)..]);
            ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(panel);
            for (int row = 0; row < rows; row += 4)
            {
                int tall = Math.Min(4, rows - row);
                if (tall == 4) Four(a.Slice(row * depth, 4 * depth), vectors, tile, depth);
                else for (int i = 0; i < tall; i++) One(a.Slice((row + i) * depth, depth), vectors, tile[(i * columns)..]);
                for (int i = 0; i < tall; i++)
                {
                    Span<T> to = y.Slice((row + i) * width + first, count);
                    ReadOnlySpan<T> sums = tile.Slice(i * columns, count);
                    if (add) Scaled.Add(sums, T.One, to);
                    else sums.CopyTo(to);
                }
            }
        }
    }

    private static void Four<T>(ReadOnlySpan<T> a, ReadOnlySpan<Vector<T>> b, Span<T> to, int depth) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> a0 = a[..depth], a1 = a.Slice(depth, depth), a2 = a.Slice(2 * depth, depth), a3 = a.Slice(3 * depth, depth);
        Vector<T> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (int k = 0; k < a0.Length && k < a1.Length && k < a2.Length && k < a3.Length && 2 * k + 1 < b.Length; k++)
        {
            Vector<T> b0 = b[2 * k], b1 = b[2 * k + 1], x = new(a0[k]);
            s00 += x * b0;
            s01 += x * b1;
            x = new(a1[k]);
            s10 += x * b0;
            s11 += x * b1;
            x = new(a2[k]);
            s20 += x * b0;
            s21 += x * b1;
            x = new(a3[k]);
            s30 += x * b0;
            s31 += x * b1;
        }
        int n = Vector<T>.Count;
        s00.CopyTo(to);
        s01.CopyTo(to[n..]);
        s10.CopyTo(to[(2 * n)..]);
        s11.CopyTo(to[(3 * n)..]);
        s20.CopyTo(to[(4 * n)..]);
        s21.CopyTo(to[(5 * n)..]);
        s30.CopyTo(to[(6 * n)..]);
        s31.CopyTo(to[(7 * n)..]);
    }

    private static void One<T>(ReadOnlySpan<T> a, ReadOnlySpan<Vector<T>> b, Span<T> to) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> s0 = default, s1 = default;
        for (int k = 0; k < a.Length && 2 * k + 1 < b.Length; k++)
        {
            Vector<T> x = new(a[k]);
            s0 += x * b[2 * k];
            s1 += x * b[2 * k + 1];
        }
        s0.CopyTo(to);
        s1.CopyTo(to[Vector<T>.Count..]);
    }

    /// <summary>Matrices [count, rows, columns] with rows and columns exchanged.</summary>
    public static void Transpose<T>(ReadOnlySpan<T> from, Span<T> to, int rows, int columns) where T : unmanaged =>
        StridedCopy.Run(StridedView.Transpose([rows, columns], [1, 0]), from, to, 0, rows * columns);
}
