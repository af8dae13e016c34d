using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

/// <summary>Uses of every op: its sample, and shapes that straddle the widths of vectors and the pieces that threads share.</summary>
internal static class Cases
{
    private static readonly ValueList<int> One = [1, 1], None = [0, 0, 0, 0], Same = [1, 1, 1, 1];

    private static readonly Dictionary<string, Case[]> ByOp = Samples().Concat(Shapes()).GroupBy(use => use.Op.Name).ToDictionary(group => group.Key, group => group.ToArray());

    public static IEnumerable<string> Ops => ByOp.Keys;

    /// <summary>The ops that training does without: they stand behind the loss.</summary>
    public static bool IsForInferenceOnly(Op op) => op is NonMaxSuppression or DetectionPostProcess;

    public static Case[] Of(string op) => ByOp[op];

    public static IEnumerable<Case> Samples() => OpSamples.All().Select(sample => new Case(sample.Op, sample.Inputs));

    private static IEnumerable<Case> Shapes()
    {
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Unary))
        {
            foreach (int length in (int[])[1, 3, 8, 17, 65]) yield return Use(op, [length]);
            yield return Use(op, [3, 41, 300]);
        }
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Binary))
        {
            if (op is And or Or or Xor) continue;
            yield return Use(op, [17], [17]);
            yield return Use(op, [3, 4], []);
            yield return Use(op, [2, 5, 6, 33], [2, 1, 1, 33]);
            yield return Use(op, [20, 2000], [2000]);
            yield return Use(op, [2, 20001], [2, 1]);
            yield return Use(op, [70, 31, 20], [20]);
            yield return Use(op, [33000], [1]);
            if (op is PRelu) continue;
            yield return Use(op, [4], [2, 3, 4]);
            yield return Use(op, [5, 1, 7], [6, 1]);
            yield return Use(op, [1, 1], [9, 70]);
            yield return Use(op, [2, 1, 9, 1], [7, 1, 13]);
            yield return Use(op, [1, 3, 1, 500], [9, 1, 2, 1]);
        }
        foreach (int channels in (int[])[1, 3, 8, 19, 70])
        {
            foreach (PoolKind kind in Enum.GetValues<PoolKind>())
            {
                yield return Use(new Pool2D(kind, [2, 2], [2, 2], One, None), [2, 6, 8, channels]);
                yield return Use(new Pool2D(kind, [3, 2], [1, 2], One, [1, 0, 1, 1]), [1, 5, 7, channels]);
                yield return Use(new Pool2D(kind, [2, 3], [2, 3], [2, 1], [1, 2, 0, 1], true), [2, 7, 6, channels]);
                yield return Use(new Pool2D(kind, [3, 3], [2, 2], One, [0, 0, 1, 1], false, true), [1, 8, 7, channels]);
                yield return Use(new Pool2D(kind, [5, 4], One, One, None), [2, 5, 4, channels]);
                yield return Use(new Pool2D(kind, [1, 1], [2, 2], One, None), [1, 5, 4, channels]);
            }
        }
        yield return Use(new Pool2D(PoolKind.Max, [3, 3], [2, 2], One, Same), [2, 60, 50, 24]);
        yield return Use(new Pool2D(PoolKind.Average, [3, 3], [2, 2], One, Same, true), [2, 60, 50, 24]);
        foreach (Op op in OpSamples.All().Select(sample => sample.Op).Where(op => op is Reduction))
        {
            var reduction = (Reduction)op;
            yield return Use(reduction with { Axes = [0] }, [17]);
            yield return Use(reduction with { Axes = [0, 1, 2] }, [3, 1, 5]);
            yield return Use(reduction with { Axes = [1] }, [3, 9, 1]);
            yield return Use(reduction with { Axes = [1, 3] }, [2, 3, 5, 9]);
            yield return Use(reduction with { Axes = [0, 2] }, [3, 4, 2, 7]);
            if (op is ReduceProd) continue;
            yield return Use(reduction with { Axes = [1, 2] }, [2, 11, 13, 33]);
            yield return Use(reduction with { Axes = [1, 2] }, [1, 70, 60, 19]);
            yield return Use(reduction with { Axes = [0] }, [200, 400]);
            yield return Use(reduction with { Axes = [1] }, [3, 40001]);
            yield return Use(reduction with { Axes = [0, 1] }, [300, 301]);
            yield return Use(reduction with { Axes = [] }, [3, 4]);
        }
        foreach (int axis in (int[])[0, 1, 2])
        {
            foreach (Op op in (Op[])[new Softmax(axis), new LogSoftmax(axis)])
            {
                yield return Use(op, [3, 5, 7]);
                yield return Use(op, [1, 17, 33]);
                yield return Use(op, [1, 1, 1]);
                yield return Use(op, [40, 30, 50]);
            }
            yield return Use(new TopK(3, axis), [5, 4, 7]);
            yield return Use(new TopK(2, axis, false), [3, 4, 9]);
            yield return Use(new TopK(0, axis), [3, 4, 9]);
            yield return Use(new Concat(axis), [2, 3, 4], [2, 3, 4], [2, 3, 4]);
        }
        yield return Use(new Concat(3), [2, 30, 31, 8], [2, 30, 31, 19], [2, 30, 31, 1]);
        yield return Use(new Concat(0), [1, 9], [3, 9], [0, 9]);
        yield return Use(new Reshape([6, 4, 1]), [2, 3, 4]);
        yield return Use(new Reshape([100, 410]), [41, 1000]);
        yield return Use(new Transpose([0, 3, 1, 2]), [2, 9, 10, 33]);
        yield return Use(new Transpose([0, 2, 3, 1]), [2, 17, 90, 31]);
        yield return Use(new Transpose([3, 2, 1, 0]), [2, 3, 4, 5]);
        yield return Use(new Transpose([1, 0]), [1, 7]);
        yield return Use(new Slice([1, 2, 0], [1, 3, 9], [1, 1, 1]), [3, 6, 9]);
        yield return Use(new Slice([2, 5, 8], [2, 3, 5], [-1, -2, -2]), [3, 6, 9]);
        yield return Use(new Slice([0, 0, 0, 3], [2, 50, 60, 9], [1, 1, 1, 1]), [2, 50, 60, 17]);
        yield return Use(new Slice([0, 1], [3, 0], [1, 1]), [3, 6]);
        yield return Use(new Pad([0, 1, 2, 0], [0, 1, 0, 0], PadMode.Constant, -1), [2, 40, 30, 17]);
        yield return Use(new Pad([-1, 1, -2], [0, -2, 3]), [3, 6, 9]);
        yield return Use(new Pad([0, -4], [2, -2]), [3, 6]);
        foreach (PadMode mode in (PadMode[])[PadMode.Reflect, PadMode.Symmetric, PadMode.Edge, PadMode.Wrap])
        {
            yield return Use(new Pad([1, 0, 2], [3, 2, 1], mode), [4, 3, 5]);
            yield return Use(new Pad([0, 6, -1], [0, 7, 0], mode), [2, 3, 9]);
            yield return Use(new Pad([0, 2, 3, 0], [0, 3, 2, 0], mode), [2, 40, 30, 11]);
        }
        yield return Use(new Tile([2, 1, 3, 1]), [2, 3, 4, 17]);
        yield return Use(new Tile([1, 1]), [3, 5]);
        foreach (Interpolation interpolation in Enum.GetValues<Interpolation>())
        {
            foreach (CoordinateTransformation coordinates in Enum.GetValues<CoordinateTransformation>())
            {
                if (coordinates == CoordinateTransformation.TfCropAndResize) continue;
                yield return Use(new Resize([2, 11, 5, 3], [1, 2.2f, 0.7142857f, 1], interpolation, coordinates), [2, 5, 7, 3]);
            }
            yield return Use(new Resize([1, 3, 3, 9], [1, 0.375f, 0.3333333f, 1], interpolation, Antialias: interpolation != Interpolation.Nearest, ExcludeOutside: true), [1, 8, 9, 9]);
            yield return Use(new Resize([1, 1, 6, 7], [1, 1, 1, 1], interpolation, CoordinateTransformation.TfCropAndResize, RegionOfInterest: [0, 0, 0.2f, -0.3f, 1, 1, 0.9f, 1.2f], Extrapolation: 3), [1, 1, 8, 9]);
            yield return Use(new Resize([2, 40, 44, 19], [1, 2, 2, 1], interpolation, CoordinateTransformation.Asymmetric), [2, 20, 22, 19]);
        }
        yield return Use(new MatMul(), [3, 5], [5, 7]);
        yield return Use(new MatMul(), [1, 1], [1, 1]);
        yield return Use(new MatMul(), [2, 3, 4, 9], [9, 17]);
        yield return Use(new MatMul(), [4, 9], [3, 9, 17]);
        yield return Use(new MatMul(), [2, 1, 5, 33], [3, 33, 2]);
        yield return Use(new MatMul(), [2, 1, 5, 3], [1, 4, 3, 2]);
        yield return Use(new MatMul(), [6, 70, 65], [6, 65, 31]);
        yield return Use(new MatMul(), [2, 130, 200], [200, 70]);
        foreach ((int groups, int channels, int outputs) in ((int, int, int)[])[(1, 1, 1), (1, 3, 5), (2, 4, 6), (3, 9, 3), (1, 19, 33)])
        {
            yield return Use(new ConvTranspose2D([2, 2], One, None, groups), [2, 4, 3, channels], [outputs, 2, 2, channels / groups], [outputs]);
            yield return Use(new ConvTranspose2D([2, 1], [1, 2], [1, 0, 0, 2], groups), [1, 4, 5, channels], [outputs, 3, 3, channels / groups]);
            yield return Use(new ConvTranspose2D([3, 2], One, [-1, 1, 0, -2], groups), [1, 3, 4, channels], [outputs, 2, 3, channels / groups], [outputs]);
            yield return Use(new InstanceNormalization(1e-3f), [2, 7, channels], [channels], [channels]);
            yield return Use(new InstanceNormalization(1e-3f), [3, 4, 5, outputs], [outputs], [outputs]);
            foreach (int size in (int[])[1, 2, 5]) yield return Use(new LocalResponseNormalization(size, 0.3f, 0.75f, 1.5f), [3, 4, outputs]);
            yield return Use(new BatchNormalization(1e-3f), [2, 7, outputs], [outputs], [outputs], [outputs], [outputs]);
        }
        yield return Use(new BatchNormalization(1e-3f), [2, 70, 60, 19], [19], [19], [19], [19]);
        foreach (Op op in (Op[])[new Relu(), new Softmax(0), new ReduceSum([1], false), new Reshape([0, 6]), new Transpose([1, 0]), new Concat(1), new Pad([0, 0], [0, 2]), new Tile([1, 2]), new TopK(0, 0)])
            yield return Use(op, [0, 3]);
        yield return Use(new Add(), [0, 3], [3]);
        yield return Use(new Expand([2, 0, 3]), (int[])[0, 3]);
        yield return Use(new MatMul(), [0, 3], [3, 4]);
        yield return Use(new MatMul(), [2, 0], [0, 4]);
        yield return new Case(new Gather(0), [Real(9), Whole(4)]);
        yield return new Case(new Gather(0), [Real(9, 70), Whole(2, 20)]);
        yield return new Case(new Gather(1), [Real(2, 9, 3), Whole()]);
        yield return new Case(new GatherElements(0), [Real(5), Whole(9)]);
        yield return new Case(new GatherElements(2), [Real(3, 4, 5), Whole(2, 4, 9)]);
        yield return new Case(new GatherNd(), [Real(5, 5, 3), Whole(4, 2)]);
        yield return new Case(new GatherNd(), [Real(4, 7), Whole(3, 2, 1)]);
        yield return new Case(new GatherNd(1), [Real(3, 6, 9), Whole(3, 2, 1)]);
        yield return new Case(new Where(), [Truth(17), Real(17), Real(17)]);
        yield return new Case(new Where(), [Truth(2, 1, 9), Real(3, 1), Real()]);
        yield return new Case(new Where(), [Truth(70, 300), Real(300), Real(70, 1)]);
        yield return Use(new Expand([2, 3, 4]), (int[])[]);
        yield return Use(new Expand([5, 2, 31, 4]), [2, 1, 4]);
        yield return Use(new Expand([90, 400]), [400]);
        yield return Use(new Expand([3, 20000]), [3, 1]);
    }

    /// <summary>Layers with weights, of many geometries, by a seed: those that fast kernels compute and those that they do not.</summary>
    public static IEnumerable<Case> Layers(int seed, int count, int mostChannels, int mostPixels, int mostProducts)
    {
        var random = new Random(seed);
        for (int made = 0; made < count;)
        {
            (int Tall, int Wide)[] kernels = [(1, 1), (3, 3), (5, 5), (1, 7), (2, 3), (7, 1)];
            (int tall, int wide) = kernels[random.Next(kernels.Length)];
            int[] strides = [random.Next(1, 4), random.Next(1, 4)], dilations = random.Next(3) == 0 ? [random.Next(1, 3), random.Next(1, 4)] : [1, 1];
            int reachTall = (tall - 1) * dilations[0], reachWide = (wide - 1) * dilations[1];
            int[] padding = random.Next(4) switch
            {
                0 => [0, 0, 0, 0],
                1 => [reachTall / 2, reachWide / 2, reachTall - reachTall / 2, reachWide - reachWide / 2],
                2 => [random.Next(tall + 2), random.Next(wide + 2), random.Next(tall + 2), random.Next(wide + 2)],
                _ => [1, 1, 1, 1],
            };
            int images = random.Next(1, 4), height = random.Next(1, 28), width = random.Next(1, 28), channels = random.Next(1, mostChannels + 1);
            if (images * height * width > mostPixels || height + padding[0] + padding[2] <= reachTall || width + padding[1] + padding[3] <= reachWide) continue;
            bool bias = random.Next(2) == 0;
            Case layer;
            switch (random.Next(4))
            {
                case 0:
                    int multiplier = random.Next(4) == 0 ? 2 : 1;
                    layer = WithBias(new DepthwiseConv2D([.. strides], [.. dilations], [.. padding]), [images, height, width, channels], [tall, wide, channels * multiplier], channels * multiplier);
                    break;
                case 1:
                    int outputs = random.Next(1, mostChannels + 1);
                    layer = WithBias(new Dense(), random.Next(2) == 0 ? [images, channels] : [images, height, channels], [outputs, channels], outputs);
                    break;
                default:
                    int groups = random.Next(3) == 0 ? random.Next(1, 4) : 1, filters = groups * random.Next(1, mostChannels / groups + 1);
                    int depth = Math.Max(1, channels / groups);
                    layer = WithBias(new Conv2D([.. strides], [.. dilations], [.. padding], groups), [images, height, width, depth * groups], [filters, tall, wide, depth], filters);
                    break;
            }
            if (layer.Graph().Nodes[0].MultiplyAdds > mostProducts) continue;
            made++;
            yield return layer;

            Case WithBias(Op op, int[] image, int[] weights, int outputs) => bias ? Use(op, image, weights, [outputs]) : Use(op, image, weights);
        }
    }

    private static TensorType Real(params int[] shape) => new(ElementType.Float32, new Shape(shape));

    private static TensorType Whole(params int[] shape) => new(ElementType.Int64, new Shape(shape));

    private static TensorType Truth(params int[] shape) => new(ElementType.Bool, new Shape(shape));

    private static Case Use(Op op, params int[][] shapes) => new(op, [.. shapes.Select(shape => Real(shape))]);
}
