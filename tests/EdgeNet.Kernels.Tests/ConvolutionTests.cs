namespace EdgeNet.Kernels.Tests;

public class ConvolutionTests
{
    private static ConvolutionShape RandomShape(Random random)
    {
        int groups = random.Pick(1, 1, 1, 2, 3);
        while (true)
        {
            var shape = new ConvolutionShape
            {
                Batch = random.Next(1, 3),
                InputHeight = random.Next(1, 9),
                InputWidth = random.Next(1, 9),
                InputChannels = groups * random.Next(1, 6),
                OutputChannels = groups * random.Next(1, 10),
                KernelHeight = random.Next(1, 4),
                KernelWidth = random.Next(1, 4),
                StrideHeight = random.Next(1, 4),
                StrideWidth = random.Next(1, 4),
                DilationHeight = random.Next(1, 3),
                DilationWidth = random.Next(1, 3),
                PadTop = random.Next(0, 3),
                PadLeft = random.Next(0, 3),
                PadBottom = random.Next(0, 3),
                PadRight = random.Next(0, 3),
                Groups = groups,
            };
            if (shape.OutputLength > 0) return shape;
        }
    }

    /// <summary>The definition, one output at a time; values are reals or codes less their zero points.</summary>
    private static double[] Definition(ConvolutionShape s, Func<int, double> x, Func<int, int, double> w, Func<int, double> bias)
    {
        var y = new double[s.OutputLength];
        int depth = s.InputChannels / s.Groups;
        for (int i = 0; i < y.Length; i++)
        {
            int c = i % s.OutputChannels, ox = i / s.OutputChannels % s.OutputWidth;
            int oy = i / s.OutputChannels / s.OutputWidth % s.OutputHeight, n = i / s.OutputChannels / s.OutputWidth / s.OutputHeight;
            double sum = bias(c);
            for (int ky = 0; ky < s.KernelHeight; ky++)
            for (int kx = 0; kx < s.KernelWidth; kx++)
            for (int d = 0; d < depth; d++)
            {
                int iy = oy * s.StrideHeight + ky * s.DilationHeight - s.PadTop, ix = ox * s.StrideWidth + kx * s.DilationWidth - s.PadLeft;
                if (iy < 0 || iy >= s.InputHeight || ix < 0 || ix >= s.InputWidth) continue;
                int channel = c / (s.OutputChannels / s.Groups) * depth + d;
                sum += x(((n * s.InputHeight + iy) * s.InputWidth + ix) * s.InputChannels + channel)
                    * w(((c * s.KernelHeight + ky) * s.KernelWidth + kx) * depth + d, c);
            }
            y[i] = sum;
        }
        return y;
    }

    [Fact]
    public void AWorkedExample()
    {
        var shape = new ConvolutionShape { InputHeight = 2, InputWidth = 3, InputChannels = 1, OutputChannels = 1, KernelHeight = 2, KernelWidth = 2 };
        float[] y = new float[2];
        ConvolutionF32.Scalar(shape, [1, 2, 3, 4, 5, 6], [1, 0, 0, -1], [10], y, 0, 1);
        Assert.Equal([1 - 5 + 10, 2 - 6 + 10], y);
    }

