using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static unsafe partial class SparsePointwiseF32
{
    /// <summary>14 sums and one weight in 15 of 16 registers, pixels from memory: 7 multiply-adds against 8 loads in 4 cycles.</summary>
    internal static readonly SparsePointwiseKernel Avx2 = new(
        "sparse-f32-avx2-56", Avx2Pixels, 7, 24 << 10, 1.25, 5.25, &Avx2Gather, &Avx2Multiply, &Avx2Scatter);

    private const int Avx2Pixels = 8, Avx2Tile = 56;

    private static delegate*<SparsePointwiseBlock*, void> Avx2Multiply(int vectors) => vectors switch
    {
        1 => &Avx2Multiply<N1>,
        2 => &Avx2Multiply<N2>,
        3 => &Avx2Multiply<N3>,
        4 => &Avx2Multiply<N4>,
        5 => &Avx2Multiply<N5>,
        6 => &Avx2Multiply<N6>,
        _ => &Avx2Multiply<N7>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Multiply<TVectors>(SparsePointwiseBlock* block) where TVectors : struct, ICount
    {
        byte* strip = (byte*)block->Strip;
        SparseWeight* weight = block->Weights;
        float* sums = block->Sums;
        float* bias = block->Bias;
        int* counts = block->Counts;
        for (int* last = counts + block->Columns; counts != last; counts++, sums += Avx2Tile)
        {
            Vector256<float> e0, e1, e2, e3, e4, e5, e6;
            if (bias != null)
            {
                e0 = e1 = e2 = e3 = e4 = e5 = e6 = Vector256.Create(*bias++);
            }
            else
            {
                e0 = Vector256.Load(sums);
                e1 = TVectors.Value > 1 ? Vector256.Load(sums + 8) : default;
                e2 = TVectors.Value > 2 ? Vector256.Load(sums + 16) : default;
                e3 = TVectors.Value > 3 ? Vector256.Load(sums + 24) : default;
                e4 = TVectors.Value > 4 ? Vector256.Load(sums + 32) : default;
                e5 = TVectors.Value > 5 ? Vector256.Load(sums + 40) : default;
                e6 = TVectors.Value > 6 ? Vector256.Load(sums + 48) : default;
            }
            Vector256<float> o0 = default, o1 = default, o2 = default, o3 = default, o4 = default, o5 = default, o6 = default;
            int count = *counts;
            for (SparseWeight* pairs = weight + (count & ~1); weight != pairs; weight += 2)
            {
                float* x = (float*)(strip + weight[0].Offset);
                Vector256<float> w = Vector256.Create(weight[0].Value);
                e0 = Fma.MultiplyAdd(w, Vector256.Load(x), e0);
                if (TVectors.Value > 1) e1 = Fma.MultiplyAdd(w, Vector256.Load(x + 8), e1);
                if (TVectors.Value > 2) e2 = Fma.MultiplyAdd(w, Vector256.Load(x + 16), e2);
                if (TVectors.Value > 3) e3 = Fma.MultiplyAdd(w, Vector256.Load(x + 24), e3);
                if (TVectors.Value > 4) e4 = Fma.MultiplyAdd(w, Vector256.Load(x + 32), e4);
                if (TVectors.Value > 5) e5 = Fma.MultiplyAdd(w, Vector256.Load(x + 40), e5);
                if (TVectors.Value > 6) e6 = Fma.MultiplyAdd(w, Vector256.Load(x + 48), e6);
                x = (float*)(strip + weight[1].Offset);
                w = Vector256.Create(weight[1].Value);
                o0 = Fma.MultiplyAdd(w, Vector256.Load(x), o0);
                if (TVectors.Value > 1) o1 = Fma.MultiplyAdd(w, Vector256.Load(x + 8), o1);
                if (TVectors.Value > 2) o2 = Fma.MultiplyAdd(w, Vector256.Load(x + 16), o2);
                if (TVectors.Value > 3) o3 = Fma.MultiplyAdd(w, Vector256.Load(x + 24), o3);
                if (TVectors.Value > 4) o4 = Fma.MultiplyAdd(w, Vector256.Load(x + 32), o4);
                if (TVectors.Value > 5) o5 = Fma.MultiplyAdd(w, Vector256.Load(x + 40), o5);
                if (TVectors.Value > 6) o6 = Fma.MultiplyAdd(w, Vector256.Load(x + 48), o6);
            }
            if ((count & 1) != 0)
            {
                float* x = (float*)(strip + weight->Offset);
                Vector256<float> w = Vector256.Create(weight->Value);
                weight++;
                e0 = Fma.MultiplyAdd(w, Vector256.Load(x), e0);
                if (TVectors.Value > 1) e1 = Fma.MultiplyAdd(w, Vector256.Load(x + 8), e1);
                if (TVectors.Value > 2) e2 = Fma.MultiplyAdd(w, Vector256.Load(x + 16), e2);
                if (TVectors.Value > 3) e3 = Fma.MultiplyAdd(w, Vector256.Load(x + 24), e3);
                if (TVectors.Value > 4) e4 = Fma.MultiplyAdd(w, Vector256.Load(x + 32), e4);
                if (TVectors.Value > 5) e5 = Fma.MultiplyAdd(w, Vector256.Load(x + 40), e5);
                if (TVectors.Value > 6) e6 = Fma.MultiplyAdd(w, Vector256.Load(x + 48), e6);
            }
            (e0 + o0).Store(sums);
            if (TVectors.Value > 1) (e1 + o1).Store(sums + 8);
            if (TVectors.Value > 2) (e2 + o2).Store(sums + 16);
            if (TVectors.Value > 3) (e3 + o3).Store(sums + 24);
            if (TVectors.Value > 4) (e4 + o4).Store(sums + 32);
            if (TVectors.Value > 5) (e5 + o5).Store(sums + 40);
            if (TVectors.Value > 6) (e6 + o6).Store(sums + 48);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Gather(SparsePointwiseBlock* block)
    {
        nint* rows = block->Rows;
        int depth = block->Depth;
        for (int vector = 0; vector < block->Vectors; vector++, rows += Avx2Pixels)
        {
            float* to = block->Strip + vector * Avx2Pixels;
            if (depth < 4)
            {
                for (int k = 0; k < depth; k++, to += Avx2Tile)
                    for (int i = 0; i < Avx2Pixels; i++) to[i] = ((float*)rows[i])[k];
                continue;
            }
            // The last four channels overlap those before where they are no multiple of four.
            for (int next = 0; next < depth; next += 4)
            {
                int k = Math.Min(next, depth - 4);
                Vector256<float> c0 = Avx2Quads((float*)rows[0] + k, (float*)rows[4] + k), c1 = Avx2Quads((float*)rows[1] + k, (float*)rows[5] + k);
                Vector256<float> c2 = Avx2Quads((float*)rows[2] + k, (float*)rows[6] + k), c3 = Avx2Quads((float*)rows[3] + k, (float*)rows[7] + k);
                Avx2Transpose(ref c0, ref c1, ref c2, ref c3);
                float* at = to + k * Avx2Tile;
                c0.Store(at);
                c1.Store(at + Avx2Tile);
                c2.Store(at + 2 * Avx2Tile);
                c3.Store(at + 3 * Avx2Tile);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Avx2Quads(float* low, float* high) =>
        Avx.InsertVector128(Vector128.Load(low).ToVector256Unsafe(), Vector128.Load(high), 1);

    /// <summary>Transposes 4×4 elements in each of two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx2Transpose(ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3)
    {
        Vector256<double> a = Avx.UnpackLow(r0, r1).AsDouble(), b = Avx.UnpackLow(r2, r3).AsDouble();
        Vector256<double> c = Avx.UnpackHigh(r0, r1).AsDouble(), d = Avx.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx.UnpackLow(a, b).AsSingle();
        r1 = Avx.UnpackHigh(a, b).AsSingle();
        r2 = Avx.UnpackLow(c, d).AsSingle();
        r3 = Avx.UnpackHigh(c, d).AsSingle();
    }

    private static void Avx2Scatter(SparsePointwiseBlock* block) => Avx2Scatter(block, Avx2Tile);

    /// <summary>Eight columns at a time, then the rest one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx2Scatter(SparsePointwiseBlock* block, int tile)
    {
        Vector256<float> low = Vector256.Create(block->Minimum), high = Vector256.Create(block->Maximum);
        nint stride = block->OutputStride, residualStride = block->ResidualStride;
        int column = 0;
        for (; column + 8 <= block->Columns; column += 8)
        {
            float* sums = block->Sums + column * tile;
            byte* output = block->Output + column * sizeof(float);
            byte* residual = block->Residual == null ? null : block->Residual + column * sizeof(float);
            for (int pixels = block->Pixels; pixels > 0; pixels -= 4, sums += 4, output += 4 * stride)
            {
                Vector256<float> p0 = Avx2Quads(sums, sums + 4 * tile), p1 = Avx2Quads(sums + tile, sums + 5 * tile);
                Vector256<float> p2 = Avx2Quads(sums + 2 * tile, sums + 6 * tile), p3 = Avx2Quads(sums + 3 * tile, sums + 7 * tile);
                Avx2Transpose(ref p0, ref p1, ref p2, ref p3);
                if (residual != null)
                {
                    p0 += Vector256.Load((float*)residual);
                    if (pixels > 1) p1 += Vector256.Load((float*)(residual + residualStride));
                    if (pixels > 2) p2 += Vector256.Load((float*)(residual + 2 * residualStride));
                    if (pixels > 3) p3 += Vector256.Load((float*)(residual + 3 * residualStride));
                    residual += 4 * residualStride;
                }
                // Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.
                Avx.Min(high, Avx.Max(low, p0)).Store((float*)output);
                if (pixels > 1) Avx.Min(high, Avx.Max(low, p1)).Store((float*)(output + stride));
                if (pixels > 2) Avx.Min(high, Avx.Max(low, p2)).Store((float*)(output + 2 * stride));
                if (pixels > 3) Avx.Min(high, Avx.Max(low, p3)).Store((float*)(output + 3 * stride));
            }
        }
        if (column < block->Columns) ScatterPart(block, tile, column);
    }
}
