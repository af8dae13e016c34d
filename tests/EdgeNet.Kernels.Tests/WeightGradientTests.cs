namespace EdgeNet.Kernels.Tests;

/// <summary>Kernels of training, against sums in double precision by the definition.</summary>
public class WeightGradientTests
{
    /// <summary>Sums of so many products of values up to 2 may be off by so much.</summary>
    private const double Tolerance = 5e-5;

    public static TheoryData<string> Kernels => [.. KernelTable.PointwiseF32.Select(kernel => kernel.Name)];

    [Theory, MemberData(nameof(Kernels))]
    public void A_convolutions_weight_gradient_is_the_definition_at_the_edges_of_tiles(string name)
    {
        PointwiseKernel kernel = KernelTable.PointwiseF32.Single(kernel => kernel.Name == name);
        var random = new Random(1);
        // Output channels are rows of tiles, taps their columns, pixels their depth.
        foreach (int channels in (int[])[1, 5, 6, 7, 12, 13, 17, 97])
            foreach (int columns in (int[])[1, 15, 16, 17, 33, 65])
                Check(kernel, Pointwise(pixels: 70, columns, channels), random);
        foreach (int pixels in (int[])[1, 63, 64, 65, 128, 511, 512, 513, 1030])
            Check(kernel, Pointwise(pixels, 9, 7), random);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_convolutions_weight_gradient_is_the_definition_with_windows_strides_padding_and_groups(string name)
    {
        PointwiseKernel kernel = KernelTable.PointwiseF32.Single(kernel => kernel.Name == name);
        var random = new Random(2);
        for (int trial = 0; trial < 60; trial++) Check(kernel, RandomShape(random), random);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void The_parts_of_a_weight_gradient_add_up_to_it(string name)
    {
        PointwiseKernel kernel = KernelTable.PointwiseF32.Single(kernel => kernel.Name == name);
        var random = new Random(3);
        ConvolutionShape natural = new() { Batch = 2, InputHeight = 40, InputWidth = 31, InputChannels = 3, OutputChannels = 8, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        Assert.InRange(WeightGradient.Parts(in natural), 2, 8);
        Check(kernel, natural, random, WeightGradient.Parts(in natural));
        foreach (int pixels in (int[])[1, 64, 65, 200, 513])
            foreach (int parts in (int[])[2, 3, 8])
                Check(kernel, Pointwise(pixels, 5, 7), random, parts);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Several_sweeps_add_up(string name)
    {
        PointwiseKernel kernel = KernelTable.PointwiseF32.Single(kernel => kernel.Name == name);
        // In parts, what a sweep may take is little.
        ConvolutionShape shape = Pointwise(2100, 128, 200);
        Assert.True(new WeightGradient(in shape, kernel, 0, 2).Sweeps > 1);
        Check(kernel, shape, new Random(4), parts: 2);
    }

    [Fact]
    public void A_depthwise_weight_gradient_is_the_definition()
    {
        var random = new Random(5);
        foreach (int channels in (int[])[1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 79, 130])
            CheckDepthwise(new DepthwiseShape { InputHeight = 5, InputWidth = 6, Channels = channels, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 }, random);
        for (int trial = 0; trial < 100; trial++)
        {
            var shape = new DepthwiseShape
            {
                Batch = random.Next(1, 4),
                InputHeight = random.Next(1, 10),
                InputWidth = random.Next(1, 10),
                Channels = random.Next(1, 40),
                KernelHeight = random.Next(1, 5),
                KernelWidth = random.Next(1, 5),
                StrideHeight = random.Next(1, 4),
                StrideWidth = random.Next(1, 4),
                DilationHeight = random.Next(1, 3),
                DilationWidth = random.Next(1, 3),
                PadTop = random.Next(0, 4),
                PadLeft = random.Next(0, 4),
                PadBottom = random.Next(0, 4),
                PadRight = random.Next(0, 4),
            };
            if (shape.OutputLength > 0) CheckDepthwise(shape, random);
        }
    }

    [Fact]
    public void A_depthwise_weight_gradient_is_the_definition_in_several_parts()
    {
        var shape = new DepthwiseShape
        {
            Batch = 2,
            InputHeight = 48,
            InputWidth = 41,
            Channels = 67,
            KernelHeight = 3,
            KernelWidth = 3,
            StrideWidth = 1,
            PadTop = 1,
            PadLeft = 1,
            PadBottom = 1,
            PadRight = 1,
        };
        Assert.InRange(DepthwiseWeightGradient.Parts(in shape), 2, 64);
        CheckDepthwise(shape, new Random(6));
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Weights_packed_again_are_as_those_packed_anew(string name)
    {
        PointwiseKernel kernel = KernelTable.PointwiseF32.Single(kernel => kernel.Name == name);
        var random = new Random(7);
        for (int trial = 0; trial < 60; trial++)
        {
            ConvolutionShape shape = trial % 2 == 0 ? RandomShape(random) : Pointwise(random.Next(1, 40), random.Next(1, 70), random.Next(1, 70));
            float[] x = random.Floats(shape.InputLength), weights = random.Floats(shape.WeightsLength), bias = random.Floats(shape.OutputChannels);
            PackedConvolution again = PackedConvolution.F32(in shape, kernel, random.Floats(shape.WeightsLength), random.Floats(shape.OutputChannels));
            again.Pack(weights, bias);
            Assert.Equal(Run(PackedConvolution.F32(in shape, kernel, weights, bias), shape, x), Run(again, shape, x));
            // Without a bias none is left of the one before.
            again.Pack(weights, []);
            Assert.Equal(Run(PackedConvolution.F32(in shape, kernel, weights, []), shape, x), Run(again, shape, x));

            // The other way round: what is input here was output there.
            again.PackFlipped(weights, 0, again.Panels);
            float[] flipped = Flipped(shape, weights);
            Assert.Equal(Run(PackedConvolution.F32(in shape, kernel, flipped, []), shape, x), Run(again, shape, x));
        }
    }

    /// <summary>[inputs, height, width, outputs ÷ groups] as [outputs, height, width, inputs ÷ groups] with taps reversed.</summary>
    private static float[] Flipped(ConvolutionShape s, float[] weights)
    {
        int taps = s.KernelHeight * s.KernelWidth, depth = s.InputChannels / s.Groups, columns = s.OutputChannels / s.Groups;
        float[] flipped = new float[weights.Length];
        for (int g = 0; g < s.Groups; g++)
            for (int o = 0; o < columns; o++)
                for (int tap = 0; tap < taps; tap++)
                    for (int d = 0; d < depth; d++)
                        flipped[((g * columns + o) * taps + tap) * depth + d] = weights[((g * depth + d) * taps + taps - 1 - tap) * columns + o];
        return flipped;
    }

    private static float[] Run(PackedConvolution packed, ConvolutionShape shape, float[] x)
    {
        AlignedBuffer input = Aligned(x), output = new(shape.OutputLength * sizeof(float)), scratch = new(packed.ScratchBytes);
        ImageView image = ImageView.Of(input.Address, shape.Batch * shape.InputHeight, shape.InputWidth, shape.InputChannels * sizeof(float));
        packed.Run(in image, output.Address, shape.OutputChannels * sizeof(float), 0, 0, 0, packed.Pixels, 0, packed.Panels, scratch.Address);
        GC.KeepAlive(input);
        GC.KeepAlive(scratch);
        return output.As<float>()[..shape.OutputLength].ToArray();
    }

    private static void Check(PointwiseKernel kernel, ConvolutionShape shape, Random random, int parts = 1)
    {
        float[] x = random.Floats(shape.InputLength), dy = random.Floats(shape.OutputLength);
        float[] weights = new float[shape.WeightsLength], bias = new float[shape.OutputChannels];
        AlignedBuffer input = Aligned(x), gradient = Aligned(dy);
        for (int part = 0; part < parts; part++)
        {
            var product = new WeightGradient(in shape, kernel, part, parts);
            AlignedBuffer scratch = new(Math.Max(product.PackScratchBytes, product.MultiplyScratchBytes)), own = new(shape.WeightsLength * sizeof(float));
            // Whatever was there before is written over.
            own.As<float>().Fill(part == 0 || product.Sweeps > 0 ? float.NaN : 0);
            float[] ownBias = [.. Enumerable.Repeat(product.Sweeps > 0 ? float.NaN : 0, bias.Length)];
            for (int sweep = 0; sweep < product.Sweeps; sweep++)
            {
                for (int block = product.PacksOf(sweep) - 1; block >= 0; block--) product.Pack(sweep, block, input.Address, gradient.Address, scratch.Address);
                for (int unit = product.Units - 1; unit >= 0; unit--) product.Multiply(sweep, unit, own.Address, scratch.Address);
                product.AddBias(sweep, ownBias);
            }
            if (product.Sweeps == 0) continue;
            for (int i = 0; i < weights.Length; i++) weights[i] += own.As<float>()[i];
            for (int i = 0; i < bias.Length; i++) bias[i] += ownBias[i];
        }
        GC.KeepAlive(input);
        GC.KeepAlive(gradient);
        (double[] expectedWeights, double[] expectedBias) = Definition(shape, x, dy);
        Values.Near(expectedWeights, weights, $"{kernel.Name}, {parts} parts, {shape}", Tolerance * Scale(shape.Rows * shape.OutputWidth));
        Values.Near(expectedBias, bias, $"bias, {kernel.Name}, {parts} parts, {shape}", Tolerance * Scale(shape.Rows * shape.OutputWidth));
    }

    private static void CheckDepthwise(DepthwiseShape shape, Random random)
    {
        float[] x = random.Floats(shape.InputLength), dy = random.Floats(shape.OutputLength);
        int parts = DepthwiseWeightGradient.Parts(in shape), length = DepthwiseWeightGradient.PartLength(in shape);
        float[] sums = new float[parts * length], weights = new float[shape.WeightsLength], bias = new float[shape.Channels];
        Array.Fill(sums, float.NaN);
        for (int part = parts - 1; part >= 0; part--) DepthwiseWeightGradient.Sum(in shape, part, x, dy, sums.AsSpan(part * length, length));
        DepthwiseWeightGradient.AddParts(in shape, sums, weights, bias);
        Assert.Equal((0, shape.Rows), (DepthwiseWeightGradient.RowsOf(in shape, 0).Begin, DepthwiseWeightGradient.RowsOf(in shape, parts - 1).End));

        var grouped = new ConvolutionShape
        {
            Batch = shape.Batch,
            InputHeight = shape.InputHeight,
            InputWidth = shape.InputWidth,
            InputChannels = shape.Channels,
            OutputChannels = shape.Channels,
            Groups = shape.Channels,
            KernelHeight = shape.KernelHeight,
            KernelWidth = shape.KernelWidth,
            StrideHeight = shape.StrideHeight,
            StrideWidth = shape.StrideWidth,
            DilationHeight = shape.DilationHeight,
            DilationWidth = shape.DilationWidth,
            PadTop = shape.PadTop,
            PadLeft = shape.PadLeft,
            PadBottom = shape.PadBottom,
            PadRight = shape.PadRight,
        };
        (double[] expected, double[] expectedBias) = Definition(grouped, x, dy);
        int taps = shape.KernelHeight * shape.KernelWidth;
        double[] tapsFirst = [.. Enumerable.Range(0, expected.Length).Select(i => expected[i % shape.Channels * taps + i / shape.Channels])];
        double tolerance = Tolerance * Scale(shape.Rows * shape.OutputWidth);
        Values.Near(tapsFirst, weights, shape, tolerance);
        Values.Near(expectedBias, bias, shape, tolerance);
    }

    /// <summary>Weight (o, tap, d) sees the input under its tap wherever the output's gradient at o flows.</summary>
    private static (double[] Weights, double[] Bias) Definition(ConvolutionShape s, float[] x, float[] dy)
    {
        double[] weights = new double[s.WeightsLength], bias = new double[s.OutputChannels];
        int depth = s.InputChannels / s.Groups, columns = s.OutputChannels / s.Groups, pixels = s.Rows * s.OutputWidth;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            int ox = pixel % s.OutputWidth, oy = pixel / s.OutputWidth % s.OutputHeight, n = pixel / s.OutputWidth / s.OutputHeight;
            for (int o = 0; o < s.OutputChannels; o++) bias[o] += dy[pixel * s.OutputChannels + o];
            for (int ky = 0; ky < s.KernelHeight; ky++)
                for (int kx = 0; kx < s.KernelWidth; kx++)
                {
                    int iy = oy * s.StrideHeight - s.PadTop + ky * s.DilationHeight, ix = ox * s.StrideWidth - s.PadLeft + kx * s.DilationWidth;
                    if (iy < 0 || iy >= s.InputHeight || ix < 0 || ix >= s.InputWidth) continue;
                    int from = ((n * s.InputHeight + iy) * s.InputWidth + ix) * s.InputChannels;
                    for (int o = 0; o < s.OutputChannels; o++)
                    {
                        int to = ((o * s.KernelHeight + ky) * s.KernelWidth + kx) * depth, channel = from + o / columns * depth;
                        double slope = dy[pixel * s.OutputChannels + o];
                        for (int d = 0; d < depth; d++) weights[to + d] += slope * x[channel + d];
                    }
                }
        }
        return (weights, bias);
    }

    private static double Scale(int pixels) => Math.Max(1, Math.Sqrt(pixels) / 8);

    private static ConvolutionShape Pointwise(int pixels, int inputs, int outputs) =>
        new() { InputHeight = 1, InputWidth = pixels, InputChannels = inputs, OutputChannels = outputs, KernelHeight = 1, KernelWidth = 1 };

    private static ConvolutionShape RandomShape(Random random)
    {
        while (true)
        {
            int groups = random.Pick(1, 1, 2, 3);
            var shape = new ConvolutionShape
            {
                Batch = random.Next(1, 4),
                InputHeight = random.Next(1, 12),
                InputWidth = random.Next(1, 12),
                InputChannels = groups * random.Pick(1, 3, 4, 7, 8, 16),
                OutputChannels = groups * random.Pick(1, 5, 6, 7, 13, 17),
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

    private static AlignedBuffer Aligned(float[] values)
    {
        var buffer = new AlignedBuffer(values.Length * sizeof(float));
        values.CopyTo(buffer.As<float>());
        return buffer;
    }
}
