namespace EdgeNet.Kernels;

/// <summary>
/// Copies through a <see cref="StridedView"/>: ONNX <c>Transpose</c>, <c>Slice</c>, <c>Expand</c>, and the pieces of <c>Split</c>.
/// </summary>
public static partial class StridedCopy
{
    /// <summary>Writes elements begin..end of the result.</summary>
    /// <exception cref="ArgumentException">A span does not fit the view, or the range does not fit the elements.</exception>
    public static void Scalar<T>(in StridedView view, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
    {
        Require.Length(input.Length, view.InputLength, nameof(input));
        Require.Length(output.Length, view.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        while (begin < end)
        {
            var (length, start, stride) = view.PieceAt(begin, end);
            Span<T> piece = output.Slice(begin, length);
            if (stride == 1) input.Slice(start, length).CopyTo(piece);
            else for (int i = 0, at = start; i < piece.Length; i++, at += stride) piece[i] = input[at];
            begin += length;
        }
    }
}

/// <summary>Copies one operand of a concatenation to its place. ONNX <c>Concat</c>, TFLite <c>CONCATENATION</c>.</summary>
public static partial class Concat
{
    /// <summary>
    /// Rows begin..end of the piece [rows, piece.Length / rows] go to output[row · outputStride + outputOffset ..]. With an axis, rows are
    /// the product of the extents before it, and strides and offsets count the elements from it on.
    /// </summary>
    /// <exception cref="ArgumentException">The piece does not fit the rows or the output, or the range does not fit the rows.</exception>
    public static void Scalar<T>(
        int rows, ReadOnlySpan<T> piece, Span<T> output, int outputStride, int outputOffset, int begin, int end)
        where T : unmanaged
    {
        Require.Range(begin, end, rows);
        if (rows == 0) return;
        int width = piece.Length / rows;
        Require.Length(piece.Length, rows * width, nameof(piece));
        Require.Length(output.Length, rows * outputStride, nameof(output));
        Require.That(outputOffset >= 0 && width <= outputStride - outputOffset, "the piece does not fit its place in the output");
        for (int row = begin; row < end; row++)
        {
            piece.Slice(row * width, width).CopyTo(output.Slice(row * outputStride + outputOffset, width));
        }
    }
}
