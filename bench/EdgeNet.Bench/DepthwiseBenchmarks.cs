using BenchmarkDotNet.Attributes;
using EdgeNet.Kernels;

namespace EdgeNet.Bench;

/// <summary>Depthwise layers of MobileNet v1 and v2, on every kernel of the table that this processor has.</summary>
public class DepthwiseBenchmarks
{
    private DepthwiseShape _shape;
    private PackedDepthwise _layer = null!;
    private Layer _memory = null!;
    private AlignedBuffer _scratch = null!;

    /// <summary>Height = width × channels, kernel size / stride.</summary>
    [Params("112x32 3/1", "112x64 3/2", "56x128 3/1", "56x128 3/2", "28x256 3/1", "14x512 3/1", "14x512 3/2", "7x1024 3/1", "56x144 3/1", "28x192 5/1")]
    public string Shape { get; set; } = "";

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    public static IEnumerable<string> Kernels => KernelTable.DepthwiseF32.Concat(KernelTable.DepthwiseS8).Select(kernel => kernel.Name);

    [GlobalSetup]
    public void Setup()
    {
        int[] n = [.. Shape.Split(['x', ' ', '/']).Select(int.Parse)];
        int border = n[2] / 2;
        _shape = new DepthwiseShape
        {
            InputHeight = n[0],
            InputWidth = n[0],
            Channels = n[1],
            KernelHeight = n[2],
            KernelWidth = n[2],
            StrideHeight = n[3],
            StrideWidth = n[3],
            PadTop = border,
            PadLeft = border,
            PadBottom = border,
            PadRight = border,
        };
        bool isReal = KernelTable.DepthwiseF32.Any(kernel => kernel.Name == Kernel);
        DepthwiseKernel kernel = KernelTable.DepthwiseF32.Concat(KernelTable.DepthwiseS8).First(kernel => kernel.Name == Kernel);
        _layer = isReal
            ? PackedDepthwise.F32(in _shape, kernel, Layer.Reals(_shape.WeightsLength), Layer.Reals(n[1]))
            : PackedDepthwise.S8(in _shape, kernel, new QuantizationS8 { Multipliers = Layer.Multipliers(n[1]) }, Layer.Codes(_shape.WeightsLength), new int[n[1]]);
        _memory = new Layer(n[0], n[0], n[1], _shape.Rows * _shape.OutputWidth, n[1], isReal ? sizeof(float) : sizeof(sbyte));
        _scratch = new AlignedBuffer(_layer.ScratchBytes);
    }

    [Benchmark]
    public void Run() => _layer.Run(_memory.Input, _memory.Output, _shape.OutputWidth * _memory.OutputPixelBytes, 0, _shape.Rows, _scratch.Address);
}
