using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class Unary
{
    /// <summary>
    /// As <see cref="Scalar"/>; vectorized for operators on fp32 that know vectors: to the bit, but for those that use the exponential,
    /// which lie within 4 units in the last place of the exact value, and give the same bits wherever the range begins.
    /// </summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void Run<TIn, TOut, TOperator>(TOperator op, ReadOnlySpan<TIn> input, Span<TOut> output, int begin, int end)
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperator : struct, IUnaryOperator<TIn, TOut>
    {
        if (!TOperator.IsVectorized)
        {
            Scalar(op, input, output, begin, end);
            return;
        }
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        ReadOnlySpan<float> x = MemoryMarshal.Cast<TIn, float>(input[begin..end]);
        Span<float> y = MemoryMarshal.Cast<TOut, float>(output[begin..end]);
        int done = 0;
        if (VectorWidth.Has512) done = Vectors<TIn, TOut, TOperator, FloatVector512>(op, x, y, done);
        if (VectorWidth.Has256) done = Vectors<TIn, TOut, TOperator, FloatVector256>(op, x, y, done);
        done = Vectors<TIn, TOut, TOperator, FloatVector128>(op, x, y, done);
        for (; done < y.Length; done++) y[done] = op.Invoke(FloatVector128.Create(x[done])).First;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TIn, TOut, TOperator, TVector>(TOperator op, ReadOnlySpan<float> input, Span<float> output, int from)
        where TOperator : struct, IUnaryOperator<TIn, TOut>
        where TVector : struct, IFloatVector<TVector>
    {
        int last = output.Length - TVector.Count;
        if (from > last) return from;
        ref readonly float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
        for (; from <= last; from += TVector.Count) op.Invoke(TVector.Load(in x, (nuint)from)).Store(ref y, (nuint)from);
        return from;
    }
}
