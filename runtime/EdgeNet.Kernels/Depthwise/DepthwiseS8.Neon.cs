using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

public static unsafe partial class DepthwiseS8
{
    /// <summary>
    /// Four pixels × 8 channels at a time, two taps in 16 bits before they are added to 32: eight products for each multiplication, and
    /// for two of them one addition of each half. Two products of two codes fit 16 bits unless all four codes are -128, so channels with
    /// two weights of -128, and weights with zero points, run on weights of 16 bits.
    /// </summary>
    internal static readonly DepthwiseKernel Neon = new("depthwise-s8-neon", 8, &AcceptsAny, &PackNeon, &NeonRow);

    /// <summary>Bytes before the blocks: an int32 that is not zero where weights have 16 bits.</summary>
    private const int NeonHeader = 16;

    /// <summary>For each eight channels (the last eight begin early enough to be whole) bias, multipliers and the weights of each tap.</summary>
    private static int PackNeon(DepthwisePacking packing, byte* to)
    {
        int channels = packing.Shape.Channels, taps = packing.Shape.KernelHeight * packing.Shape.KernelWidth;
        bool wide = NeedsWideWeights(packing);
        int block = 64 + taps * 8 * (wide ? sizeof(short) : sizeof(sbyte)), blocks = (channels + 7) / 8;
        int length = checked(NeonHeader + blocks * block);
        if (to == null) return length;
        var packed = new Span<byte>(to, length);
        packed.Clear();
        packed[0] = wide ? (byte)1 : (byte)0;
        for (int b = 0; b < blocks; b++)
        {
            int first = BlockStart(b, 8, channels);
            Span<byte> own = packed.Slice(NeonHeader + b * block, block);
            for (int i = 0; i < Math.Min(8, channels); i++)
            {
                int channel = first + i, zero = packing.Quantization.WeightZeroPointAt(channel);
                MemoryMarshal.Cast<byte, int>(own)[i] = PackedBias(packing, channel, 0);
                MemoryMarshal.Cast<byte, float>(own)[8 + i] = Requantization.Finite(packing.Quantization.Multipliers[channel]);
                for (int tap = 0; tap < taps; tap++)
                {
                    sbyte code = packing.Codes[tap * channels + channel];
                    if (wide) MemoryMarshal.Cast<byte, short>(own[64..])[tap * 8 + i] = (short)(code - zero);
                    else own[64 + tap * 8 + i] = (byte)code;
                }
            }
        }
        return length;
    }

