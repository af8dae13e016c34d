using System.Collections.Immutable;
using EdgeNet.Model;

namespace EdgeNet.Tests;

/// <summary>A small use of every op, so that tests can enumerate them; one that is missing here fails <c>OpTests</c>.</summary>
internal static class OpSamples
{
    private static readonly ValueList<int> One = [1, 1], None = [0, 0, 0, 0], Same = [1, 1, 1, 1];

    public static IEnumerable<(Op Op, ImmutableArray<TensorType> Inputs)> All()
    {
        TensorType image = F(2, 5, 6, 4), matrix = F(3, 4), cube = F(2, 3, 4);
        yield return (new Conv2D([2, 1], One, Same), [image, F(3, 3, 3, 4), F(3)]);
        yield return (new Conv2D(One, [2, 1], None, 2), [image, F(6, 2, 3, 2)]);
        yield return (new DepthwiseConv2D([1, 2], One, Same), [image, F(3, 3, 8), F(8)]);
        yield return (new ConvTranspose2D([2, 2], One, None), [image, F(3, 2, 2, 4), F(3)]);
        yield return (new Dense(), [matrix, F(5, 4), F(5)]);
        yield return (new MatMul(), [cube, F(4, 5)]);
        yield return (new Pool2D(PoolKind.Max, [2, 2], [2, 2], One, None), [image]);
        yield return (new Pool2D(PoolKind.Average, [3, 3], [2, 2], One, Same, true, true), [image]);
        foreach (Op unary in new Op[]
        {
            new Relu(), new Clip(-1, 2), new Abs(), new Neg(), new Sign(), new LeakyRelu(0.1f), new ThresholdedRelu(0.5f), new Elu(1),
            new Selu(1.6732632f, 1.050701f), new Celu(1), new Sigmoid(), new HardSigmoid(0.2f, 0.5f), new HardSwish(), new Tanh(), new Exp(),
            new Log(), new Sqrt(), new Reciprocal(), new Floor(), new Ceil(), new Round(), new Erf(), new Gelu(), new Gelu(true),
            new Softplus(), new Softsign(), new Mish(), new Sin(), new Cos(),
        }) yield return (unary, [cube]);
        foreach (Op binary in new Op[] { new Add(), new Sub(), new Mul(), new Div(), new Pow(), new Max(), new Min(), new PRelu() })
            yield return (binary, [cube, F(4)]);
        foreach (Op comparison in new Op[] { new Equal(), new Less(), new LessOrEqual(), new Greater(), new GreaterOrEqual() })
            yield return (comparison, [cube, F(3, 1)]);
        foreach (Op logical in new Op[] { new And(), new Or(), new Xor() }) yield return (logical, [B(2, 3), B(3)]);
        yield return (new Not(), [B(2, 3)]);
        yield return (new Where(), [B(3, 1), cube, F(4)]);
        yield return (new Cast(ElementType.Int32), [cube]);
        yield return (new Softmax(1), [cube]);
        yield return (new LogSoftmax(2), [cube]);
        yield return (new BatchNormalization(1e-5f), [image, F(4), F(4), F(4), F(4)]);
        yield return (new InstanceNormalization(1e-5f), [image, F(4), F(4)]);
        yield return (new LocalResponseNormalization(3, 1e-4f, 0.75f, 1), [image]);
        foreach (Op reduction in new Op[]
        {
            new ReduceMean([1, 2], true), new ReduceSum([0], false), new ReduceMax([2], true), new ReduceMin([0, 2], false), new ReduceProd([1], false),
            new ReduceSumSquare([1], true), new ReduceL1([2], false), new ReduceL2([0, 1, 2], false), new ArgMax(1, false), new ArgMin(2, true, true), new TopK(2, 2),
        }) yield return (reduction, [cube]);
        yield return (new Reshape([4, 6]), [cube]);
        yield return (new Transpose([2, 0, 1]), [cube]);
        yield return (new Concat(1), [cube, F(2, 1, 4)]);
        yield return (new Slice([0, 2, 1], [2, 2, 2], [1, -1, 2]), [cube]);
        yield return (new Pad([0, 1, 0], [1, 0, 2], PadMode.Constant, 0.5f), [cube]);
        yield return (new Gather(1), [cube, I(2, 2)]);
        yield return (new GatherElements(1), [cube, I(2, 2, 4)]);
        yield return (new GatherNd(1), [cube, I(2, 1)]);
        yield return (new Expand([5, 2, 3, 4]), [cube]);
        yield return (new Tile([1, 2, 3]), [cube]);
        yield return (new Resize([2, 10, 12, 4], [1, 2, 2, 1], Interpolation.Linear), [image]);
        yield return (new Quantize(ElementType.Int8) { OutputQuantization = Quantization.PerTensor(0.02f, 3) }, [cube]);
        yield return (new Dequantize(), [new TensorType(ElementType.Int8, [2, 3], Quantization.PerTensor(0.02f, 3))]);
        yield return (new NonMaxSuppression(2, 0.5f), [F(1, 6, 4), F(1, 2, 6)]);
        yield return (new DetectionPostProcess(4, 1, 4, false, 2, 0.1f, 0.5f, [10, 10, 5, 5]), [F(1, 6, 4), F(1, 6, 3), F(6, 4)]);
    }

