namespace EdgeNet.Kernels.Tests;

/// <summary>The fast kernels of single elements against the scalar ones, over lengths that straddle every vector.</summary>
public class VectorizedTests
{
    private const int Longest = 200;

    private static readonly float[] Specials =
    [
        0, -0f, 1, -1, 0.5f, -0.5f, 1.5f, 2.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue,
        float.Epsilon, -float.Epsilon, 1e-40f, 126.5f, 127.5f, -128.5f, 2147483648f, -2147483904f, 88.7f, 88.8f, -87.5f, -103.9f, -104.1f,
    ];

    public static TheoryData<float, int> Quantizations => new()
    {
        { 0.5f, 0 }, { 0.0078125f, -128 }, { 0.031f, 127 }, { 1e-38f, 3 }, { 1e30f, -7 }, { float.Epsilon, 0 },
        { float.PositiveInfinity, 5 }, { float.NaN, -100 }, { 0, 90 },
    };

    [Theory]
    [MemberData(nameof(Quantizations))]
    public void CodesAndReals(float scale, int zero)
    {
        var random = new Random(1);
        for (int length = 0; length <= Longest; length++)
        {
            float[] x = Mixed(random, length, 40 * scale);
            sbyte[] codes = random.Codes(length);
            Same<sbyte>(length, (y, b, e) => QuantizeF32ToS8.Scalar(QuantizationAxis.PerTensor, [scale], [zero], x, y, b, e),
                (y, b, e) => QuantizeF32ToS8.Run(QuantizationAxis.PerTensor, [scale], [zero], x, y, b, e));
            Same<float>(length, (y, b, e) => DequantizeToF32.Scalar<sbyte>(QuantizationAxis.PerTensor, [scale], [zero], codes, y, b, e),
                (y, b, e) => DequantizeToF32.Run<sbyte>(QuantizationAxis.PerTensor, [scale], [zero], codes, y, b, e));
            Same<sbyte>(length, (y, b, e) => Requantize.Scalar<sbyte, sbyte>(scale, zero, -zero, codes, y, b, e),
                (y, b, e) => Requantize.Run<sbyte, sbyte>(scale, zero, -zero, codes, y, b, e));
        }
    }

    [Fact]
    public void CodesOfChannels()
    {
        var random = new Random(2);
        float[] scales = [0.1f, 2, 0.03f], x = Mixed(random, 2 * 3 * 70, 10);
        int[] zeros = [0, -5, 100];
        var axis = new QuantizationAxis(3, 70);
        sbyte[] codes = random.Codes(x.Length);
        Same<sbyte>(x.Length, (y, b, e) => QuantizeF32ToS8.Scalar(axis, scales, zeros, x, y, b, e),
            (y, b, e) => QuantizeF32ToS8.Run(axis, scales, zeros, x, y, b, e));
        Same<float>(x.Length, (y, b, e) => DequantizeToF32.Scalar<sbyte>(axis, scales, zeros, codes, y, b, e),
            (y, b, e) => DequantizeToF32.Run<sbyte>(axis, scales, zeros, codes, y, b, e));
    }

