using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseF32
{
    /// <summary>
    /// 16 sums, the 8 weight vectors of four input channels and one row's four inputs in 25 of 32 registers: 64 multiply-adds against
    /// 16 loads.
    /// </summary>
    public static readonly PointwiseKernel Neon = new("pointwise-f32-neon-8x8", 8, 8, 4, 1, 0, &NeonTile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> NeonTile(int rows, int vectors) =>
        vectors == 1 ? NeonTile<N1>(rows) : NeonTile<N2>(rows);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> NeonTile<TVectors>(int rows) where TVectors : struct, ICount => rows switch
    {
        1 => &NeonTile<N1, TVectors>,
        2 => &NeonTile<N2, TVectors>,
        3 => &NeonTile<N3, TVectors>,
        4 => &NeonTile<N4, TVectors>,
        5 => &NeonTile<N5, TVectors>,
        6 => &NeonTile<N6, TVectors>,
        7 => &NeonTile<N7, TVectors>,
        _ => &NeonTile<N8, TVectors>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonTile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        float* b = (float*)panel;
        Vector128<float> bias0 = Vector128.Load(b), bias1 = Vector128.Load(b + 4);
        Vector128<float> c00 = bias0, c01 = bias1;
        Vector128<float> c10 = bias0, c11 = bias1;
        Vector128<float> c20 = bias0, c21 = bias1;
        Vector128<float> c30 = bias0, c31 = bias1;
        Vector128<float> c40 = bias0, c41 = bias1;
        Vector128<float> c50 = bias0, c51 = bias1;
        Vector128<float> c60 = bias0, c61 = bias1;
        Vector128<float> c70 = bias0, c71 = bias1;
        b += 8;
        // In bytes, so that an address is base plus offset.
        nint whole = (block->Depth & ~3) * sizeof(float), depth = (nint)block->Depth * sizeof(float);
        for (int tap = block->Taps; tap > 0; tap--, rows += 8)
        {
            nint a0 = rows[0];
            nint a1 = TRows.Value > 1 ? rows[1] : 0;
            nint a2 = TRows.Value > 2 ? rows[2] : 0;
            nint a3 = TRows.Value > 3 ? rows[3] : 0;
            nint a4 = TRows.Value > 4 ? rows[4] : 0;
            nint a5 = TRows.Value > 5 ? rows[5] : 0;
            nint a6 = TRows.Value > 6 ? rows[6] : 0;
            nint a7 = TRows.Value > 7 ? rows[7] : 0;
            nint k = 0;
            for (; k < whole; k += 16, b += 32)
            {
                Vector128<float> b00 = Vector128.Load(b), b10 = Vector128.Load(b + 8), b20 = Vector128.Load(b + 16), b30 = Vector128.Load(b + 24);
                Vector128<float> b01 = default, b11 = default, b21 = default, b31 = default;
                if (TVectors.Value > 1)
                {
                    b01 = Vector128.Load(b + 4);
                    b11 = Vector128.Load(b + 12);
                    b21 = Vector128.Load(b + 20);
                    b31 = Vector128.Load(b + 28);
                }
                NeonFour<TVectors>(Vector128.Load((float*)(a0 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c00, ref c01);
                if (TRows.Value > 1) NeonFour<TVectors>(Vector128.Load((float*)(a1 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c10, ref c11);
                if (TRows.Value > 2) NeonFour<TVectors>(Vector128.Load((float*)(a2 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c20, ref c21);
                if (TRows.Value > 3) NeonFour<TVectors>(Vector128.Load((float*)(a3 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c30, ref c31);
                if (TRows.Value > 4) NeonFour<TVectors>(Vector128.Load((float*)(a4 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c40, ref c41);
                if (TRows.Value > 5) NeonFour<TVectors>(Vector128.Load((float*)(a5 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c50, ref c51);
                if (TRows.Value > 6) NeonFour<TVectors>(Vector128.Load((float*)(a6 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c60, ref c61);
                if (TRows.Value > 7) NeonFour<TVectors>(Vector128.Load((float*)(a7 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c70, ref c71);
            }
            for (; k < depth; k += 4, b += 8)
            {
                Vector128<float> b0 = Vector128.Load(b), b1 = TVectors.Value > 1 ? Vector128.Load(b + 4) : default;
                NeonOne<TVectors>((float*)(a0 + k), b0, b1, ref c00, ref c01);
                if (TRows.Value > 1) NeonOne<TVectors>((float*)(a1 + k), b0, b1, ref c10, ref c11);
                if (TRows.Value > 2) NeonOne<TVectors>((float*)(a2 + k), b0, b1, ref c20, ref c21);
                if (TRows.Value > 3) NeonOne<TVectors>((float*)(a3 + k), b0, b1, ref c30, ref c31);
                if (TRows.Value > 4) NeonOne<TVectors>((float*)(a4 + k), b0, b1, ref c40, ref c41);
                if (TRows.Value > 5) NeonOne<TVectors>((float*)(a5 + k), b0, b1, ref c50, ref c51);
                if (TRows.Value > 6) NeonOne<TVectors>((float*)(a6 + k), b0, b1, ref c60, ref c61);
                if (TRows.Value > 7) NeonOne<TVectors>((float*)(a7 + k), b0, b1, ref c70, ref c71);
            }
        }
        if (residual != null)
        {
            nint next = block->ResidualStride;
            NeonAdd<TVectors>(residual, ref c00, ref c01);
            if (TRows.Value > 1) NeonAdd<TVectors>(residual + next, ref c10, ref c11);
            if (TRows.Value > 2) NeonAdd<TVectors>(residual + 2 * next, ref c20, ref c21);
            if (TRows.Value > 3) NeonAdd<TVectors>(residual + 3 * next, ref c30, ref c31);
            if (TRows.Value > 4) NeonAdd<TVectors>(residual + 4 * next, ref c40, ref c41);
            if (TRows.Value > 5) NeonAdd<TVectors>(residual + 5 * next, ref c50, ref c51);
            if (TRows.Value > 6) NeonAdd<TVectors>(residual + 6 * next, ref c60, ref c61);
            if (TRows.Value > 7) NeonAdd<TVectors>(residual + 7 * next, ref c70, ref c71);
        }
        nint stride = block->OutputStride;
        Vector128<float> low = Vector128.Create(block->Minimum), high = Vector128.Create(block->Maximum);
        NeonStore<TVectors>(output, low, high, c00, c01);
        if (TRows.Value > 1) NeonStore<TVectors>(output + stride, low, high, c10, c11);
        if (TRows.Value > 2) NeonStore<TVectors>(output + 2 * stride, low, high, c20, c21);
        if (TRows.Value > 3) NeonStore<TVectors>(output + 3 * stride, low, high, c30, c31);
        if (TRows.Value > 4) NeonStore<TVectors>(output + 4 * stride, low, high, c40, c41);
        if (TRows.Value > 5) NeonStore<TVectors>(output + 5 * stride, low, high, c50, c51);
        if (TRows.Value > 6) NeonStore<TVectors>(output + 6 * stride, low, high, c60, c61);
        if (TRows.Value > 7) NeonStore<TVectors>(output + 7 * stride, low, high, c70, c71);
    }

    /// <summary>Four input channels of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonFour<TVectors>(
        Vector128<float> a, Vector128<float> b00, Vector128<float> b01, Vector128<float> b10, Vector128<float> b11,
        Vector128<float> b20, Vector128<float> b21, Vector128<float> b30, Vector128<float> b31, ref Vector128<float> c0, ref Vector128<float> c1)
        where TVectors : struct, ICount
    {
        c0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c0, b00, a, 0);
        if (TVectors.Value > 1) c1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c1, b01, a, 0);
        c0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c0, b10, a, 1);
        if (TVectors.Value > 1) c1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c1, b11, a, 1);
        c0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c0, b20, a, 2);
        if (TVectors.Value > 1) c1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c1, b21, a, 2);
        c0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c0, b30, a, 3);
        if (TVectors.Value > 1) c1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c1, b31, a, 3);
    }

    /// <summary>One input channel of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonOne<TVectors>(float* a, Vector128<float> b0, Vector128<float> b1, ref Vector128<float> c0, ref Vector128<float> c1)
        where TVectors : struct, ICount
    {
        Vector128<float> x = AdvSimd.LoadAndReplicateToVector128(a);
        c0 = AdvSimd.FusedMultiplyAdd(c0, b0, x);
        if (TVectors.Value > 1) c1 = AdvSimd.FusedMultiplyAdd(c1, b1, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonAdd<TVectors>(byte* residual, ref Vector128<float> c0, ref Vector128<float> c1) where TVectors : struct, ICount
    {
        c0 += Vector128.Load((float*)residual);
        if (TVectors.Value > 1) c1 += Vector128.Load((float*)residual + 4);
    }

    /// <summary>Min and Max of this instruction set give NaN where either operand is, so that it is not hidden.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonStore<TVectors>(byte* output, Vector128<float> low, Vector128<float> high, Vector128<float> c0, Vector128<float> c1)
        where TVectors : struct, ICount
    {
        AdvSimd.Min(high, AdvSimd.Max(low, c0)).Store((float*)output);
        if (TVectors.Value > 1) AdvSimd.Min(high, AdvSimd.Max(low, c1)).Store((float*)output + 4);
    }
}
