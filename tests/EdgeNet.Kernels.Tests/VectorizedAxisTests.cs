namespace EdgeNet.Kernels.Tests;

/// <summary>The fast kernels along axes against the scalar ones, over channels that straddle every vector.</summary>
public class VectorizedAxisTests
{
    private const double TwoToMinus23 = 1 / 8388608.0, TwoToMinus24 = TwoToMinus23 / 2;

    private static readonly int[] Channels = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 80, 96, 127, 130, 200];

    private static readonly PoolingQuantizationS8[] Quantizations =
    [
        new(0.02f, 9, 0.03f, -7), new(1, -128, 1, 127), new(1, 127, 0.5f, -128, -100, 20), new(float.PositiveInfinity, 3, 1, 4), new(1e-30f, 3, 1e30f, 4),
    ];

    [Fact]
    public void Pooling()
    {
        var random = new Random(1);
        foreach (int channels in Channels)
        {
            for (int trial = 0; trial < 8; trial++)
            {
                var s = new PoolingShape
                {
                    Batch = random.Next(1, 3),
                    InputHeight = random.Next(3, 8),
                    InputWidth = random.Next(3, 8),
                    Channels = channels,
                    OutputHeight = random.Next(1, 4),
                    OutputWidth = random.Next(1, 4),
                    KernelHeight = random.Next(1, 4),
                    KernelWidth = random.Next(1, 4),
                    StrideHeight = random.Next(1, 4),
                    StrideWidth = random.Next(1, 4),
                    DilationHeight = random.Next(1, 3),
                    DilationWidth = random.Next(1, 3),
                    PadTop = random.Next(0, 4),
                    PadLeft = random.Next(0, 4),
                    PadBottom = random.Next(0, 2),
                    PadRight = random.Next(0, 2),
                    CountIncludePad = random.Next(2) == 0,
                };
                float[] x = random.Floats(s.InputLength);
                sbyte[] codes = random.Codes(s.InputLength);
                Near(s.OutputLength, s.Rows, (y, b, e) => PoolingF32.AverageScalar(s, x, y, b, e), (y, b, e) => PoolingF32.Average(s, x, y, b, e), 9 * TwoToMinus23);
                x[random.Next(x.Length)] = float.NaN;
                x[random.Next(x.Length)] = float.PositiveInfinity;
                VectorizedTests.Same<float>(s.OutputLength, (y, b, e) => PoolingF32.MaxScalar(s, x, y, b, e), (y, b, e) => PoolingF32.Max(s, x, y, b, e), s.Rows);
                VectorizedTests.Same<sbyte>(s.OutputLength, (y, b, e) => PoolingS8.MaxScalar(s, codes, y, b, e), (y, b, e) => PoolingS8.Max(s, codes, y, b, e), s.Rows);
                foreach (PoolingQuantizationS8 q in Quantizations)
                    VectorizedTests.Same<sbyte>(s.OutputLength, (y, b, e) => PoolingS8.AverageScalar(s, q, codes, y, b, e), (y, b, e) => PoolingS8.Average(s, q, codes, y, b, e), s.Rows);
            }
        }
    }

    [Fact]
    public void Reductions()
    {
        var random = new Random(2);
        foreach (int channels in Channels)
        {
            Check([2, 3, 4, channels], 0b0110);
            Check([2, 3, 4, channels], 0b0101);
            Check([2, 3, 4, channels], 0b1000);
            Check([3, channels, 2, 5], 0b1100);
            Check([3, channels], 0b10);
            Check([3, channels], 0b11);
            Check([3, channels], 0b00);
            Check([channels, 3], 0b01);
        }
        Check([0, 3], 0b01);

        void Check(int[] extents, int axes)
        {
            var shape = new ReduceShape(extents, axes);
            float[] x = random.Floats(shape.InputLength);
            sbyte[] codes = random.Codes(shape.InputLength);
            double tolerance = (shape.Count + 1) * TwoToMinus23;
            Near(shape.Length, shape.Length, (y, b, e) => Reduction.Scalar<float, double, Reduction.Mean>(default, shape, x, y, b, e),
                (y, b, e) => Reduction.Run<float, double, Reduction.Mean>(default, shape, x, y, b, e), tolerance);
            Near(shape.Length, shape.Length, (y, b, e) => Reduction.Scalar<float, double, Reduction.Sum>(default, shape, x, y, b, e),
                (y, b, e) => Reduction.Run<float, double, Reduction.Sum>(default, shape, x, y, b, e), tolerance * shape.Count);
            foreach (PoolingQuantizationS8 q in Quantizations)
                VectorizedTests.Same<sbyte>(shape.Length, (y, b, e) => MeanS8.Scalar(shape, q, codes, y, b, e), (y, b, e) => MeanS8.Run(shape, q, codes, y, b, e));
            if (x.Length > 0) x[random.Next(x.Length)] = random.Pick(float.NaN, -0f, float.NegativeInfinity);
            VectorizedTests.Same<float>(shape.Length, (y, b, e) => Reduction.Scalar<float, float, Reduction.Max<float>>(default, shape, x, y, b, e),
                (y, b, e) => Reduction.Run<float, float, Reduction.Max<float>>(default, shape, x, y, b, e));
            VectorizedTests.Same<float>(shape.Length, (y, b, e) => Reduction.Scalar<float, float, Reduction.Min<float>>(default, shape, x, y, b, e),
                (y, b, e) => Reduction.Run<float, float, Reduction.Min<float>>(default, shape, x, y, b, e));
        }
    }

    [Fact]
    public void Softmax()
    {
        var random = new Random(3);
        for (int length = 1; length <= 200; length++) Check(new AxisShape(3, length, 1), 5);
        foreach (int inner in Channels) Check(new AxisShape(2, 7, inner), 5);
        Check(new AxisShape(1, 1001, 1), 30);
        Check(new AxisShape(0, 3, 2), 1);

        void Check(AxisShape shape, float size)
        {
            foreach (float beta in new[] { 1, 0.5f, 0 })
            {
                float[] x = [.. random.Floats(shape.Elements).Select(v => v * size)];
                // The difference from the largest is rounded to fp32: 2^-24 of a distance of up to 4·size.
                Near(shape.Elements, shape.Lines, (y, b, e) => SoftmaxF32.Scalar(shape, x, y, b, e, beta), (y, b, e) => SoftmaxF32.Run(shape, x, y, b, e, beta),
                    TwoToMinus24 * (8 + 4 * size + shape.Length), relative: true);
            }
            foreach ((float scale, float outputScale, int zero) in new[] { (0.1f, 1 / 256f, -128), (0.003f, 0.01f, 5), (8f, 1f, 127), (0, 0, 0) })
            {
                sbyte[] codes = random.Codes(shape.Elements);
                double[] table = new double[256];
                SoftmaxS8.BuildTable(scale, table);
                VectorizedTests.Same<sbyte>(shape.Elements, (y, b, e) => SoftmaxS8.Scalar(shape, table, outputScale, zero, codes, y, b, e),
                    (y, b, e) => SoftmaxS8.Run(shape, table, outputScale, zero, codes, y, b, e), shape.Lines);
            }
        }
    }

    [Fact]
    public void SoftmaxOfInfinitiesIsWhatTheReferenceSays()
    {
        float inf = float.PositiveInfinity;
        foreach (float[] x in new float[][] { [inf, 0, 1], [-inf, -inf], [float.NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9], [-inf, 0, 3e38f, -3e38f, 1, 2, 3, 4, 5, 6] })
        {
            var shape = new AxisShape(1, x.Length, 1);
            VectorizedTests.Same<float>(x.Length, (y, b, e) => SoftmaxF32.Scalar(shape, x, y, b, e), (y, b, e) => SoftmaxF32.Run(shape, x, y, b, e), 1);
        }
    }

    [Fact]
    public void Tables()
    {
        var random = new Random(4);
        sbyte[] table = random.Codes(256);
        for (int length = 0; length <= 200; length++)
        {
            sbyte[] x = random.Codes(length);
            VectorizedTests.Same<sbyte>(length, (y, b, e) => LookupTableS8.Scalar(table, x, y, b, e), (y, b, e) => LookupTableS8.Map(table, x, y, b, e));
        }
    }

    [Fact]
    public void Resizes()
    {
        var random = new Random(5);
        foreach (int inner in Channels)
        {
            foreach (ResizeMode mode in Enum.GetValues<ResizeMode>())
            {
                foreach ((int from, int to) in new[] { (4, 8), (5, 3), (3, 7) })
                {
                    var axis = new ResizeAxis
                    {
                        InputLength = from,
                        OutputLength = to,
                        Mode = mode,
                        Coordinates = random.Pick(ResizeCoordinates.HalfPixel, ResizeCoordinates.AlignCorners, ResizeCoordinates.Asymmetric, ResizeCoordinates.TfCropAndResize),
                        RoiEnd = 1.2,
                    };
                    ResizeTaps taps = ResizeTaps.Build(axis);
                    var shape = new AxisShape(2, from, inner);
                    int length = 2 * to * inner;
                    float[] x = random.Floats(shape.Elements);
                    sbyte[] codes = random.Codes(shape.Elements);
                    Near(length, 2 * to, (y, b, e) => ResizeF32.Scalar(shape, taps, -7, x, y, b, e), (y, b, e) => ResizeF32.Run(shape, taps, -7, x, y, b, e), 1e-6);
                    foreach (int zero in new[] { 0, -128, 127, 33 })
                        VectorizedTests.Same<sbyte>(length, (y, b, e) => ResizeS8.Scalar(shape, taps, zero, 11, codes, y, b, e), (y, b, e) => ResizeS8.Run(shape, taps, zero, 11, codes, y, b, e), 2 * to);
                }
            }
        }
    }

    /// <summary>Within a tolerance of the scalar kernel, and the same bits however the range is split.</summary>
    private static void Near(int length, int rows, Action<float[], int, int> scalar, Action<float[], int, int> fast, double tolerance, bool relative = false)
    {
        float[] expected = new float[length];
        scalar(expected, 0, rows);
        float[] actual = Values.Split(length, rows, fast);
        for (int i = 0; i < length; i++)
        {
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i])) continue;
            double allowed = relative ? tolerance * expected[i] + float.Epsilon : tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"element {i} of {length} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
