using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vnni = System.Runtime.Intrinsics.X86.AvxVnni;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseS8
{
    /// <summary>
    /// 12 sums, 2 weights and one input in 15 of the 16 registers that the instructions can name: two dot products a cycle against 8 loads
    /// in 6. Inputs are made unsigned by 128.
    /// </summary>
    public static readonly PointwiseKernel AvxVnni = new("pointwise-s8-avxvnni-6x16", 6, 16, 8, 4, 128, &AvxVnniTile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> AvxVnniTile(int rows, int vectors) =>
        vectors == 1 ? AvxVnniTile<N1>(rows) : AvxVnniTile<N2>(rows);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> AvxVnniTile<TVectors>(int rows) where TVectors : struct, ICount => rows switch
    {
        1 => &AvxVnniTile<N1, TVectors>,
        2 => &AvxVnniTile<N2, TVectors>,
        3 => &AvxVnniTile<N3, TVectors>,
        4 => &AvxVnniTile<N4, TVectors>,
        5 => &AvxVnniTile<N5, TVectors>,
        _ => &AvxVnniTile<N6, TVectors>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AvxVnniTile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        Vector256<int> bias0 = Vector256.Load((int*)panel), bias1 = Vector256.Load((int*)panel + 8);
        Vector256<int> c00 = bias0, c01 = bias1;
        Vector256<int> c10 = bias0, c11 = bias1;
        Vector256<int> c20 = bias0, c21 = bias1;
        Vector256<int> c30 = bias0, c31 = bias1;
        Vector256<int> c40 = bias0, c41 = bias1;
        Vector256<int> c50 = bias0, c51 = bias1;
        sbyte* b = (sbyte*)panel + 3 * 16 * sizeof(int);
        nint depth = block->Depth, groups = depth & -4;
        Vector256<uint> offset = Vector256.Create(0x80808080);
        for (int tap = block->Taps; tap > 0; tap--, rows += 6)
        {
            byte* a0 = (byte*)rows[0];
            byte* a1 = TRows.Value > 1 ? (byte*)rows[1] : null;
            byte* a2 = TRows.Value > 2 ? (byte*)rows[2] : null;
            byte* a3 = TRows.Value > 3 ? (byte*)rows[3] : null;
            byte* a4 = TRows.Value > 4 ? (byte*)rows[4] : null;
            byte* a5 = TRows.Value > 5 ? (byte*)rows[5] : null;
            for (nint k = 0; k < groups; k += 4, b += 64)
            {
                Vector256<sbyte> b0 = Vector256.Load(b), b1 = TVectors.Value > 1 ? Vector256.Load(b + 32) : default;
                Vector256<byte> x0 = (Vector256.Create(*(uint*)(a0 + k)) ^ offset).AsByte();
                c00 = Vnni.MultiplyWideningAndAdd(c00, x0, b0);
                if (TVectors.Value > 1) c01 = Vnni.MultiplyWideningAndAdd(c01, x0, b1);
                if (TRows.Value > 1)
                {
                    Vector256<byte> x1 = (Vector256.Create(*(uint*)(a1 + k)) ^ offset).AsByte();
                    c10 = Vnni.MultiplyWideningAndAdd(c10, x1, b0);
                    if (TVectors.Value > 1) c11 = Vnni.MultiplyWideningAndAdd(c11, x1, b1);
                }
                if (TRows.Value > 2)
                {
                    Vector256<byte> x2 = (Vector256.Create(*(uint*)(a2 + k)) ^ offset).AsByte();
                    c20 = Vnni.MultiplyWideningAndAdd(c20, x2, b0);
                    if (TVectors.Value > 1) c21 = Vnni.MultiplyWideningAndAdd(c21, x2, b1);
                }
                if (TRows.Value > 3)
                {
                    Vector256<byte> x3 = (Vector256.Create(*(uint*)(a3 + k)) ^ offset).AsByte();
                    c30 = Vnni.MultiplyWideningAndAdd(c30, x3, b0);
                    if (TVectors.Value > 1) c31 = Vnni.MultiplyWideningAndAdd(c31, x3, b1);
                }
                if (TRows.Value > 4)
                {
                    Vector256<byte> x4 = (Vector256.Create(*(uint*)(a4 + k)) ^ offset).AsByte();
                    c40 = Vnni.MultiplyWideningAndAdd(c40, x4, b0);
                    if (TVectors.Value > 1) c41 = Vnni.MultiplyWideningAndAdd(c41, x4, b1);
                }
                if (TRows.Value > 5)
                {
                    Vector256<byte> x5 = (Vector256.Create(*(uint*)(a5 + k)) ^ offset).AsByte();
                    c50 = Vnni.MultiplyWideningAndAdd(c50, x5, b0);
                    if (TVectors.Value > 1) c51 = Vnni.MultiplyWideningAndAdd(c51, x5, b1);
                }
            }
            if (groups < depth)
            {
                Vector256<sbyte> b0 = Vector256.Load(b), b1 = TVectors.Value > 1 ? Vector256.Load(b + 32) : default;
                b += 64;
                Vector256<byte> x0 = (Vector256.Create(Tail(a0 + groups, depth - groups)) ^ offset).AsByte();
                c00 = Vnni.MultiplyWideningAndAdd(c00, x0, b0);
                if (TVectors.Value > 1) c01 = Vnni.MultiplyWideningAndAdd(c01, x0, b1);
                if (TRows.Value > 1)
                {
                    Vector256<byte> x1 = (Vector256.Create(Tail(a1 + groups, depth - groups)) ^ offset).AsByte();
                    c10 = Vnni.MultiplyWideningAndAdd(c10, x1, b0);
                    if (TVectors.Value > 1) c11 = Vnni.MultiplyWideningAndAdd(c11, x1, b1);
                }
                if (TRows.Value > 2)
                {
                    Vector256<byte> x2 = (Vector256.Create(Tail(a2 + groups, depth - groups)) ^ offset).AsByte();
                    c20 = Vnni.MultiplyWideningAndAdd(c20, x2, b0);
                    if (TVectors.Value > 1) c21 = Vnni.MultiplyWideningAndAdd(c21, x2, b1);
                }
                if (TRows.Value > 3)
                {
                    Vector256<byte> x3 = (Vector256.Create(Tail(a3 + groups, depth - groups)) ^ offset).AsByte();
                    c30 = Vnni.MultiplyWideningAndAdd(c30, x3, b0);
                    if (TVectors.Value > 1) c31 = Vnni.MultiplyWideningAndAdd(c31, x3, b1);
                }
                if (TRows.Value > 4)
                {
                    Vector256<byte> x4 = (Vector256.Create(Tail(a4 + groups, depth - groups)) ^ offset).AsByte();
                    c40 = Vnni.MultiplyWideningAndAdd(c40, x4, b0);
                    if (TVectors.Value > 1) c41 = Vnni.MultiplyWideningAndAdd(c41, x4, b1);
                }
                if (TRows.Value > 5)
                {
                    Vector256<byte> x5 = (Vector256.Create(Tail(a5 + groups, depth - groups)) ^ offset).AsByte();
                    c50 = Vnni.MultiplyWideningAndAdd(c50, x5, b0);
                    if (TVectors.Value > 1) c51 = Vnni.MultiplyWideningAndAdd(c51, x5, b1);
                }
            }
        }
        if (sums != null)
        {
            Vector256<int> zero0 = Vector256.Load((int*)panel + 32), zero1 = Vector256.Load((int*)panel + 40);
            c00 -= zero0 * sums[0];
            c01 -= zero1 * sums[0];
            if (TRows.Value > 1)
            {
                c10 -= zero0 * sums[1];
                c11 -= zero1 * sums[1];
            }
            if (TRows.Value > 2)
            {
                c20 -= zero0 * sums[2];
                c21 -= zero1 * sums[2];
            }
            if (TRows.Value > 3)
            {
                c30 -= zero0 * sums[3];
                c31 -= zero1 * sums[3];
            }
            if (TRows.Value > 4)
            {
                c40 -= zero0 * sums[4];
                c41 -= zero1 * sums[4];
            }
            if (TRows.Value > 5)
            {
                c50 -= zero0 * sums[5];
                c51 -= zero1 * sums[5];
            }
        }
        float* multipliers = (float*)panel + 16;
        nint stride = block->OutputStride;
        if (Avx512F.IsSupported)
        {
            Vector512<float> scale = Vector512.Load(multipliers), high = Vector512.Create(block->Maximum);
            Vector512<short> zero = Vector512.Create((short)block->OutputZeroPoint);
            Vector512<sbyte> low = Vector512.Create((sbyte)((int)block->Minimum + block->OutputZeroPoint));
            Vector512<int> q0 = RequantizationVectors.Round(RequantizationVectors.Join(c00, c01), scale, high);
            Vector512<int> q1 = TRows.Value > 1 ? RequantizationVectors.Round(RequantizationVectors.Join(c10, c11), scale, high) : default;
            Vector512<int> q2 = TRows.Value > 2 ? RequantizationVectors.Round(RequantizationVectors.Join(c20, c21), scale, high) : default;
            Vector512<int> q3 = TRows.Value > 3 ? RequantizationVectors.Round(RequantizationVectors.Join(c30, c31), scale, high) : default;
            Vector512<int> q4 = TRows.Value > 4 ? RequantizationVectors.Round(RequantizationVectors.Join(c40, c41), scale, high) : default;
            Vector512<int> q5 = TRows.Value > 5 ? RequantizationVectors.Round(RequantizationVectors.Join(c50, c51), scale, high) : default;
            Vector512<sbyte> codes = RequantizationVectors.Codes(q0, q1, q2, q3, zero, low);
            Store<TVectors>(codes.GetLower().GetLower(), output);
            if (TRows.Value > 1) Store<TVectors>(codes.GetLower().GetUpper(), output + stride);
            if (TRows.Value > 2) Store<TVectors>(codes.GetUpper().GetLower(), output + 2 * stride);
            if (TRows.Value > 3) Store<TVectors>(codes.GetUpper().GetUpper(), output + 3 * stride);
            if (TRows.Value > 4)
            {
                codes = RequantizationVectors.Codes(q4, q5, q4, q5, zero, low);
                Store<TVectors>(codes.GetLower().GetLower(), output + 4 * stride);
                if (TRows.Value > 5) Store<TVectors>(codes.GetLower().GetUpper(), output + 5 * stride);
            }
        }
        else
        {
            Vector256<float> scale0 = Vector256.Load(multipliers), scale1 = Vector256.Load(multipliers + 8), high = Vector256.Create(block->Maximum);
            Vector256<short> zero = Vector256.Create((short)block->OutputZeroPoint);
            Vector256<sbyte> low = Vector256.Create((sbyte)((int)block->Minimum + block->OutputZeroPoint));
            Vector256<sbyte> codes = RequantizationVectors.Codes(
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
    }
}
