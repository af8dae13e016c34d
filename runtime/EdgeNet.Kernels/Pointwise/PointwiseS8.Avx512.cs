using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseS8
{
    /// <summary>
    /// 12 sums in words and 12 in int32, two weights and one input in 27 of 32 registers: 128 products a cycle while a run lasts, against 64 of
    /// the dot product on 256 bits. For weights of long runs only (<see cref="WordRuns"/>).
    /// </summary>
    public static readonly PointwiseKernel Avx512Runs = new("pointwise-s8-avx512-6x32-runs", 6, 32, 16, 4, 128, &Avx512RunsTile) { SumsInRuns = true };

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx512RunsTile(int rows, int vectors) =>
        vectors == 1 ? Avx512RunsTile<N1>(rows) : Avx512RunsTile<N2>(rows);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx512RunsTile<TVectors>(int rows)
        where TVectors : struct, ICount => rows switch
        {
            1 => &Avx512RunsTile<N1, TVectors>,
            2 => &Avx512RunsTile<N2, TVectors>,
            3 => &Avx512RunsTile<N3, TVectors>,
            4 => &Avx512RunsTile<N4, TVectors>,
            5 => &Avx512RunsTile<N5, TVectors>,
            _ => &Avx512RunsTile<N6, TVectors>,
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512RunsTile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        Vector512<int> c00 = Vector512.Load((int*)panel), c01 = Vector512.Load((int*)panel + 16);
        Vector512<int> c10 = c00, c11 = c01;
        Vector512<int> c20 = c00, c21 = c01;
        Vector512<int> c30 = c00, c31 = c01;
        Vector512<int> c40 = c00, c41 = c01;
        Vector512<int> c50 = c00, c51 = c01;
        byte* a0 = (byte*)rows[0];
        byte* a1 = TRows.Value > 1 ? (byte*)rows[1] : null;
        byte* a2 = TRows.Value > 2 ? (byte*)rows[2] : null;
        byte* a3 = TRows.Value > 3 ? (byte*)rows[3] : null;
        byte* a4 = TRows.Value > 4 ? (byte*)rows[4] : null;
        byte* a5 = TRows.Value > 5 ? (byte*)rows[5] : null;
        int* program = (int*)panel + 64;
        sbyte* b = (sbyte*)panel + program[0];
        int runs = program[1];
        program += 2;
        Vector512<short> one = Vector512.Create((short)1);
        for (; runs > 0; runs--)
        {
            int* end = program + program[0];
            nint k = *++program;
            Vector512<sbyte> b0 = Vector512.Load(b), b1 = TVectors.Value > 1 ? Vector512.Load(b + 64) : default;
            Vector512<byte> x = Vector512.Create(*(uint*)(a0 + k)).AsByte();
            Vector512<short> s00 = Avx512BW.MultiplyAddAdjacent(x, b0), s01 = TVectors.Value > 1 ? Avx512BW.MultiplyAddAdjacent(x, b1) : default;
            Vector512<short> s10 = default, s11 = default;
            Vector512<short> s20 = default, s21 = default;
            Vector512<short> s30 = default, s31 = default;
            Vector512<short> s40 = default, s41 = default;
            Vector512<short> s50 = default, s51 = default;
            if (TRows.Value > 1)
            {
                x = Vector512.Create(*(uint*)(a1 + k)).AsByte();
                s10 = Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s11 = Avx512BW.MultiplyAddAdjacent(x, b1);
            }
            if (TRows.Value > 2)
            {
                x = Vector512.Create(*(uint*)(a2 + k)).AsByte();
                s20 = Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s21 = Avx512BW.MultiplyAddAdjacent(x, b1);
            }
            if (TRows.Value > 3)
            {
                x = Vector512.Create(*(uint*)(a3 + k)).AsByte();
                s30 = Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s31 = Avx512BW.MultiplyAddAdjacent(x, b1);
            }
            if (TRows.Value > 4)
            {
                x = Vector512.Create(*(uint*)(a4 + k)).AsByte();
                s40 = Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s41 = Avx512BW.MultiplyAddAdjacent(x, b1);
            }
            if (TRows.Value > 5)
            {
                x = Vector512.Create(*(uint*)(a5 + k)).AsByte();
                s50 = Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s51 = Avx512BW.MultiplyAddAdjacent(x, b1);
            }
            b += 128;
            for (; program < end; b += 128)
            {
                k = *++program;
                b0 = Vector512.Load(b);
                if (TVectors.Value > 1) b1 = Vector512.Load(b + 64);
                x = Vector512.Create(*(uint*)(a0 + k)).AsByte();
                s00 += Avx512BW.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s01 += Avx512BW.MultiplyAddAdjacent(x, b1);
                if (TRows.Value > 1)
                {
                    x = Vector512.Create(*(uint*)(a1 + k)).AsByte();
                    s10 += Avx512BW.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s11 += Avx512BW.MultiplyAddAdjacent(x, b1);
                }
                if (TRows.Value > 2)
                {
                    x = Vector512.Create(*(uint*)(a2 + k)).AsByte();
                    s20 += Avx512BW.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s21 += Avx512BW.MultiplyAddAdjacent(x, b1);
                }
                if (TRows.Value > 3)
                {
                    x = Vector512.Create(*(uint*)(a3 + k)).AsByte();
                    s30 += Avx512BW.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s31 += Avx512BW.MultiplyAddAdjacent(x, b1);
                }
                if (TRows.Value > 4)
                {
                    x = Vector512.Create(*(uint*)(a4 + k)).AsByte();
                    s40 += Avx512BW.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s41 += Avx512BW.MultiplyAddAdjacent(x, b1);
                }
                if (TRows.Value > 5)
                {
                    x = Vector512.Create(*(uint*)(a5 + k)).AsByte();
                    s50 += Avx512BW.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s51 += Avx512BW.MultiplyAddAdjacent(x, b1);
                }
            }
            program++;
            c00 += Avx512BW.MultiplyAddAdjacent(s00, one);
            if (TVectors.Value > 1) c01 += Avx512BW.MultiplyAddAdjacent(s01, one);
            if (TRows.Value > 1)
            {
                c10 += Avx512BW.MultiplyAddAdjacent(s10, one);
                if (TVectors.Value > 1) c11 += Avx512BW.MultiplyAddAdjacent(s11, one);
            }
            if (TRows.Value > 2)
            {
                c20 += Avx512BW.MultiplyAddAdjacent(s20, one);
                if (TVectors.Value > 1) c21 += Avx512BW.MultiplyAddAdjacent(s21, one);
            }
            if (TRows.Value > 3)
            {
                c30 += Avx512BW.MultiplyAddAdjacent(s30, one);
                if (TVectors.Value > 1) c31 += Avx512BW.MultiplyAddAdjacent(s31, one);
            }
            if (TRows.Value > 4)
            {
                c40 += Avx512BW.MultiplyAddAdjacent(s40, one);
                if (TVectors.Value > 1) c41 += Avx512BW.MultiplyAddAdjacent(s41, one);
            }
            if (TRows.Value > 5)
            {
                c50 += Avx512BW.MultiplyAddAdjacent(s50, one);
                if (TVectors.Value > 1) c51 += Avx512BW.MultiplyAddAdjacent(s51, one);
            }
        }
        Vector512<float> scale0 = Vector512.Load((float*)panel + 32), scale1 = Vector512.Load((float*)panel + 48);
        Vector512<float> high = Vector512.Create(block->Maximum);
        Vector512<short> zero = Vector512.Create((short)block->OutputZeroPoint);
        Vector512<sbyte> low = Vector512.Create((sbyte)((int)block->Minimum + block->OutputZeroPoint));
        nint stride = block->OutputStride;
        Vector512<sbyte> codes = RequantizationVectors.Codes(
            RequantizationVectors.Round(c00, scale0, high), RequantizationVectors.Round(c01, scale1, high),
            RequantizationVectors.Round(c10, scale0, high), RequantizationVectors.Round(c11, scale1, high), zero, low);
        Store<TVectors>(codes.GetLower(), output);
        if (TRows.Value > 1) Store<TVectors>(codes.GetUpper(), output + stride);
        if (TRows.Value > 2)
        {
            codes = RequantizationVectors.Codes(
                RequantizationVectors.Round(c20, scale0, high), RequantizationVectors.Round(c21, scale1, high),
                RequantizationVectors.Round(c30, scale0, high), RequantizationVectors.Round(c31, scale1, high), zero, low);
            Store<TVectors>(codes.GetLower(), output + 2 * stride);
            if (TRows.Value > 3) Store<TVectors>(codes.GetUpper(), output + 3 * stride);
        }
        if (TRows.Value > 4)
        {
            codes = RequantizationVectors.Codes(
                RequantizationVectors.Round(c40, scale0, high), RequantizationVectors.Round(c41, scale1, high),
                RequantizationVectors.Round(c50, scale0, high), RequantizationVectors.Round(c51, scale1, high), zero, low);
            Store<TVectors>(codes.GetLower(), output + 4 * stride);
            if (TRows.Value > 5) Store<TVectors>(codes.GetUpper(), output + 5 * stride);
        }
    }

    /// <summary>The codes of one pixel of a tile of 32 columns: all, or of its first vector of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(Vector256<sbyte> codes, byte* to) where TVectors : struct, ICount
    {
        if (TVectors.Value > 1) codes.Store((sbyte*)to);
        else codes.GetLower().Store((sbyte*)to);
    }
}
