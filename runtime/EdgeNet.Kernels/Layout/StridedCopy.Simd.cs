using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static partial class StridedCopy
{
    /// <summary>As <see cref="Scalar"/>: contiguous runs by block, and where the last two axes change places, matrices transposed in tiles.</summary>
    /// <exception cref="ArgumentException">A span does not fit the view, or the range does not fit the elements.</exception>
    public static void Run<T>(in StridedView view, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
    {
        Require.Length(input.Length, view.InputLength, nameof(input));
        Require.Length(output.Length, view.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        bool transposed = view.IsTransposed && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported);
        while (begin < end)
        {
            if (transposed && view.RowsAt(begin, end, out int rows, out int columns, out int first, out int step) && rows > 1)
            {
                int length = rows * columns;
                // The last element read proves the whole matrix to lie within the input.
                _ = input[first + (rows - 1) + (columns - 1) * step];
                Transposition.Run(in input[first], step, ref output.Slice(begin, length)[0], rows, columns);
                begin += length;
                continue;
            }
            var (run, start, stride) = view.PieceAt(begin, end);
            Span<T> piece = output.Slice(begin, run);
            if (stride == 1) input.Slice(start, run).CopyTo(piece);
            else if (stride == 0) piece.Fill(input[start]);
            else Strided(input, start, stride, piece);
            begin += run;
        }
    }

    private static void Strided<T>(ReadOnlySpan<T> input, int start, int stride, Span<T> piece)
    {
        _ = input[start + (piece.Length - 1) * stride];
        ref T from = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), start);
        for (int i = 0; i < piece.Length; i++, from = ref Unsafe.Add(ref from, stride)) piece[i] = from;
    }
}
