using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using X64 = System.Runtime.Intrinsics.X86.Avx2;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseS8
{
    /// <summary>
    /// 6 sums in words and 6 in int32, two weights and one input in 15 of 16 registers. Where nothing sums in 32 bits, it takes weights of
    /// short runs too (<see cref="WordRuns"/>).
    /// </summary>
    public static readonly PointwiseKernel Avx2Runs = new("pointwise-s8-avx2-3x16-runs", 3, 16, 8, 4, 128, &Avx2RunsTile) { SumsInRuns = true };

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx2RunsTile(int rows, int vectors) =>
        vectors == 1 ? Avx2RunsTile<N1>(rows) : Avx2RunsTile<N2>(rows);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx2RunsTile<TVectors>(int rows)
        where TVectors : struct, ICount => rows switch
        {
            1 => &Avx2RunsTile<N1, TVectors>,
            2 => &Avx2RunsTile<N2, TVectors>,
            _ => &Avx2RunsTile<N3, TVectors>,
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2RunsTile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        Vector256<int> c00 = Vector256.Load((int*)panel), c01 = Vector256.Load((int*)panel + 8);
        Vector256<int> c10 = c00, c11 = c01;
        Vector256<int> c20 = c00, c21 = c01;
        byte* a0 = (byte*)rows[0];
        byte* a1 = TRows.Value > 1 ? (byte*)rows[1] : null;
        byte* a2 = TRows.Value > 2 ? (byte*)rows[2] : null;
        int* program = (int*)panel + 32;
        sbyte* b = (sbyte*)panel + program[0];
        int runs = program[1];
        program += 2;
        for (; runs > 0; runs--)
        {
            int* end = program + program[0];
            Vector256<short> s00 = default, s01 = default;
            Vector256<short> s10 = default, s11 = default;
            Vector256<short> s20 = default, s21 = default;
            for (; program < end; b += 64)
            {
                nint k = *++program;
                Vector256<sbyte> b0 = Vector256.Load(b), b1 = TVectors.Value > 1 ? Vector256.Load(b + 32) : default;
                Vector256<byte> x = Vector256.Create(*(uint*)(a0 + k)).AsByte();
                s00 += X64.MultiplyAddAdjacent(x, b0);
                if (TVectors.Value > 1) s01 += X64.MultiplyAddAdjacent(x, b1);
                if (TRows.Value > 1)
                {
                    x = Vector256.Create(*(uint*)(a1 + k)).AsByte();
                    s10 += X64.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s11 += X64.MultiplyAddAdjacent(x, b1);
                }
                if (TRows.Value > 2)
                {
                    x = Vector256.Create(*(uint*)(a2 + k)).AsByte();
                    s20 += X64.MultiplyAddAdjacent(x, b0);
                    if (TVectors.Value > 1) s21 += X64.MultiplyAddAdjacent(x, b1);
                }
            }
            program++;
            Vector256<short> one = Vector256.Create((short)1);
            c00 += X64.MultiplyAddAdjacent(s00, one);
            if (TVectors.Value > 1) c01 += X64.MultiplyAddAdjacent(s01, one);
            if (TRows.Value > 1)
            {
                c10 += X64.MultiplyAddAdjacent(s10, one);
                if (TVectors.Value > 1) c11 += X64.MultiplyAddAdjacent(s11, one);
            }
            if (TRows.Value > 2)
            {
                c20 += X64.MultiplyAddAdjacent(s20, one);
                if (TVectors.Value > 1) c21 += X64.MultiplyAddAdjacent(s21, one);
            }
        }
        Vector256<float> scale0 = Vector256.Load((float*)panel + 16), scale1 = Vector256.Load((float*)panel + 24);
        Vector256<float> high = Vector256.Create(block->Maximum);
        Vector256<short> zero = Vector256.Create((short)block->OutputZeroPoint);
        Vector256<sbyte> low = Vector256.Create((sbyte)((int)block->Minimum + block->OutputZeroPoint));
        nint stride = block->OutputStride;
        Vector256<sbyte> codes = RequantizationVectors.Codes(
            RequantizationVectors.Round(c00, scale0, high), RequantizationVectors.Round(c01, scale1, high),
            RequantizationVectors.Round(c10, scale0, high), RequantizationVectors.Round(c11, scale1, high), zero, low);
        Store<TVectors>(codes.GetLower(), output);
        if (TRows.Value > 1) Store<TVectors>(codes.GetUpper(), output + stride);
        if (TRows.Value > 2)
        {
            Vector256<int> q0 = RequantizationVectors.Round(c20, scale0, high), q1 = RequantizationVectors.Round(c21, scale1, high);
            Store<TVectors>(RequantizationVectors.Codes(q0, q1, q0, q1, zero, low).GetLower(), output + 2 * stride);
        }
    }
}
