namespace EdgeNet.Kernels.Tests;

public class ElementwiseTests
{
    private static float Of<TOperator>(TOperator op, float x)
        where TOperator : struct, IUnaryOperator<float, float>
    {
        float[] y = new float[1];
        Unary.Scalar<float, float, TOperator>(op, [x], y, 0, 1);
        return y[0];
    }

    [Fact]
    public void UnaryFunctions()
    {
        Assert.Equal(0, Of(new Unary.Relu<float>(), -2));
        Assert.True(float.IsNaN(Of(new Unary.Relu<float>(), float.NaN)));
        Assert.Equal(6, Of(new Unary.Clip<float>(0, 6), 9));
        Assert.Equal(1, Of(new Unary.Clip<float>(5, 1), 3));
        Assert.Equal(1, Of(new Unary.Clip<float>(5, 1), 0));
        Assert.Equal(-0.2f, Of(new Unary.LeakyRelu(0.1f), -2));
        Assert.Equal(-0.6321206f, Of(new Unary.Elu(1), -1), 1e-6f);
        Assert.Equal(2 * -0.6321206f * 3, Of(new Unary.Selu(3, 2), -1), 1e-5f);
        Assert.Equal(2 * -0.39346934f, Of(new Unary.Celu(2), -1), 1e-6f);
        Assert.Equal(0, Of(new Unary.ThresholdedRelu(2), 2));
        Assert.Equal(0.5f, Of(new Unary.Sigmoid(), 0));
        Assert.Equal(0.7f, Of(new Unary.HardSigmoid(0.2f, 0.5f), 1), 1e-6f);
        Assert.Equal(2 / 3f, Of(new Unary.HardSwish(), 1), 1e-6f);
        Assert.Equal(2, Of(new Unary.Round(), 2.5f));
        Assert.Equal(4, Of(new Unary.Round(), 3.5f));
        Assert.Equal(0.8411920f, Of(new Unary.GeluTanh(), 1), 1e-6f);
        Assert.Equal(0.8413447f, Of(new Unary.Gelu(), 1), 1e-6f);
        Assert.Equal(100, Of(new Unary.Softplus(), 100));
        Assert.Equal(0.8650984f, Of(new Unary.Mish(), 1), 1e-6f);
        Assert.Equal(-0.5f, Of(new Unary.Softsign(), -1));
        Assert.Equal(-1, Of(new Unary.Sign<float>(), -3));
        int[] y = new int[3];
        Unary.Scalar<int, int, Unary.Abs<int>>(default, [-5, int.MinValue, 7], y, 0, 3);
        Assert.Equal([5, int.MinValue, 7], y);
    }

    [Fact]
    public void BroadcastingFollowsNumpy()
    {
        var random = new Random(10);
        for (int trial = 0; trial < 200; trial++)
        {
            int rank = random.Next(0, 6);
            int[] full = random.Integers(rank, 1, 4);
            int[] a = Mask(full), b = Mask(full)[random.Next(0, rank + 1)..], c = Mask(full);
            int[] result = [.. Enumerable.Range(0, rank).Select(i => Math.Max(Math.Max(a[i], c[i]), i < rank - b.Length ? 1 : b[i - rank + b.Length]))];
            BroadcastShape shape = BroadcastShape.Of(a, b, c);
            Assert.Equal(result.Aggregate(1, (x, y) => x * y), shape.Length);
            int[] xa = random.Integers(Count(a), 0, 2), xb = random.Integers(Count(b), -99, 99), xc = random.Integers(Count(c), -99, 99);
            byte[] condition = [.. xa.Select(v => (byte)v)];
            int[] y = Values.Split<int>(shape.Length, shape.Length, (o, from, to) => Where.Scalar<int>(shape, condition, xb, xc, o, from, to));
            for (int i = 0; i < y.Length; i++)
            {
                Assert.Equal(condition[At(a, i)] != 0 ? xb[At(b, i)] : xc[At(c, i)], y[i]);
            }
            BroadcastShape two = BroadcastShape.Of(b, c);
            int[] sums = Values.Split<int>(two.Length, two.Length, (o, from, to) => Binary.Scalar<int, int, Binary.Sub<int>>(default, two, xb, xc, o, from, to));
            if (two.Length == shape.Length) for (int i = 0; i < sums.Length; i++) Assert.Equal(xb[At(b, i)] - xc[At(c, i)], sums[i]);

            int[] Mask(int[] extents) => [.. extents.Select(e => random.Next(3) == 0 ? 1 : e)];
            int Count(int[] extents) => extents.Aggregate(1, (x, e) => x * e);
            int At(int[] extents, int element)
            {
                int at = 0, stride = 1;
                for (int axis = rank - 1; axis >= 0; axis--)
                {
                    int index = element % result[axis];
                    element /= result[axis];
                    int own = axis - rank + extents.Length;
                    if (own < 0) continue;
                    at += (extents[own] == 1 ? 0 : index) * stride;
                    stride *= extents[own];
                }
                return at;
            }
        }
        Assert.Throws<ArgumentException>(() => BroadcastShape.Of([2], [3]));
    }

