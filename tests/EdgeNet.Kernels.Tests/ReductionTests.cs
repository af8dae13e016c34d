namespace EdgeNet.Kernels.Tests;

public class ReductionTests
{
    [Fact]
    public void AnyAxesOfAnyShape()
    {
        var random = new Random(11);
        for (int trial = 0; trial < 200; trial++)
        {
            int rank = random.Next(0, 6);
            int[] shape = random.Integers(rank, 1, 5);
            int axes = random.Next(1 << rank);
            var reduce = new ReduceShape(shape, axes);
            float[] x = random.Floats(reduce.InputLength);
            double[] sums = new double[reduce.Length], squares = new double[reduce.Length], products = new double[reduce.Length], largest = new double[reduce.Length];
            Array.Fill(products, 1);
            Array.Fill(largest, double.NegativeInfinity);
            for (int i = 0; i < x.Length; i++)
            {
                int rest = i, output = 0, stride = 1;
                for (int axis = rank - 1; axis >= 0; axis--)
                {
                    int index = rest % shape[axis];
                    rest /= shape[axis];
                    if ((axes >> axis & 1) != 0) continue;
                    output += index * stride;
                    stride *= shape[axis];
                }
                sums[output] += x[i];
                squares[output] += (double)x[i] * x[i];
                products[output] *= x[i];
                largest[output] = Math.Max(largest[output], x[i]);
            }
            string what = $"[{string.Join(',', shape)}] {axes:b}";
            Values.Near(sums, Run<Reduction.Sum>(), what);
            Values.Near([.. sums.Select(s => s / reduce.Count)], Run<Reduction.Mean>(), what);
            Values.Near(squares, Run<Reduction.SumSquare>(), what);
            Values.Near([.. squares.Select(Math.Sqrt)], Run<Reduction.L2>(), what);
            Values.Near(products, Run<Reduction.Prod>(), what);
            Values.Near(largest, Values.Split<float>(reduce.Length, reduce.Length, (o, a, b) =>
                Reduction.Scalar<float, float, Reduction.Max<float>>(default, reduce, x, o, a, b)), what);

            float[] Run<TReduction>() where TReduction : struct, IReduction<float, double> =>
                Values.Split<float>(reduce.Length, reduce.Length, (o, a, b) => Reduction.Scalar<float, double, TReduction>(default, reduce, x, o, a, b));
        }
    }

    [Fact]
    public void NothingReducesToTheStart()
    {
        float[] y = new float[2];
        Reduction.Scalar<float, float, Reduction.Max<float>>(default, new([2, 0], 0b10), [], y, 0, 2);
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], y);
        int[] i = new int[2];
        Reduction.Scalar<int, int, Reduction.Min<int>>(default, new([2, 0], 0b10), [], i, 0, 2);
        Assert.Equal([int.MaxValue, int.MaxValue], i);
        long[] s = new long[1];
        Reduction.Scalar<long, long, Reduction.IntegerSum<long>>(default, new([3], 1), [1, 2, 3], s, 0, 1);
        Assert.Equal([6], s);
    }

    [Fact]
    public void ExtremesByIndex()
    {
        long[] y = new long[2];
        var axis = new AxisShape(1, 3, 2);
        ArgReduction.MaxScalar<float>(axis, false, [1, 5, 3, 5, 3, 2], y, 0, 2);
        Assert.Equal([1, 0], y);
        ArgReduction.MaxScalar<float>(axis, true, [1, 5, 3, 5, 3, 2], y, 0, 2);
        Assert.Equal([2, 1], y);
        ArgReduction.MinScalar<int>(axis, false, [1, 5, 3, 5, 1, 2], y, 0, 2);
        Assert.Equal([0, 2], y);
    }

    [Fact]
    public void Normalizations()
    {
        float[] y = new float[4];
        BatchNormalizationF32.Scalar(2, [1, 2, 3, 4], [2, 1], [0, 1], [1, 2], [4, 1], 0, y, 0, 2);
        Assert.Equal([0, 1, 2, 3], y);
        InstanceNormalizationF32.Scalar(new(1, 2, 2), [1, 10, 3, 30], [1, 2], [0, 5], 0, y, 0, 2);
        Assert.Equal([-1, 3, 1, 7], y);
        // Two wide: nobody before, one after.
        LocalResponseNormalizationF32.Scalar(4, 2, 2, 1, 1, [1, 2, 3, 4], y, 0, 1);
        Values.Near([1 / 6.0, 2 / 14.0, 3 / 26.0, 4 / 17.0], y, "lrn");
    }
}
