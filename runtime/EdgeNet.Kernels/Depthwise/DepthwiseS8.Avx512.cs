using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using X64 = System.Runtime.Intrinsics.X86.Avx2;

namespace EdgeNet.Kernels;

/// <content>Words of 512 bits: 32 channels. The weights of a 3×3 window stay in registers for the whole row.</content>
public static unsafe partial class DepthwiseS8
{
    internal static readonly DepthwiseKernel Avx512 = new("depthwise-s8-avx512", Avx512Tile, &FillsAvx512, &PackAvx512, &Avx512Row);

    private const int Avx512Tile = 32;

    /// <summary>What does not fill a vector is better computed by one of half its length.</summary>
    private static bool FillsAvx512(in DepthwiseShape shape) => shape.Channels >= Avx512Tile || Folds(shape.Channels, Avx512Tile, shape.StrideWidth);

    private static int PackAvx512(DepthwisePacking packing, byte* to) => PackWords(packing, to, Avx512Tile);

    private static void Avx512Row(DepthwiseRow* row) =>
        WordRow(row, Avx512Tile, row->Stride == 1 ? &Avx512Three : &Avx512ThreeStride2, &Avx512Any, &Avx512Blocks);

    private static void Avx512Blocks(DepthwiseRow* row) =>
        WordBlocks(row, Avx512Tile, row->Stride == 1 ? &Avx512Three : &Avx512ThreeStride2, &Avx512Any);