    [Fact]
    public void ArithmeticOfCodes()
    {
        var random = new Random(3);
        BinaryQuantizationS8[] quantizations =
        [
            new(0.031f, 5, 0.017f, -20, 0.05f, 3), new(0.5f, -128, 0.25f, 127, 0.5f, -128), new(1, 0, 1, 0, 2, 0, -3, 40),
            new(1e30f, 127, 1e-30f, -128, 1e-10f, 127), new(float.PositiveInfinity, 0, float.PositiveInfinity, 0, 1, 9), new(1, 1, 1, 1, 0, -9),
        ];
        for (int length = 0; length <= Longest; length++)
        {
            sbyte[] a = random.Codes(length), b = random.Codes(length);
            var shape = BroadcastShape.Of([length], [length]);
            foreach (BinaryQuantizationS8 q in quantizations) Check(shape, q, a, b);
        }
        foreach ((int[] left, int[] right) in Broadcasts)
        {
            var shape = BroadcastShape.Of(left, right);
            Check(shape, quantizations[0], random.Codes(Product(left)), random.Codes(Product(right)));
        }

        static void Check(BroadcastShape shape, BinaryQuantizationS8 q, sbyte[] a, sbyte[] b)
        {
            Same<sbyte>(shape.Length, (y, from, to) => BinaryS8.AddScalar(shape, q, a, b, y, from, to), (y, from, to) => BinaryS8.Add(shape, q, a, b, y, from, to));
            Same<sbyte>(shape.Length, (y, from, to) => BinaryS8.SubScalar(shape, q, a, b, y, from, to), (y, from, to) => BinaryS8.Sub(shape, q, a, b, y, from, to));
            Same<sbyte>(shape.Length, (y, from, to) => BinaryS8.MulScalar(shape, q, a, b, y, from, to), (y, from, to) => BinaryS8.Mul(shape, q, a, b, y, from, to));
        }
    }

    private static readonly (int[], int[])[] Broadcasts =
    [
        ([7, 5, 3], [3]), ([3], [70, 3]), ([2, 3, 40], [1, 3, 1]), ([3, 1], [2, 3, 33]), ([130], [1]), ([1], [90]), ([], [1, 1]), ([9, 1, 20], [1, 4, 20]),
        ([3, 700], [700]), ([2, 0], [1]), ([4, 1, 16], [5, 16]), ([6, 300], [300]),
    ];

    [Fact]
    public void ArithmeticOfReals()
    {
        Pairs(new Binary.Add<float>());
        Pairs(new Binary.Sub<float>());
        Pairs(new Binary.Mul<float>());
        Pairs(new Binary.Div<float>());
        Pairs(new Binary.Max<float>());
        Pairs(new Binary.Min<float>());
        Pairs(new Binary.PRelu<float>());
        Pairs(new Binary.SquaredDifference<float>());
        Pairs(new Binary.Pow<float>());

        static void Pairs<TOperator>(TOperator op) where TOperator : struct, IBinaryOperator<float, float>
        {
            var random = new Random(4);
            for (int length = 0; length <= Longest; length++) Check(BroadcastShape.Of([length], [length]), Mixed(random, length), Mixed(random, length));
            foreach ((int[] left, int[] right) in Broadcasts)
                Check(BroadcastShape.Of(left, right), Mixed(random, Product(left)), Mixed(random, Product(right)));

            void Check(BroadcastShape shape, float[] a, float[] b) =>
                Same<float>(shape.Length, (y, from, to) => Binary.Scalar(op, shape, a, b, y, from, to), (y, from, to) => Binary.Run(op, shape, a, b, y, from, to));
        }
    }

    [Fact]
    public void OtherTypesBroadcastToo()
    {
        var random = new Random(5);
        foreach ((int[] left, int[] right) in Broadcasts)
        {
            var shape = BroadcastShape.Of(left, right);
            int[] a = random.Integers(Product(left), -9, 9), b = random.Integers(Product(right), -9, 9);
            Same<int>(shape.Length, (y, from, to) => Binary.Scalar(new Binary.Div<int>(), shape, a, b, y, from, to),
                (y, from, to) => Binary.Run(new Binary.Div<int>(), shape, a, b, y, from, to));
            Same<byte>(shape.Length, (y, from, to) => Binary.Scalar(new Binary.Less<int>(), shape, a, b, y, from, to),
                (y, from, to) => Binary.Run(new Binary.Less<int>(), shape, a, b, y, from, to));
        }
    }

