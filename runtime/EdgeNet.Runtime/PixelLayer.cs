using EdgeNet.Kernels;

namespace EdgeNet.Runtime;

/// <summary>Computes some pixels of some panels of columns: <see cref="PackedConvolution.Run"/>, <see cref="PackedSparsePointwise.Run"/>.</summary>
internal delegate void PixelKernel(
    in ImageView input, nint output, int outputPixelBytes, nint residual, int residualPixelBytes,
    int pixelBegin, int pixelEnd, int panelBegin, int panelEnd, nint scratch);

/// <summary>A convolution with packed weights, dense or sparse.</summary>
/// <param name="Kernel">The name of its kernel.</param>
/// <param name="Run">Computes a part of it.</param>
/// <param name="Pixels">Output pixels.</param>
/// <param name="BlockPixels">Pixels that are best computed together.</param>
/// <param name="Panels">Panels of columns.</param>
/// <param name="WeightBytes">Bytes of packed weights.</param>
/// <param name="ScratchBytes">Scratch memory of one thread.</param>
internal sealed record PixelLayer(string Kernel, PixelKernel Run, int Pixels, int BlockPixels, int Panels, long WeightBytes, int ScratchBytes)
{
    public static PixelLayer Of(PackedConvolution packed) =>
        new(packed.Kernel.Name, packed.Run, packed.Pixels, packed.BlockPixels, packed.Panels, packed.WeightBytes, packed.ScratchBytes);

    public static PixelLayer Of(PackedSparsePointwise packed) =>
        new(packed.Kernel.Name, packed.Run, packed.Pixels, packed.BlockPixels, packed.Panels, packed.WeightBytes, packed.ScratchBytes);
}
