using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Device;

/// <summary>What the processor offers that kernels can use, as far as this build of .NET can tell.</summary>
internal static class ProcessorFeatures
{
    /// <summary>The names of those that are there.</summary>
    public static IEnumerable<string> All
    {
        get
        {
            if (Dp.IsSupported) yield return "dotprod";
            if (Rdm.IsSupported) yield return "rdm";
            if (Crc32.IsSupported) yield return "crc32";
            if (Sse42.IsSupported) yield return "sse4.2";
            if (Avx.IsSupported) yield return "avx";
            if (Avx2.IsSupported) yield return "avx2";
            if (Fma.IsSupported) yield return "fma";
            if (AvxVnni.IsSupported) yield return "avxvnni";
            if (Avx512F.IsSupported) yield return "avx512f";
            if (Avx512BW.IsSupported) yield return "avx512bw";
        }
    }
}
