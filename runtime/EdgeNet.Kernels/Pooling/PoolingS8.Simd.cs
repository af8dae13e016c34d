using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeNet.Kernels;

public static partial class PoolingS8
{
    /// <summary>As <see cref="MaxScalar"/>; vectorized over channels.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Max(in PoolingShape shape, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<sbyte> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                int done = MaxVectors(in shape, in window, input, pixel);
                for (; done < pixel.Length; done++)
                {
                    int maximum = sbyte.MinValue;
                    for (int ky = window.YFirst; ky < window.YLast; ky++)
                    {
                        for (int kx = window.XFirst; kx < window.XLast; kx++)
                            maximum = Math.Max(maximum, input[shape.InputAt(in window, ky, kx) + done]);
                    }
                    pixel[done] = (sbyte)maximum;
                }
            }
        }
    }

    /// <summary>As <see cref="AverageScalar"/>, to the bit; vectorized over channels.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Average(
        in PoolingShape shape, PoolingQuantizationS8 quantization, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        if ((long)shape.KernelHeight * shape.KernelWidth > MeanS8.ExactCount)
        {
            AverageScalar(in shape, quantization, input, output, begin, end);
            return;
        }
        PoolingQuantizationS8 q = quantization;
        for (int row = begin; row < end; row++)
        {
            for (int column = 0; column < shape.OutputWidth; column++)
            {
                PoolingShape.Window window = shape.WindowAt(row, column);
                Span<sbyte> pixel = output.Slice((row * shape.OutputWidth + column) * shape.Channels, shape.Channels);
                float multiplier = Requantization.MeanMultiplier(q.InputScale, q.OutputScale, Math.Max(window.Count, 1));
                int done = 0;
                if (VectorWidth.Has512) done = AverageVectors<FloatVector512>(in shape, in window, in q, multiplier, input, pixel, done);
                if (VectorWidth.Has256) done = AverageVectors<FloatVector256>(in shape, in window, in q, multiplier, input, pixel, done);
                done = AverageVectors<FloatVector128>(in shape, in window, in q, multiplier, input, pixel, done);
                for (; done < pixel.Length; done++)
                {
                    int sum = 0;
                    for (int ky = window.YFirst; ky < window.YLast; ky++)
                    {
                        for (int kx = window.XFirst; kx < window.XLast; kx++)
                            sum += input[shape.InputAt(in window, ky, kx) + done] - q.InputZeroPoint;
                    }
                    pixel[done] = (sbyte)Requantization.Apply(sum, multiplier, q.OutputZeroPoint, q.Minimum, q.Maximum);
                }
            }
        }
    }

    /// <summary>Sixteen channels at a time, the last sixteen again where they do not come out even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MaxVectors(in PoolingShape shape, in PoolingShape.Window window, ReadOnlySpan<sbyte> input, Span<sbyte> pixel)
    {
        int channels = pixel.Length;
        if (channels < 16) return 0;
        int taps = window.XLast - window.XFirst, yLast = taps > 0 ? window.YLast : window.YFirst;
        // The windows lie within the image, which was measured; a check here would be a call, and cost the loops their registers.
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        nuint pitch = (nuint)(shape.DilationWidth * shape.Channels);
        for (int from = 0; from < channels; from += 16)
        {
            int c = Math.Min(from, channels - 16);
            Vector128<sbyte> maximum = Vector128.Create(sbyte.MinValue);
            for (int ky = window.YFirst; ky < yLast; ky++)
            {
                nuint at = (nuint)(shape.InputAt(in window, ky, window.XFirst) + c);
                for (int kx = 0; kx < taps; kx++, at += pitch) maximum = Vector128.Max(maximum, Vector128.LoadUnsafe(in x, at));
            }
            maximum.StoreUnsafe(ref MemoryMarshal.GetReference(pixel), (nuint)c);
        }
        return channels;
    }

    /// <summary>4·Count channels at a time; 128-bit vectors do the last sixteen again where they do not come out even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AverageVectors<TVector>(
        in PoolingShape shape, in PoolingShape.Window window, in PoolingQuantizationS8 q, float multiplier, ReadOnlySpan<sbyte> input,
        Span<sbyte> pixel, int from)
        where TVector : struct, IFloatVector<TVector>
    {
        int block = 4 * TVector.Count;
        bool again = TVector.Count == 4 && pixel.Length >= block;
        int taps = window.XLast - window.XFirst, yLast = taps > 0 ? window.YLast : window.YFirst;
        int inside = Math.Max(taps * (window.YLast - window.YFirst), 0);
        // The windows lie within the image, which was measured; a check here would be a call, and cost the loops their registers.
        ref readonly sbyte x = ref MemoryMarshal.GetReference(input);
        nuint pitch = (nuint)(shape.DilationWidth * shape.Channels);
        ref sbyte y = ref MemoryMarshal.GetReference(pixel);
        var rule = new CodeRule<TVector>(q.OutputZeroPoint, q.Minimum, q.Maximum);
        TVector factor = TVector.Create(multiplier), zero = TVector.Create(-q.InputZeroPoint * inside);
        while (from <= pixel.Length - block || (again && from < pixel.Length))
        {
            if (again) from = Math.Min(from, pixel.Length - block);
            TVector a = zero, b = zero, c = zero, d = zero;
            for (int ky = window.YFirst; ky < yLast; ky++)
            {
                nuint at = (nuint)(shape.InputAt(in window, ky, window.XFirst) + from);
                for (int kx = 0; kx < taps; kx++, at += pitch)
                {
                    TVector.LoadCodes(in x, at, out TVector xa, out TVector xb, out TVector xc, out TVector xd);
                    a += xa;
                    b += xb;
                    c += xc;
                    d += xd;
                }
            }
            rule.Store(ref y, (nuint)from, a * factor, b * factor, c * factor, d * factor);
            from += block;
        }
        return from;
    }
}
