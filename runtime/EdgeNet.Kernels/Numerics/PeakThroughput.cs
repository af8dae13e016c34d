using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>
/// What one core of this machine can multiply and add at most: loops that touch registers only, with enough independent sums that none
/// waits for another. The yardstick that kernels are measured against.
/// </summary>
public static class PeakThroughput
{
    /// <summary>Sums side by side: more than latency × instructions a cycle on any processor, fewer than registers.</summary>
    private const int Sums = 12;

    private const int LoopsPerCall = 20_000, Calls = 200;

    /// <summary>Multiply-adds a second in fp32, and the instructions that made them.</summary>
    public static (string Instructions, double MultiplyAddsPerSecond) F32()
    {
        if (CpuFeatures.Avx512) return ("fma-512", Fastest(Vector512<float>.Count, FusedAvx512));
        if (CpuFeatures.Avx2) return ("fma-256", Fastest(Vector256<float>.Count, FusedAvx2));
        if (CpuFeatures.Neon) return ("fmla-128", Fastest(Vector128<float>.Count, FusedNeon));
        return ("vector", Fastest(Vector<float>.Count, Portable));
    }

    /// <summary>
    /// Multiply-adds a second of 8-bit codes into int32 without saturation, and the instructions that made them: the fastest of those that
    /// this processor and .NET have.
    /// </summary>
    public static (string Instructions, double MultiplyAddsPerSecond) S8()
    {
        var best = (Instructions: "int32", MultiplyAddsPerSecond: 0.0);
        if (CpuFeatures.AvxVnni) Try("dpbusd-256", 32, DotAvxVnni);
        if (CpuFeatures.Avx512) Try("maddwd-512", 32, WordsAvx512);
        else if (CpuFeatures.Avx2) Try("maddwd-256", 16, WordsAvx2);
        if (CpuFeatures.NeonDot) Try("sdot-128", 16, DotNeon);
        else if (CpuFeatures.Neon) Try("smull-sadalp-128", 8, WidenNeon);
        if (best.MultiplyAddsPerSecond == 0) Try("int32", Vector<int>.Count, PortableIntegers);
        return best;

        void Try(string instructions, int multiplyAdds, Func<int> loop)
        {
            double speed = Fastest(multiplyAdds, loop);
            if (speed > best.MultiplyAddsPerSecond) best = (instructions, speed);
        }
    }

