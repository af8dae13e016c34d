using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

public static unsafe partial class DepthwiseS8
{
    /// <summary>
    /// 3×3 by dot products: the three codes of a column are brought side by side for each channel (the fourth weight is zero) and, at
    /// stride 1, serve three outputs. Eight channels run along the whole row with their weights in registers; columns left and right of
    /// the image are the zero pixel.
    /// </summary>
    internal static readonly DepthwiseKernel NeonDot = new("depthwise-s8-neondot-3x3", 8, &AcceptsNeonDot, &PackNeonDot, &NeonDotRow);

    private const int NeonDotBlock = 160;

    private static bool AcceptsNeonDot(in DepthwiseShape shape) =>
        shape is { KernelHeight: 3, KernelWidth: 3, DilationWidth: 1, StrideWidth: 1, PadLeft: <= 2 } or
        { KernelHeight: 3, KernelWidth: 3, DilationWidth: 1, StrideWidth: 2, PadLeft: <= 1 };

    /// <summary>For each eight channels bias, multipliers and, for each column of the window, the weights of its rows: [channel][4].</summary>
    private static int PackNeonDot(DepthwisePacking packing, byte* to)
    {
        // A weight less its zero point may take nine bits.
        if (!packing.Quantization.WeightZeroPoints.IsEmpty) return PackNeon(packing, to);
        int channels = packing.Shape.Channels, blocks = (channels + 7) / 8, length = checked(NeonHeader + blocks * NeonDotBlock);
        if (to == null) return length;
        var packed = new Span<byte>(to, length);
        packed.Clear();
        for (int b = 0; b < blocks; b++)
        {
            int first = BlockStart(b, 8, channels);
            Span<byte> own = packed.Slice(NeonHeader + b * NeonDotBlock, NeonDotBlock);
            for (int i = 0; i < Math.Min(8, channels); i++)
            {
                int channel = first + i;
                MemoryMarshal.Cast<byte, int>(own)[i] = PackedBias(packing, channel, 0);
                MemoryMarshal.Cast<byte, float>(own)[8 + i] = Requantization.Finite(packing.Quantization.Multipliers[channel]);
                for (int tap = 0; tap < 9; tap++) own[64 + tap % 3 * 32 + i * 4 + tap / 3] = (byte)packing.Codes[tap * channels + channel];
            }
        }
        return length;
    }

