using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using X64 = System.Runtime.Intrinsics.X86.Avx2;

namespace EdgeNet.Kernels;

/// <content>Words of 256 bits: 16 channels.</content>
public static unsafe partial class DepthwiseS8
{
    internal static readonly DepthwiseKernel Avx2 = new("depthwise-s8-avx2", Avx2Tile, &AcceptsAny, &PackAvx2, &Avx2Row);

    private const int Avx2Tile = 16;

    private static int PackAvx2(DepthwisePacking packing, byte* to) => PackWords(packing, to, Avx2Tile);

    private static void Avx2Row(DepthwiseRow* row) =>
        WordRow(row, Avx2Tile, row->Stride == 1 ? &Avx2Three : &Avx2ThreeStride2, &Avx2Any, &Avx2Blocks);

    private static void Avx2Blocks(DepthwiseRow* row) =>
        WordBlocks(row, Avx2Tile, row->Stride == 1 ? &Avx2Three : &Avx2ThreeStride2, &Avx2Any);

    /// <summary>
    /// A 3×3 window at stride 1: as each column comes, it ends the sums of one output, goes on with those of the next and begins those of the
    /// one after.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Three(DepthwiseRow* row, byte* block, int c)
    {
        short* w = (short*)(block + WordWeights * Avx2Tile);
        Vector256<short> w00 = Vector256.Load(w);
        Vector256<short> w01 = Vector256.Load(w + 16);
        Vector256<short> w10 = Vector256.Load(w + 32);
        Vector256<short> w11 = Vector256.Load(w + 48);
        Vector256<short> w20 = Vector256.Load(w + 64);
        Vector256<short> w21 = Vector256.Load(w + 80);
        Vector256<short> w30 = Vector256.Load(w + 96);
        Vector256<short> w31 = Vector256.Load(w + 112);
        Vector256<short> w40 = Vector256.Load(w + 128);
        Vector256<short> w41 = Vector256.Load(w + 144);
        Vector256<int> bias0 = Vector256.Load((int*)block), bias1 = Vector256.Load((int*)block + 8);
        Vector256<float> scale0 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile)), scale1 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile) + 8);
        Vector256<float> high = Vector256.Create(row->Maximum);
        Vector256<short> zero = Vector256.Create((short)row->OutputZeroPoint);
        Vector128<sbyte> low = Lowest(row).GetLower();
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        byte* output = row->Output + c - 2 * row->Channels;
        Vector256<int> s0 = default, s1 = default, t0 = default, t1 = default;
        Vector256<short> before = default;
        int left = -row->PadLeft, last = left + row->OutputWidth + 2;
        for (int x = left; x < last; x++, output += row->Channels)
        {
            byte* a0 = outside, a1 = outside, a2 = outside;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            Vector256<short> y0 = Avx2Load(a0), y1 = Avx2Load(a1), y2 = Avx2Load(a2);
            Vector256<short> p0 = X64.UnpackLow(y0, y1), p1 = X64.UnpackHigh(y0, y1);
            Vector256<short> q0 = X64.UnpackLow(before, y2), q1 = X64.UnpackHigh(before, y2);
            before = y2;
            if (x >= left + 2)
            {
                s0 += X64.MultiplyAddAdjacent(p0, w20) + X64.MultiplyAddAdjacent(q0, w40);
                s1 += X64.MultiplyAddAdjacent(p1, w21) + X64.MultiplyAddAdjacent(q1, w41);
                Avx2Store(output, s0, s1, scale0, scale1, high, zero, low);
            }
            s0 = t0 + (X64.MultiplyAddAdjacent(p0, w10) + X64.MultiplyAddAdjacent(q0, w30));
            s1 = t1 + (X64.MultiplyAddAdjacent(p1, w11) + X64.MultiplyAddAdjacent(q1, w31));
            t0 = bias0 + X64.MultiplyAddAdjacent(p0, w00);
            t1 = bias1 + X64.MultiplyAddAdjacent(p1, w01);
        }
    }

    /// <summary>A 3×3 window at stride 2: every other column ends the sums of one output and begins those of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2ThreeStride2(DepthwiseRow* row, byte* block, int c)
    {
        short* w = (short*)(block + WordWeights * Avx2Tile);
        Vector256<short> w00 = Vector256.Load(w);
        Vector256<short> w01 = Vector256.Load(w + 16);
        Vector256<short> w10 = Vector256.Load(w + 32);
        Vector256<short> w11 = Vector256.Load(w + 48);
        Vector256<short> w20 = Vector256.Load(w + 64);
        Vector256<short> w21 = Vector256.Load(w + 80);
        Vector256<short> w30 = Vector256.Load(w + 96);
        Vector256<short> w31 = Vector256.Load(w + 112);
        Vector256<short> w40 = Vector256.Load(w + 128);
        Vector256<short> w41 = Vector256.Load(w + 144);
        Vector256<int> bias0 = Vector256.Load((int*)block), bias1 = Vector256.Load((int*)block + 8);
        Vector256<float> scale0 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile)), scale1 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile) + 8);
        Vector256<float> high = Vector256.Create(row->Maximum);
        Vector256<short> zero = Vector256.Create((short)row->OutputZeroPoint);
        Vector128<sbyte> low = Lowest(row).GetLower();
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        byte* output = row->Output + c;
        Vector256<int> s0 = default, s1 = default;
        Vector256<short> before = default;
        int left = -row->PadLeft, last = left + 2 * row->OutputWidth + 1;
        for (int x = left; ; x++)
        {
            byte* a0 = outside, a1 = outside, a2 = outside;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            Vector256<short> y0 = Avx2Load(a0), y1 = Avx2Load(a1), y2 = Avx2Load(a2);
            Vector256<short> p0 = X64.UnpackLow(y0, y1), p1 = X64.UnpackHigh(y0, y1);
            if (x > left)
            {
                Vector256<short> q0 = X64.UnpackLow(before, y2), q1 = X64.UnpackHigh(before, y2);
                s0 += X64.MultiplyAddAdjacent(p0, w20) + X64.MultiplyAddAdjacent(q0, w40);
                s1 += X64.MultiplyAddAdjacent(p1, w21) + X64.MultiplyAddAdjacent(q1, w41);
                Avx2Store(output, s0, s1, scale0, scale1, high, zero, low);
                output += row->Channels;
            }
            if (++x >= last) break;
            before = y2;
            s0 = bias0 + X64.MultiplyAddAdjacent(p0, w00);
            s1 = bias1 + X64.MultiplyAddAdjacent(p1, w01);
            a0 = a1 = a2 = outside;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            y0 = Avx2Load(a0);
            y1 = Avx2Load(a1);
            y2 = Avx2Load(a2);
            s0 += X64.MultiplyAddAdjacent(X64.UnpackLow(y0, y1), w10) + X64.MultiplyAddAdjacent(X64.UnpackLow(before, y2), w30);
            s1 += X64.MultiplyAddAdjacent(X64.UnpackHigh(y0, y1), w11) + X64.MultiplyAddAdjacent(X64.UnpackHigh(before, y2), w31);
            before = y2;
        }
    }

    /// <summary>Any window, output by output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Any(DepthwiseRow* row, nint* rows, int height, byte* block, int c)
    {
        Vector256<float> scale0 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile)), scale1 = Vector256.Load((float*)(block + sizeof(int) * Avx2Tile) + 8);
        Vector256<float> high = Vector256.Create(row->Maximum);
        Vector256<short> zero = Vector256.Create((short)row->OutputZeroPoint);
        Vector128<sbyte> low = Lowest(row).GetLower();
        byte* output = row->Output + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        for (int x = 0; x < row->OutputWidth; x++, output += row->Channels)
        {
            short* w = (short*)(block + WordWeights * Avx2Tile);
            Vector256<int> s0 = Vector256.Load((int*)block), s1 = Vector256.Load((int*)block + 8);
            for (nint* pair = rows; pair < rows + height; pair += 2)
            {
                byte* r0 = (byte*)pair[0] + c, r1 = (byte*)pair[1] + c;
                int at = x * row->Stride - row->PadLeft;
                for (int kx = row->KernelWidth; kx > 0; kx--, at += row->Dilation, w += 32)
                {
                    byte* a0 = outside, a1 = outside;
                    if ((uint)at < (uint)width)
                    {
                        a0 = r0 + at * pixel;
                        a1 = r1 + at * pixel;
                    }
                    Vector256<short> y0 = Avx2Load(a0), y1 = Avx2Load(a1);
                    s0 += X64.MultiplyAddAdjacent(X64.UnpackLow(y0, y1), Vector256.Load(w));
                    s1 += X64.MultiplyAddAdjacent(X64.UnpackHigh(y0, y1), Vector256.Load(w + 16));
                }
            }
            Avx2Store(output, s0, s1, scale0, scale1, high, zero, low);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Avx2Load(byte* from) => X64.ConvertToVector256Int16(Vector128.Load((sbyte*)from));

    /// <summary>The codes of 32 channels: sums and multipliers are in the order of unpacking, and packing within each 128 bits undoes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Store(
        byte* output, Vector256<int> s0, Vector256<int> s1, Vector256<float> scale0, Vector256<float> scale1,
        Vector256<float> high, Vector256<short> zero, Vector128<sbyte> low)
    {
        Vector256<int> q0 = RequantizationVectors.Round(s0, scale0, high), q1 = RequantizationVectors.Round(s1, scale1, high);
        Vector256<short> q = X64.AddSaturate(X64.PackSignedSaturate(q0, q1), zero);
        Sse41.Max(Sse2.PackSignedSaturate(q.GetLower(), q.GetUpper()), low).Store((sbyte*)output);
    }
}
