using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>Sums of 8-bit codes: what weights with a zero point take from each result.</summary>
internal static unsafe class CodeSum
{
    public static int Of(sbyte* codes, int count)
    {
        int sum = 0, k = 0;
        if (Avx2.IsSupported)
        {
            // Distances of bytes from -128, as unsigned, add up to 8 bytes at a time; what is over is taken out.
            Vector256<ulong> sums = default;
            for (; k + 32 <= count; k += 32)
                sums += Avx2.SumAbsoluteDifferences(Vector256.Load((byte*)codes + k) ^ Vector256.Create((byte)0x80), default).AsUInt64();
            sum = (int)Vector256.Sum(sums) - 128 * k;
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<int> sums = default;
            for (; k + 16 <= count; k += 16)
                sums = AdvSimd.AddPairwiseWideningAndAdd(sums, AdvSimd.AddPairwiseWidening(Vector128.Load(codes + k)));
            sum = Vector128.Sum(sums);
        }
        for (; k < count; k++) sum += codes[k];
        return sum;
    }
}
