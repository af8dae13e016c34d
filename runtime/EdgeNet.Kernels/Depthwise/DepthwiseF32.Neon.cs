using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

public static unsafe partial class DepthwiseF32
{
    /// <summary>
    /// Four pixels × 8 channels at a time: each weight is loaded once for four products and, of 3×3 and 5×5 windows, each input once for
    /// all products of its row of the window. The last block of channels begins early enough to be whole; channels that it shares with
    /// the one before are computed twice.
    /// </summary>
    internal static readonly DepthwiseKernel Neon = new("depthwise-f32-neon", 8, &AcceptsEight, &PackNeon, &NeonRow);

    private static bool AcceptsEight(in DepthwiseShape shape) => shape.Channels >= 8;

    /// <summary>As <see cref="PackBlocks"/>, but the last block holds the last eight channels.</summary>
    private static int PackNeon(DepthwisePacking packing, byte* to)
    {
        int channels = packing.Shape.Channels, taps = packing.Shape.KernelHeight * packing.Shape.KernelWidth;
        int length = checked((channels + 7) / 8 * (1 + taps) * 8 * sizeof(float));
        if (to == null) return length;
        Span<float> packed = MemoryMarshal.Cast<byte, float>(new Span<byte>(to, length));
        for (int c = 0; c < channels; c += 8)
        {
            int first = Math.Min(c, channels - 8);
            Span<float> block = packed.Slice(c * (1 + taps), 8 * (1 + taps));
            if (packing.Bias.IsEmpty) block[..8].Clear();
            else packing.Bias.Slice(first, 8).CopyTo(block);
            for (int tap = 0; tap < taps; tap++) packing.Weights.Slice(tap * channels + first, 8).CopyTo(block[(8 * (1 + tap))..]);
        }
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonRow(DepthwiseRow* row)
    {
        (int first, int last) = Interior(row);
        int x = 0;
        for (; x < first; x++) NeonPixel(row, x);
        bool near = row->Dilation == 1 && row->Stride <= 2 && row->KernelHeight == row->KernelWidth;
        int window = near ? 10 * row->KernelWidth + row->Stride : 0;
        while (last - first >= 4 && x < last)
        {
            // The last four pixels may share some with those before.
            x = Math.Min(x, last - 4);
            switch (window)
            {
                case 31: NeonFour3x3<N1>(row, x); break;
                case 32: NeonFour3x3<N2>(row, x); break;
                case 51: NeonFour5x5<N1>(row, x); break;
                case 52: NeonFour5x5<N2>(row, x); break;
                default: NeonFour(row, x); break;
            }
            x += 4;
        }
        for (; x < row->OutputWidth; x++) NeonPixel(row, x);
    }

    /// <summary>Any one pixel: taps beyond the left and right edge are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonPixel(DepthwiseRow* row, int x)
    {
        (int begin, int end) = KernelWindow.Inside(x * row->Stride - row->PadLeft, row->KernelWidth, row->Dilation, row->InputWidth);
        nint step = row->Dilation * row->PixelBytes, at = (x * row->Stride - row->PadLeft + begin * row->Dilation) * row->PixelBytes;
        nint last = ((nint)row->Channels - 8) * sizeof(float);
        byte* output = row->Output + (nint)x * row->Channels * sizeof(float);
        float* block = (float*)row->Weights;
        Vector128<float> low = Vector128.Create(row->Minimum), high = Vector128.Create(row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 32, last))
        {
            Vector128<float> s0 = Vector128.Load(block), s1 = Vector128.Load(block + 4);
            block += 8;
            for (int ky = 0; ky < row->KernelHeight; ky++, block += 8 * row->KernelWidth)
            {
                byte* input = (byte*)row->Rows[ky] + at + c;
                for (int kx = begin; kx < end; kx++, input += step)
                {
                    s0 = AdvSimd.FusedMultiplyAdd(s0, Vector128.Load((float*)input), Vector128.Load(block + 8 * kx));
                    s1 = AdvSimd.FusedMultiplyAdd(s1, Vector128.Load((float*)input + 4), Vector128.Load(block + 8 * kx + 4));
                }
            }
            AdvSimd.Min(high, AdvSimd.Max(low, s0)).Store((float*)(output + c));
            AdvSimd.Min(high, AdvSimd.Max(low, s1)).Store((float*)(output + c) + 4);
            if (c == last) return;
        }
    }

