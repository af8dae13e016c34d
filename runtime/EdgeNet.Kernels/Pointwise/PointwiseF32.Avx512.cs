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
    /// <summary>24 sums, 4 weights and one input in 29 of 32 registers: two multiply-adds a cycle against 10 loads in 12.</summary>
    public static readonly PointwiseKernel Avx512 = new("pointwise-f32-avx512-6x64", 6, 64, 16, 1, 0, &Avx512Tile);

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx512Tile(int rows, int vectors) => vectors switch
    {
        1 => Avx512Tile<N1>(rows),
        2 => Avx512Tile<N2>(rows),
        3 => Avx512Tile<N3>(rows),
        _ => Avx512Tile<N4>(rows),
    };

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> Avx512Tile<TVectors>(int rows) where TVectors : struct, ICount => rows switch
    {
        1 => &Avx512Tile<N1, TVectors>,
        2 => &Avx512Tile<N2, TVectors>,
        3 => &Avx512Tile<N3, TVectors>,
        4 => &Avx512Tile<N4, TVectors>,
        5 => &Avx512Tile<N5, TVectors>,
        _ => &Avx512Tile<N6, TVectors>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Tile<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        float* b = (float*)panel;
        Vector512<float> bias0 = Vector512.Load(b);
        Vector512<float> bias1 = Vector512.Load(b + 16);
        Vector512<float> bias2 = Vector512.Load(b + 32);
        Vector512<float> bias3 = Vector512.Load(b + 48);
        Vector512<float> c00 = bias0, c01 = bias1, c02 = bias2, c03 = bias3;
        Vector512<float> c10 = bias0, c11 = bias1, c12 = bias2, c13 = bias3;
        Vector512<float> c20 = bias0, c21 = bias1, c22 = bias2, c23 = bias3;
        Vector512<float> c30 = bias0, c31 = bias1, c32 = bias2, c33 = bias3;
        Vector512<float> c40 = bias0, c41 = bias1, c42 = bias2, c43 = bias3;
        Vector512<float> c50 = bias0, c51 = bias1, c52 = bias2, c53 = bias3;
        b += 64;
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
            for (nint k = 0; k < depth; k++, b += 64, ahead += 64)
            {
                Sse.Prefetch1(ahead);
                Vector512<float> b0 = Vector512.Load(b);
                Vector512<float> b1 = TVectors.Value > 1 ? Vector512.Load(b + 16) : default;
                Vector512<float> b2 = TVectors.Value > 2 ? Vector512.Load(b + 32) : default;
                Vector512<float> b3 = TVectors.Value > 3 ? Vector512.Load(b + 48) : default;
                Vector512<float> x0 = Vector512.Create(a0[k]);
                c00 = Vector512.FusedMultiplyAdd(x0, b0, c00);
                if (TVectors.Value > 1) c01 = Vector512.FusedMultiplyAdd(x0, b1, c01);
                if (TVectors.Value > 2) c02 = Vector512.FusedMultiplyAdd(x0, b2, c02);
                if (TVectors.Value > 3) c03 = Vector512.FusedMultiplyAdd(x0, b3, c03);
                if (TRows.Value > 1)
                {
                    Vector512<float> x1 = Vector512.Create(a1[k]);
                    c10 = Vector512.FusedMultiplyAdd(x1, b0, c10);
                    if (TVectors.Value > 1) c11 = Vector512.FusedMultiplyAdd(x1, b1, c11);
                    if (TVectors.Value > 2) c12 = Vector512.FusedMultiplyAdd(x1, b2, c12);
                    if (TVectors.Value > 3) c13 = Vector512.FusedMultiplyAdd(x1, b3, c13);
                }
                if (TRows.Value > 2)
                {
                    Vector512<float> x2 = Vector512.Create(a2[k]);
                    c20 = Vector512.FusedMultiplyAdd(x2, b0, c20);
                    if (TVectors.Value > 1) c21 = Vector512.FusedMultiplyAdd(x2, b1, c21);
                    if (TVectors.Value > 2) c22 = Vector512.FusedMultiplyAdd(x2, b2, c22);
                    if (TVectors.Value > 3) c23 = Vector512.FusedMultiplyAdd(x2, b3, c23);
                }
                if (TRows.Value > 3)
                {
                    Vector512<float> x3 = Vector512.Create(a3[k]);
                    c30 = Vector512.FusedMultiplyAdd(x3, b0, c30);
                    if (TVectors.Value > 1) c31 = Vector512.FusedMultiplyAdd(x3, b1, c31);
                    if (TVectors.Value > 2) c32 = Vector512.FusedMultiplyAdd(x3, b2, c32);
                    if (TVectors.Value > 3) c33 = Vector512.FusedMultiplyAdd(x3, b3, c33);
                }
                if (TRows.Value > 4)
                {
                    Vector512<float> x4 = Vector512.Create(a4[k]);
                    c40 = Vector512.FusedMultiplyAdd(x4, b0, c40);
                    if (TVectors.Value > 1) c41 = Vector512.FusedMultiplyAdd(x4, b1, c41);
                    if (TVectors.Value > 2) c42 = Vector512.FusedMultiplyAdd(x4, b2, c42);
                    if (TVectors.Value > 3) c43 = Vector512.FusedMultiplyAdd(x4, b3, c43);
                }
                if (TRows.Value > 5)
                {
                    Vector512<float> x5 = Vector512.Create(a5[k]);
                    c50 = Vector512.FusedMultiplyAdd(x5, b0, c50);
                    if (TVectors.Value > 1) c51 = Vector512.FusedMultiplyAdd(x5, b1, c51);
                    if (TVectors.Value > 2) c52 = Vector512.FusedMultiplyAdd(x5, b2, c52);
                    if (TVectors.Value > 3) c53 = Vector512.FusedMultiplyAdd(x5, b3, c53);
                }
            }
        }
        if (residual != null)
        {
            nint next = block->ResidualStride;
            Avx512Add<TVectors>(residual, ref c00, ref c01, ref c02, ref c03);
            if (TRows.Value > 1) Avx512Add<TVectors>(residual + next, ref c10, ref c11, ref c12, ref c13);
            if (TRows.Value > 2) Avx512Add<TVectors>(residual + 2 * next, ref c20, ref c21, ref c22, ref c23);
            if (TRows.Value > 3) Avx512Add<TVectors>(residual + 3 * next, ref c30, ref c31, ref c32, ref c33);
            if (TRows.Value > 4) Avx512Add<TVectors>(residual + 4 * next, ref c40, ref c41, ref c42, ref c43);
            if (TRows.Value > 5) Avx512Add<TVectors>(residual + 5 * next, ref c50, ref c51, ref c52, ref c53);
        }
        nint stride = block->OutputStride;
        Vector512<float> low = Vector512.Create(block->Minimum), high = Vector512.Create(block->Maximum);
        Avx512Store<TVectors>(output, low, high, c00, c01, c02, c03);
        if (TRows.Value > 1) Avx512Store<TVectors>(output + stride, low, high, c10, c11, c12, c13);
        if (TRows.Value > 2) Avx512Store<TVectors>(output + 2 * stride, low, high, c20, c21, c22, c23);
        if (TRows.Value > 3) Avx512Store<TVectors>(output + 3 * stride, low, high, c30, c31, c32, c33);
        if (TRows.Value > 4) Avx512Store<TVectors>(output + 4 * stride, low, high, c40, c41, c42, c43);
        if (TRows.Value > 5) Avx512Store<TVectors>(output + 5 * stride, low, high, c50, c51, c52, c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Add<TVectors>(
        byte* residual, ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2, ref Vector512<float> c3)
        where TVectors : struct, ICount
    {
        float* from = (float*)residual;
        c0 += Vector512.Load(from);
        if (TVectors.Value > 1) c1 += Vector512.Load(from + 16);
        if (TVectors.Value > 2) c2 += Vector512.Load(from + 32);
        if (TVectors.Value > 3) c3 += Vector512.Load(from + 48);
    }

    // Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Store<TVectors>(
        byte* output, Vector512<float> low, Vector512<float> high,
        Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
        where TVectors : struct, ICount
    {
        float* to = (float*)output;
        Avx512F.Min(high, Avx512F.Max(low, c0)).Store(to);
        if (TVectors.Value > 1) Avx512F.Min(high, Avx512F.Max(low, c1)).Store(to + 16);
        if (TVectors.Value > 2) Avx512F.Min(high, Avx512F.Max(low, c2)).Store(to + 32);
        if (TVectors.Value > 3) Avx512F.Min(high, Avx512F.Max(low, c3)).Store(to + 48);
    }
}
