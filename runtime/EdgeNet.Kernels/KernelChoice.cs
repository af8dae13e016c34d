namespace EdgeNet.Kernels;

public static class KernelChoice
{
    public static PointwiseKernel? PointwiseF32() => KernelTable.PointwiseF32 is [var k, ..] ? k : null;
    public static PointwiseKernel? PointwiseS8() => KernelTable.PointwiseS8 is [.., var k] ? k : null;
    public static PointwiseKernel? PointwiseS8(in ConvolutionShape shape, in QuantizationS8 quantization, ReadOnlySpan<sbyte> weights) { foreach (var k in KernelTable.PointwiseS8) if (k.Suits(in shape, in quantization, weights)) return k; return null; }
    public static DepthwiseKernel? DepthwiseF32(in DepthwiseShape shape) { foreach (var k in KernelTable.DepthwiseF32) if (k.Accepts(in shape)) return k; return null; }
    public static DepthwiseKernel? DepthwiseS8(in DepthwiseShape shape) { foreach (var k in KernelTable.DepthwiseS8) if (k.Accepts(in shape)) return k; return null; }
}
