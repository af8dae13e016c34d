namespace EdgeNet.Kernels;

/// <summary>
/// Functions of two values over whole tensors with broadcasting:
/// <c>Binary.Scalar(new Binary.Add&lt;float&gt;(), BroadcastShape.Of(shapeA, shapeB), a, b, y, 0, y.Length)</c>.
/// </summary>
public static partial class Binary
{
    /// <summary>Applies an operator to the elements begin..end of the result.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Scalar<TIn, TOut, TOperator>(
        TOperator op, in BroadcastShape shape, ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> output, int begin, int end)
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperator : struct, IBinaryOperator<TIn, TOut>
    {
        Require.Length(a.Length, shape.LengthA, nameof(a));
        Require.Length(b.Length, shape.LengthB, nameof(b));
        Require.Length(output.Length, shape.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        while (begin < end)
        {
            BroadcastShape.Piece piece = shape.PieceAt(begin, end);
            Span<TOut> y = output.Slice(begin, piece.Length);
            if (piece.StrideA == 1 && piece.StrideB == 1)
            {
                ReadOnlySpan<TIn> x = a.Slice(piece.A, y.Length), z = b.Slice(piece.B, y.Length);
                for (int i = 0; i < y.Length; i++) y[i] = op.Invoke(x[i], z[i]);
            }
            else
            {
                (int atA, int atB) = (piece.A, piece.B);
                for (int i = 0; i < y.Length; i++, atA += piece.StrideA, atB += piece.StrideB) y[i] = op.Invoke(a[atA], b[atB]);
            }
            begin += piece.Length;
        }
    }
}

/// <summary>Choice between two tensors, with broadcasting. ONNX <c>Where</c>, TFLite <c>SELECT_V2</c>.</summary>
public static partial class Where
{
    /// <summary>Elements begin..end: a where the condition is not zero, else b. The shape is that of (condition, a, b).</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Scalar<T>(
        in BroadcastShape shape, ReadOnlySpan<byte> condition, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> output, int begin, int end)
        where T : unmanaged
    {
        Require.Length(condition.Length, shape.LengthA, nameof(condition));
        Require.Length(a.Length, shape.LengthB, nameof(a));
        Require.Length(b.Length, shape.LengthC, nameof(b));
        Require.Length(output.Length, shape.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        while (begin < end)
        {
            BroadcastShape.Piece piece = shape.PieceAt(begin, end);
            for (int i = 0; i < piece.Length; i++)
            {
                output[begin + i] = condition[piece.A + i * piece.StrideA] != 0
                    ? a[piece.B + i * piece.StrideB]
                    : b[piece.C + i * piece.StrideC];
            }
            begin += piece.Length;
        }
    }
}
