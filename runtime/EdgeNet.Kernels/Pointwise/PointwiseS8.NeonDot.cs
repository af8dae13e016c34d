using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseS8
{
    /// <summary>
    /// 16 vectors of sums, the 8 weight vectors of 16 input channels and one row's 16 codes in 25 of 32 registers: 64 dot products
    /// against 16 loads.
    /// </summary>
    public static readonly PointwiseKernel NeonDot = new("pointwise-s8-neondot-8x8", 8, 8, 4, 4, 0, &NeonDotTile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> NeonDotTile(int rows, int vectors) =>
        vectors == 1 ? NeonDotTile<N1>(rows) : NeonDotTile<N2>(rows);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> NeonDotTile<TVectors>(int rows) where TVectors : struct, ICount => rows switch
    {
        1 => &NeonDotTile<N1, TVectors>,
        2 => &NeonDotTile<N2, TVectors>,
        3 => &NeonDotTile<N3, TVectors>,
        4 => &NeonDotTile<N4, TVectors>,
        5 => &NeonDotTile<N5, TVectors>,
        6 => &NeonDotTile<N6, TVectors>,
        7 => &NeonDotTile<N7, TVectors>,
        _ => &NeonDotTile<N8, TVectors>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonDotTile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        Vector128<int> bias0 = Vector128.Load((int*)panel), bias1 = Vector128.Load((int*)panel + 4);
        Vector128<int> c00 = bias0, c01 = bias1;
        Vector128<int> c10 = bias0, c11 = bias1;
        Vector128<int> c20 = bias0, c21 = bias1;
        Vector128<int> c30 = bias0, c31 = bias1;
        Vector128<int> c40 = bias0, c41 = bias1;
        Vector128<int> c50 = bias0, c51 = bias1;
        Vector128<int> c60 = bias0, c61 = bias1;
        Vector128<int> c70 = bias0, c71 = bias1;
        sbyte* b = (sbyte*)panel + 96;
        nint depth = block->Depth, whole = depth & ~15, groups = depth & ~3;
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
            for (; k < whole; k += 16, b += 128)
            {
                Vector128<sbyte> b00 = Vector128.Load(b), b10 = Vector128.Load(b + 32), b20 = Vector128.Load(b + 64), b30 = Vector128.Load(b + 96);
                Vector128<sbyte> b01 = default, b11 = default, b21 = default, b31 = default;
                if (TVectors.Value > 1)
                {
                    b01 = Vector128.Load(b + 16);
                    b11 = Vector128.Load(b + 48);
                    b21 = Vector128.Load(b + 80);
                    b31 = Vector128.Load(b + 112);
                }
                NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a0 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c00, ref c01);
                if (TRows.Value > 1) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a1 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c10, ref c11);
                if (TRows.Value > 2) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a2 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c20, ref c21);
                if (TRows.Value > 3) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a3 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c30, ref c31);
                if (TRows.Value > 4) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a4 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c40, ref c41);
                if (TRows.Value > 5) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a5 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c50, ref c51);
                if (TRows.Value > 6) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a6 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c60, ref c61);
                if (TRows.Value > 7) NeonDotSixteen<TVectors>(Vector128.Load((sbyte*)(a7 + k)), b00, b01, b10, b11, b20, b21, b30, b31, ref c70, ref c71);
            }
            for (; k < groups; k += 4, b += 32)
            {
                Vector128<sbyte> b0 = Vector128.Load(b), b1 = TVectors.Value > 1 ? Vector128.Load(b + 16) : default;
                NeonDotFour<TVectors>(*(int*)(a0 + k), b0, b1, ref c00, ref c01);
                if (TRows.Value > 1) NeonDotFour<TVectors>(*(int*)(a1 + k), b0, b1, ref c10, ref c11);
                if (TRows.Value > 2) NeonDotFour<TVectors>(*(int*)(a2 + k), b0, b1, ref c20, ref c21);
                if (TRows.Value > 3) NeonDotFour<TVectors>(*(int*)(a3 + k), b0, b1, ref c30, ref c31);
                if (TRows.Value > 4) NeonDotFour<TVectors>(*(int*)(a4 + k), b0, b1, ref c40, ref c41);
                if (TRows.Value > 5) NeonDotFour<TVectors>(*(int*)(a5 + k), b0, b1, ref c50, ref c51);
                if (TRows.Value > 6) NeonDotFour<TVectors>(*(int*)(a6 + k), b0, b1, ref c60, ref c61);
                if (TRows.Value > 7) NeonDotFour<TVectors>(*(int*)(a7 + k), b0, b1, ref c70, ref c71);
            }
            if (k < depth)
            {
                Vector128<sbyte> b0 = Vector128.Load(b), b1 = TVectors.Value > 1 ? Vector128.Load(b + 16) : default;
                nint rest = depth - k;
                b += 32;
                NeonDotFour<TVectors>((int)Tail((byte*)(a0 + k), rest), b0, b1, ref c00, ref c01);
                if (TRows.Value > 1) NeonDotFour<TVectors>((int)Tail((byte*)(a1 + k), rest), b0, b1, ref c10, ref c11);
                if (TRows.Value > 2) NeonDotFour<TVectors>((int)Tail((byte*)(a2 + k), rest), b0, b1, ref c20, ref c21);
                if (TRows.Value > 3) NeonDotFour<TVectors>((int)Tail((byte*)(a3 + k), rest), b0, b1, ref c30, ref c31);
                if (TRows.Value > 4) NeonDotFour<TVectors>((int)Tail((byte*)(a4 + k), rest), b0, b1, ref c40, ref c41);
                if (TRows.Value > 5) NeonDotFour<TVectors>((int)Tail((byte*)(a5 + k), rest), b0, b1, ref c50, ref c51);
                if (TRows.Value > 6) NeonDotFour<TVectors>((int)Tail((byte*)(a6 + k), rest), b0, b1, ref c60, ref c61);
                if (TRows.Value > 7) NeonDotFour<TVectors>((int)Tail((byte*)(a7 + k), rest), b0, b1, ref c70, ref c71);
            }
        }
        if (sums != null)
        {
            Vector128<int> zero0 = Vector128.Load((int*)panel + 16), zero1 = Vector128.Load((int*)panel + 20);
            NeonDotSubtract<TVectors>(zero0, zero1, sums[0], ref c00, ref c01);
            if (TRows.Value > 1) NeonDotSubtract<TVectors>(zero0, zero1, sums[1], ref c10, ref c11);
            if (TRows.Value > 2) NeonDotSubtract<TVectors>(zero0, zero1, sums[2], ref c20, ref c21);
            if (TRows.Value > 3) NeonDotSubtract<TVectors>(zero0, zero1, sums[3], ref c30, ref c31);
            if (TRows.Value > 4) NeonDotSubtract<TVectors>(zero0, zero1, sums[4], ref c40, ref c41);
            if (TRows.Value > 5) NeonDotSubtract<TVectors>(zero0, zero1, sums[5], ref c50, ref c51);
            if (TRows.Value > 6) NeonDotSubtract<TVectors>(zero0, zero1, sums[6], ref c60, ref c61);
            if (TRows.Value > 7) NeonDotSubtract<TVectors>(zero0, zero1, sums[7], ref c70, ref c71);
        }
        nint stride = block->OutputStride;
        var rule = new NeonRequantization(block->OutputZeroPoint, block->Minimum, block->Maximum);
        Vector128<float> m0 = Vector128.Load((float*)panel + 8), m1 = Vector128.Load((float*)panel + 12);
        NeonDotStore<TVectors>(output, in rule, m0, m1, c00, c01);
        if (TRows.Value > 1) NeonDotStore<TVectors>(output + stride, in rule, m0, m1, c10, c11);
        if (TRows.Value > 2) NeonDotStore<TVectors>(output + 2 * stride, in rule, m0, m1, c20, c21);
        if (TRows.Value > 3) NeonDotStore<TVectors>(output + 3 * stride, in rule, m0, m1, c30, c31);
        if (TRows.Value > 4) NeonDotStore<TVectors>(output + 4 * stride, in rule, m0, m1, c40, c41);
        if (TRows.Value > 5) NeonDotStore<TVectors>(output + 5 * stride, in rule, m0, m1, c50, c51);
        if (TRows.Value > 6) NeonDotStore<TVectors>(output + 6 * stride, in rule, m0, m1, c60, c61);
        if (TRows.Value > 7) NeonDotStore<TVectors>(output + 7 * stride, in rule, m0, m1, c70, c71);
    }

    /// <summary>16 input channels of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotSixteen<TVectors>(
        Vector128<sbyte> a, Vector128<sbyte> b00, Vector128<sbyte> b01, Vector128<sbyte> b10, Vector128<sbyte> b11,
        Vector128<sbyte> b20, Vector128<sbyte> b21, Vector128<sbyte> b30, Vector128<sbyte> b31, ref Vector128<int> c0, ref Vector128<int> c1)
        where TVectors : struct, ICount
    {
        c0 = Dp.DotProductBySelectedQuadruplet(c0, b00, a, 0);
        if (TVectors.Value > 1) c1 = Dp.DotProductBySelectedQuadruplet(c1, b01, a, 0);
        c0 = Dp.DotProductBySelectedQuadruplet(c0, b10, a, 1);
        if (TVectors.Value > 1) c1 = Dp.DotProductBySelectedQuadruplet(c1, b11, a, 1);
        c0 = Dp.DotProductBySelectedQuadruplet(c0, b20, a, 2);
        if (TVectors.Value > 1) c1 = Dp.DotProductBySelectedQuadruplet(c1, b21, a, 2);
        c0 = Dp.DotProductBySelectedQuadruplet(c0, b30, a, 3);
        if (TVectors.Value > 1) c1 = Dp.DotProductBySelectedQuadruplet(c1, b31, a, 3);
    }

    /// <summary>Four input channels of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotFour<TVectors>(int a, Vector128<sbyte> b0, Vector128<sbyte> b1, ref Vector128<int> c0, ref Vector128<int> c1)
        where TVectors : struct, ICount
    {
        Vector128<sbyte> x = Vector128.Create(a).AsSByte();
        c0 = Dp.DotProduct(c0, b0, x);
        if (TVectors.Value > 1) c1 = Dp.DotProduct(c1, b1, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotSubtract<TVectors>(Vector128<int> zero0, Vector128<int> zero1, int sum, ref Vector128<int> c0, ref Vector128<int> c1)
        where TVectors : struct, ICount
    {
        Vector128<int> s = Vector128.Create(sum);
        c0 = AdvSimd.MultiplySubtract(c0, zero0, s);
        if (TVectors.Value > 1) c1 = AdvSimd.MultiplySubtract(c1, zero1, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonDotStore<TVectors>(
        byte* output, in NeonRequantization rule, Vector128<float> m0, Vector128<float> m1, Vector128<int> c0, Vector128<int> c1)
        where TVectors : struct, ICount
    {
        if (TVectors.Value > 1) rule.Codes(c0, c1, m0, m1).Store((sbyte*)output);
        else *(uint*)output = rule.Codes(c0, c0, m0, m0).AsUInt32().ToScalar();
    }
}