    private static bool NeedsWideWeights(in DepthwisePacking packing)
    {
        if (!packing.Quantization.WeightZeroPoints.IsEmpty) return true;
        int channels = packing.Shape.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            int lowest = 0;
            for (int at = channel; at < packing.Codes.Length; at += channels)
            {
                if (packing.Codes[at] == sbyte.MinValue && ++lowest == 2) return true;
            }
        }
        return false;
    }

    private static void NeonRow(DepthwiseRow* row)
    {
        if (row->Channels < 8) Narrow(row, 8, &NeonBlocks);
        else NeonBlocks(row);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonBlocks(DepthwiseRow* row)
    {
        int x = 0;
        if (*row->Weights != 0)
        {
            for (; x < row->OutputWidth; x++) NeonWidePixel(row, x);
            return;
        }
        (int first, int last) = DepthwiseF32.Interior(row);
        for (; x < first; x++) NeonPixel(row, x);
        bool near = row->KernelHeight == 3 && row->KernelWidth == 3 && row->Dilation == 1;
        while (last - first >= 4 && x < last)
        {
            // The last four pixels may share some with those before.
            x = Math.Min(x, last - 4);
            if (near && row->Stride == 1) NeonFour3x3<N1>(row, x);
            else if (near && row->Stride == 2) NeonFour3x3<N2>(row, x);
            else NeonFour(row, x);
            x += 4;
        }
        for (; x < row->OutputWidth; x++) NeonPixel(row, x);
    }

    /// <summary>Any one pixel, on weights of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonWidePixel(DepthwiseRow* row, int x)
    {
        nint last = row->Channels - 8;
        int left = x * row->Stride - row->PadLeft;
        byte* output = row->Output + (nint)x * row->Channels, block = row->Weights + NeonHeader;
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 8, last))
        {
            Vector128<int> s = Vector128.Load((int*)block), t = Vector128.Load((int*)block + 4);
            Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
            block += 64;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                int column = left;
                for (int kx = row->KernelWidth; kx > 0; kx--, column += row->Dilation, block += 16)
                {
                    nint input = (uint)column < (uint)row->InputWidth ? row->Rows[ky] + column * row->PixelBytes : row->ZeroPixel;
                    Vector128<short> a = AdvSimd.SignExtendWideningLower(Vector64.Load((sbyte*)(input + c))), w = Vector128.Load((short*)block);
                    s = AdvSimd.MultiplyWideningLowerAndAdd(s, a.GetLower(), w.GetLower());
                    t = AdvSimd.MultiplyWideningUpperAndAdd(t, a, w);
                }
            }
            rule.Codes(s, t, m0, m1).Store((sbyte*)(output + c));
            if (c == last) return;
        }
    }

    /// <summary>Any one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonPixel(DepthwiseRow* row, int x)
    {
        nint last = row->Channels - 8;
        int left = x * row->Stride - row->PadLeft;
        byte* output = row->Output + (nint)x * row->Channels, block = row->Weights + NeonHeader;
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 8, last))
        {
            Vector128<int> s = Vector128.Load((int*)block), t = Vector128.Load((int*)block + 4);
            Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
            block += 64;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                int column = left;
                for (int kx = row->KernelWidth; kx > 0; kx--, column += row->Dilation, block += 8)
                {
                    nint input = (uint)column < (uint)row->InputWidth ? row->Rows[ky] + column * row->PixelBytes : row->ZeroPixel;
                    NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load((sbyte*)(input + c)), Vector64.Load((sbyte*)block)), ref s, ref t);
                }
            }
            rule.Codes(s, t, m0, m1).Store((sbyte*)(output + c));
            if (c == last) return;
        }
    }

    /// <summary>Four interior pixels under any window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, stride3 = 3 * stride, step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft) * row->PixelBytes, pixel = row->Channels, last = pixel - 8;
        byte* output = row->Output + x * pixel, block = row->Weights + NeonHeader;
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 8, last))
        {
            Vector128<int> s0 = Vector128.Load((int*)block), s1 = s0, s2 = s0, s3 = s0;
            Vector128<int> t0 = Vector128.Load((int*)block + 4), t1 = t0, t2 = t0, t3 = t0;
            Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
            block += 64;
            nint* rows = row->Rows;
            for (nint* end = rows + row->KernelHeight; rows < end; rows++)
            {
                sbyte* input = (sbyte*)(*rows + at + c);
                int kx = row->KernelWidth;
                for (; kx >= 2; kx -= 2, input += 2 * step, block += 16)
                {
                    sbyte* next = input + step;
                    Vector64<sbyte> w0 = Vector64.Load((sbyte*)block), w1 = Vector64.Load((sbyte*)block + 8);
                    NeonPair(w0, w1, Vector64.Load(input), Vector64.Load(next), ref s0, ref t0);
                    NeonPair(w0, w1, Vector64.Load(input + stride), Vector64.Load(next + stride), ref s1, ref t1);
                    NeonPair(w0, w1, Vector64.Load(input + 2 * stride), Vector64.Load(next + 2 * stride), ref s2, ref t2);
                    NeonPair(w0, w1, Vector64.Load(input + stride3), Vector64.Load(next + stride3), ref s3, ref t3);
                }
                if (kx == 0) continue;
                Vector64<sbyte> w = Vector64.Load((sbyte*)block);
                block += 8;
                NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(input), w), ref s0, ref t0);
                NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(input + stride), w), ref s1, ref t1);
                NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(input + 2 * stride), w), ref s2, ref t2);
                NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(input + stride3), w), ref s3, ref t3);
            }
            sbyte* to = (sbyte*)(output + c);
            rule.Codes(s0, t0, m0, m1).Store(to);
            rule.Codes(s1, t1, m0, m1).Store(to + pixel);
            rule.Codes(s2, t2, m0, m1).Store(to + 2 * pixel);
            rule.Codes(s3, t3, m0, m1).Store(to + 3 * pixel);
            if (c == last) return;
        }
    }

    /// <summary>Four interior pixels under a 3×3 window: nine taps in four pairs and one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour3x3<TStride>(DepthwiseRow* row, int x) where TStride : struct, ICount
    {
        nint pixel = row->PixelBytes, left = (x * TStride.Value - row->PadLeft) * pixel;
        nint r0 = row->Rows[0] + left, r1 = row->Rows[1] + left, r2 = row->Rows[2] + left;
        nint next = row->Channels, last = next - 8;
        byte* output = row->Output + x * next, block = row->Weights + NeonHeader;
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 8, last), block += 136)
        {
            sbyte* x0 = (sbyte*)(r0 + c), x1 = (sbyte*)(r1 + c), x2 = (sbyte*)(r2 + c), w = (sbyte*)block + 64;
            Vector64<sbyte> w0 = Vector64.Load(w), w1 = Vector64.Load(w + 8), w2 = Vector64.Load(w + 16), w3 = Vector64.Load(w + 24), w4 = Vector64.Load(w + 32);
            Vector64<sbyte> w5 = Vector64.Load(w + 40), w6 = Vector64.Load(w + 48), w7 = Vector64.Load(w + 56), w8 = Vector64.Load(w + 64);
            Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
            Vector128<int> s0 = Vector128.Load((int*)block), t0 = Vector128.Load((int*)block + 4);
            NeonPair(w0, w1, Vector64.Load(x0), Vector64.Load(x0 + pixel), ref s0, ref t0);
            NeonPair(w2, w3, Vector64.Load(x0 + 2 * pixel), Vector64.Load(x1), ref s0, ref t0);
            NeonPair(w4, w5, Vector64.Load(x1 + pixel), Vector64.Load(x1 + 2 * pixel), ref s0, ref t0);
            NeonPair(w6, w7, Vector64.Load(x2), Vector64.Load(x2 + pixel), ref s0, ref t0);
            NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(x2 + 2 * pixel), w8), ref s0, ref t0);
            rule.Codes(s0, t0, m0, m1).Store((sbyte*)(output + c));
            Vector128<int> s1 = Vector128.Load((int*)block), t1 = Vector128.Load((int*)block + 4);
            NeonPair(w0, w1, Vector64.Load(x0 + TStride.Value * pixel), Vector64.Load(x0 + (1 + 1 * TStride.Value) * pixel), ref s1, ref t1);
            NeonPair(w2, w3, Vector64.Load(x0 + (2 + 1 * TStride.Value) * pixel), Vector64.Load(x1 + TStride.Value * pixel), ref s1, ref t1);
            NeonPair(w4, w5, Vector64.Load(x1 + (1 + 1 * TStride.Value) * pixel), Vector64.Load(x1 + (2 + 1 * TStride.Value) * pixel), ref s1, ref t1);
            NeonPair(w6, w7, Vector64.Load(x2 + TStride.Value * pixel), Vector64.Load(x2 + (1 + 1 * TStride.Value) * pixel), ref s1, ref t1);
            NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(x2 + (2 + 1 * TStride.Value) * pixel), w8), ref s1, ref t1);
            rule.Codes(s1, t1, m0, m1).Store((sbyte*)(output + c + next));
            Vector128<int> s2 = Vector128.Load((int*)block), t2 = Vector128.Load((int*)block + 4);
            NeonPair(w0, w1, Vector64.Load(x0 + 2 * TStride.Value * pixel), Vector64.Load(x0 + (1 + 2 * TStride.Value) * pixel), ref s2, ref t2);
            NeonPair(w2, w3, Vector64.Load(x0 + (2 + 2 * TStride.Value) * pixel), Vector64.Load(x1 + 2 * TStride.Value * pixel), ref s2, ref t2);
            NeonPair(w4, w5, Vector64.Load(x1 + (1 + 2 * TStride.Value) * pixel), Vector64.Load(x1 + (2 + 2 * TStride.Value) * pixel), ref s2, ref t2);
            NeonPair(w6, w7, Vector64.Load(x2 + 2 * TStride.Value * pixel), Vector64.Load(x2 + (1 + 2 * TStride.Value) * pixel), ref s2, ref t2);
            NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(x2 + (2 + 2 * TStride.Value) * pixel), w8), ref s2, ref t2);
            rule.Codes(s2, t2, m0, m1).Store((sbyte*)(output + c + 2 * next));
            Vector128<int> s3 = Vector128.Load((int*)block), t3 = Vector128.Load((int*)block + 4);
            NeonPair(w0, w1, Vector64.Load(x0 + 3 * TStride.Value * pixel), Vector64.Load(x0 + (1 + 3 * TStride.Value) * pixel), ref s3, ref t3);
            NeonPair(w2, w3, Vector64.Load(x0 + (2 + 3 * TStride.Value) * pixel), Vector64.Load(x1 + 3 * TStride.Value * pixel), ref s3, ref t3);
            NeonPair(w4, w5, Vector64.Load(x1 + (1 + 3 * TStride.Value) * pixel), Vector64.Load(x1 + (2 + 3 * TStride.Value) * pixel), ref s3, ref t3);
            NeonPair(w6, w7, Vector64.Load(x2 + 3 * TStride.Value * pixel), Vector64.Load(x2 + (1 + 3 * TStride.Value) * pixel), ref s3, ref t3);
            NeonAdd(AdvSimd.MultiplyWideningLower(Vector64.Load(x2 + (2 + 3 * TStride.Value) * pixel), w8), ref s3, ref t3);
            rule.Codes(s3, t3, m0, m1).Store((sbyte*)(output + c + 3 * next));
            if (c == last) return;
        }
    }

    /// <summary>Two taps of eight channels of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonPair(
        Vector64<sbyte> w0, Vector64<sbyte> w1, Vector64<sbyte> x0, Vector64<sbyte> x1, ref Vector128<int> s, ref Vector128<int> t) =>
        NeonAdd(AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLower(x0, w0), x1, w1), ref s, ref t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonAdd(Vector128<short> products, ref Vector128<int> s, ref Vector128<int> t)
    {
        t = AdvSimd.AddWideningUpper(t, products);
        s = AdvSimd.AddWideningLower(s, products.GetLower());
    }
}
