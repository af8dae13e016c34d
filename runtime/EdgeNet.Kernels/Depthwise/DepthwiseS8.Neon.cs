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
        bool wide = *row->Weights != 0;
        (int first, int last) = DepthwiseF32.Interior(row);
        int x = 0;
        for (; x < first; x++)
        {
            if (wide) NeonWidePixel(row, x);
            else NeonPixel(row, x);
        }
        while (last - first >= 4 && x < last)
        {
            // The last four pixels may share some with those before.
            x = Math.Min(x, last - 4);
            if (wide) NeonWideFour(row, x);
            else if (row->KernelHeight == 3 && row->KernelWidth == 3) NeonFour3x3(row, x);
            else NeonFour(row, x);
            x += 4;
        }
        for (; x < row->OutputWidth; x++)
        {
            if (wide) NeonWidePixel(row, x);
            else NeonPixel(row, x);
        }
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

    /// <summary>Four interior pixels under any window: taps in pairs within each of its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, step = row->Dilation * row->PixelBytes;
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
                    NeonTwoTaps((sbyte*)block, input, input + step, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
                if (kx == 0) continue;
                NeonOneTap((sbyte*)block, input, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
                block += 8;
            }
            rule.Codes(s0, t0, m0, m1).Store((sbyte*)(output + c));
            rule.Codes(s1, t1, m0, m1).Store((sbyte*)(output + c + pixel));
            rule.Codes(s2, t2, m0, m1).Store((sbyte*)(output + c + 2 * pixel));
            rule.Codes(s3, t3, m0, m1).Store((sbyte*)(output + c + 3 * pixel));
            if (c == last) return;
        }
    }

    /// <summary>Four interior pixels under a 3×3 window: nine taps in four pairs and one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonFour3x3(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, step = row->Dilation * row->PixelBytes, left = (x * row->Stride - row->PadLeft) * row->PixelBytes;
        nint r0 = row->Rows[0] + left, r1 = row->Rows[1] + left, r2 = row->Rows[2] + left;
        nint pixel = row->Channels, last = pixel - 8;
        byte* output = row->Output + x * pixel, block = row->Weights + NeonHeader;
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        for (nint c = 0; ; c = Math.Min(c + 8, last), block += 136)
        {
            sbyte* x0 = (sbyte*)(r0 + c), x1 = (sbyte*)(r1 + c), x2 = (sbyte*)(r2 + c), w = (sbyte*)block + 64;
            Vector128<int> s0 = Vector128.Load((int*)block), s1 = s0, s2 = s0, s3 = s0;
            Vector128<int> t0 = Vector128.Load((int*)block + 4), t1 = t0, t2 = t0, t3 = t0;
            NeonTwoTaps(w, x0, x0 + step, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
            NeonTwoTaps(w + 16, x0 + 2 * step, x1, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
            NeonTwoTaps(w + 32, x1 + step, x1 + 2 * step, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
            NeonTwoTaps(w + 48, x2, x2 + step, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
            NeonOneTap(w + 64, x2 + 2 * step, stride, ref s0, ref t0, ref s1, ref t1, ref s2, ref t2, ref s3, ref t3);
            Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
            rule.Codes(s0, t0, m0, m1).Store((sbyte*)(output + c));
            rule.Codes(s1, t1, m0, m1).Store((sbyte*)(output + c + pixel));
            rule.Codes(s2, t2, m0, m1).Store((sbyte*)(output + c + 2 * pixel));
            rule.Codes(s3, t3, m0, m1).Store((sbyte*)(output + c + 3 * pixel));
            if (c == last) return;
        }
    }

    /// <summary>Four interior pixels under any window, on weights of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonWideFour(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, step = row->Dilation * row->PixelBytes;
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
                for (int kx = row->KernelWidth; kx > 0; kx--, input += step, block += 16)
                {
                    Vector128<short> w = Vector128.Load((short*)block);
                    Vector64<short> v = Vector64.Load((short*)block);
                    NeonAddWide(v, w, input, ref s0, ref t0);
                    NeonAddWide(v, w, input + stride, ref s1, ref t1);
                    NeonAddWide(v, w, input + 2 * stride, ref s2, ref t2);
                    NeonAddWide(v, w, input + 3 * stride, ref s3, ref t3);
                }
            }
            rule.Codes(s0, t0, m0, m1).Store((sbyte*)(output + c));
            rule.Codes(s1, t1, m0, m1).Store((sbyte*)(output + c + pixel));
            rule.Codes(s2, t2, m0, m1).Store((sbyte*)(output + c + 2 * pixel));
            rule.Codes(s3, t3, m0, m1).Store((sbyte*)(output + c + 3 * pixel));
            if (c == last) return;
        }
    }

    /// <summary>One tap of eight channels of one pixel, on weights of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonAddWide(Vector64<short> v, Vector128<short> w, sbyte* a, ref Vector128<int> s, ref Vector128<int> t)
    {
        Vector128<short> x = AdvSimd.SignExtendWideningLower(Vector64.Load(a));
        t = AdvSimd.MultiplyWideningUpperAndAdd(t, x, w);
        s = AdvSimd.MultiplyWideningLowerAndAdd(s, x.GetLower(), v);
    }

    /// <summary>Two taps of eight channels of four pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonTwoTaps(
        sbyte* weights, sbyte* a, sbyte* b, nint stride,
        ref Vector128<int> s0, ref Vector128<int> t0, ref Vector128<int> s1, ref Vector128<int> t1,
        ref Vector128<int> s2, ref Vector128<int> t2, ref Vector128<int> s3, ref Vector128<int> t3)
    {
        Vector64<sbyte> v = Vector64.Load(weights), w = Vector64.Load(weights + 8);
        NeonAdd(NeonPair(v, w, a, b), ref s0, ref t0);
        NeonAdd(NeonPair(v, w, a + stride, b + stride), ref s1, ref t1);
        NeonAdd(NeonPair(v, w, a + 2 * stride, b + 2 * stride), ref s2, ref t2);
        NeonAdd(NeonPair(v, w, a + 3 * stride, b + 3 * stride), ref s3, ref t3);
    }

    /// <summary>One tap of eight channels of four pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonOneTap(
        sbyte* weights, sbyte* a, nint stride,
        ref Vector128<int> s0, ref Vector128<int> t0, ref Vector128<int> s1, ref Vector128<int> t1,
        ref Vector128<int> s2, ref Vector128<int> t2, ref Vector128<int> s3, ref Vector128<int> t3)
    {
        Vector64<sbyte> w = Vector64.Load(weights);
        NeonAdd(AdvSimd.MultiplyWideningLower(w, Vector64.Load(a)), ref s0, ref t0);
        NeonAdd(AdvSimd.MultiplyWideningLower(w, Vector64.Load(a + stride)), ref s1, ref t1);
        NeonAdd(AdvSimd.MultiplyWideningLower(w, Vector64.Load(a + 2 * stride)), ref s2, ref t2);
        NeonAdd(AdvSimd.MultiplyWideningLower(w, Vector64.Load(a + 3 * stride)), ref s3, ref t3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> NeonPair(Vector64<sbyte> v, Vector64<sbyte> w, sbyte* a, sbyte* b) =>
        AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLower(v, Vector64.Load(a)), w, Vector64.Load(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonAdd(Vector128<short> products, ref Vector128<int> s, ref Vector128<int> t)
    {
        t = AdvSimd.AddWideningUpper(t, products);
        s = AdvSimd.AddWideningLower(s, products.GetLower());
    }
}
