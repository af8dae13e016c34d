using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static unsafe partial class DepthwiseF32
{
    /// <summary>
    /// Four pixels × 16 channels at a time: each weight is loaded once for four products. 3×3 at stride 1 keeps the weights of a row of
    /// the window and loads each input once; other windows load an input for each product.
    /// </summary>
    internal static readonly DepthwiseKernel Avx512 = new("depthwise-f32-avx512", 16, &AcceptsAny, &PackBlocks16, &Avx512Row);

    private static int PackBlocks16(DepthwisePacking packing, byte* to) => PackBlocks(packing, to, 16);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Row(DepthwiseRow* row)
    {
        (int first, int last) = Interior(row);
        int x = 0;
        for (; x < first; x++) Avx512Pixel(row, x);
        if (row->KernelHeight == 3 && row->KernelWidth == 3 && row->Stride == 1 && row->Dilation == 1)
        {
            for (; x + 4 <= last; x += 4) Avx512Four3x3(row, x);
        }
        else
        {
            for (; x + 4 <= last; x += 4) Avx512Four(row, x);
        }
        for (; x < row->OutputWidth; x++) Avx512Pixel(row, x);
    }

    /// <summary>Any one pixel: taps beyond the left and right edge are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Pixel(DepthwiseRow* row, int x)
    {
        (int begin, int end) = KernelWindow.Inside(x * row->Stride - row->PadLeft, row->KernelWidth, row->Dilation, row->InputWidth);
        float* block = (float*)row->Weights;
        int length = 16 * (1 + row->KernelHeight * row->KernelWidth);
        for (int c = 0; c < row->Channels; c += 16, block += length) Avx512Block(row, x, c, block, begin, end);
    }

    /// <summary>One pixel × up to 16 channels over the taps begin..end of each row of the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Block(DepthwiseRow* row, int x, int c, float* block, int begin, int end)
    {
        int channels = Math.Min(16, row->Channels - c);
        nint step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft + begin * row->Dilation) * row->PixelBytes + c * sizeof(float);
        Vector512<float> sum = Vector512.Load(block);
        block += 16;
        for (int ky = 0; ky < row->KernelHeight; ky++, block += 16 * row->KernelWidth)
        {
            byte* input = (byte*)row->Rows[ky] + at;
            for (int kx = begin; kx < end; kx++, input += step)
                sum = Vector512.FusedMultiplyAdd(Avx512Load((float*)input, channels), Vector512.Load(block + 16 * kx), sum);
        }
        Avx512Store(row, (float*)row->Output + (nint)x * row->Channels + c, channels, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Four(DepthwiseRow* row, int x)
    {
        nint stride = row->Stride * row->PixelBytes, stride3 = 3 * stride, step = row->Dilation * row->PixelBytes;
        nint at = (x * row->Stride - row->PadLeft) * row->PixelBytes;
        float* output = (float*)row->Output + (nint)x * row->Channels;
        float* block = (float*)row->Weights;
        int c = 0;
        for (; c + 16 <= row->Channels; c += 16, at += 64)
        {
            Vector512<float> s0 = Vector512.Load(block), s1 = s0, s2 = s0, s3 = s0;
            block += 16;
            for (int ky = 0; ky < row->KernelHeight; ky++)
            {
                byte* input = (byte*)row->Rows[ky] + at;
                for (int kx = row->KernelWidth; kx > 0; kx--, input += step, block += 16)
                {
                    Vector512<float> w = Vector512.Load(block);
                    s0 = Vector512.FusedMultiplyAdd(w, Vector512.Load((float*)input), s0);
                    s1 = Vector512.FusedMultiplyAdd(w, Vector512.Load((float*)(input + stride)), s1);
                    s2 = Vector512.FusedMultiplyAdd(w, Vector512.Load((float*)(input + 2 * stride)), s2);
                    s3 = Vector512.FusedMultiplyAdd(w, Vector512.Load((float*)(input + stride3)), s3);
                }
            }
            Avx512StoreFour(row, output + c, s0, s1, s2, s3);
        }
        if (c < row->Channels) Avx512FourRest(row, x, c, block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Four3x3(DepthwiseRow* row, int x)
    {
        nint pixel = row->PixelBytes, pixel3 = 3 * pixel, pixel5 = 5 * pixel;
        nint left = (x - row->PadLeft) * pixel;
        byte* r0 = (byte*)row->Rows[0] + left, r1 = (byte*)row->Rows[1] + left, r2 = (byte*)row->Rows[2] + left;
        float* output = (float*)row->Output + (nint)x * row->Channels;
        float* block = (float*)row->Weights;
        int c = 0;
        for (; c + 16 <= row->Channels; c += 16, block += 160, r0 += 64, r1 += 64, r2 += 64)
        {
            Vector512<float> s0 = Vector512.Load(block), s1 = s0, s2 = s0, s3 = s0;
            Avx512Window(r0, pixel, pixel3, pixel5, block + 16, ref s0, ref s1, ref s2, ref s3);
            Avx512Window(r1, pixel, pixel3, pixel5, block + 64, ref s0, ref s1, ref s2, ref s3);
            Avx512Window(r2, pixel, pixel3, pixel5, block + 112, ref s0, ref s1, ref s2, ref s3);
            Avx512StoreFour(row, output + c, s0, s1, s2, s3);
        }
        if (c < row->Channels) Avx512FourRest(row, x, c, block);
    }

    /// <summary>One row of a 3×3 window over four pixels: six inputs, three weights, twelve products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Window(
        byte* input, nint pixel, nint pixel3, nint pixel5, float* weights,
        ref Vector512<float> s0, ref Vector512<float> s1, ref Vector512<float> s2, ref Vector512<float> s3)
    {
        Vector512<float> w0 = Vector512.Load(weights), w1 = Vector512.Load(weights + 16), w2 = Vector512.Load(weights + 32);
        s0 = Vector512.FusedMultiplyAdd(w0, Vector512.Load((float*)input), s0);
        Vector512<float> x1 = Vector512.Load((float*)(input + pixel));
        s0 = Vector512.FusedMultiplyAdd(w1, x1, s0);
        s1 = Vector512.FusedMultiplyAdd(w0, x1, s1);
        Vector512<float> x2 = Vector512.Load((float*)(input + 2 * pixel));
        s0 = Vector512.FusedMultiplyAdd(w2, x2, s0);
        s1 = Vector512.FusedMultiplyAdd(w1, x2, s1);
        s2 = Vector512.FusedMultiplyAdd(w0, x2, s2);
        Vector512<float> x3 = Vector512.Load((float*)(input + pixel3));
        s1 = Vector512.FusedMultiplyAdd(w2, x3, s1);
        s2 = Vector512.FusedMultiplyAdd(w1, x3, s2);
        s3 = Vector512.FusedMultiplyAdd(w0, x3, s3);
        Vector512<float> x4 = Vector512.Load((float*)(input + 4 * pixel));
        s2 = Vector512.FusedMultiplyAdd(w2, x4, s2);
        s3 = Vector512.FusedMultiplyAdd(w1, x4, s3);
        s3 = Vector512.FusedMultiplyAdd(w2, Vector512.Load((float*)(input + pixel5)), s3);
    }

    /// <summary>The channels after the last whole vector, of four interior pixels.</summary>
    private static void Avx512FourRest(DepthwiseRow* row, int x, int c, float* block)
    {
        for (int i = 0; i < 4; i++) Avx512Block(row, x + i, c, block, 0, row->KernelWidth);
    }

    /// <summary>Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512StoreFour(
        DepthwiseRow* row, float* to, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
    {
        Vector512<float> low = Vector512.Create(row->Minimum), high = Vector512.Create(row->Maximum);
        nint pixel = row->Channels;
        Avx512F.Min(high, Avx512F.Max(low, s0)).Store(to);
        Avx512F.Min(high, Avx512F.Max(low, s1)).Store(to + pixel);
        Avx512F.Min(high, Avx512F.Max(low, s2)).Store(to + 2 * pixel);
        Avx512F.Min(high, Avx512F.Max(low, s3)).Store(to + 3 * pixel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Avx512Load(float* from, int channels) => channels == 16 ? Vector512.Load(from) : Avx512LoadPart(from, channels);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> Avx512LoadPart(float* from, int channels)
    {
        Vector512<float> part = default;
        Unsafe.CopyBlockUnaligned(&part, from, (uint)channels * sizeof(float));
        return part;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Store(DepthwiseRow* row, float* to, int channels, Vector512<float> sum)
    {
        // Of a NaN and a number these give the second operand, so that NaN is not hidden.
        sum = Avx512F.Min(Vector512.Create(row->Maximum), Avx512F.Max(Vector512.Create(row->Minimum), sum));
        if (channels == 16) sum.Store(to);
        else Avx512StorePart(to, channels, sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Avx512StorePart(float* to, int channels, Vector512<float> part) =>
        Unsafe.CopyBlockUnaligned(to, &part, (uint)channels * sizeof(float));
}