    private static double Fastest<T>(int multiplyAdds, Func<T> loop)
    {
        long fewest = long.MaxValue;
        for (int i = 0; i < Calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            GC.KeepAlive(loop());
            fewest = Math.Min(fewest, Stopwatch.GetTimestamp() - start);
        }
        return (double)multiplyAdds * Sums * LoopsPerCall * Stopwatch.Frequency / Math.Max(fewest, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float FusedAvx512()
    {
        Vector512<float> x = Vector512.Create(0.5f);
        Vector512<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = Avx512F.FusedMultiplyAdd(x, x, c0);
            c1 = Avx512F.FusedMultiplyAdd(x, x, c1);
            c2 = Avx512F.FusedMultiplyAdd(x, x, c2);
            c3 = Avx512F.FusedMultiplyAdd(x, x, c3);
            c4 = Avx512F.FusedMultiplyAdd(x, x, c4);
            c5 = Avx512F.FusedMultiplyAdd(x, x, c5);
            c6 = Avx512F.FusedMultiplyAdd(x, x, c6);
            c7 = Avx512F.FusedMultiplyAdd(x, x, c7);
            c8 = Avx512F.FusedMultiplyAdd(x, x, c8);
            c9 = Avx512F.FusedMultiplyAdd(x, x, c9);
            c10 = Avx512F.FusedMultiplyAdd(x, x, c10);
            c11 = Avx512F.FusedMultiplyAdd(x, x, c11);
        }
        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float FusedAvx2()
    {
        Vector256<float> x = Vector256.Create(0.5f);
        Vector256<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = Fma.MultiplyAdd(x, x, c0);
            c1 = Fma.MultiplyAdd(x, x, c1);
            c2 = Fma.MultiplyAdd(x, x, c2);
            c3 = Fma.MultiplyAdd(x, x, c3);
            c4 = Fma.MultiplyAdd(x, x, c4);
            c5 = Fma.MultiplyAdd(x, x, c5);
            c6 = Fma.MultiplyAdd(x, x, c6);
            c7 = Fma.MultiplyAdd(x, x, c7);
            c8 = Fma.MultiplyAdd(x, x, c8);
            c9 = Fma.MultiplyAdd(x, x, c9);
            c10 = Fma.MultiplyAdd(x, x, c10);
            c11 = Fma.MultiplyAdd(x, x, c11);
        }
        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float FusedNeon()
    {
        Vector128<float> x = Vector128.Create(0.5f);
        Vector128<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = AdvSimd.FusedMultiplyAdd(c0, x, x);
            c1 = AdvSimd.FusedMultiplyAdd(c1, x, x);
            c2 = AdvSimd.FusedMultiplyAdd(c2, x, x);
            c3 = AdvSimd.FusedMultiplyAdd(c3, x, x);
            c4 = AdvSimd.FusedMultiplyAdd(c4, x, x);
            c5 = AdvSimd.FusedMultiplyAdd(c5, x, x);
            c6 = AdvSimd.FusedMultiplyAdd(c6, x, x);
            c7 = AdvSimd.FusedMultiplyAdd(c7, x, x);
            c8 = AdvSimd.FusedMultiplyAdd(c8, x, x);
            c9 = AdvSimd.FusedMultiplyAdd(c9, x, x);
            c10 = AdvSimd.FusedMultiplyAdd(c10, x, x);
            c11 = AdvSimd.FusedMultiplyAdd(c11, x, x);
        }
        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Portable()
    {
        Vector<float> x = new(0.5f);
        Vector<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 += c0 * x;
            c1 += c1 * x;
            c2 += c2 * x;
            c3 += c3 * x;
            c4 += c4 * x;
            c5 += c5 * x;
            c6 += c6 * x;
            c7 += c7 * x;
            c8 += c8 * x;
            c9 += c9 * x;
            c10 += c10 * x;
            c11 += c11 * x;
        }
        return Vector.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DotAvxVnni()
    {
        Vector256<int> x = Vector256.Create(0x01020304);
        Vector256<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = AvxVnni.MultiplyWideningAndAdd(c0, x.AsByte(), x.AsSByte());
            c1 = AvxVnni.MultiplyWideningAndAdd(c1, x.AsByte(), x.AsSByte());
            c2 = AvxVnni.MultiplyWideningAndAdd(c2, x.AsByte(), x.AsSByte());
            c3 = AvxVnni.MultiplyWideningAndAdd(c3, x.AsByte(), x.AsSByte());
            c4 = AvxVnni.MultiplyWideningAndAdd(c4, x.AsByte(), x.AsSByte());
            c5 = AvxVnni.MultiplyWideningAndAdd(c5, x.AsByte(), x.AsSByte());
            c6 = AvxVnni.MultiplyWideningAndAdd(c6, x.AsByte(), x.AsSByte());
            c7 = AvxVnni.MultiplyWideningAndAdd(c7, x.AsByte(), x.AsSByte());
            c8 = AvxVnni.MultiplyWideningAndAdd(c8, x.AsByte(), x.AsSByte());
            c9 = AvxVnni.MultiplyWideningAndAdd(c9, x.AsByte(), x.AsSByte());
            c10 = AvxVnni.MultiplyWideningAndAdd(c10, x.AsByte(), x.AsSByte());
            c11 = AvxVnni.MultiplyWideningAndAdd(c11, x.AsByte(), x.AsSByte());
        }
        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WordsAvx512()
    {
        Vector512<int> x = Vector512.Create(0x00010002);
        Vector512<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 += Avx512BW.MultiplyAddAdjacent(c0.AsInt16(), x.AsInt16());
            c1 += Avx512BW.MultiplyAddAdjacent(c1.AsInt16(), x.AsInt16());
            c2 += Avx512BW.MultiplyAddAdjacent(c2.AsInt16(), x.AsInt16());
            c3 += Avx512BW.MultiplyAddAdjacent(c3.AsInt16(), x.AsInt16());
            c4 += Avx512BW.MultiplyAddAdjacent(c4.AsInt16(), x.AsInt16());
            c5 += Avx512BW.MultiplyAddAdjacent(c5.AsInt16(), x.AsInt16());
            c6 += Avx512BW.MultiplyAddAdjacent(c6.AsInt16(), x.AsInt16());
            c7 += Avx512BW.MultiplyAddAdjacent(c7.AsInt16(), x.AsInt16());
            c8 += Avx512BW.MultiplyAddAdjacent(c8.AsInt16(), x.AsInt16());
            c9 += Avx512BW.MultiplyAddAdjacent(c9.AsInt16(), x.AsInt16());
            c10 += Avx512BW.MultiplyAddAdjacent(c10.AsInt16(), x.AsInt16());
            c11 += Avx512BW.MultiplyAddAdjacent(c11.AsInt16(), x.AsInt16());
        }
        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WordsAvx2()
    {
        Vector256<int> x = Vector256.Create(0x00010002);
        Vector256<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 += Avx2.MultiplyAddAdjacent(c0.AsInt16(), x.AsInt16());
            c1 += Avx2.MultiplyAddAdjacent(c1.AsInt16(), x.AsInt16());
            c2 += Avx2.MultiplyAddAdjacent(c2.AsInt16(), x.AsInt16());
            c3 += Avx2.MultiplyAddAdjacent(c3.AsInt16(), x.AsInt16());
            c4 += Avx2.MultiplyAddAdjacent(c4.AsInt16(), x.AsInt16());
            c5 += Avx2.MultiplyAddAdjacent(c5.AsInt16(), x.AsInt16());
            c6 += Avx2.MultiplyAddAdjacent(c6.AsInt16(), x.AsInt16());
            c7 += Avx2.MultiplyAddAdjacent(c7.AsInt16(), x.AsInt16());
            c8 += Avx2.MultiplyAddAdjacent(c8.AsInt16(), x.AsInt16());
            c9 += Avx2.MultiplyAddAdjacent(c9.AsInt16(), x.AsInt16());
            c10 += Avx2.MultiplyAddAdjacent(c10.AsInt16(), x.AsInt16());
            c11 += Avx2.MultiplyAddAdjacent(c11.AsInt16(), x.AsInt16());
        }
        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DotNeon()
    {
        Vector128<int> x = Vector128.Create(0x01020304);
        Vector128<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = Dp.DotProduct(c0, x.AsSByte(), x.AsSByte());
            c1 = Dp.DotProduct(c1, x.AsSByte(), x.AsSByte());
            c2 = Dp.DotProduct(c2, x.AsSByte(), x.AsSByte());
            c3 = Dp.DotProduct(c3, x.AsSByte(), x.AsSByte());
            c4 = Dp.DotProduct(c4, x.AsSByte(), x.AsSByte());
            c5 = Dp.DotProduct(c5, x.AsSByte(), x.AsSByte());
            c6 = Dp.DotProduct(c6, x.AsSByte(), x.AsSByte());
            c7 = Dp.DotProduct(c7, x.AsSByte(), x.AsSByte());
            c8 = Dp.DotProduct(c8, x.AsSByte(), x.AsSByte());
            c9 = Dp.DotProduct(c9, x.AsSByte(), x.AsSByte());
            c10 = Dp.DotProduct(c10, x.AsSByte(), x.AsSByte());
            c11 = Dp.DotProduct(c11, x.AsSByte(), x.AsSByte());
        }
        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WidenNeon()
    {
        Vector128<int> x = Vector128.Create(0x01020304);
        Vector128<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 = AdvSimd.AddPairwiseWideningAndAdd(c0, AdvSimd.MultiplyWideningLower(c0.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c1 = AdvSimd.AddPairwiseWideningAndAdd(c1, AdvSimd.MultiplyWideningLower(c1.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c2 = AdvSimd.AddPairwiseWideningAndAdd(c2, AdvSimd.MultiplyWideningLower(c2.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c3 = AdvSimd.AddPairwiseWideningAndAdd(c3, AdvSimd.MultiplyWideningLower(c3.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c4 = AdvSimd.AddPairwiseWideningAndAdd(c4, AdvSimd.MultiplyWideningLower(c4.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c5 = AdvSimd.AddPairwiseWideningAndAdd(c5, AdvSimd.MultiplyWideningLower(c5.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c6 = AdvSimd.AddPairwiseWideningAndAdd(c6, AdvSimd.MultiplyWideningLower(c6.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c7 = AdvSimd.AddPairwiseWideningAndAdd(c7, AdvSimd.MultiplyWideningLower(c7.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c8 = AdvSimd.AddPairwiseWideningAndAdd(c8, AdvSimd.MultiplyWideningLower(c8.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c9 = AdvSimd.AddPairwiseWideningAndAdd(c9, AdvSimd.MultiplyWideningLower(c9.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c10 = AdvSimd.AddPairwiseWideningAndAdd(c10, AdvSimd.MultiplyWideningLower(c10.AsSByte().GetLower(), x.AsSByte().GetLower()));
            c11 = AdvSimd.AddPairwiseWideningAndAdd(c11, AdvSimd.MultiplyWideningLower(c11.AsSByte().GetLower(), x.AsSByte().GetLower()));
        }
        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int PortableIntegers()
    {
        Vector<int> x = new(3);
        Vector<int> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < LoopsPerCall; i++)
        {
            c0 += c0 * x;
            c1 += c1 * x;
            c2 += c2 * x;
            c3 += c3 * x;
            c4 += c4 * x;
            c5 += c5 * x;
            c6 += c6 * x;
            c7 += c7 * x;
            c8 += c8 * x;
            c9 += c9 * x;
            c10 += c10 * x;
            c11 += c11 * x;
        }
        return Vector.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }
}
