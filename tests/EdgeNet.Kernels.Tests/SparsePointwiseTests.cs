namespace EdgeNet.Kernels.Tests;

/// <summary>Every sparse pointwise kernel of this processor against the scalar one, with guard pages behind what it reads and writes.</summary>
public sealed class SparsePointwiseTests
{
    private static readonly double[] Densities = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1];

    public static TheoryData<string> Kernels => [.. KernelTable.SparsePointwiseF32.Select(kernel => kernel.Name)];

    [Theory, MemberData(nameof(Kernels))]
    public void EveryNumberOfChannels(string name)
    {
        var random = new Random(1);
        for (int channels = 1; channels <= 67; channels++)
        {
            Check(name, random, random.Next(1, 71), channels, random.Next(1, 68));
            Check(name, random, random.Next(1, 71), random.Next(1, 68), channels);
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void EveryNumberOfPixels(string name)
    {
        var random = new Random(2);
        for (int pixels = 1; pixels <= 70; pixels++) Check(name, random, pixels, random.Next(1, 68), random.Next(1, 68));
        foreach (int pixels in (int[])[111, 112, 113, 196, 225, 361]) Check(name, random, pixels, random.Next(1, 68), random.Next(1, 68));
    }

    [Theory, MemberData(nameof(Kernels))]
    public void SumsOfManyStrips(string name)
    {
        var random = new Random(3);
        for (int i = 0; i < 20; i++) Check(name, random, random.Next(1, 230), random.Next(68, 700), random.Next(1, 68));
    }

    [Theory, MemberData(nameof(Kernels))]
    public void StridesPaddingAndRings(string name)
    {
        var random = new Random(4);
        for (int i = 0; i < 60; i++)
        {
            var shape = new ConvolutionShape
            {
                Batch = random.Next(1, 3),
                InputHeight = random.Next(1, 12),
                InputWidth = random.Next(1, 12),
                InputChannels = random.Next(1, 68),
                OutputChannels = random.Next(1, 68),
                KernelHeight = 1,
                KernelWidth = 1,
                StrideHeight = random.Next(1, 3),
                StrideWidth = random.Next(1, 3),
                PadTop = random.Next(2),
                PadLeft = random.Next(2),
                PadBottom = random.Next(2),
                PadRight = random.Next(2),
            };
            float[] input = random.Floats(shape.InputLength), weights = SparseFloats(random, shape.WeightsLength, 0.3), expected = new float[shape.OutputLength];
            ConvolutionF32.Scalar(in shape, input, weights, [], expected, 0, shape.Rows);
            var packed = PackedSparsePointwise.F32(in shape, Named(name), weights, []);
            int pixelBytes = shape.InputChannels * sizeof(float), outputBytes = shape.OutputChannels * sizeof(float);
            using var image = new GuardedFloats(input);
            using var output = new GuardedFloats(new float[expected.Length]);
            var scratch = new AlignedBuffer(packed.ScratchBytes);
            // A view of as many rows as there are lets rows be found one by one, as in a ring.
            var view = ImageView.Of(image.Address, shape.Batch * shape.InputHeight, shape.InputWidth, pixelBytes);
            packed.Run(in view, output.Address, outputBytes, 0, 0, 0, packed.Pixels, 0, packed.Panels, scratch.Address);
            Values.Near(Array.ConvertAll(expected, x => (double)x), output.ToArray(), shape, 1e-5);
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void RowsOfARing(string name)
    {
        var random = new Random(5);
        var shape = new ConvolutionShape { InputHeight = 8, InputWidth = 5, InputChannels = 9, OutputChannels = 20, KernelHeight = 1, KernelWidth = 1 };
        float[] ring = random.Floats(3 * 5 * 9), weights = SparseFloats(random, shape.WeightsLength, 0.5);
        float[] input = [.. Enumerable.Range(0, shape.InputLength).Select(i => ring[i % ring.Length])];
        float[] expected = new float[shape.OutputLength];
        ConvolutionF32.Scalar(in shape, input, weights, [], expected, 0, shape.Rows);
        var packed = PackedSparsePointwise.F32(in shape, Named(name), weights, []);
        using var image = new GuardedFloats(ring);
        using var output = new GuardedFloats(new float[expected.Length]);
        var scratch = new AlignedBuffer(packed.ScratchBytes);
        packed.Run(ImageView.Of(image.Address, 3, 5, 36), output.Address, 80, 0, 0, 0, packed.Pixels, 0, packed.Panels, scratch.Address);
        Values.Near(Array.ConvertAll(expected, x => (double)x), output.ToArray(), name, 1e-5);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void OnlyWeightsThatAreNotZeroMeetNaN(string name)
    {
        float[] input = [float.NaN, 1, 2, float.PositiveInfinity, 1, 2, 3, float.NegativeInfinity];
        float[] weights = [0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1];
        float[] output = Run(name, 2, 4, 3, input, weights, [], [], 0, 6);
        Assert.Equal([3, float.NaN, 6, 5, 1, 0], output);
    }

    [Fact]
    public void PaysWhereWeightsAreFew()
    {
        foreach (SparsePointwiseKernel kernel in KernelTable.SparsePointwiseF32)
        {
            foreach ((int side, int depth, int columns) in (ReadOnlySpan<(int, int, int)>)[(112, 32, 64), (56, 64, 128), (14, 512, 512), (7, 1024, 1024)])
            {
                ConvolutionShape shape = Pointwise(side, depth, columns);
                Assert.True(PackedSparsePointwise.Pays(kernel, in shape, depth * columns / 5));
                Assert.False(PackedSparsePointwise.Pays(kernel, in shape, depth * columns));
            }
            // One pixel fills no vector, and few channels do not repay being turned.
            Assert.False(PackedSparsePointwise.Pays(kernel, Pointwise(1, 512, 512), 512 * 512 / 5));
            Assert.False(PackedSparsePointwise.Pays(kernel, Pointwise(56, 8, 8), 8));
            Assert.False(PackedSparsePointwise.Pays(kernel, Pointwise(14, 512, 512) with { KernelWidth = 3 }, 1));
        }
    }

    private static ConvolutionShape Pointwise(int side, int depth, int columns) => new()
    {
        InputHeight = side,
        InputWidth = side,
        InputChannels = depth,
        OutputChannels = columns,
        KernelHeight = 1,
        KernelWidth = 1,
    };

    private static SparsePointwiseKernel Named(string name) => KernelTable.SparsePointwiseF32.Single(kernel => kernel.Name == name);

    private static float[] SparseFloats(Random random, int count, double density)
    {
        float[] values = random.Floats(count);
        foreach (ref float value in values.AsSpan()) value = random.NextDouble() < density ? value : 0;
        return values;
    }

    private static void Check(string name, Random random, int pixels, int depth, int columns)
    {
        double density = random.Pick(Densities);
        float[] input = random.Floats(pixels * depth), weights = SparseFloats(random, columns * depth, density);
        float[] bias = random.Next(3) > 0 ? random.Floats(columns) : [], residual = random.Next(2) > 0 ? random.Floats(pixels * columns) : [];
        (float low, float high) = random.Pick((float.NegativeInfinity, float.PositiveInfinity), (0, 6), (0, float.PositiveInfinity), (-0.5f, 0.25f));
        var expected = new float[pixels * columns];
        SparsePointwiseF32.Scalar(depth, columns, input, weights, bias, residual, low, high, expected);

        float[] actual = Run(name, pixels, depth, columns, input, weights, bias, residual, low, high);
        for (int i = 0; i < expected.Length; i++)
        {
            (int pixel, int column) = Math.DivRem(i, columns);
            double size = (bias.IsEmpty() ? 0 : Math.Abs(bias[column])) + (residual.IsEmpty() ? 0 : Math.Abs(residual[i]));
            for (int k = 0; k < depth; k++) size += Math.Abs((double)input[pixel * depth + k] * weights[column * depth + k]);
            double allowed = (depth + 2) * Math.ScaleB(size, -24) + Math.ScaleB(Math.Abs(expected[i]), -24);
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= allowed,
                $"{name}: {pixels} pixels, {depth} to {columns} channels, density {density}, bias {bias.Length}, residual {residual.Length}, clamp {low}..{high}: "
                + $"pixel {pixel}, channel {column} is {actual[i]}, expected {expected[i]}");
        }
    }

    /// <summary>Runs whole, in place of the residual, and in pieces into wider pixels; expects the same bits and no others touched.</summary>
    private static float[] Run(
        string name, int pixels, int depth, int columns, float[] input, float[] weights, float[] bias, float[] residual, float low, float high)
    {
        const float Untouched = 12345;
        var random = new Random(pixels * 10007 + depth * 101 + columns);
        ConvolutionShape shape = Pointwise(1, depth, columns) with { InputWidth = pixels };
        var packed = PackedSparsePointwise.F32(in shape, Named(name), weights, bias, low, high);
        Assert.Equal(pixels, packed.Pixels);
        var scratch = new AlignedBuffer(packed.ScratchBytes);
        // What lies in scratch must not matter.
        scratch.As<float>().Fill(float.NaN);
        int pixelBytes = columns * sizeof(float), wide = columns + random.Next(1, 9);
        using var image = new GuardedFloats(input);
        using var output = new GuardedFloats(residual.IsEmpty() ? new float[pixels * columns] : residual);
        var view = ImageView.Of(image.Address, 1, pixels, depth * sizeof(float));
        packed.Run(
            in view, output.Address, pixelBytes, residual.IsEmpty() ? 0 : output.Address, pixelBytes, 0, pixels, 0, packed.Panels, scratch.Address);
        float[] whole = output.ToArray();

        var untouched = new float[pixels * wide - (wide - columns)];
        Array.Fill(untouched, Untouched);
        using var slices = new GuardedFloats(untouched);
        using var added = new GuardedFloats(residual);
        for (int end = pixels; end > 0;)
        {
            int begin = Math.Max(0, end - random.Next(1, 40));
            for (int panelEnd = packed.Panels; panelEnd > 0;)
            {
                int panel = Math.Max(0, panelEnd - random.Next(1, 3));
                packed.Run(
                    in view, slices.Address, wide * sizeof(float), residual.IsEmpty() ? 0 : added.Address, pixelBytes, begin, end, panel, panelEnd,
                    scratch.Address);
                panelEnd = panel;
            }
            end = begin;
        }
        float[] pieces = slices.ToArray();
        for (int i = 0; i < pieces.Length; i++)
        {
            (int pixel, int column) = Math.DivRem(i, wide);
            float expected = column < columns ? whole[pixel * columns + column] : Untouched;
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(pieces[i]));
        }
        return whole;
    }
}

file static class Arrays
{
    public static bool IsEmpty(this float[] values) => values.Length == 0;
}
