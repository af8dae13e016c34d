using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>
/// Pointwise kernels in fp32. Sums start from the bias and run over taps and input channels in order, by fused multiply-add; the residual
/// is added last, then the clamp.
/// </summary>
internal static unsafe partial class PointwiseF32
{
    /// <summary>12 sums, 2 weights and one input in 15 of 16 registers.</summary>
    public static readonly PointwiseKernel Avx2 = new("pointwise-f32-avx2-6x16", 6, 16, 8, 1, 0, &Avx2Tile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx2Tile(int rows, int vectors) => vectors switch
    {
        1 => Avx2Tile<N1>(rows),
        _ => Avx2Tile<N2>(rows),
    };

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx2Tile<TVectors>(int rows) where TVectors : struct, ICount => rows switch
    {
        1 => &Avx2Tile<N1, TVectors>,
        2 => &Avx2Tile<N2, TVectors>,
        3 => &Avx2Tile<N3, TVectors>,
        4 => &Avx2Tile<N4, TVectors>,
        5 => &Avx2Tile<N5, TVectors>,
        _ => &Avx2Tile<N6, TVectors>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Tile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        float* b = (float*)panel;
        Vector256<float> bias0 = Vector256.Load(b);
        Vector256<float> bias1 = Vector256.Load(b + 8);
        Vector256<float> c00 = bias0, c01 = bias1;
        Vector256<float> c10 = bias0, c11 = bias1;
        Vector256<float> c20 = bias0, c21 = bias1;
        Vector256<float> c30 = bias0, c31 = bias1;
        Vector256<float> c40 = bias0, c41 = bias1;
        Vector256<float> c50 = bias0, c51 = bias1;
        b += 16;
        nint depth = block->Depth;
        byte* ahead = block->Prefetch;
        for (int tap = block->Taps; tap > 0; tap--, rows += 6)
        {
            float* a0 = (float*)rows[0];
            float* a1 = TRows.Value > 1 ? (float*)rows[1] : null;
            float* a2 = TRows.Value > 2 ? (float*)rows[2] : null;
            float* a3 = TRows.Value > 3 ? (float*)rows[3] : null;
            float* a4 = TRows.Value > 4 ? (float*)rows[4] : null;
            float* a5 = TRows.Value > 5 ? (float*)rows[5] : null;
            for (nint k = 0; k < depth; k++, b += 16, ahead += 64)
            {
                Sse.Prefetch1(ahead);
                Vector256<float> b0 = Vector256.Load(b);
                Vector256<float> b1 = TVectors.Value > 1 ? Vector256.Load(b + 8) : default;
                Vector256<float> x0 = Vector256.Create(a0[k]);
                c00 = Vector256.FusedMultiplyAdd(x0, b0, c00);
                if (TVectors.Value > 1) c01 = Vector256.FusedMultiplyAdd(x0, b1, c01);
                if (TRows.Value > 1)
                {
                    Vector256<float> x1 = Vector256.Create(a1[k]);
                    c10 = Vector256.FusedMultiplyAdd(x1, b0, c10);
                    if (TVectors.Value > 1) c11 = Vector256.FusedMultiplyAdd(x1, b1, c11);
                }
                if (TRows.Value > 2)
                {
                    Vector256<float> x2 = Vector256.Create(a2[k]);
                    c20 = Vector256.FusedMultiplyAdd(x2, b0, c20);
                    if (TVectors.Value > 1) c21 = Vector256.FusedMultiplyAdd(x2, b1, c21);
                }
                if (TRows.Value > 3)
                {
                    Vector256<float> x3 = Vector256.Create(a3[k]);
                    c30 = Vector256.FusedMultiplyAdd(x3, b0, c30);
                    if (TVectors.Value > 1) c31 = Vector256.FusedMultiplyAdd(x3, b1, c31);
                }
                if (TRows.Value > 4)
                {
                    Vector256<float> x4 = Vector256.Create(a4[k]);
                    c40 = Vector256.FusedMultiplyAdd(x4, b0, c40);
                    if (TVectors.Value > 1) c41 = Vector256.FusedMultiplyAdd(x4, b1, c41);
                }
                if (TRows.Value > 5)
                {
                    Vector256<float> x5 = Vector256.Create(a5[k]);
                    c50 = Vector256.FusedMultiplyAdd(x5, b0, c50);
                    if (TVectors.Value > 1) c51 = Vector256.FusedMultiplyAdd(x5, b1, c51);
                }
            }
        }
        if (residual != null)
        {
            nint next = block->ResidualStride;
            Avx2Add<TVectors>(residual, ref c00, ref c01);
            if (TRows.Value > 1) Avx2Add<TVectors>(residual + next, ref c10, ref c11);
            if (TRows.Value > 2) Avx2Add<TVectors>(residual + 2 * next, ref c20, ref c21);
            if (TRows.Value > 3) Avx2Add<TVectors>(residual + 3 * next, ref c30, ref c31);
            if (TRows.Value > 4) Avx2Add<TVectors>(residual + 4 * next, ref c40, ref c41);
            if (TRows.Value > 5) Avx2Add<TVectors>(residual + 5 * next, ref c50, ref c51);
        }
        nint stride = block->OutputStride;
        Vector256<float> low = Vector256.Create(block->Minimum), high = Vector256.Create(block->Maximum);
        Avx2Store<TVectors>(output, low, high, c00, c01);
        if (TRows.Value > 1) Avx2Store<TVectors>(output + stride, low, high, c10, c11);
        if (TRows.Value > 2) Avx2Store<TVectors>(output + 2 * stride, low, high, c20, c21);
        if (TRows.Value > 3) Avx2Store<TVectors>(output + 3 * stride, low, high, c30, c31);
        if (TRows.Value > 4) Avx2Store<TVectors>(output + 4 * stride, low, high, c40, c41);
        if (TRows.Value > 5) Avx2Store<TVectors>(output + 5 * stride, low, high, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Add<TVectors>(
        byte* residual, ref Vector256<float> c0, ref Vector256<float> c1)
        where TVectors : struct, ICount
    {
        float* from = (float*)residual;
        c0 += Vector256.Load(from);
        if (TVectors.Value > 1) c1 += Vector256.Load(from + 8);
    }

    // Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Store<TVectors>(
        byte* output, Vector256<float> low, Vector256<float> high,
        Vector256<float> c0, Vector256<float> c1)
        where TVectors : struct, ICount
    {
        float* to = (float*)output;
        Avx.Min(high, Avx.Max(low, c0)).Store(to);
        if (TVectors.Value > 1) Avx.Min(high, Avx.Max(low, c1)).Store(to + 8);
    }
}