    [Fact]
    public void BinaryOperators()
    {
        Assert.Equal(-3, new Binary.Div<int>().Invoke(-7, 2));
        Assert.Equal(0, new Binary.Div<int>().Invoke(7, 0));
        Assert.Equal(int.MinValue, new Binary.Div<int>().Invoke(int.MinValue, -1));
        Assert.Equal(100, new Binary.Div<byte>().Invoke(200, 2));
        Assert.Equal(0, new Binary.Div<byte>().Invoke(200, 255));
        Assert.Equal(1, new Binary.Mod<int>().Invoke(-7, 2));
        Assert.Equal(-1, new Binary.FMod<int>().Invoke(-7, 2));
        Assert.Equal(0.5f, new Binary.Mod<float>().Invoke(-1.5f, 2));
        Assert.Equal(0, new Binary.Mod<long>().Invoke(long.MinValue, -1));
        Assert.Equal(-6f, new Binary.PRelu<float>().Invoke(-2, 3));
        Assert.Equal(1024, new Binary.Pow<int>().Invoke(2, 10));
        Assert.Equal(0.25f, new Binary.Pow<float>().Invoke(4, -1));
        Assert.True(float.IsNaN(new Binary.Max<float>().Invoke(1, float.NaN)));
        Assert.Equal(1, new Binary.LessOrEqual<float>().Invoke(2, 2));
        Assert.Equal(0, new Binary.Equal<float>().Invoke(float.NaN, float.NaN));
        Assert.Equal(0, new Binary.Xor().Invoke(1, 2));
    }

    [Fact]
    public void CastsTruncateAndSaturate()
    {
        int[] y = new int[5];
        Cast.Scalar<float, int>([2.9f, -2.9f, 1e20f, -1e20f, float.NaN], y, 0, 5);
        Assert.Equal([2, -2, int.MaxValue, int.MinValue, 0], y);
        sbyte[] s = new sbyte[4];
        Cast.Scalar<float, sbyte>([300, -300, float.NaN, -1.5f], s, 0, 4);
        Assert.Equal([127, -128, 0, -1], s);
        byte[] b = new byte[3];
        Cast.ToBoolScalar<float>([0, -0.5f, float.NaN], b, 0, 3);
        Assert.Equal([0, 1, 1], b);
        long[] l = new long[3];
        Cast.Scalar<float, long>([1e30f, float.NegativeInfinity, float.NaN], l, 0, 3);
        Assert.Equal([long.MaxValue, long.MinValue, 0], l);
        float[] f = new float[1];
        Cast.Scalar<long, float>([1L << 40], f, 0, 1);
        Assert.Equal([1099511627776f], f);
    }

    [Fact]
    public void SoftmaxAndItsLogarithm()
    {
        float[] x = [1, 10, 2, 20, 3, 30], y = new float[6];
        var axis = AxisShape.Of([3, 2], 0);
        SoftmaxF32.Scalar(axis, x, y, 0, 2);
        Values.Near([0.0900305732, 0.0000000021, 0.2447284711, 0.0000453979, 0.6652409558, 0.9999546], y, "softmax");
        LogSoftmaxF32.Scalar(axis, x, y, 0, 2);
        Assert.Equal(Math.Log(0.0900305732), y[0], 1e-6);
    }
}
