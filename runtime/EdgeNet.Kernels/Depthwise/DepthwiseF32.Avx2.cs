using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static unsafe partial class DepthwiseF32
{
    /// <summary>
    /// Four pixels × 8 channels at a time: each weight is loaded once for four products. 3×3 windows keep the weights of a row of the
    /// window and load each input once; other windows load an input for each product.
    /// </summary>
    internal static readonly DepthwiseKernel Avx2 = new("depthwise-f32-avx2", 8, &AcceptsAny, &PackBlocks8, &Avx2Row);

    private static int PackBlocks8(DepthwisePacking packing, byte* to) => PackBlocks(packing, to, 8);

    /// <summary>
    /// Channels that are computed along a whole row before the next ones: their weights stay in the first-level cache, and so do the
    /// columns that neighbouring pixels share, although pixels of many channels fall on few cache sets.
    /// </summary>
    private const int Avx2Chunk = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Row(DepthwiseRow* row)
    {
        if (row->KernelHeight == 3 && row->KernelWidth == 3 && row->Dilation == 1 && row->PadLeft <= 1 && row->Channels >= 8 && row->OutputWidth >= 4
            && row->Stride <= 2 && (row->OutputWidth - 1) * row->Stride - row->PadLeft + 3 <= row->InputWidth + 1)
        {
            if (row->Stride == 1) Avx2Row3x3<N1>(row);
            else Avx2Row3x3<N2>(row);
            return;
        }
        (int first, int last) = Interior(row);
        int x = 0;
        for (; x < first; x++) Avx2Pixel(row, x);
        for (; x + 4 <= last; x += 4) Avx2Four(row, x);
        for (; x < row->OutputWidth; x++) Avx2Pixel(row, x);
    }

    /// <summary>3×3 with at most one column outside the image on either side: tiles of four pixels, the last one moved back to end with the row.</summary>
    private static void Avx2Row3x3<TStride>(DepthwiseRow* row) where TStride : struct, ICount
    {
        int last = row->OutputWidth - 4, whole = row->Channels & ~7;
        bool left = row->PadLeft > 0, right = (row->OutputWidth - 1) * TStride.Value - row->PadLeft + 3 > row->InputWidth;
        for (int c = 0; c < whole; c += Avx2Chunk)
        {
            int end = Math.Min(whole, c + Avx2Chunk), x = 0;
            if (left)
            {
                Avx2Tiles<TStride>(row, c, end, 0, 0, outsideLeft: true, outsideRight: right && last == 0);
                x = 4;
            }
            // Tiles inside, and one more that may overlap the last.
            int stop = right ? Math.Min(last - 1, row->OutputWidth - 5) : last;
            if (x <= stop) x = Avx2Tiles<TStride>(row, c, end, x, stop, false, false);
            if (x < row->OutputWidth) Avx2Tiles<TStride>(row, c, end, last, last, false, right);
        }
        if (whole < row->Channels)
        {
            float* block = (float*)row->Weights + whole / 8 * 80;
            for (int x = 0; x < row->OutputWidth; x++)
            {
                (int begin, int end) = KernelWindow.Inside(x * row->Stride - row->PadLeft, 3, 1, row->InputWidth);
                Avx2Block(row, x, whole, block, begin, end);
            }
        }
    }

    /// <summary>Tiles of four pixels from x while they begin at or before <paramref name="stop"/>, channels c..end. Returns the pixel after the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Avx2Tiles<TStride>(DepthwiseRow* row, int c, int end, int x, int stop, bool outsideLeft, bool outsideRight)
        where TStride : struct, ICount
    {
        nint pixel = row->PixelBytes, pixel3 = 3 * pixel, pixel5 = 5 * pixel, pixel7 = 7 * pixel, outputPixel = row->Channels * sizeof(float);
        Vector256<float> low = Vector256.Create(row->Minimum), high = Vector256.Create(row->Maximum);
        for (; x <= stop; x += 4)
        {
            nint at = (x * TStride.Value - row->PadLeft) * pixel;
            byte* r0 = (byte*)row->Rows[0] + at, r1 = (byte*)row->Rows[1] + at, r2 = (byte*)row->Rows[2] + at;
            byte* output = row->Output + x * outputPixel;
            float* w = (float*)row->Weights + c * 10;
            for (nint i = (nint)c * sizeof(float); i < (nint)end * sizeof(float); i += 32, w += 80)
            {
                Vector256<float> s0 = Vector256.Load(w), s1 = s0, s2 = s0, s3 = s0;
                Avx2Window<TStride>(r0 + i, pixel, pixel3, pixel5, pixel7, w + 8, outsideLeft, outsideRight, ref s0, ref s1, ref s2, ref s3);
                Avx2Window<TStride>(r1 + i, pixel, pixel3, pixel5, pixel7, w + 32, outsideLeft, outsideRight, ref s0, ref s1, ref s2, ref s3);
                Avx2Window<TStride>(r2 + i, pixel, pixel3, pixel5, pixel7, w + 56, outsideLeft, outsideRight, ref s0, ref s1, ref s2, ref s3);
                // Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.
                byte* to = output + i;
                Avx.Min(high, Avx.Max(low, s0)).Store((float*)to);
                Avx.Min(high, Avx.Max(low, s1)).Store((float*)(to + outputPixel));
                Avx.Min(high, Avx.Max(low, s2)).Store((float*)(to + 2 * outputPixel));
                Avx.Min(high, Avx.Max(low, s3)).Store((float*)(to + 2 * outputPixel + outputPixel));
            }
        }
        return x;
    }

    /// <summary>Any one pixel: taps beyond the left and right edge are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Pixel(DepthwiseRow* row, int x)
    {
        (int begin, int end) = KernelWindow.Inside(x * row->Stride - row->PadLeft, row->KernelWidth, row->Dilation, row->InputWidth);
        float* block = (float*)row->Weights;
        nint step = row->Dilation * row->PixelBytes, at = (x * row->Stride - row->PadLeft + begin * row->Dilation) * row->PixelBytes;
        float* output = (float*)row->Output + (nint)x * row->Channels;
        Vector256<float> low = Vector256.Create(row->Minimum), high = Vector256.Create(row->Maximum);
        int c = 0;
        for (; c + 8 <= row->Channels; c += 8, at += 32)
        {
            Vector256<float> sum = Vector256.Load(block);
            block += 8;
            for (int ky = 0; ky < row->KernelHeight; ky++, block += 8 * row->KernelWidth)
            {
                byte* input = (byte*)row->Rows[ky] + at;
                for (int kx = begin; kx < end; kx++, input += step)
                    sum = Vector256.FusedMultiplyAdd(Vector256.Load((float*)input), Vector256.Load(block + 8 * kx), sum);
            }
            Avx.Min(high, Avx.Max(low, sum)).Store(output + c);
        }
        if (c < row->Channels) Avx2Block(row, x, c, block, begin, end);
    }

    /// <summary>One pixel × up to 8 channels over the taps begin..end of each row of the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Block(DepthwiseRow* row, int x, int c, float* block, int begin, int end)
    {
        int channels = Math.Min(8, row->Channels - c);
        nint step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft + begin * row->Dilation) * row->PixelBytes + c * sizeof(float);
        Vector256<float> sum = Vector256.Load(block);
        block += 8;
        for (int ky = 0; ky < row->KernelHeight; ky++, block += 8 * row->KernelWidth)
        {
            byte* input = (byte*)row->Rows[ky] + at;
            for (int kx = begin; kx < end; kx++, input += step)
                sum = Vector256.FusedMultiplyAdd(Avx2Load((float*)input, channels), Vector256.Load(block + 8 * kx), sum);
        }
        Avx2Store(row, (float*)row->Output + (nint)x * row->Channels + c, channels, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Four(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, stride3 = 3 * stride, step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft) * row->PixelBytes;
        float* output = (float*)row->Output + (nint)x * row->Channels;
        float* block = (float*)row->Weights;
        int c = 0;
        for (; c + 8 <= row->Channels; c += 8, at += 32)
        {
            Vector256<float> s0 = Vector256.Load(block), s1 = s0, s2 = s0, s3 = s0;
            block += 8;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                byte* input = (byte*)row->Rows[ky] + at;
                for (int kx = row->KernelWidth; kx > 0; kx--, input += step, block += 8)
                {
                    Vector256<float> w = Vector256.Load(block);
                    s0 = Vector256.FusedMultiplyAdd(w, Vector256.Load((float*)input), s0);
                    s1 = Vector256.FusedMultiplyAdd(w, Vector256.Load((float*)(input + stride)), s1);
                    s2 = Vector256.FusedMultiplyAdd(w, Vector256.Load((float*)(input + 2 * stride)), s2);
                    s3 = Vector256.FusedMultiplyAdd(w, Vector256.Load((float*)(input + stride3)), s3);
                }
            }
            Avx2StoreFour(row, output + c, s0, s1, s2, s3);
        }
        if (c < row->Channels) Avx2FourRest(row, x, c, block);
    }

    /// <summary>One row of a 3×3 window over four pixels: each input is loaded once, three weights, twelve products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Window<TStride>(
        byte* input, nint pixel, nint pixel3, nint pixel5, nint pixel7, float* weights, bool outsideLeft, bool outsideRight,
        ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2, ref Vector256<float> s3)
        where TStride : struct, ICount
    {
        Vector256<float> w0 = Vector256.Load(weights), w1 = Vector256.Load(weights + 8), w2 = Vector256.Load(weights + 16);
        if (!outsideLeft) s0 = Vector256.FusedMultiplyAdd(w0, Vector256.Load((float*)input), s0);
        Vector256<float> x1 = Vector256.Load((float*)(input + pixel)), x2 = Vector256.Load((float*)(input + 2 * pixel));
        Vector256<float> x3 = Vector256.Load((float*)(input + pixel3)), x4 = Vector256.Load((float*)(input + 4 * pixel));
        s0 = Vector256.FusedMultiplyAdd(w1, x1, s0);
        s0 = Vector256.FusedMultiplyAdd(w2, x2, s0);
        if (TStride.Value == 1)
        {
            s1 = Vector256.FusedMultiplyAdd(w0, x1, s1);
            s1 = Vector256.FusedMultiplyAdd(w1, x2, s1);
            s1 = Vector256.FusedMultiplyAdd(w2, x3, s1);
            s2 = Vector256.FusedMultiplyAdd(w0, x2, s2);
            s2 = Vector256.FusedMultiplyAdd(w1, x3, s2);
            s2 = Vector256.FusedMultiplyAdd(w2, x4, s2);
            s3 = Vector256.FusedMultiplyAdd(w0, x3, s3);
            s3 = Vector256.FusedMultiplyAdd(w1, x4, s3);
            if (!outsideRight) s3 = Vector256.FusedMultiplyAdd(w2, Vector256.Load((float*)(input + pixel5)), s3);
        }
        else
        {
            s1 = Vector256.FusedMultiplyAdd(w0, x2, s1);
            s1 = Vector256.FusedMultiplyAdd(w1, x3, s1);
            s1 = Vector256.FusedMultiplyAdd(w2, x4, s1);
            Vector256<float> x6 = Vector256.Load((float*)(input + 2 * pixel3));
            s2 = Vector256.FusedMultiplyAdd(w0, x4, s2);
            s2 = Vector256.FusedMultiplyAdd(w1, Vector256.Load((float*)(input + pixel5)), s2);
            s2 = Vector256.FusedMultiplyAdd(w2, x6, s2);
            s3 = Vector256.FusedMultiplyAdd(w0, x6, s3);
            s3 = Vector256.FusedMultiplyAdd(w1, Vector256.Load((float*)(input + pixel7)), s3);
            if (!outsideRight) s3 = Vector256.FusedMultiplyAdd(w2, Vector256.Load((float*)(input + 8 * pixel)), s3);
        }
    }

    /// <summary>The channels after the last whole vector, of four interior pixels.</summary>
    private static void Avx2FourRest(DepthwiseRow* row, int x, int c, float* block)
    {
        for (int i = 0; i < 4; i++) Avx2Block(row, x + i, c, block, 0, row->KernelWidth);
    }

    /// <summary>Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2StoreFour(
        DepthwiseRow* row, float* to, Vector256<float> s0, Vector256<float> s1, Vector256<float> s2, Vector256<float> s3)
    {
        Vector256<float> low = Vector256.Create(row->Minimum), high = Vector256.Create(row->Maximum);
        nint pixel = row->Channels;
        Avx.Min(high, Avx.Max(low, s0)).Store(to);
        Avx.Min(high, Avx.Max(low, s1)).Store(to + pixel);
        Avx.Min(high, Avx.Max(low, s2)).Store(to + 2 * pixel);
        Avx.Min(high, Avx.Max(low, s3)).Store(to + 3 * pixel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Avx2Load(float* from, int channels) => channels == 8 ? Vector256.Load(from) : Avx2LoadPart(from, channels);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> Avx2LoadPart(float* from, int channels)
    {
        Vector256<float> part = default;
        Unsafe.CopyBlockUnaligned(&part, from, (uint)channels * sizeof(float));
        return part;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Store(DepthwiseRow* row, float* to, int channels, Vector256<float> sum)
    {
        // Of a NaN and a number these give the second operand, so that NaN is not hidden.
        sum = Avx.Min(Vector256.Create(row->Maximum), Avx.Max(Vector256.Create(row->Minimum), sum));
        if (channels == 8) sum.Store(to);
        else Avx2StorePart(to, channels, sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Avx2StorePart(float* to, int channels, Vector256<float> part) =>
        Unsafe.CopyBlockUnaligned(to, &part, (uint)channels * sizeof(float));
}