    [Fact]
    public void F32IsTheDefinition()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 150; trial++)
        {
            ConvolutionShape s = RandomShape(random);
            float[] x = random.Floats(s.InputLength), w = random.Floats(s.WeightsLength), b = trial % 2 == 0 ? [] : random.Floats(s.OutputChannels);
            float[] y = Values.Split<float>(s.OutputLength, s.Rows, (o, from, to) => ConvolutionF32.Scalar(s, x, w, b, o, from, to));
            Values.Near(Definition(s, i => x[i], (i, _) => w[i], c => b.Length == 0 ? 0 : b[c]), y, s);
        }
    }

    [Fact]
    public void S8IsTheDefinition()
    {
        var random = new Random(2);
        for (int trial = 0; trial < 150; trial++)
        {
            ConvolutionShape s = RandomShape(random);
            sbyte[] x = random.Codes(s.InputLength), w = random.Codes(s.WeightsLength);
            int[] b = trial % 2 == 0 ? [] : random.Integers(s.OutputChannels, -20000, 20000);
            int[] zw = trial % 3 == 0 ? random.Integers(s.OutputChannels, -128, 128) : [];
            int zx = random.Next(-128, 128), zy = random.Next(-128, 128);
            float[] multipliers = [.. random.Floats(s.OutputChannels).Select(m => MathF.Abs(m) * 1e-3f)];
            sbyte[] y = Values.Split<sbyte>(s.OutputLength, s.Rows, (o, from, to) =>
            {
                var q = new QuantizationS8 { InputZeroPoint = zx, WeightZeroPoints = zw, Multipliers = multipliers, OutputZeroPoint = zy };
                ConvolutionS8.Scalar(s, q, x, w, b, o, from, to);
            });
            double[] sums = Definition(s, i => x[i] - zx, (i, c) => w[i] - (zw.Length == 0 ? 0 : zw[c]), c => b.Length == 0 ? 0 : b[c]);
            for (int i = 0; i < y.Length; i++)
            {
                Assert.Equal(Requantization.Apply((int)sums[i], multipliers[i % s.OutputChannels], zy), y[i]);
            }
        }
    }

    [Fact]
    public void DepthwiseIsAGroupedConvolution()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 120; trial++)
        {
            int channels = random.Pick(1, 3, 8, 70), multiplier = random.Pick(1, 1, 2, 3);
            ConvolutionShape s = RandomShape(random) with { InputChannels = channels, OutputChannels = channels * multiplier, Groups = channels };
            if (s.OutputLength == 0) continue;
            var d = new DepthwiseShape
            {
                Batch = s.Batch, InputHeight = s.InputHeight, InputWidth = s.InputWidth, Channels = channels, Multiplier = multiplier,
                KernelHeight = s.KernelHeight, KernelWidth = s.KernelWidth, StrideHeight = s.StrideHeight, StrideWidth = s.StrideWidth,
                DilationHeight = s.DilationHeight, DilationWidth = s.DilationWidth,
                PadTop = s.PadTop, PadLeft = s.PadLeft, PadBottom = s.PadBottom, PadRight = s.PadRight,
            };
            int taps = s.KernelHeight * s.KernelWidth;
            float[] x = random.Floats(s.InputLength), w = random.Floats(s.WeightsLength), b = random.Floats(s.OutputChannels);
            float[] y = Values.Split<float>(d.OutputLength, d.Rows, (o, from, to) => DepthwiseF32.Scalar(d, x, Turn(w), b, o, from, to));
            float[] expected = new float[y.Length];
            ConvolutionF32.Scalar(s, x, w, b, expected, 0, s.Rows);
            Assert.Equal(expected, y);

            sbyte[] xs = random.Codes(s.InputLength), ws = random.Codes(s.WeightsLength), ye = new sbyte[y.Length];
            int[] bs = random.Integers(s.OutputChannels, -900, 900), zw = trial % 2 == 0 ? [] : random.Integers(s.OutputChannels, -9, 9);
            float[] multipliers = [.. random.Floats(s.OutputChannels).Select(m => MathF.Abs(m) * 1e-2f)];
            sbyte[] ys = Values.Split<sbyte>(d.OutputLength, d.Rows, (o, from, to) => DepthwiseS8.Scalar(d, Quantization(), xs, Turn(ws), bs, o, from, to));
            ConvolutionS8.Scalar(s, Quantization(), xs, ws, bs, ye, 0, s.Rows);
            Assert.Equal(ye, ys);

            QuantizationS8 Quantization() => new() { InputZeroPoint = 5, WeightZeroPoints = zw, Multipliers = multipliers, OutputZeroPoint = -3, Minimum = -100 };

            T[] Turn<T>(T[] weights)
            {
                var turned = new T[weights.Length];
                for (int c = 0; c < s.OutputChannels; c++)
                for (int tap = 0; tap < taps; tap++) turned[tap * s.OutputChannels + c] = weights[c * taps + tap];
                return turned;
            }
        }
    }

    [Fact]
    public void TransposedScattersWhatConvolutionGathers()
    {
        var random = new Random(4);
        for (int trial = 0; trial < 100; trial++)
        {
            ConvolutionShape r = RandomShape(random);
            var s = new ConvTransposeShape
            {
                Batch = r.Batch, InputHeight = r.InputHeight, InputWidth = r.InputWidth, InputChannels = r.InputChannels,
                OutputChannels = r.OutputChannels, KernelHeight = r.KernelHeight, KernelWidth = r.KernelWidth, Groups = r.Groups,
                StrideHeight = r.StrideHeight, StrideWidth = r.StrideWidth, DilationHeight = r.DilationHeight, DilationWidth = r.DilationWidth,
                PadTop = r.PadTop, PadLeft = r.PadLeft,
                OutputHeight = (r.InputHeight - 1) * r.StrideHeight + random.Next(1, 4), OutputWidth = (r.InputWidth - 1) * r.StrideWidth + random.Next(1, 4),
            };
            float[] x = random.Floats(s.InputLength), w = random.Floats(s.WeightsLength), b = random.Floats(s.OutputChannels);
            double[] expected = new double[s.OutputLength];
            for (int i = 0; i < expected.Length; i++) expected[i] = b[i % s.OutputChannels];
            int depth = s.InputChannels / s.Groups;
            for (int i = 0; i < x.Length; i++)
            {
                int ic = i % s.InputChannels, ix = i / s.InputChannels % s.InputWidth, iy = i / s.InputChannels / s.InputWidth % s.InputHeight;
                int n = i / s.InputChannels / s.InputWidth / s.InputHeight, perGroup = s.OutputChannels / s.Groups;
                for (int oc = ic / depth * perGroup; oc < (ic / depth + 1) * perGroup; oc++)
                for (int ky = 0; ky < s.KernelHeight; ky++)
                for (int kx = 0; kx < s.KernelWidth; kx++)
                {
                    int oy = iy * s.StrideHeight + ky * s.DilationHeight - s.PadTop, ox = ix * s.StrideWidth + kx * s.DilationWidth - s.PadLeft;
                    if (oy < 0 || oy >= s.OutputHeight || ox < 0 || ox >= s.OutputWidth) continue;
                    expected[((n * s.OutputHeight + oy) * s.OutputWidth + ox) * s.OutputChannels + oc] +=
                        (double)x[i] * w[((oc * s.KernelHeight + ky) * s.KernelWidth + kx) * depth + ic % depth];
                }
            }
            Values.Near(expected, Values.Split<float>(s.OutputLength, s.Rows, (o, from, to) => ConvTransposeF32.Scalar(s, x, w, b, o, from, to)), s);
        }
    }

    [Fact]
    public void DenseAndProductsAgreeWithConvolution()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 60; trial++)
        {
            int rows = random.Next(1, 8), k = random.Next(1, 90), n = random.Next(1, 90);
            var dense = new DenseShape(rows, k, n);
            var conv = new ConvolutionShape { InputHeight = rows, InputWidth = 1, InputChannels = k, OutputChannels = n, KernelHeight = 1, KernelWidth = 1 };
            float[] x = random.Floats(rows * k), w = random.Floats(n * k), b = random.Floats(n), expected = new float[rows * n];
            ConvolutionF32.Scalar(conv, x, w, b, expected, 0, rows);
            Assert.Equal(expected, Values.Split<float>(rows * n, rows, (o, from, to) => DenseF32.Scalar(dense, x, w, b, o, from, to)));
            float[] wt = new float[w.Length], product = new float[rows * n];
            StridedCopy.Scalar<float>(StridedView.Transpose([n, k], [1, 0]), w, wt, 0, w.Length);
            DenseF32.Scalar(dense, x, w, [], expected, 0, rows);
            product = Values.Split<float>(rows * n, rows, (o, from, to) => MatMulF32.Scalar(new(rows, k, n), x, wt, o, from, to));
            Assert.Equal(expected, product);

            sbyte[] xs = random.Codes(rows * k), ws = random.Codes(n * k), wst = new sbyte[ws.Length], es = new sbyte[rows * n];
            StridedCopy.Scalar<sbyte>(StridedView.Transpose([n, k], [1, 0]), ws, wst, 0, ws.Length);
            float[] multipliers = new float[n];
            Array.Fill(multipliers, 3e-4f);
            int[] zw = new int[n];
            Array.Fill(zw, 7);
            ConvolutionS8.Scalar(conv, Quantization(), xs, ws, [], es, 0, rows);
            Assert.Equal(es, Values.Split<sbyte>(rows * n, rows, (o, from, to) => DenseS8.Scalar(dense, Quantization(), xs, ws, [], o, from, to)));
            Assert.Equal(es, Values.Split<sbyte>(rows * n, rows, (o, from, to) =>
                MatMulS8.Scalar(new(rows, k, n), new(-11, 7, 3e-4f, 4), xs, wst, o, from, to)));

            QuantizationS8 Quantization() => new() { InputZeroPoint = -11, WeightZeroPoints = zw, Multipliers = multipliers, OutputZeroPoint = 4 };
        }
    }

    [Fact]
    public void WrongLengthsAndRangesAreRefused()
    {
        var shape = new ConvolutionShape { InputHeight = 2, InputWidth = 2, InputChannels = 1, OutputChannels = 1, KernelHeight = 1, KernelWidth = 1 };
        Assert.Throws<ArgumentException>(() => ConvolutionF32.Scalar(shape, new float[3], new float[1], [], new float[4], 0, 2));
        Assert.Throws<ArgumentException>(() => ConvolutionF32.Scalar(shape, new float[4], new float[1], [], new float[4], 0, 3));
        Assert.Throws<ArgumentException>(() => ConvolutionF32.Scalar(shape with { Groups = 2 }, new float[4], new float[1], [], new float[4], 0, 2));
    }
}
