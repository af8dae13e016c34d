using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class Reduction
{
    /// <summary>
    /// As <see cref="Scalar"/>; means, sums and extremes of fp32 are vectorized and accumulate in fp32. Splitting the range changes no bit.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the outputs.</exception>
    public static void Run<T, TSum, TReduction>(
        TReduction reduction, in ReduceShape shape, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
        where TReduction : struct, IReduction<T, TSum>
    {
        if (!TReduction.IsVectorized)
        {
            Scalar<T, TSum, TReduction>(reduction, in shape, input, output, begin, end);
            return;
        }
        shape.Check(input.Length, output.Length, begin, end);
        ReadOnlySpan<float> x = MemoryMarshal.Cast<T, float>(input);
        Span<float> y = MemoryMarshal.Cast<T, float>(output);
        bool along = shape.LineStride == 1;
        while (begin < end)
        {
            int start = shape.StartOf(begin), run = shape.RunAt(begin, end);
            if (along)
            {
                y[begin++] = VectorWidth.Has512 ? Along<T, TSum, TReduction, FloatVector512>(reduction, in shape, x, start)
                    : VectorWidth.Has256 ? Along<T, TSum, TReduction, FloatVector256>(reduction, in shape, x, start)
                    : Along<T, TSum, TReduction, FloatVector128>(reduction, in shape, x, start);
                continue;
            }
            Span<float> outputs = y.Slice(begin, run);
            int done = 0;
            if (VectorWidth.Has512) done = Across<T, TSum, TReduction, FloatVector512>(reduction, in shape, x, start, outputs, done);
            if (VectorWidth.Has256) done = Across<T, TSum, TReduction, FloatVector256>(reduction, in shape, x, start, outputs, done);
            done = Across<T, TSum, TReduction, FloatVector128>(reduction, in shape, x, start, outputs, done);
            for (; done < run; done++) outputs[done] = One<T, TSum, TReduction>(reduction, in shape, x, start + done);
            begin += run;
        }
    }

    /// <summary>Outputs beside each other, a lane each, four vectors at a time to hide the latency of the additions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Across<T, TSum, TReduction, TVector>(
        TReduction reduction, in ReduceShape shape, ReadOnlySpan<float> input, int start, Span<float> output, int from)
        where TReduction : struct, IReduction<T, TSum>
        where TVector : struct, IFloatVector<TVector>
    {
        int lines = shape.LineCount, length = shape.LineLength, stride = shape.LineStride, count = shape.Count;
        ref float y = ref MemoryMarshal.GetReference(output);
        TVector first = TVector.Create(reduction.VectorStart);
        nuint step = (nuint)TVector.Count;
        for (; from <= output.Length - 4 * TVector.Count; from += 4 * TVector.Count)
        {
            TVector a = first, b = first, c = first, d = first;
            for (int line = 0; line < lines; line++)
            {
                nuint at = 0;
                ref readonly float x = ref input[start + shape.LineAt(line) + from];
                for (int k = 0; k < length; k++, at += (nuint)stride)
                {
                    a = reduction.Step(a, TVector.Load(in x, at));
                    b = reduction.Step(b, TVector.Load(in x, at + step));
                    c = reduction.Step(c, TVector.Load(in x, at + 2 * step));
                    d = reduction.Step(d, TVector.Load(in x, at + 3 * step));
                }
            }
            reduction.End(a, count).Store(ref y, (nuint)from);
            reduction.End(b, count).Store(ref y, (nuint)from + step);
            reduction.End(c, count).Store(ref y, (nuint)from + 2 * step);
            reduction.End(d, count).Store(ref y, (nuint)from + 3 * step);
        }
        for (; from <= output.Length - TVector.Count; from += TVector.Count)
        {
            TVector sum = first;
            for (int line = 0; line < lines; line++)
            {
                nuint at = 0;
                ref readonly float x = ref input[start + shape.LineAt(line) + from];
                for (int k = 0; k < length; k++, at += (nuint)stride) sum = reduction.Step(sum, TVector.Load(in x, at));
            }
            reduction.End(sum, count).Store(ref y, (nuint)from);
        }
        return from;
    }

    /// <summary>One output in the order of its lane.</summary>
    private static float One<T, TSum, TReduction>(TReduction reduction, in ReduceShape shape, ReadOnlySpan<float> input, int start)
        where TReduction : struct, IReduction<T, TSum>
    {
        FloatVector128 sum = FloatVector128.Create(reduction.VectorStart);
        for (int line = 0; line < shape.LineCount; line++)
        {
            int at = start + shape.LineAt(line);
            for (int k = 0; k < shape.LineLength; k++, at += shape.LineStride) sum = reduction.Step(sum, FloatVector128.Create(input[at]));
        }
        return reduction.End(sum, shape.Count).First;
    }

    /// <summary>One output whose elements lie in contiguous lines: a sum for each lane, joined at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Along<T, TSum, TReduction, TVector>(TReduction reduction, in ReduceShape shape, ReadOnlySpan<float> input, int start)
        where TReduction : struct, IReduction<T, TSum>
        where TVector : struct, IFloatVector<TVector>
    {
        int lines = shape.LineCount;
        TVector a = TVector.Create(reduction.VectorStart), b = a;
        FloatVector128 sum = FloatVector128.Create(reduction.VectorStart);
        for (int line = 0; line < lines; line++)
        {
            ReadOnlySpan<float> x = input.Slice(start + shape.LineAt(line), shape.LineLength);
            ref readonly float at = ref MemoryMarshal.GetReference(x);
            int i = 0;
            for (; i <= x.Length - 2 * TVector.Count; i += 2 * TVector.Count)
            {
                a = reduction.Step(a, TVector.Load(in at, (nuint)i));
                b = reduction.Step(b, TVector.Load(in at, (nuint)(i + TVector.Count)));
            }
            for (; i < x.Length; i++) sum = reduction.Step(sum, FloatVector128.Create(x[i]));
        }
        Span<float> lanes = stackalloc float[TVector.Count];
        reduction.Step(a, b).Store(ref lanes[0], 0);
        foreach (float lane in lanes) sum = reduction.Step(sum, FloatVector128.Create(lane));
        return reduction.End(sum, shape.Count).First;
    }
}