    private static void NeonDotRow(DepthwiseRow* row)
    {
        if (row->Channels < 8) Narrow(row, 8, &NeonDotBlocks);
        else NeonDotBlocks(row);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonDotBlocks(DepthwiseRow* row)
    {
        if (*row->Weights != 0)
        {
            NeonBlocks(row);
            return;
        }
        byte* block = row->Weights + NeonHeader;
        nint last = row->Channels - 8;
        for (nint c = 0; ; c = Math.Min(c + 8, last), block += NeonDotBlock)
        {
            if (row->Stride == 1) NeonDotStride1(row, c, block);
            else NeonDotStride2(row, c, block);
            if (c == last) return;
        }
    }

    /// <summary>Each column ends one output, is the middle of the next and begins the one after: three in turn, so that no sum is moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonDotStride1(DepthwiseRow* row, nint c, byte* block)
    {
        Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
        Vector128<sbyte> u0 = Vector128.Load((sbyte*)block + 64), u1 = Vector128.Load((sbyte*)block + 80);
        Vector128<sbyte> v0 = Vector128.Load((sbyte*)block + 96), v1 = Vector128.Load((sbyte*)block + 112);
        Vector128<sbyte> w0 = Vector128.Load((sbyte*)block + 128), w1 = Vector128.Load((sbyte*)block + 144);
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        nint r0 = row->Rows[0] + c, r1 = row->Rows[1] + c, r2 = row->Rows[2] + c, zero = row->ZeroPixel + c;
        nint pixel = row->PixelBytes, next = row->Channels, width = row->InputWidth * pixel, at = -row->PadLeft * pixel;
        byte* output = row->Output + c, end = output + row->OutputWidth * next;

        NeonDotColumn(r0, r1, r2, zero, at, width, out Vector128<sbyte> x0, out Vector128<sbyte> x1);
        Vector128<int> a0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0), a1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        at += pixel;
        NeonDotColumn(r0, r1, r2, zero, at, width, out x0, out x1);
        a0 = Dp.DotProduct(a0, x0, v0);
        a1 = Dp.DotProduct(a1, x1, v1);
        Vector128<int> b0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0), b1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1), c0, c1;
        at += pixel;

        // Column `at` is inside: it is the third of its output at least, and padding is two at most.
        byte* whole = output + (Math.Min(row->OutputWidth, row->InputWidth + row->PadLeft - 2) - 2) * next;
        for (; output < whole; output += 3 * next, at += 3 * pixel)
        {
            NeonDotColumn(r0 + at, r1 + at, r2 + at, out x0, out x1);
            rule.Codes(Dp.DotProduct(a0, x0, w0), Dp.DotProduct(a1, x1, w1), m0, m1).Store((sbyte*)output);
            b0 = Dp.DotProduct(b0, x0, v0);
            b1 = Dp.DotProduct(b1, x1, v1);
            c0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            c1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);

            NeonDotColumn(r0 + at + pixel, r1 + at + pixel, r2 + at + pixel, out x0, out x1);
            rule.Codes(Dp.DotProduct(b0, x0, w0), Dp.DotProduct(b1, x1, w1), m0, m1).Store((sbyte*)(output + next));
            c0 = Dp.DotProduct(c0, x0, v0);
            c1 = Dp.DotProduct(c1, x1, v1);
            a0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            a1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);

            NeonDotColumn(r0 + at + 2 * pixel, r1 + at + 2 * pixel, r2 + at + 2 * pixel, out x0, out x1);
            rule.Codes(Dp.DotProduct(c0, x0, w0), Dp.DotProduct(c1, x1, w1), m0, m1).Store((sbyte*)(output + 2 * next));
            a0 = Dp.DotProduct(a0, x0, v0);
            a1 = Dp.DotProduct(a1, x1, v1);
            b0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            b1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        }
        for (; output < end; output += next, at += pixel)
        {
            NeonDotColumn(r0, r1, r2, zero, at, width, out x0, out x1);
            rule.Codes(Dp.DotProduct(a0, x0, w0), Dp.DotProduct(a1, x1, w1), m0, m1).Store((sbyte*)output);
            a0 = Dp.DotProduct(b0, x0, v0);
            a1 = Dp.DotProduct(b1, x1, v1);
            b0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            b1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        }
    }

    /// <summary>Every second column ends one output and begins the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonDotStride2(DepthwiseRow* row, nint c, byte* block)
    {
        Vector128<float> m0 = Vector128.Load((float*)block + 8), m1 = Vector128.Load((float*)block + 12);
        Vector128<sbyte> u0 = Vector128.Load((sbyte*)block + 64), u1 = Vector128.Load((sbyte*)block + 80);
        Vector128<sbyte> v0 = Vector128.Load((sbyte*)block + 96), v1 = Vector128.Load((sbyte*)block + 112);
        Vector128<sbyte> w0 = Vector128.Load((sbyte*)block + 128), w1 = Vector128.Load((sbyte*)block + 144);
        var rule = new NeonRequantization(row->OutputZeroPoint, row->Minimum, row->Maximum);
        nint r0 = row->Rows[0] + c, r1 = row->Rows[1] + c, r2 = row->Rows[2] + c, zero = row->ZeroPixel + c;
        nint pixel = row->PixelBytes, next = row->Channels, width = row->InputWidth * pixel, at = -row->PadLeft * pixel;
        byte* output = row->Output + c, end = output + row->OutputWidth * next;

        NeonDotColumn(r0, r1, r2, zero, at, width, out Vector128<sbyte> x0, out Vector128<sbyte> x1);
        Vector128<int> a0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0), a1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        at += pixel;

        // Column `at` is inside: padding is one at most.
        byte* whole = output + Math.Min(row->OutputWidth, (row->InputWidth + row->PadLeft - 1) >> 1) * next;
        for (; output < whole; output += next, at += 2 * pixel)
        {
            NeonDotColumn(r0 + at, r1 + at, r2 + at, out x0, out x1);
            a0 = Dp.DotProduct(a0, x0, v0);
            a1 = Dp.DotProduct(a1, x1, v1);
            NeonDotColumn(r0 + at + pixel, r1 + at + pixel, r2 + at + pixel, out x0, out x1);
            rule.Codes(Dp.DotProduct(a0, x0, w0), Dp.DotProduct(a1, x1, w1), m0, m1).Store((sbyte*)output);
            a0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            a1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        }
        for (; output < end; output += next, at += 2 * pixel)
        {
            NeonDotColumn(r0, r1, r2, zero, at, width, out x0, out x1);
            a0 = Dp.DotProduct(a0, x0, v0);
            a1 = Dp.DotProduct(a1, x1, v1);
            NeonDotColumn(r0, r1, r2, zero, at + pixel, width, out x0, out x1);
            rule.Codes(Dp.DotProduct(a0, x0, w0), Dp.DotProduct(a1, x1, w1), m0, m1).Store((sbyte*)output);
            a0 = Dp.DotProduct(Vector128.Load((int*)block), x0, u0);
            a1 = Dp.DotProduct(Vector128.Load((int*)block + 4), x1, u1);
        }
    }

    /// <summary>A column that may lie beside the image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotColumn(nint r0, nint r1, nint r2, nint zero, nint at, nint width, out Vector128<sbyte> x0, out Vector128<sbyte> x1)
    {
        bool inside = (nuint)at < (nuint)width;
        NeonDotColumn(inside ? r0 + at : zero, inside ? r1 + at : zero, inside ? r2 + at : zero, out x0, out x1);
    }

    /// <summary>Eight channels of a column: [channel][row 0, row 1, row 2, row 2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotColumn(nint r0, nint r1, nint r2, out Vector128<sbyte> x0, out Vector128<sbyte> x1)
    {
        Vector128<sbyte> third = Vector128.CreateScalarUnsafe(*(double*)r2).AsSByte();
        Vector128<short> first = AdvSimd.Arm64.ZipLow(
            Vector128.CreateScalarUnsafe(*(double*)r0).AsSByte(), Vector128.CreateScalarUnsafe(*(double*)r1).AsSByte()).AsInt16();
        Vector128<short> second = AdvSimd.Arm64.ZipLow(third, third).AsInt16();
        x0 = AdvSimd.Arm64.ZipLow(first, second).AsSByte();
        x1 = AdvSimd.Arm64.ZipHigh(first, second).AsSByte();
    }
}
