using System.Runtime.CompilerServices;
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
        if (Sse2.IsSupported)
        {
            // Distances from -128, as unsigned bytes, add up eight at a time; what is over is taken out.
            Vector128<byte> offset = Vector128.Create((byte)0x80);
            Vector128<ulong> sums = default;
            for (; k + 16 <= count; k += 16) sums += Sse2.SumAbsoluteDifferences(Vector128.Load((byte*)codes + k) ^ offset, default).AsUInt64();
            if (k + 8 <= count)
            {
                Vector128<byte> eight = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(codes + k) ^ 0x8080808080808080).AsByte();
                sums += Sse2.SumAbsoluteDifferences(eight, default).AsUInt64();
                k += 8;
            }
            sum = (int)(sums.ToScalar() + sums.GetElement(1)) - 128 * k;
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
