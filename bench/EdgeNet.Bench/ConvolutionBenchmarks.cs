using BenchmarkDotNet.Attributes;
using EdgeNet.Kernels;

namespace EdgeNet.Bench;

/// <summary>Pointwise layers and the first convolution of MobileNet v1 and v2, on every kernel of the table that this processor has.</summary>
public class ConvolutionBenchmarks
{
    private PackedConvolution _layer = null!;
    private Layer _memory = null!;
    private AlignedBuffer _scratch = null!;

    /// <summary>Height = width × input channels → output channels, kernel size / stride.</summary>
    [Params("224x3->32 3/2", "112x32->64 1/1", "56x128->128 1/1", "28x256->256 1/1", "14x512->512 1/1", "7x1024->1024 1/1", "56x24->144 1/1", "14x384->64 1/1", "1x1024->1001 1/1")]
    public string Shape { get; set; } = "";

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    public static IEnumerable<string> Kernels => KernelTable.PointwiseF32.Concat(KernelTable.PointwiseS8).Select(kernel => kernel.Name);

    [GlobalSetup]
    public void Setup()
    {
        int[] n = [.. Shape.Split(["x", "->", " ", "/"], StringSplitOptions.None).Select(int.Parse)];
        var shape = new ConvolutionShape
        {
            InputHeight = n[0],
            InputWidth = n[0],
            InputChannels = n[1],
            OutputChannels = n[2],
            KernelHeight = n[3],
            KernelWidth = n[3],
            StrideHeight = n[4],
            StrideWidth = n[4],
            PadBottom = n[3] / 2,
            PadRight = n[3] / 2,
        };
        bool isReal = KernelTable.PointwiseF32.Any(kernel => kernel.Name == Kernel);
        PointwiseKernel kernel = KernelTable.PointwiseF32.Concat(KernelTable.PointwiseS8).First(kernel => kernel.Name == Kernel);
        _layer = isReal
            ? PackedConvolution.F32(in shape, kernel, Layer.Reals(shape.WeightsLength), Layer.Reals(n[2]))
            : PackedConvolution.S8(in shape, kernel, new QuantizationS8 { Multipliers = Layer.Multipliers(n[2]) }, Layer.Codes(shape.WeightsLength), new int[n[2]]);
        _memory = new Layer(n[0], n[0], n[1], _layer.Pixels, n[2], isReal ? sizeof(float) : sizeof(sbyte));
        _scratch = new AlignedBuffer(_layer.ScratchBytes);
    }

    [Benchmark]
    public void Run() => _layer.Run(_memory.Input, _memory.Output, _memory.OutputPixelBytes, 0, 0, 0, _layer.Pixels, 0, _layer.Panels, _scratch.Address);
}
