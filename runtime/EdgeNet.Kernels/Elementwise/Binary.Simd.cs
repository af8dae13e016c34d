using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

/// <summary>A function of two stretches of equal length.</summary>
internal interface IPairs<TIn, TOut>
{
    void Invoke(ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> output);
}

public static partial class Binary
{
    private const int RepeatedBytes = 2048;

    /// <summary>As <see cref="Scalar"/>, to the bit; vectorized for operators on fp32 that know vectors.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Run<TIn, TOut, TOperator>(
        TOperator op, in BroadcastShape shape, ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> output, int begin, int end)
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperator : struct, IBinaryOperator<TIn, TOut> =>
        OverPairs<TIn, TOut, Pairs<TIn, TOut, TOperator>>(new(op), in shape, a, b, output, begin, end);

    /// <summary>
    /// Broadcasting for kernels that know only two stretches of equal length: what repeats, a scalar or a short last axis, is written out
    /// once into a buffer that covers many of its repetitions.
    /// </summary>
    [SkipLocalsInit]
    internal static void OverPairs<TIn, TOut, TPairs>(
        TPairs pairs, in BroadcastShape shape, ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> output, int begin, int end)
        where TIn : unmanaged
        where TOut : unmanaged
        where TPairs : struct, IPairs<TIn, TOut>
    {
        Require.Length(a.Length, shape.LengthA, nameof(a));
        Require.Length(b.Length, shape.LengthB, nameof(b));
        Require.Length(output.Length, shape.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        Span<TIn> repeated = MemoryMarshal.Cast<byte, TIn>(stackalloc byte[RepeatedBytes]);
        if (shape.IsRepeatedRow(out int row, out bool repeatsA) && row <= repeated.Length / 2)
        {
            ReadOnlySpan<TIn> once = repeatsA ? a : b;
            repeated = repeated[..(repeated.Length / row * row)];
            for (int i = 0; i < repeated.Length; i += row) once.CopyTo(repeated[i..]);
            while (begin < end)
            {
                int phase = begin % row, length = Math.Min(repeated.Length - phase, end - begin);
                ReadOnlySpan<TIn> again = repeated.Slice(phase, length);
                if (repeatsA) pairs.Invoke(again, b.Slice(begin, length), output.Slice(begin, length));
                else pairs.Invoke(a.Slice(begin, length), again, output.Slice(begin, length));
                begin += length;
            }
            return;
        }
        while (begin < end)
        {
            BroadcastShape.Piece piece = shape.PieceAt(begin, end);
            Span<TOut> y = output.Slice(begin, piece.Length);
            begin += piece.Length;
            if (piece.StrideA == 1 && piece.StrideB == 1)
            {
                pairs.Invoke(a.Slice(piece.A, y.Length), b.Slice(piece.B, y.Length), y);
                continue;
            }
            // A stride that is not one is zero; both are where all extents are one.
            Span<TIn> constant = repeated[..Math.Min(repeated.Length, y.Length)];
            constant.Fill(piece.StrideB == 0 ? b[piece.B] : a[piece.A]);
            for (int i = 0; i < y.Length; i += constant.Length)
            {
                int length = Math.Min(constant.Length, y.Length - i);
                ReadOnlySpan<TIn> left = piece.StrideA == 1 ? a.Slice(piece.A + i, length) : piece.StrideB == 0 ? a.Slice(piece.A, 1) : constant[..length];
                ReadOnlySpan<TIn> right = piece.StrideB == 1 ? b.Slice(piece.B + i, length) : constant[..length];
                pairs.Invoke(left, right, y.Slice(i, length));
            }
        }
    }

    private readonly struct Pairs<TIn, TOut, TOperator>(TOperator op) : IPairs<TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperator : struct, IBinaryOperator<TIn, TOut>
    {
        private readonly TOperator _op = op;

        public void Invoke(ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> output)
        {
            int done = 0;
            if (TOperator.IsVectorized)
            {
                ReadOnlySpan<float> left = MemoryMarshal.Cast<TIn, float>(a), right = MemoryMarshal.Cast<TIn, float>(b);
                Span<float> y = MemoryMarshal.Cast<TOut, float>(output);
                if (VectorWidth.Has512) done = Vectors<FloatVector512>(_op, left, right, y, done);
                if (VectorWidth.Has256) done = Vectors<FloatVector256>(_op, left, right, y, done);
                done = Vectors<FloatVector128>(_op, left, right, y, done);
            }
            for (; done < output.Length; done++) output[done] = _op.Invoke(a[done], b[done]);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Vectors<TVector>(TOperator op, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> output, int from)
            where TVector : struct, IFloatVector<TVector>
        {
            int last = output.Length - TVector.Count;
            if (from > last) return from;
            ref readonly float left = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b);
            ref float y = ref MemoryMarshal.GetReference(output);
            for (; from <= last; from += TVector.Count)
            {
                nuint at = (nuint)from;
                op.Invoke(TVector.Load(in left, at), TVector.Load(in right, at)).Store(ref y, at);
            }
            return from;
        }
    }
}