    /// <summary>Four interior pixels under any window: an input for each product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, stride3 = 3 * stride, step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft) * row->PixelBytes;
        nint pixel = (nint)row->Channels * sizeof(float), last = pixel - 32;
        byte* output = row->Output + x * pixel;
        float* block = (float*)row->Weights;
        Vector128<float> low = Vector128.Create(row->Minimum), high = Vector128.Create(row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 32, last))
        {
            Vector128<float> s0 = Vector128.Load(block), s1 = s0, s2 = s0, s3 = s0;
            Vector128<float> t0 = Vector128.Load(block + 4), t1 = t0, t2 = t0, t3 = t0;
            block += 8;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                byte* input = (byte*)row->Rows[ky] + at + c;
                for (int kx = row->KernelWidth; kx > 0; kx--, input += step, block += 8)
                {
                    byte* upper = input + 16;
                    NeonTap(block, Vector128.Load((float*)input), Vector128.Load((float*)(input + stride)),
                        Vector128.Load((float*)(input + 2 * stride)), Vector128.Load((float*)(input + stride3)), ref s0, ref s1, ref s2, ref s3);
                    NeonTap(block + 4, Vector128.Load((float*)upper), Vector128.Load((float*)(upper + stride)),
                        Vector128.Load((float*)(upper + 2 * stride)), Vector128.Load((float*)(upper + stride3)), ref t0, ref t1, ref t2, ref t3);
                }
            }
            NeonStoreFour(output + c, pixel, low, high, s0, s1, s2, s3);
            NeonStoreFour(output + c + 16, pixel, low, high, t0, t1, t2, t3);
            if (c == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour3x3<TStride>(DepthwiseRow* row, int x) where TStride : struct, ICount
    {
        nint pixel = row->PixelBytes, left = (x * TStride.Value - row->PadLeft) * pixel;
        nint r0 = row->Rows[0] + left, r1 = row->Rows[1] + left, r2 = row->Rows[2] + left;
        nint next = (nint)row->Channels * sizeof(float), last = next - 32;
        byte* output = row->Output + x * next;
        float* block = (float*)row->Weights;
        Vector128<float> low = Vector128.Create(row->Minimum), high = Vector128.Create(row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 32, last), block += 80)
        {
            Vector128<float> s0 = Vector128.Load(block), s1 = s0, s2 = s0, s3 = s0;
            Vector128<float> t0 = Vector128.Load(block + 4), t1 = t0, t2 = t0, t3 = t0;
            NeonWindow3<TStride>((byte*)(r0 + c), pixel, block + 8, ref s0, ref s1, ref s2, ref s3);
            NeonWindow3<TStride>((byte*)(r0 + c) + 16, pixel, block + 12, ref t0, ref t1, ref t2, ref t3);
            NeonWindow3<TStride>((byte*)(r1 + c), pixel, block + 32, ref s0, ref s1, ref s2, ref s3);
            NeonWindow3<TStride>((byte*)(r1 + c) + 16, pixel, block + 36, ref t0, ref t1, ref t2, ref t3);
            NeonWindow3<TStride>((byte*)(r2 + c), pixel, block + 56, ref s0, ref s1, ref s2, ref s3);
            NeonWindow3<TStride>((byte*)(r2 + c) + 16, pixel, block + 60, ref t0, ref t1, ref t2, ref t3);
            NeonStoreFour(output + c, next, low, high, s0, s1, s2, s3);
            NeonStoreFour(output + c + 16, next, low, high, t0, t1, t2, t3);
            if (c == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour5x5<TStride>(DepthwiseRow* row, int x) where TStride : struct, ICount
    {
        nint pixel = row->PixelBytes, left = (x * TStride.Value - row->PadLeft) * pixel;
        nint next = (nint)row->Channels * sizeof(float), last = next - 32;
        byte* output = row->Output + x * next;
        float* block = (float*)row->Weights;
        Vector128<float> low = Vector128.Create(row->Minimum), high = Vector128.Create(row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 32, last))
        {
            Vector128<float> s0 = Vector128.Load(block), s1 = s0, s2 = s0, s3 = s0;
            Vector128<float> t0 = Vector128.Load(block + 4), t1 = t0, t2 = t0, t3 = t0;
            block += 8;
            nint* rows = row->Rows;
            for (nint* end = rows + 5; rows < end; rows++, block += 40)
            {
                byte* input = (byte*)(*rows + left + c);
                NeonWindow5<TStride>(input, pixel, block, ref s0, ref s1, ref s2, ref s3);
                NeonWindow5<TStride>(input + 16, pixel, block + 4, ref t0, ref t1, ref t2, ref t3);
            }
            NeonStoreFour(output + c, next, low, high, s0, s1, s2, s3);
            NeonStoreFour(output + c + 16, next, low, high, t0, t1, t2, t3);
            if (c == last) return;
        }
    }

    /// <summary>One row of a window three wide over four pixels × 4 channels: 3 weights, 6 inputs (9 at stride 2), 12 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonWindow3<TStride>(
        byte* input, nint pixel, float* weights, ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
        where TStride : struct, ICount
    {
        Vector128<float> x0 = Vector128.Load((float*)input);
        Vector128<float> x1 = Vector128.Load((float*)(input + pixel));
        Vector128<float> x2 = Vector128.Load((float*)(input + 2 * pixel));
        Vector128<float> x3 = Vector128.Load((float*)(input + 3 * pixel));
        Vector128<float> x4 = Vector128.Load((float*)(input + 4 * pixel));
        Vector128<float> x5 = Vector128.Load((float*)(input + 5 * pixel));
        Vector128<float> x6 = TStride.Value > 1 ? Vector128.Load((float*)(input + 6 * pixel)) : default;
        Vector128<float> x7 = TStride.Value > 1 ? Vector128.Load((float*)(input + 7 * pixel)) : default;
        Vector128<float> x8 = TStride.Value > 1 ? Vector128.Load((float*)(input + 8 * pixel)) : default;
        if (TStride.Value == 1)
        {
            NeonTap(weights, x0, x1, x2, x3, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 8, x1, x2, x3, x4, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 16, x2, x3, x4, x5, ref s0, ref s1, ref s2, ref s3);
        }
        else
        {
            NeonTap(weights, x0, x2, x4, x6, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 8, x1, x3, x5, x7, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 16, x2, x4, x6, x8, ref s0, ref s1, ref s2, ref s3);
        }
    }

    /// <summary>One row of a window five wide over four pixels × 4 channels: 5 weights, 8 inputs (11 at stride 2), 20 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonWindow5<TStride>(
        byte* input, nint pixel, float* weights, ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
        where TStride : struct, ICount
    {
        Vector128<float> x0 = Vector128.Load((float*)input);
        Vector128<float> x1 = Vector128.Load((float*)(input + pixel));
        Vector128<float> x2 = Vector128.Load((float*)(input + 2 * pixel));
        Vector128<float> x3 = Vector128.Load((float*)(input + 3 * pixel));
        Vector128<float> x4 = Vector128.Load((float*)(input + 4 * pixel));
        Vector128<float> x5 = Vector128.Load((float*)(input + 5 * pixel));
        Vector128<float> x6 = Vector128.Load((float*)(input + 6 * pixel));
        Vector128<float> x7 = Vector128.Load((float*)(input + 7 * pixel));
        Vector128<float> x8 = TStride.Value > 1 ? Vector128.Load((float*)(input + 8 * pixel)) : default;
        Vector128<float> x9 = TStride.Value > 1 ? Vector128.Load((float*)(input + 9 * pixel)) : default;
        Vector128<float> x10 = TStride.Value > 1 ? Vector128.Load((float*)(input + 10 * pixel)) : default;
        if (TStride.Value == 1)
        {
            NeonTap(weights, x0, x1, x2, x3, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 8, x1, x2, x3, x4, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 16, x2, x3, x4, x5, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 24, x3, x4, x5, x6, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 32, x4, x5, x6, x7, ref s0, ref s1, ref s2, ref s3);
        }
        else
        {
            NeonTap(weights, x0, x2, x4, x6, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 8, x1, x3, x5, x7, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 16, x2, x4, x6, x8, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 24, x3, x5, x7, x9, ref s0, ref s1, ref s2, ref s3);
            NeonTap(weights + 32, x4, x6, x8, x10, ref s0, ref s1, ref s2, ref s3);
        }
    }

    /// <summary>One tap of four pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonTap(
        float* weight, Vector128<float> x0, Vector128<float> x1, Vector128<float> x2, Vector128<float> x3,
        ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
    {
        Vector128<float> w = Vector128.Load(weight);
        s0 = AdvSimd.FusedMultiplyAdd(s0, w, x0);
        s1 = AdvSimd.FusedMultiplyAdd(s1, w, x1);
        s2 = AdvSimd.FusedMultiplyAdd(s2, w, x2);
        s3 = AdvSimd.FusedMultiplyAdd(s3, w, x3);
    }

    /// <summary>Min and Max of this instruction set give NaN where either operand is, so that it is not hidden.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonStoreFour(
        byte* output, nint pixel, Vector128<float> low, Vector128<float> high,
        Vector128<float> s0, Vector128<float> s1, Vector128<float> s2, Vector128<float> s3)
    {
        AdvSimd.Min(high, AdvSimd.Max(low, s0)).Store((float*)output);
        AdvSimd.Min(high, AdvSimd.Max(low, s1)).Store((float*)(output + pixel));
        AdvSimd.Min(high, AdvSimd.Max(low, s2)).Store((float*)(output + 2 * pixel));
        AdvSimd.Min(high, AdvSimd.Max(low, s3)).Store((float*)(output + 3 * pixel));
    }
}
