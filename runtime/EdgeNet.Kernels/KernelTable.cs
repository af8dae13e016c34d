namespace EdgeNet.Kernels;

/// <summary>
/// The fast convolution kernels, dense, depthwise and sparse, that this processor can run, best first. Where a list is empty or its
/// kernels do not accept a layer, the scalar reference (<c>*.Scalar.cs</c>) computes it. The order is that of measurement
/// (bench/EdgeNet.Bench). Other ops have one fast implementation (<c>*.Simd.cs</c>) beside their reference.
/// </summary>
public static class KernelTable
{
    /// <summary>Pointwise, general convolution and fully connected, Float32.</summary>
    public static IReadOnlyList<PointwiseKernel> PointwiseF32 { get; } =
    [
        .. CpuFeatures.Avx512 ? [Kernels.PointwiseF32.Avx512] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.Avx2 ? [Kernels.PointwiseF32.Avx2] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.Neon ? [Kernels.PointwiseF32.Neon] : Array.Empty<PointwiseKernel>(),
    ];

    /// <summary>Pointwise, general convolution and fully connected, 8-bit codes.</summary>
    public static IReadOnlyList<PointwiseKernel> PointwiseS8 { get; } =
    [
        .. CpuFeatures.Avx512 ? [Kernels.PointwiseS8.Avx512Runs] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.AvxVnni ? [Kernels.PointwiseS8.AvxVnni] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.Avx2 ? [Kernels.PointwiseS8.Avx2Runs] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.NeonDot ? [Kernels.PointwiseS8.NeonDot] : Array.Empty<PointwiseKernel>(),
        .. CpuFeatures.Neon ? [Kernels.PointwiseS8.Neon] : Array.Empty<PointwiseKernel>(),
    ];

    /// <summary>Depthwise convolution, Float32.</summary>
    public static IReadOnlyList<DepthwiseKernel> DepthwiseF32 { get; } =
    [
        .. CpuFeatures.Avx512 ? [Kernels.DepthwiseF32.Avx512] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.Avx2 ? [Kernels.DepthwiseF32.Avx2] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.Neon ? [Kernels.DepthwiseF32.Neon] : Array.Empty<DepthwiseKernel>(),
    ];

    /// <summary>Depthwise convolution, 8-bit codes.</summary>
    public static IReadOnlyList<DepthwiseKernel> DepthwiseS8 { get; } =
    [
        .. CpuFeatures.Avx512 ? [Kernels.DepthwiseS8.Avx512] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.AvxVnni ? [Kernels.DepthwiseS8.AvxVnni] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.Avx2 ? [Kernels.DepthwiseS8.Avx2] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.NeonDot ? [Kernels.DepthwiseS8.NeonDot] : Array.Empty<DepthwiseKernel>(),
        .. CpuFeatures.Neon ? [Kernels.DepthwiseS8.Neon] : Array.Empty<DepthwiseKernel>(),
    ];

    /// <summary>Pointwise with sparse weights, Float32.</summary>
    public static IReadOnlyList<SparsePointwiseKernel> SparsePointwiseF32 { get; } =
    [
        .. CpuFeatures.Avx512 ? [Kernels.SparsePointwiseF32.Avx512] : Array.Empty<SparsePointwiseKernel>(),
        .. CpuFeatures.Avx2 ? [Kernels.SparsePointwiseF32.Avx2] : Array.Empty<SparsePointwiseKernel>(),
        .. CpuFeatures.Neon ? [Kernels.SparsePointwiseF32.Neon] : Array.Empty<SparsePointwiseKernel>(),
    ];

    /// <summary>The names of all of them.</summary>
    public static IEnumerable<string> Names =>
    [
        .. PointwiseF32.Concat(PointwiseS8).Select(kernel => kernel.Name),
        .. DepthwiseF32.Concat(DepthwiseS8).Select(kernel => kernel.Name),
        .. SparsePointwiseF32.Select(kernel => kernel.Name),
    ];
}
