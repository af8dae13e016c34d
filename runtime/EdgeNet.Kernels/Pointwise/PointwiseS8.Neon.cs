using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

internal static unsafe partial class PointwiseS8
{
    /// <summary>
    /// Without dot products: eight 16-bit products, added in pairs to 32-bit sums. Each of the 16 sums of the tile is a vector over the
    /// depth, added up at the end, so that neither inputs nor weights are ever spread. A product of two codes fits 16 bits whatever they
    /// are; the sum of two does not, so each product is added on its own: the multiplier is the narrower pipe anyway.
    /// </summary>
    public static readonly PointwiseKernel Neon = new("pointwise-s8-neon-4x4", 4, 4, 4, 8, 0, &NeonTile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> NeonTile(int rows, int vectors) => rows switch
    {
        1 => &NeonTile<N1>,
        2 => &NeonTile<N2>,
        3 => &NeonTile<N3>,
        _ => &NeonTile<N4>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonTile<TRows>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
    {
        Vector128<int> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector128<int> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector128<int> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector128<int> c30 = default, c31 = default, c32 = default, c33 = default;
        sbyte* b = (sbyte*)panel + 48;
        nint depth = block->Depth, whole = depth & ~7;
        for (int tap = block->Taps; tap > 0; tap--, rows += 4)
        {
            nint a0 = rows[0];
            nint a1 = TRows.Value > 1 ? rows[1] : 0;
            nint a2 = TRows.Value > 2 ? rows[2] : 0;
            nint a3 = TRows.Value > 3 ? rows[3] : 0;
            nint k = 0;
            for (; k < whole; k += 8, b += 32)
            {
                Vector64<sbyte> b0 = Vector64.Load(b), b1 = Vector64.Load(b + 8), b2 = Vector64.Load(b + 16), b3 = Vector64.Load(b + 24);
                NeonEight(Vector64.Load((sbyte*)(a0 + k)), b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
                if (TRows.Value > 1) NeonEight(Vector64.Load((sbyte*)(a1 + k)), b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
                if (TRows.Value > 2) NeonEight(Vector64.Load((sbyte*)(a2 + k)), b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
                if (TRows.Value > 3) NeonEight(Vector64.Load((sbyte*)(a3 + k)), b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
            }
            if (k < depth)
            {
                Vector64<sbyte> b0 = Vector64.Load(b), b1 = Vector64.Load(b + 8), b2 = Vector64.Load(b + 16), b3 = Vector64.Load(b + 24);
                nint rest = depth - k;
                b += 32;
                NeonEight(UpToSeven((byte*)(a0 + k), rest), b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
                if (TRows.Value > 1) NeonEight(UpToSeven((byte*)(a1 + k), rest), b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
                if (TRows.Value > 2) NeonEight(UpToSeven((byte*)(a2 + k), rest), b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
                if (TRows.Value > 3) NeonEight(UpToSeven((byte*)(a3 + k), rest), b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
            }
        }
        Vector128<int> bias = Vector128.Load((int*)panel);
        Vector128<int> s0 = bias + NeonTotals(c00, c01, c02, c03);
        Vector128<int> s1 = TRows.Value > 1 ? bias + NeonTotals(c10, c11, c12, c13) : default;
        Vector128<int> s2 = TRows.Value > 2 ? bias + NeonTotals(c20, c21, c22, c23) : default;
        Vector128<int> s3 = TRows.Value > 3 ? bias + NeonTotals(c30, c31, c32, c33) : default;
        if (sums != null)
        {
            Vector128<int> zero = Vector128.Load((int*)panel + 8);
            s0 = AdvSimd.MultiplySubtract(s0, zero, Vector128.Create(sums[0]));
            if (TRows.Value > 1) s1 = AdvSimd.MultiplySubtract(s1, zero, Vector128.Create(sums[1]));
            if (TRows.Value > 2) s2 = AdvSimd.MultiplySubtract(s2, zero, Vector128.Create(sums[2]));
            if (TRows.Value > 3) s3 = AdvSimd.MultiplySubtract(s3, zero, Vector128.Create(sums[3]));
        }
        nint stride = block->OutputStride;
        var rule = new NeonRequantization(block->OutputZeroPoint, block->Minimum, block->Maximum);
        Vector128<float> m = Vector128.Load((float*)panel + 4);
        Vector64<uint> codes = rule.Codes(s0, s1, m, m).AsUInt32();
        *(uint*)output = codes.ToScalar();
        if (TRows.Value > 1) *(uint*)(output + stride) = codes.GetElement(1);
        if (TRows.Value > 2)
        {
            codes = rule.Codes(s2, s3, m, m).AsUInt32();
            *(uint*)(output + 2 * stride) = codes.ToScalar();
            if (TRows.Value > 3) *(uint*)(output + 3 * stride) = codes.GetElement(1);
        }
    }

    /// <summary>Eight input channels of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonEight(
        Vector64<sbyte> a, Vector64<sbyte> b0, Vector64<sbyte> b1, Vector64<sbyte> b2, Vector64<sbyte> b3,
        ref Vector128<int> c0, ref Vector128<int> c1, ref Vector128<int> c2, ref Vector128<int> c3)
    {
        c0 = AdvSimd.AddPairwiseWideningAndAdd(c0, AdvSimd.MultiplyWideningLower(a, b0));
        c1 = AdvSimd.AddPairwiseWideningAndAdd(c1, AdvSimd.MultiplyWideningLower(a, b1));
        c2 = AdvSimd.AddPairwiseWideningAndAdd(c2, AdvSimd.MultiplyWideningLower(a, b2));
        c3 = AdvSimd.AddPairwiseWideningAndAdd(c3, AdvSimd.MultiplyWideningLower(a, b3));
    }

    /// <summary>1 to 7 codes followed by zeros, without a look beyond them: reads that overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector64<sbyte> UpToSeven(byte* codes, nint count)
    {
        ulong eight = count >= 4
            ? *(uint*)codes | (ulong)*(uint*)(codes + count - 4) << (int)(8 * (count - 4))
            : Tail(codes, count);
        return Vector64.CreateScalar(eight).AsSByte();
    }

    /// <summary>The sums of four vectors, in one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> NeonTotals(Vector128<int> c0, Vector128<int> c1, Vector128<int> c2, Vector128<int> c3) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(c0, c1), AdvSimd.Arm64.AddPairwise(c2, c3));
}
