namespace EdgeNet.Kernels.Tests;

public class PoolingTests
{
    [Fact]
    public void AWorkedExampleWithCeilMode()
    {
        // Length 4 padded by one on each side, windows of 3 at stride 2 in ceil mode: the third hangs over the padded end.
        var shape = new PoolingShape
        {
            InputHeight = 1, InputWidth = 4, Channels = 1, OutputHeight = 1, OutputWidth = 3, KernelHeight = 1, KernelWidth = 3,
            StrideWidth = 2, PadLeft = 1, PadRight = 1,
        };
        float[] x = [1, 2, 3, 4], y = new float[3];
        PoolingF32.MaxScalar(shape, x, y, 0, 1);
        Assert.Equal([2, 4, 4], y);
        PoolingF32.AverageScalar(shape, x, y, 0, 1);
        Assert.Equal([1.5f, 3, 4], y);
        PoolingF32.AverageScalar(shape with { CountIncludePad = true }, x, y, 0, 1);
        Assert.Equal([1, 3, 2], y);
    }

    [Fact]
    public void RandomShapesFollowTheDefinition()
    {
        var random = new Random(6);
        for (int trial = 0; trial < 150; trial++)
        {
            var s = new PoolingShape
            {
                Batch = random.Next(1, 3), InputHeight = random.Next(3, 9), InputWidth = random.Next(3, 9), Channels = random.Pick(1, 3, 67),
                OutputHeight = random.Next(1, 4), OutputWidth = random.Next(1, 4), KernelHeight = random.Next(1, 4), KernelWidth = random.Next(1, 4),
                StrideHeight = random.Next(1, 3), StrideWidth = random.Next(1, 3), DilationHeight = random.Next(1, 3), DilationWidth = random.Next(1, 3),
                PadTop = random.Next(0, 2), PadLeft = random.Next(0, 2), PadBottom = random.Next(0, 2), PadRight = random.Next(0, 2),
                CountIncludePad = random.Next(2) == 0,
            };
            float[] x = random.Floats(s.InputLength);
            sbyte[] q = random.Codes(s.InputLength);
            double[] average = Definition(s, i => x[i], mean: true), maximum = Definition(s, i => x[i], mean: false);
            double[] averageOfCodes = Definition(s, i => (q[i] - 9) * 0.02f, mean: true), maximumOfCodes = Definition(s, i => q[i], mean: false);
            float[] yAverage = Values.Split<float>(s.OutputLength, s.Rows, (o, a, b) => PoolingF32.AverageScalar(s, x, o, a, b));
            float[] yMax = Values.Split<float>(s.OutputLength, s.Rows, (o, a, b) => PoolingF32.MaxScalar(s, x, o, a, b));
            sbyte[] qAverage = Values.Split<sbyte>(s.OutputLength, s.Rows, (o, a, b) => PoolingS8.AverageScalar(s, new(0.02f, 9, 0.015f, -4), q, o, a, b));
            sbyte[] qMax = Values.Split<sbyte>(s.OutputLength, s.Rows, (o, a, b) => PoolingS8.MaxScalar(s, q, o, a, b));
            Values.Near(average, yAverage, s);
            Assert.Equal(maximum.Select(v => (float)v), yMax);
            Values.WithinHalfStep(averageOfCodes, qAverage, 0.015f, -4, s);
            Assert.Equal(maximumOfCodes.Select(v => (sbyte)Math.Max(v, -128)), qMax);
        }
    }

    private static double[] Definition(PoolingShape s, Func<int, double> x, bool mean)
    {
        var y = new double[s.OutputLength];
        for (int i = 0; i < y.Length; i++)
        {
            int c = i % s.Channels, ox = i / s.Channels % s.OutputWidth, row = i / s.Channels / s.OutputWidth;
            double sum = 0, maximum = double.NegativeInfinity;
            int count = 0;
            for (int ky = 0; ky < s.KernelHeight; ky++)
            for (int kx = 0; kx < s.KernelWidth; kx++)
            {
                int iy = row % s.OutputHeight * s.StrideHeight + ky * s.DilationHeight - s.PadTop, ix = ox * s.StrideWidth + kx * s.DilationWidth - s.PadLeft;
                bool inside = iy >= 0 && iy < s.InputHeight && ix >= 0 && ix < s.InputWidth;
                bool padded = iy < s.InputHeight + s.PadBottom && ix < s.InputWidth + s.PadRight;
                if (inside || (s.CountIncludePad && padded)) count++;
                if (!inside) continue;
                double value = x(((row / s.OutputHeight * s.InputHeight + iy) * s.InputWidth + ix) * s.Channels + c);
                sum += value;
                maximum = Math.Max(maximum, value);
            }
            y[i] = mean ? count == 0 ? 0 : sum / count : maximum;
        }
        return y;
    }
}
