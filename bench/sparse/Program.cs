using System.Diagnostics;
using System.Globalization;
using EdgeNet.Kernels;

// Sparse pointwise kernels beside the best dense one, run alternately on one thread: the least time of each, for the pointwise layers of
// MobileNet v1 and some of v2 at 224, and for a row of densities. Arguments: a part of a kernel's name, then densities; or a model.onnx,
// which is run as it is and with the smallest weights of its pointwise layers set to zero.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [var model, ..] && model.EndsWith(".onnx", StringComparison.Ordinal))
{
    WholeNetwork.Compare(model, args.Length > 1 ? double.Parse(args[1]) : 0.8);
    return;
}
string part = args.Length > 0 ? args[0] : "";
double[] densities = args.Length > 1 ? [.. args[1..].Select(double.Parse)] : [0.1, 0.2, 0.3, 0.4, 0.5];
(int Side, int Depth, int Columns, int Times)[] layers =
[
    (112, 32, 64, 1), (56, 64, 128, 1), (56, 128, 128, 1), (28, 128, 256, 1), (28, 256, 256, 1), (14, 256, 512, 1), (14, 512, 512, 5),
    (7, 512, 1024, 1), (7, 1024, 1024, 1),
    (112, 16, 96, 0), (56, 24, 144, 0), (56, 144, 24, 0), (28, 192, 32, 0), (14, 384, 64, 0), (14, 576, 96, 0), (7, 960, 160, 0),
];
if (KernelTable.PointwiseF32 is not [var best, ..]) throw new PlatformNotSupportedException("no dense kernel to compare with");

foreach (SparsePointwiseKernel kernel in KernelTable.SparsePointwiseF32.Where(kernel => kernel.Name.Contains(part, StringComparison.Ordinal)))
{
    Console.WriteLine($"{kernel.Name} beside {best.Name}");
    Console.WriteLine("not zero  pixels  depth  columns  dense us  GMAC/s  sparse us  GMAC/s  ratio  pays");
    foreach (double density in densities)
    {
        double dense = 0, sparse = 0;
        foreach ((int side, int depth, int columns, int times) in layers)
        {
            (double denseTime, double sparseTime) = Measure(best, kernel, side, depth, columns, density);
            dense += times * denseTime;
            sparse += times * sparseTime;
        }
        Console.WriteLine($"{density,8:0.00}  pointwise layers of MobileNet v1: dense {dense / 1000:0.00} ms, sparse {sparse / 1000:0.00} ms, ratio {dense / sparse:0.00}");
    }
}

static (double Dense, double Sparse) Measure(PointwiseKernel best, SparsePointwiseKernel kernel, int side, int depth, int columns, double density)
{
    var random = new Random(1);
    var shape = new ConvolutionShape
    {
        InputHeight = side,
        InputWidth = side,
        InputChannels = depth,
        OutputChannels = columns,
        KernelHeight = 1,
        KernelWidth = 1,
    };
    var weights = new float[shape.WeightsLength];
    foreach (ref float weight in weights.AsSpan()) weight = random.NextDouble() < density ? random.NextSingle() - 0.5f : 0;
    int nonZeros = weights.Length - weights.AsSpan().Count(0f);
    AlignedBuffer input = new(shape.InputLength * sizeof(float)), output = new(shape.OutputLength * sizeof(float));
    foreach (ref float value in input.As<float>()) value = random.NextSingle();

    PackedConvolution dense = PackedConvolution.F32(in shape, best, weights, [], 0, 6);
    PackedSparsePointwise sparse = PackedSparsePointwise.F32(in shape, kernel, weights, [], 0, 6);
    AlignedBuffer denseScratch = new(dense.ScratchBytes), sparseScratch = new(sparse.ScratchBytes);
    ImageView image = ImageView.Of(input.Address, side, side, depth * sizeof(float));
    double denseTime = double.MaxValue, sparseTime = double.MaxValue;
    long begin = Stopwatch.GetTimestamp();
    for (int round = 0; round < 20 || Stopwatch.GetElapsedTime(begin).TotalMilliseconds < 200; round++)
    {
        long start = Stopwatch.GetTimestamp();
        dense.Run(in image, output.Address, columns * sizeof(float), 0, 0, 0, dense.Pixels, 0, dense.Panels, denseScratch.Address);
        denseTime = Math.Min(denseTime, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        start = Stopwatch.GetTimestamp();
        sparse.Run(in image, output.Address, columns * sizeof(float), 0, 0, 0, sparse.Pixels, 0, sparse.Panels, sparseScratch.Address);
        sparseTime = Math.Min(sparseTime, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }
    GC.KeepAlive((input, output, denseScratch, sparseScratch));
    double products = (double)side * side * depth * columns / 1000, kept = (double)side * side * nonZeros / 1000;
    Console.WriteLine(
        $"{density,8:0.00} {side * side,7} {depth,6} {columns,8} {denseTime,9:0.0} {products / denseTime,7:0.0} {sparseTime,10:0.0} {kept / sparseTime,7:0.0} "
        + $"{denseTime / sparseTime,6:0.00}  {(PackedSparsePointwise.Pays(kernel, in shape, nonZeros) ? "yes" : "no")}");
    return (denseTime, sparseTime);
}