    /// <summary>The ops that compute on quantized tensors, with such inputs.</summary>
    public static IEnumerable<(Op Op, ImmutableArray<TensorType> Inputs)> Quantized()
    {
        Quantization q = Quantization.PerTensor(0.05f, -7), to = Quantization.PerTensor(0.04f, 5);
        TensorType image = new(ElementType.Int8, [2, 5, 6, 4], q), cube = new(ElementType.Int8, [2, 3, 4], q);
        yield return (new Conv2D([2, 1], One, Same) { OutputQuantization = to }, [image, new(ElementType.Int8, [3, 3, 3, 4], Quantization.PerChannel([0.01f, 0.02f, 0.03f], 0)), new(ElementType.Int32, [3])]);
        yield return (new DepthwiseConv2D([1, 2], One, Same) { OutputQuantization = to }, [image, new(ElementType.Int8, [3, 3, 4], Quantization.PerTensor(0.01f, 4)), new(ElementType.Int32, [4])]);
        yield return (new Dense { OutputQuantization = to }, [cube, new(ElementType.Int8, [5, 4], Quantization.PerTensor(0.01f, 0)), new(ElementType.Int32, [5])]);
        yield return (new MatMul { OutputQuantization = to }, [cube, new(ElementType.Int8, [4, 5], q)]);
        yield return (new Pool2D(PoolKind.Average, [2, 2], [2, 2], One, None) { OutputQuantization = to }, [image]);
        yield return (new ReduceMean([1, 2], true) { OutputQuantization = to }, [image]);
        yield return (new Add { OutputQuantization = to }, [cube, new(ElementType.Int8, [4], to)]);
        yield return (new Sub { OutputQuantization = to }, [cube, new(ElementType.Int8, [4], to)]);
        yield return (new Mul { OutputQuantization = to }, [cube, new(ElementType.Int8, [4], to)]);
        yield return (new Softmax(2) { OutputQuantization = Quantization.PerTensor(1 / 256f, -128) }, [cube]);
        yield return (new Quantize(ElementType.UInt8) { OutputQuantization = Quantization.PerTensor(0.05f, 121) }, [cube]);
        yield return (new Resize([2, 10, 12, 4], [1, 2, 2, 1], Interpolation.Nearest), [image]);
        yield return (new Pool2D(PoolKind.Max, [2, 2], [2, 2], One, None), [image]);
        yield return (new Pad([0, 1, 0], [1, 0, 2]), [cube]);
        foreach ((Op op, _) in All().Where(sample => sample.Op is Unary)) yield return (op with { OutputQuantization = to }, [cube]);
    }

    private static TensorType F(params int[] shape) => new(ElementType.Float32, new Shape(shape));

    private static TensorType I(params int[] shape) => new(ElementType.Int64, new Shape(shape));

    private static TensorType B(params int[] shape) => new(ElementType.Bool, new Shape(shape));
}
