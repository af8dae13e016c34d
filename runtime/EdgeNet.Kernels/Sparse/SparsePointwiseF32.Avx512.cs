using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

public static unsafe partial class SparsePointwiseF32
{
    /// <summary>
    /// 14 sums and one weight in 15 of 32 registers, pixels from memory: 7 multiply-adds against 8 loads in 4 cycles. 112 pixels, because
    /// images of 112, 56, 28 and 14 rows and columns have whole tiles.
    /// </summary>
    internal static readonly SparsePointwiseKernel Avx512 = new(
        "sparse-f32-avx512-112", Avx512Pixels, 7, 32 << 10, 1.6, 5.25, &Avx512Gather, &Avx512Multiply, &Avx512Scatter);

    private const int Avx512Pixels = 16, Avx512Tile = 112;

    private static delegate*<SparsePointwiseBlock*, void> Avx512Multiply(int vectors) => vectors switch
    {
        1 => &Avx512Multiply<N1>,
        2 => &Avx512Multiply<N2>,
        3 => &Avx512Multiply<N3>,
        4 => &Avx512Multiply<N4>,
        5 => &Avx512Multiply<N5>,
        6 => &Avx512Multiply<N6>,
        _ => &Avx512Multiply<N7>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Multiply<TVectors>(SparsePointwiseBlock* block) where TVectors : struct, ICount
    {
        byte* strip = (byte*)block->Strip;
        SparseWeight* weight = block->Weights;
        float* sums = block->Sums;
        float* bias = block->Bias;
        int* counts = block->Counts;
        for (int* last = counts + block->Columns; counts != last; counts++, sums += Avx512Tile)
        {
            Vector512<float> e0, e1, e2, e3, e4, e5, e6;
            if (bias != null)
            {
                e0 = e1 = e2 = e3 = e4 = e5 = e6 = Vector512.Create(*bias++);
            }
            else
            {
                e0 = Vector512.Load(sums);
                e1 = TVectors.Value > 1 ? Vector512.Load(sums + 16) : default;
                e2 = TVectors.Value > 2 ? Vector512.Load(sums + 32) : default;
                e3 = TVectors.Value > 3 ? Vector512.Load(sums + 48) : default;
                e4 = TVectors.Value > 4 ? Vector512.Load(sums + 64) : default;
                e5 = TVectors.Value > 5 ? Vector512.Load(sums + 80) : default;
                e6 = TVectors.Value > 6 ? Vector512.Load(sums + 96) : default;
            }
            Vector512<float> o0 = default, o1 = default, o2 = default, o3 = default, o4 = default, o5 = default, o6 = default;
            int count = *counts;
            for (SparseWeight* pairs = weight + (count & ~1); weight != pairs; weight += 2)
            {
                float* x = (float*)(strip + weight[0].Offset);
                Vector512<float> w = Vector512.Create(weight[0].Value);
                e0 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), e0);
                if (TVectors.Value > 1) e1 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), e1);
                if (TVectors.Value > 2) e2 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), e2);
                if (TVectors.Value > 3) e3 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), e3);
                if (TVectors.Value > 4) e4 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), e4);
                if (TVectors.Value > 5) e5 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), e5);
                if (TVectors.Value > 6) e6 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), e6);
                x = (float*)(strip + weight[1].Offset);
                w = Vector512.Create(weight[1].Value);
                o0 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), o0);
                if (TVectors.Value > 1) o1 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), o1);
                if (TVectors.Value > 2) o2 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), o2);
                if (TVectors.Value > 3) o3 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), o3);
                if (TVectors.Value > 4) o4 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), o4);
                if (TVectors.Value > 5) o5 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), o5);
                if (TVectors.Value > 6) o6 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), o6);
            }
            if ((count & 1) != 0)
            {
                float* x = (float*)(strip + weight->Offset);
                Vector512<float> w = Vector512.Create(weight->Value);
                weight++;
                e0 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), e0);
                if (TVectors.Value > 1) e1 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), e1);
                if (TVectors.Value > 2) e2 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), e2);
                if (TVectors.Value > 3) e3 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), e3);
                if (TVectors.Value > 4) e4 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), e4);
                if (TVectors.Value > 5) e5 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), e5);
                if (TVectors.Value > 6) e6 = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), e6);
            }
            (e0 + o0).Store(sums);
            if (TVectors.Value > 1) (e1 + o1).Store(sums + 16);
            if (TVectors.Value > 2) (e2 + o2).Store(sums + 32);
            if (TVectors.Value > 3) (e3 + o3).Store(sums + 48);
            if (TVectors.Value > 4) (e4 + o4).Store(sums + 64);
            if (TVectors.Value > 5) (e5 + o5).Store(sums + 80);
            if (TVectors.Value > 6) (e6 + o6).Store(sums + 96);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Gather(SparsePointwiseBlock* block)
    {
        nint* rows = block->Rows;
        int depth = block->Depth;
        for (int vector = 0; vector < block->Vectors; vector++, rows += Avx512Pixels)
        {
            float* to = block->Strip + vector * Avx512Pixels;
            if (depth < 4)
            {
                for (int k = 0; k < depth; k++, to += Avx512Tile)
                    for (int i = 0; i < Avx512Pixels; i++) to[i] = ((float*)rows[i])[k];
                continue;
            }
            // The last four channels overlap those before where they are no multiple of four.
            for (int next = 0; next < depth; next += 4)
            {
                int k = Math.Min(next, depth - 4);
                Vector512<float> c0 = Avx512Quads(rows, 0, k), c1 = Avx512Quads(rows, 1, k), c2 = Avx512Quads(rows, 2, k), c3 = Avx512Quads(rows, 3, k);
                Avx512Transpose(ref c0, ref c1, ref c2, ref c3);
                float* at = to + k * Avx512Tile;
                c0.Store(at);
                c1.Store(at + Avx512Tile);
                c2.Store(at + 2 * Avx512Tile);
                c3.Store(at + 3 * Avx512Tile);
            }
        }
    }

    /// <summary>Four channels from each of the pixels i, i + 4, i + 8 and i + 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Avx512Quads(nint* rows, int i, int k) => Avx512Quads(
        (float*)rows[i] + k, (float*)rows[i + 4] + k, (float*)rows[i + 8] + k, (float*)rows[i + 12] + k);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Avx512Quads(float* a, float* b, float* c, float* d)
    {
        Vector512<float> quads = Vector128.Load(a).ToVector256Unsafe().ToVector512Unsafe();
        quads = Avx512F.InsertVector128(quads, Vector128.Load(b), 1);
        quads = Avx512F.InsertVector128(quads, Vector128.Load(c), 2);
        return Avx512F.InsertVector128(quads, Vector128.Load(d), 3);
    }

    /// <summary>Transposes 4×4 elements in each of four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Avx512Transpose(ref Vector512<float> r0, ref Vector512<float> r1, ref Vector512<float> r2, ref Vector512<float> r3)
    {
        Vector512<double> a = Avx512F.UnpackLow(r0, r1).AsDouble(), b = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> c = Avx512F.UnpackHigh(r0, r1).AsDouble(), d = Avx512F.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx512F.UnpackLow(a, b).AsSingle();
        r1 = Avx512F.UnpackHigh(a, b).AsSingle();
        r2 = Avx512F.UnpackLow(c, d).AsSingle();
        r3 = Avx512F.UnpackHigh(c, d).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Avx512Scatter(SparsePointwiseBlock* block)
    {
        if (block->Columns < 16)
        {
            Avx2Scatter(block, Avx512Tile);
            return;
        }
        Vector512<float> low = Vector512.Create(block->Minimum), high = Vector512.Create(block->Maximum);
        byte* output = block->Output;
        byte* residual = block->Residual;
        nint stride = block->OutputStride, residualStride = block->ResidualStride;
        float* sums = block->Sums;
        int pixels = block->Pixels;
        for (; pixels > 0; pixels -= 4, sums += 4, output += 4 * stride)
        {
            Vector512<float> p0 = Avx512Quads(sums, 0), p1 = Avx512Quads(sums, 1), p2 = Avx512Quads(sums, 2), p3 = Avx512Quads(sums, 3);
            Avx512Transpose(ref p0, ref p1, ref p2, ref p3);
            if (residual != null)
            {
                p0 += Vector512.Load((float*)residual);
                if (pixels > 1) p1 += Vector512.Load((float*)(residual + residualStride));
                if (pixels > 2) p2 += Vector512.Load((float*)(residual + 2 * residualStride));
                if (pixels > 3) p3 += Vector512.Load((float*)(residual + 3 * residualStride));
                residual += 4 * residualStride;
            }
            // Of a NaN and a number, Min and Max give the second operand, so that NaN is not hidden.
            Avx512F.Min(high, Avx512F.Max(low, p0)).Store((float*)output);
            if (pixels > 1) Avx512F.Min(high, Avx512F.Max(low, p1)).Store((float*)(output + stride));
            if (pixels > 2) Avx512F.Min(high, Avx512F.Max(low, p2)).Store((float*)(output + 2 * stride));
            if (pixels > 3) Avx512F.Min(high, Avx512F.Max(low, p3)).Store((float*)(output + 3 * stride));
        }
    }

    /// <summary>Four pixels of each of the columns i, i + 4, i + 8 and i + 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Avx512Quads(float* sums, int i)
    {
        sums += i * Avx512Tile;
        return Avx512Quads(sums, sums + 4 * Avx512Tile, sums + 8 * Avx512Tile, sums + 12 * Avx512Tile);
    }
}