    [Fact]
    public void FunctionsOfOneValue()
    {
        Exact(new Unary.Relu<float>());
        Exact(new Unary.Abs<float>());
        Exact(new Unary.Neg<float>());
        Exact(new Unary.Clip<float>(0, 6));
        Exact(new Unary.Clip<float>(2, -2));
        Exact(new Unary.Clip<float>(float.NegativeInfinity, 1));
        Exact(new Unary.LeakyRelu(0.1f));
        Exact(new Unary.ThresholdedRelu(1));
        Exact(new Unary.HardSigmoid(0.2f, 0.5f));
        Exact(new Unary.Sqrt());
        Exact(new Unary.Reciprocal());
        Exact(new Unary.Square());
        Exact(new Unary.Floor());
        Exact(new Unary.Ceil());
        Exact(new Unary.Round());
        Exact(new Unary.Sign<float>());

        static void Exact<TOperator>(TOperator op) where TOperator : struct, IUnaryOperator<float, float>
        {
            var random = new Random(6);
            for (int length = 0; length <= Longest; length++)
            {
                float[] x = Mixed(random, length);
                Same<float>(length, (y, b, e) => Unary.Scalar(op, x, y, b, e), (y, b, e) => Unary.Run(op, x, y, b, e));
            }
        }
    }

    [Fact]
    public void FunctionsByTheExponential()
    {
        Near(new Unary.Exp(), Math.Exp, 2);
        Near(new Unary.Sigmoid(), x => 1 / (1 + Math.Exp(-x)), 4);
        Near(new Unary.Tanh(), Math.Tanh, 4);
        Near(new Unary.HardSwish(), x => x * Math.Clamp(x / 6 + 0.5, 0, 1), 4);
        Near(new Unary.Swish(1), x => x / (1 + Math.Exp(-x)), 5, subnormal: 2e-43);

        static void Near<TOperator>(TOperator op, Func<double, double> exact, double ulps, double subnormal = 0)
            where TOperator : struct, IUnaryOperator<float, float>
        {
            float[] x = [.. Enumerable.Range(0, 200_000).Select(i => (i - 100_000) * 1.1e-3f), .. Enumerable.Range(0, 50_000).Select(i => (i - 25_000) * 7e-5f), .. Specials];
            float[] y = Values.Split<float>(x.Length, x.Length, (o, b, e) => Unary.Run(op, x, o, b, e));
            for (int i = 0; i < x.Length; i++)
            {
                double expected = exact(x[i]);
                if (double.IsNaN(expected)) Assert.True(float.IsNaN(y[i]), $"{op} of {x[i]} is {y[i]}");
                else if (!float.IsFinite((float)expected)) Assert.Equal((float)expected, y[i]);
                else
                {
                    double ulp = MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected);
                    Assert.True(Math.Abs(y[i] - expected) <= Math.Max(ulps * ulp, subnormal), $"{op} of {x[i]:R} is {y[i]:R}, expected {expected:R}: {Math.Abs(y[i] - expected) / ulp} ulp");
                }
            }
        }
    }

    /// <summary>Ordinary values, and now and then a special one.</summary>
    private static float[] Mixed(Random random, int length, float size = 4)
    {
        float[] values = random.Floats(length);
        for (int i = 0; i < length; i++) values[i] = random.Next(5) == 0 ? random.Pick(Specials) : values[i] * size;
        return values;
    }

    private static int Product(int[] shape) => shape.Aggregate(1, (product, extent) => product * extent);

    /// <summary>Expects the bits of the scalar kernel, NaN being one value, over the whole and over a range within it.</summary>
    internal static void Same<T>(int length, Action<T[], int, int> scalar, Action<T[], int, int> fast, int? rows = null)
        where T : unmanaged
    {
        int count = rows ?? length;
        foreach ((int begin, int end) in new[] { (0, count), (count / 3, count - count / 5) })
        {
            T[] expected = new T[length], actual = new T[length];
            scalar(expected, begin, end);
            fast(actual, begin, end);
            for (int i = 0; i < length; i++)
            {
                bool same = expected is float[] f && actual is float[] g
                    ? BitConverter.SingleToInt32Bits(f[i]) == BitConverter.SingleToInt32Bits(g[i]) || (float.IsNaN(f[i]) && float.IsNaN(g[i]))
                    : expected[i].Equals(actual[i]);
                Assert.True(same, $"length {length}, range {begin}..{end}: element {i} is {actual[i]}, expected {expected[i]}");
            }
        }
    }
}
