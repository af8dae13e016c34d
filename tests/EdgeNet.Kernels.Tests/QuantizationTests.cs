namespace EdgeNet.Kernels.Tests;

public class QuantizationTests
{
    [Theory]
    [InlineData(1, 0.5f, 0, 0)]
    [InlineData(3, 0.5f, 0, 2)]
    [InlineData(5, 0.5f, 0, 2)]
    [InlineData(-1, 0.5f, 0, 0)]
    [InlineData(-3, 0.5f, 0, -2)]
    [InlineData(3, 0.5f, 10, 12)]
    [InlineData(int.MaxValue, 1f, -128, 127)]
    [InlineData(int.MinValue, 1f, 127, -128)]
    [InlineData(int.MaxValue, float.MaxValue, 0, 127)]
    [InlineData(1, float.PositiveInfinity, 0, 127)]
    [InlineData(0, float.PositiveInfinity, 7, 7)]
    [InlineData(5, float.NaN, 7, 7)]
    public void TiesAndExtremes(int accumulator, float multiplier, int zero, int expected) =>
        Assert.Equal(expected, Requantization.Apply(accumulator, multiplier, zero));

    [Fact]
    public void TheClampHolds()
    {
        Assert.Equal(-10, Requantization.Apply(-1000, 1, 0, -10, 20));
        Assert.Equal(20, Requantization.Apply(1000, 1, 0, -10, 20));
        Assert.Equal(-10, Requantization.Code(float.NaN, -50, -10, 20));
    }

    [Fact]
    public void QuantizingDividesAndRoundsHalfToEven()
    {
        float[] x = [0.25f, 0.75f, -0.25f, 1e9f, -1e9f, float.NaN];
        sbyte[] y = new sbyte[6];
        QuantizeF32ToS8.Scalar(QuantizationAxis.PerTensor, [0.5f], [3], x, y, 0, 6);
        Assert.Equal([3, 5, 3, 127, -128, 3], y);
        byte[] u = new byte[6];
        QuantizeF32ToU8.Scalar(QuantizationAxis.PerTensor, [0.5f], [128], x, u, 0, 6);
        Assert.Equal([128, 130, 128, 255, 0, 128], u);
    }

    [Fact]
    public void AxesPickTheirScales()
    {
        float[] y = new float[8];
        DequantizeToF32.Scalar<sbyte>(new(2, 2), [1, 10], [0, 1], [1, 2, 3, 4, 5, 6, 7, 8], y, 0, 8);
        Assert.Equal([1, 2, 20, 30, 5, 6, 60, 70], y);
        sbyte[] q = new sbyte[8];
        QuantizeF32ToS8.Scalar(new(2, 2), [1, 10], [0, 1], y, q, 0, 8);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], q);
    }

    [Fact]
    public void RequantizingBetweenZeroPointsIsExact()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        sbyte[] shifted = new sbyte[256];
        Requantize.Scalar<byte, sbyte>(Requantization.Multiplier(0.037f, 1, 0.037f), 128, 0, all, shifted, 0, 256);
        Assert.Equal(all.Select(v => (sbyte)(v - 128)), shifted);
    }

    [Fact]
    public void SumsDifferencesAndProductsAreWithinHalfAStep()
    {
        var random = new Random(7);
        var shape = BroadcastShape.Of([4, 1, 16], [5, 16]);
        sbyte[] a = random.Codes(64), b = random.Codes(80);
        var q = new BinaryQuantizationS8(0.031f, 5, 0.017f, -20, 0.05f, 3);
        Check(BinaryS8.AddScalar, (x, y) => x + y, q);
        Check(BinaryS8.SubScalar, (x, y) => x - y, q);
        Check(BinaryS8.MulScalar, (x, y) => x * y, q with { OutputScale = 0.1f });

        void Check(Kernel kernel, Func<double, double, double> function, BinaryQuantizationS8 quantization)
        {
            sbyte[] y = Values.Split<sbyte>(320, 320, (o, from, to) => kernel(in shape, in quantization, a, b, o, from, to));
            double[] expected = [.. Enumerable.Range(0, 320).Select(i => function(
                (double)quantization.ScaleA * (a[i / 80 * 16 + i % 16] - 5), (double)quantization.ScaleB * (b[i % 80] + 20)))];
            Values.WithinHalfStep(expected, y, quantization.OutputScale, 3, function);
        }
    }

    private delegate void Kernel(
        in BroadcastShape shape, in BinaryQuantizationS8 q, ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b, Span<sbyte> y, int begin, int end);

    [Fact]
    public void TablesHoldTheFunction()
    {
        sbyte[] table = new sbyte[256], codes = [.. Enumerable.Range(-128, 256).Select(i => (sbyte)i)], y = new sbyte[256];
        LookupTableS8.Build(PortableMath.Sigmoid, 0.05f, 3, 1 / 256f, -128, table);
        LookupTableS8.Scalar(table, codes, y, 0, 256);
        Values.WithinHalfStep([.. codes.Select(c => 1 / (1 + Math.Exp(-0.05f * (double)(c - 3))))], y, 1 / 256f, -128, "sigmoid");
    }

    [Fact]
    public void MeansAndSoftmaxAreWithinHalfAStep()
    {
        var random = new Random(8);
        sbyte[] x = random.Codes(2 * 6 * 5);
        var reduce = new ReduceShape([2, 6, 5], 0b010);
        sbyte[] means = Values.Split<sbyte>(10, 10, (o, a, b) => MeanS8.Scalar(reduce, new(0.1f, 4, 0.06f, -9), x, o, a, b));
        Values.WithinHalfStep(
            [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 6).Average(k => 0.1f * (double)(x[i / 5 * 30 + k * 5 + i % 5] - 4)))],
            means, 0.06f, -9, "mean");

        double[] table = new double[256];
        SoftmaxS8.BuildTable(0.1f, table);
        var axis = new AxisShape(2, 6, 5);
        sbyte[] y = Values.Split<sbyte>(60, axis.Lines, (o, a, b) => SoftmaxS8.Scalar(axis, table, 1 / 256f, -128, x, o, a, b));
        float[] real = [.. x.Select(q => 0.1f * q)], soft = new float[60];
        SoftmaxF32.Scalar(axis, real, soft, 0, axis.Lines);
        Values.WithinHalfStep([.. soft.Select(v => (double)v)], y, 1 / 256f, -128, "softmax");
    }
}
