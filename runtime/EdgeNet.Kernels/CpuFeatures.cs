using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeNet.Kernels;

/// <summary>The one place that asks what this processor can do. Most answers are constants to the compiler, so that kernels for others fall away.</summary>
public static class CpuFeatures
{
    /// <summary>128-bit vectors of ARMv8.0-A: every 64-bit ARM board.</summary>
    public static bool Neon => AdvSimd.Arm64.IsSupported;

    /// <summary>8-bit dot products on ARM (Cortex-A76 and later: Raspberry Pi 5, Orin).</summary>
    public static bool NeonDot => Dp.IsSupported;

    /// <summary>256-bit vectors with fused multiply-add (Haswell, Zen and later).</summary>
    public static bool Avx2 => System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported;

    /// <summary>8-bit dot products on 256-bit vectors (Alder Lake, Zen 5 and later).</summary>
    /// <remarks>
    /// The compiler of .NET 9 gives registers 16 to 31 to these instructions where AVX-512 is on, which their encoding cannot name, and is
    /// silently wrong; .NET 10 is right.
    /// </remarks>
    public static bool AvxVnni => System.Runtime.Intrinsics.X86.AvxVnni.IsSupported && (Environment.Version.Major >= 10 || !Avx512F.IsSupported);

    /// <summary>512-bit vectors of floats, integers, bytes and words, and shorter ones with all their registers (Skylake-X, Zen 4 and later).</summary>
    public static bool Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported;

    /// <summary>The features above that are there, best first.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Avx512 ? ["avx512"] : Array.Empty<string>(),
        .. AvxVnni ? ["avxvnni"] : Array.Empty<string>(),
        .. Avx2 ? ["avx2"] : Array.Empty<string>(),
        .. NeonDot ? ["neondot"] : Array.Empty<string>(),
        .. Neon ? ["neon"] : Array.Empty<string>(),
    ];
}