    /// <summary>
    /// A 3×3 window at stride 1: as each column comes, it ends the sums of one output, goes on with those of the next and begins those of the
    /// one after.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Three(DepthwiseRow* row, byte* block, int c)
    {
        short* w = (short*)(block + WordWeights * Avx512Tile);
        Vector512<short> w00 = Vector512.Load(w);
        Vector512<short> w01 = Vector512.Load(w + 32);
        Vector512<short> w10 = Vector512.Load(w + 64);
        Vector512<short> w11 = Vector512.Load(w + 96);
        Vector512<short> w20 = Vector512.Load(w + 128);
        Vector512<short> w21 = Vector512.Load(w + 160);
        Vector512<short> w30 = Vector512.Load(w + 192);
        Vector512<short> w31 = Vector512.Load(w + 224);
        Vector512<short> w40 = Vector512.Load(w + 256);
        Vector512<short> w41 = Vector512.Load(w + 288);
        Vector512<int> bias0 = Vector512.Load((int*)block), bias1 = Vector512.Load((int*)block + 16);
        Vector512<float> scale0 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile)), scale1 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile) + 16);
        Vector512<float> high = Vector512.Create(row->Maximum);
        Vector512<short> zero = Vector512.Create((short)row->OutputZeroPoint);
        Vector256<sbyte> low = Lowest(row);
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        byte* output = row->Output + c - 2 * row->Channels;
        Vector512<int> s0 = default, s1 = default, t0 = default, t1 = default;
        Vector512<short> before = default;
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
            Vector512<short> y0 = Avx512Load(a0), y1 = Avx512Load(a1), y2 = Avx512Load(a2);
            Vector512<short> p0 = Avx512BW.UnpackLow(y0, y1), p1 = Avx512BW.UnpackHigh(y0, y1);
            Vector512<short> q0 = Avx512BW.UnpackLow(before, y2), q1 = Avx512BW.UnpackHigh(before, y2);
            before = y2;
            if (x >= left + 2)
            {
                s0 += Avx512BW.MultiplyAddAdjacent(p0, w20) + Avx512BW.MultiplyAddAdjacent(q0, w40);
                s1 += Avx512BW.MultiplyAddAdjacent(p1, w21) + Avx512BW.MultiplyAddAdjacent(q1, w41);
                Avx512Store(output, s0, s1, scale0, scale1, high, zero, low);
            }
            s0 = t0 + (Avx512BW.MultiplyAddAdjacent(p0, w10) + Avx512BW.MultiplyAddAdjacent(q0, w30));
            s1 = t1 + (Avx512BW.MultiplyAddAdjacent(p1, w11) + Avx512BW.MultiplyAddAdjacent(q1, w31));
            t0 = bias0 + Avx512BW.MultiplyAddAdjacent(p0, w00);
            t1 = bias1 + Avx512BW.MultiplyAddAdjacent(p1, w01);
        }
    }

    /// <summary>A 3×3 window at stride 2: every other column ends the sums of one output and begins those of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512ThreeStride2(DepthwiseRow* row, byte* block, int c)
    {
        short* w = (short*)(block + WordWeights * Avx512Tile);
        Vector512<short> w00 = Vector512.Load(w);
        Vector512<short> w01 = Vector512.Load(w + 32);
        Vector512<short> w10 = Vector512.Load(w + 64);
        Vector512<short> w11 = Vector512.Load(w + 96);
        Vector512<short> w20 = Vector512.Load(w + 128);
        Vector512<short> w21 = Vector512.Load(w + 160);
        Vector512<short> w30 = Vector512.Load(w + 192);
        Vector512<short> w31 = Vector512.Load(w + 224);
        Vector512<short> w40 = Vector512.Load(w + 256);
        Vector512<short> w41 = Vector512.Load(w + 288);
        Vector512<int> bias0 = Vector512.Load((int*)block), bias1 = Vector512.Load((int*)block + 16);
        Vector512<float> scale0 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile)), scale1 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile) + 16);
        Vector512<float> high = Vector512.Create(row->Maximum);
        Vector512<short> zero = Vector512.Create((short)row->OutputZeroPoint);
        Vector256<sbyte> low = Lowest(row);
        byte* r0 = (byte*)row->Rows[0] + c, r1 = (byte*)row->Rows[1] + c, r2 = (byte*)row->Rows[2] + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        byte* output = row->Output + c;
        Vector512<int> s0 = default, s1 = default;
        Vector512<short> before = default;
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
            Vector512<short> y0 = Avx512Load(a0), y1 = Avx512Load(a1), y2 = Avx512Load(a2);
            Vector512<short> p0 = Avx512BW.UnpackLow(y0, y1), p1 = Avx512BW.UnpackHigh(y0, y1);
            if (x > left)
            {
                Vector512<short> q0 = Avx512BW.UnpackLow(before, y2), q1 = Avx512BW.UnpackHigh(before, y2);
                s0 += Avx512BW.MultiplyAddAdjacent(p0, w20) + Avx512BW.MultiplyAddAdjacent(q0, w40);
                s1 += Avx512BW.MultiplyAddAdjacent(p1, w21) + Avx512BW.MultiplyAddAdjacent(q1, w41);
                Avx512Store(output, s0, s1, scale0, scale1, high, zero, low);
                output += row->Channels;
            }
            if (++x >= last) break;
            before = y2;
            s0 = bias0 + Avx512BW.MultiplyAddAdjacent(p0, w00);
            s1 = bias1 + Avx512BW.MultiplyAddAdjacent(p1, w01);
            a0 = a1 = a2 = outside;
            if ((uint)x < (uint)width)
            {
                a0 = r0 + x * pixel;
                a1 = r1 + x * pixel;
                a2 = r2 + x * pixel;
            }
            y0 = Avx512Load(a0);
            y1 = Avx512Load(a1);
            y2 = Avx512Load(a2);
            s0 += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(y0, y1), w10) + Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(before, y2), w30);
            s1 += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(y0, y1), w11) + Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(before, y2), w31);
            before = y2;
        }
    }

    /// <summary>Any window, output by output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Any(DepthwiseRow* row, nint* rows, int height, byte* block, int c)
    {
        Vector512<float> scale0 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile)), scale1 = Vector512.Load((float*)(block + sizeof(int) * Avx512Tile) + 16);
        Vector512<float> high = Vector512.Create(row->Maximum);
        Vector512<short> zero = Vector512.Create((short)row->OutputZeroPoint);
        Vector256<sbyte> low = Lowest(row);
        byte* output = row->Output + c, outside = (byte*)row->ZeroPixel + c;
        nint pixel = row->PixelBytes;
        int width = row->InputWidth;
        for (int x = 0; x < row->OutputWidth; x++, output += row->Channels)
        {
            short* w = (short*)(block + WordWeights * Avx512Tile);
            Vector512<int> s0 = Vector512.Load((int*)block), s1 = Vector512.Load((int*)block + 16);
            for (nint* pair = rows; pair < rows + height; pair += 2)
            {
                byte* r0 = (byte*)pair[0] + c, r1 = (byte*)pair[1] + c;
                int at = x * row->Stride - row->PadLeft;
                for (int kx = row->KernelWidth; kx > 0; kx--, at += row->Dilation, w += 64)
                {
                    byte* a0 = outside, a1 = outside;
                    if ((uint)at < (uint)width)
                    {
                        a0 = r0 + at * pixel;
                        a1 = r1 + at * pixel;
                    }
                    Vector512<short> y0 = Avx512Load(a0), y1 = Avx512Load(a1);
                    s0 += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(y0, y1), Vector512.Load(w));
                    s1 += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(y0, y1), Vector512.Load(w + 32));
                }
            }
            Avx512Store(output, s0, s1, scale0, scale1, high, zero, low);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Avx512Load(byte* from) => Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)from));

    /// <summary>The codes of 32 channels: sums and multipliers are in the order of unpacking, and packing within each 128 bits undoes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Store(
        byte* output, Vector512<int> s0, Vector512<int> s1, Vector512<float> scale0, Vector512<float> scale1,
        Vector512<float> high, Vector512<short> zero, Vector256<sbyte> low)
    {
        Vector512<int> q0 = RequantizationVectors.Round(s0, scale0, high), q1 = RequantizationVectors.Round(s1, scale1, high);
        Vector512<short> q = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(q0, q1), zero);
        X64.Max(Avx512BW.ConvertToVector256SByteWithSaturation(q), low).Store((sbyte*)output);
    }
}
