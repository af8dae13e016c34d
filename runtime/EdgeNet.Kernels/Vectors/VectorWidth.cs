using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>The widths beyond 128 bits that streaming kernels use here.</summary>
internal static class VectorWidth
{
    public static bool Has512 => Vector512.IsHardwareAccelerated && CpuFeatures.Avx512;

    public static bool Has256 => Vector256.IsHardwareAccelerated && Avx2.IsSupported;
}
