using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Device;

/// <summary>What the processor offers that kernels can use, as far as this build of .NET can tell.</summary>
internal static class ProcessorFeatures
{
    /// <summary>The names of those that are there.</summary>
    public static IEnumerable<string> All =>
        from feature in new (string Name, bool IsSupported)[]
        {
            ("neon", AdvSimd.Arm64.IsSupported),
            ("dotprod", Dp.IsSupported),
            ("rdm", Rdm.IsSupported),
            ("crc32", Crc32.IsSupported),
            ("sse4.2", Sse42.IsSupported),
            ("avx", Avx.IsSupported),
            ("avx2", Avx2.IsSupported),
            ("fma", Fma.IsSupported),
            ("avxvnni", AvxVnni.IsSupported),
            ("avx512f", Avx512F.IsSupported),
            ("avx512bw", Avx512BW.IsSupported),
        }
        where feature.IsSupported
        select feature.Name;
}
