using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeNet.Kernels;

public static partial class PoolingF32
{
    /// <summary>As <see cref="MaxScalar"/>, to the bit; vectorized over channels.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Max(in PoolingShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Reduce<float, Reduction.Max<float>>(default, in shape, input, output, begin, end);
    }

    /// <summary>As <see cref="AverageScalar"/>, but summed in fp32; vectorized over channels.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Average(in PoolingShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Reduce<double, Reduction.Mean>(default, in shape, input, output, begin, end);
    }

    private static void Reduce<TSum, TReduction>(
        TReduction reduction, in PoolingShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
        where TReduction : struct, IReduction<float, TSum>
    {
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                // A window without taps averages to zero whatever it is divided by.
                PoolingShape.Window window = shape.WindowAt(row, column);
                if (window.Count == 0) window = window with { Count = 1 };
                Span<float> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                int done = 0;
                if (VectorWidth.Has512) done = Vectors<TSum, TReduction, FloatVector512>(reduction, in shape, in window, input, pixel, done);
                if (VectorWidth.Has256) done = Vectors<TSum, TReduction, FloatVector256>(reduction, in shape, in window, input, pixel, done);
                done = Vectors<TSum, TReduction, FloatVector128>(reduction, in shape, in window, input, pixel, done);
                for (; done < pixel.Length; done++)
                {
                    FloatVector128 sum = FloatVector128.Create(reduction.VectorStart);
                    for (int ky = window.YFirst; ky < window.YLast; ky++)
                    {
                        for (int kx = window.XFirst; kx < window.XLast; kx++)
                            sum = reduction.Step(sum, FloatVector128.Create(input[shape.InputAt(in window, ky, kx) + done]));
                    }
                    pixel[done] = reduction.End(sum, window.Count).First;
                }
            }
        }
    }

    /// <summary>Four vectors of channels at a time, then single ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Vectors<TSum, TReduction, TVector>(
        TReduction reduction, in PoolingShape shape, in PoolingShape.Window window, ReadOnlySpan<float> input, Span<float> pixel, int from)
        where TReduction : struct, IReduction<float, TSum>
        where TVector : struct, IFloatVector<TVector>
    {
        if (from > pixel.Length - TVector.Count) return from;
        int taps = window.XLast - window.XFirst, yLast = taps > 0 ? window.YLast : window.YFirst, count = window.Count;
        // The windows lie within the image, which was measured; a check here would be a call, and cost the loops their registers.
        ref readonly float x = ref MemoryMarshal.GetReference(input);
        nuint pitch = (nuint)(shape.DilationWidth * shape.Channels), step = (nuint)TVector.Count;
        TVector first = TVector.Create(reduction.VectorStart);
        for (; from <= pixel.Length - 4 * TVector.Count; from += 4 * TVector.Count)
        {
            TVector a = first, b = first, c = first, d = first;
            for (int ky = window.YFirst; ky < yLast; ky++)
            {
                nuint at = (nuint)(shape.InputAt(in window, ky, window.XFirst) + from);
                for (int kx = 0; kx < taps; kx++, at += pitch)
                {
                    a = reduction.Step(a, TVector.Load(in x, at));
                    b = reduction.Step(b, TVector.Load(in x, at + step));
                    c = reduction.Step(c, TVector.Load(in x, at + 2 * step));
                    d = reduction.Step(d, TVector.Load(in x, at + 3 * step));
                }
            }
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(pixel), from);
            reduction.End(a, count).Store(ref y, 0);
            reduction.End(b, count).Store(ref y, step);
            reduction.End(c, count).Store(ref y, 2 * step);
            reduction.End(d, count).Store(ref y, 3 * step);
        }
        for (; from <= pixel.Length - TVector.Count; from += TVector.Count)
        {
            TVector sum = first;
            for (int ky = window.YFirst; ky < yLast; ky++)
            {
                nuint at = (nuint)(shape.InputAt(in window, ky, window.XFirst) + from);
                for (int kx = 0; kx < taps; kx++, at += pitch) sum = reduction.Step(sum, TVector.Load(in x, at));
            }
            reduction.End(sum, count).Store(ref MemoryMarshal.GetReference(pixel), (nuint)from);
        }
        return from;
    }
}
