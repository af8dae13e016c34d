using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeNet.Kernels;

public static unsafe partial class SparsePointwiseF32
{
    /// <summary>16 sums, two weights in one vector and the pixels under way in 32 registers: 16 multiply-adds against 19 loads.</summary>
    internal static readonly SparsePointwiseKernel Neon = new(
        "sparse-f32-neon-32", NeonPixels, 8, 16 << 10, 1.25, 7.5, &NeonGather, &NeonMultiply, &NeonScatter);

    private const int NeonPixels = 4, NeonTile = 32;

    private static delegate*<SparsePointwiseBlock*, void> NeonMultiply(int vectors) => vectors switch
    {
        1 => &NeonMultiply<N1>,
        2 => &NeonMultiply<N2>,
        3 => &NeonMultiply<N3>,
        4 => &NeonMultiply<N4>,
        5 => &NeonMultiply<N5>,
        6 => &NeonMultiply<N6>,
        7 => &NeonMultiply<N7>,
        _ => &NeonMultiply<N8>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonMultiply<TVectors>(SparsePointwiseBlock* block) where TVectors : struct, ICount
    {
        byte* strip = (byte*)block->Strip;
        SparseWeight* weight = block->Weights;
        float* sums = block->Sums;
        float* bias = block->Bias;
        int* counts = block->Counts;
        for (int* last = counts + block->Columns; counts != last; counts++, sums += NeonTile)
        {
            Vector128<float> e0, e1, e2, e3, e4, e5, e6, e7;
            if (bias != null)
            {
                e0 = e1 = e2 = e3 = e4 = e5 = e6 = e7 = Vector128.Create(*bias++);
            }
            else
            {
                e0 = AdvSimd.LoadVector128(sums);
                e1 = TVectors.Value > 1 ? AdvSimd.LoadVector128(sums + 4) : default;
                e2 = TVectors.Value > 2 ? AdvSimd.LoadVector128(sums + 8) : default;
                e3 = TVectors.Value > 3 ? AdvSimd.LoadVector128(sums + 12) : default;
                e4 = TVectors.Value > 4 ? AdvSimd.LoadVector128(sums + 16) : default;
                e5 = TVectors.Value > 5 ? AdvSimd.LoadVector128(sums + 20) : default;
                e6 = TVectors.Value > 6 ? AdvSimd.LoadVector128(sums + 24) : default;
                e7 = TVectors.Value > 7 ? AdvSimd.LoadVector128(sums + 28) : default;
            }
            Vector128<float> o0 = default, o1 = default, o2 = default, o3 = default, o4 = default, o5 = default, o6 = default, o7 = default;
            int count = *counts;
            for (SparseWeight* pairs = weight + (count & ~1); weight != pairs; weight += 2)
            {
                // Offset, value, offset, value.
                Vector128<float> w = AdvSimd.LoadVector128((float*)weight);
                float* x = (float*)(strip + weight[0].Offset);
                e0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e0, AdvSimd.LoadVector128(x), w, 1);
                if (TVectors.Value > 1) e1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e1, AdvSimd.LoadVector128(x + 4), w, 1);
                if (TVectors.Value > 2) e2 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e2, AdvSimd.LoadVector128(x + 8), w, 1);
                if (TVectors.Value > 3) e3 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e3, AdvSimd.LoadVector128(x + 12), w, 1);
                if (TVectors.Value > 4) e4 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e4, AdvSimd.LoadVector128(x + 16), w, 1);
                if (TVectors.Value > 5) e5 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e5, AdvSimd.LoadVector128(x + 20), w, 1);
                if (TVectors.Value > 6) e6 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e6, AdvSimd.LoadVector128(x + 24), w, 1);
                if (TVectors.Value > 7) e7 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e7, AdvSimd.LoadVector128(x + 28), w, 1);
                x = (float*)(strip + weight[1].Offset);
                o0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o0, AdvSimd.LoadVector128(x), w, 3);
                if (TVectors.Value > 1) o1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o1, AdvSimd.LoadVector128(x + 4), w, 3);
                if (TVectors.Value > 2) o2 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o2, AdvSimd.LoadVector128(x + 8), w, 3);
                if (TVectors.Value > 3) o3 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o3, AdvSimd.LoadVector128(x + 12), w, 3);
                if (TVectors.Value > 4) o4 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o4, AdvSimd.LoadVector128(x + 16), w, 3);
                if (TVectors.Value > 5) o5 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o5, AdvSimd.LoadVector128(x + 20), w, 3);
                if (TVectors.Value > 6) o6 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o6, AdvSimd.LoadVector128(x + 24), w, 3);
                if (TVectors.Value > 7) o7 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(o7, AdvSimd.LoadVector128(x + 28), w, 3);
            }
            if ((count & 1) != 0)
            {
                float* x = (float*)(strip + weight->Offset);
                Vector128<float> w = Vector128.Create(weight->Value);
                weight++;
                e0 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e0, AdvSimd.LoadVector128(x), w, 0);
                if (TVectors.Value > 1) e1 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e1, AdvSimd.LoadVector128(x + 4), w, 0);
                if (TVectors.Value > 2) e2 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e2, AdvSimd.LoadVector128(x + 8), w, 0);
                if (TVectors.Value > 3) e3 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e3, AdvSimd.LoadVector128(x + 12), w, 0);
                if (TVectors.Value > 4) e4 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e4, AdvSimd.LoadVector128(x + 16), w, 0);
                if (TVectors.Value > 5) e5 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e5, AdvSimd.LoadVector128(x + 20), w, 0);
                if (TVectors.Value > 6) e6 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e6, AdvSimd.LoadVector128(x + 24), w, 0);
                if (TVectors.Value > 7) e7 = AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(e7, AdvSimd.LoadVector128(x + 28), w, 0);
            }
            AdvSimd.Store(sums, AdvSimd.Add(e0, o0));
            if (TVectors.Value > 1) AdvSimd.Store(sums + 4, AdvSimd.Add(e1, o1));
            if (TVectors.Value > 2) AdvSimd.Store(sums + 8, AdvSimd.Add(e2, o2));
            if (TVectors.Value > 3) AdvSimd.Store(sums + 12, AdvSimd.Add(e3, o3));
            if (TVectors.Value > 4) AdvSimd.Store(sums + 16, AdvSimd.Add(e4, o4));
            if (TVectors.Value > 5) AdvSimd.Store(sums + 20, AdvSimd.Add(e5, o5));
            if (TVectors.Value > 6) AdvSimd.Store(sums + 24, AdvSimd.Add(e6, o6));
            if (TVectors.Value > 7) AdvSimd.Store(sums + 28, AdvSimd.Add(e7, o7));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonGather(SparsePointwiseBlock* block)
    {
        nint* rows = block->Rows;
        int depth = block->Depth;
        for (int vector = 0; vector < block->Vectors; vector++, rows += NeonPixels)
        {
            float* to = block->Strip + vector * NeonPixels;
            float* r0 = (float*)rows[0], r1 = (float*)rows[1], r2 = (float*)rows[2], r3 = (float*)rows[3];
            if (depth < 4)
            {
                for (int k = 0; k < depth; k++, to += NeonTile) (to[0], to[1], to[2], to[3]) = (r0[k], r1[k], r2[k], r3[k]);
                continue;
            }
            // The last four channels overlap those before where they are no multiple of four.
            for (int next = 0; next < depth; next += 4)
            {
                int k = Math.Min(next, depth - 4);
                Vector128<float> c0 = AdvSimd.LoadVector128(r0 + k), c1 = AdvSimd.LoadVector128(r1 + k);
                Vector128<float> c2 = AdvSimd.LoadVector128(r2 + k), c3 = AdvSimd.LoadVector128(r3 + k);
                NeonTranspose(ref c0, ref c1, ref c2, ref c3);
                float* at = to + k * NeonTile;
                AdvSimd.Store(at, c0);
                AdvSimd.Store(at + NeonTile, c1);
                AdvSimd.Store(at + 2 * NeonTile, c2);
                AdvSimd.Store(at + 3 * NeonTile, c3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeonTranspose(ref Vector128<float> r0, ref Vector128<float> r1, ref Vector128<float> r2, ref Vector128<float> r3)
    {
        Vector128<double> a = AdvSimd.Arm64.ZipLow(r0, r1).AsDouble(), b = AdvSimd.Arm64.ZipLow(r2, r3).AsDouble();
        Vector128<double> c = AdvSimd.Arm64.ZipHigh(r0, r1).AsDouble(), d = AdvSimd.Arm64.ZipHigh(r2, r3).AsDouble();
        r0 = AdvSimd.Arm64.ZipLow(a, b).AsSingle();
        r1 = AdvSimd.Arm64.ZipHigh(a, b).AsSingle();
        r2 = AdvSimd.Arm64.ZipLow(c, d).AsSingle();
        r3 = AdvSimd.Arm64.ZipHigh(c, d).AsSingle();
    }

    /// <summary>Four columns at a time, then the rest one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NeonScatter(SparsePointwiseBlock* block)
    {
        Vector128<float> low = Vector128.Create(block->Minimum), high = Vector128.Create(block->Maximum);
        nint stride = block->OutputStride, residualStride = block->ResidualStride;
        int column = 0;
        for (; column + 4 <= block->Columns; column += 4)
        {
            float* sums = block->Sums + column * NeonTile;
            byte* output = block->Output + column * sizeof(float);
            byte* residual = block->Residual == null ? null : block->Residual + column * sizeof(float);
            for (int pixels = block->Pixels; pixels > 0; pixels -= 4, sums += 4, output += 4 * stride)
            {
                Vector128<float> p0 = AdvSimd.LoadVector128(sums), p1 = AdvSimd.LoadVector128(sums + NeonTile);
                Vector128<float> p2 = AdvSimd.LoadVector128(sums + 2 * NeonTile), p3 = AdvSimd.LoadVector128(sums + 3 * NeonTile);
                NeonTranspose(ref p0, ref p1, ref p2, ref p3);
                if (residual != null)
                {
                    p0 = AdvSimd.Add(p0, AdvSimd.LoadVector128((float*)residual));
                    if (pixels > 1) p1 = AdvSimd.Add(p1, AdvSimd.LoadVector128((float*)(residual + residualStride)));
                    if (pixels > 2) p2 = AdvSimd.Add(p2, AdvSimd.LoadVector128((float*)(residual + 2 * residualStride)));
                    if (pixels > 3) p3 = AdvSimd.Add(p3, AdvSimd.LoadVector128((float*)(residual + 3 * residualStride)));
                    residual += 4 * residualStride;
                }
                // Min and Max of NaN are NaN.
                AdvSimd.Store((float*)output, AdvSimd.Min(high, AdvSimd.Max(low, p0)));
                if (pixels > 1) AdvSimd.Store((float*)(output + stride), AdvSimd.Min(high, AdvSimd.Max(low, p1)));
                if (pixels > 2) AdvSimd.Store((float*)(output + 2 * stride), AdvSimd.Min(high, AdvSimd.Max(low, p2)));
                if (pixels > 3) AdvSimd.Store((float*)(output + 3 * stride), AdvSimd.Min(high, AdvSimd.Max(low, p3)));
            }
        }
        if (column < block->Columns) ScatterPart(block, NeonTile, column);
    }
}
