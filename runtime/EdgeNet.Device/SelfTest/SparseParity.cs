using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>A sparse pointwise kernel: pixels about the edges of its tile, weights most of which are zero, or all, or none.</summary>
internal sealed class SparseParityF32(SparsePointwiseKernel kernel) : KernelParity(kernel.Name)
{
    public override bool IsExact => false;

    public override int Cases => 150;

    public override string Describe(int number) => new Case(kernel, NoiseOf(number)).ToString();

    public override Outcome Check(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new Case(kernel, noise);
        ConvolutionShape shape = one.Shape;
        float[] x = noise.Reals(shape.InputLength, 2), w = noise.Reals(shape.WeightsLength, 1), bias = noise.Reals(shape.OutputChannels, 1);
        float[] residual = one.HasResidual ? noise.Reals(shape.OutputLength, 4) : [];
        foreach (ref float weight in w.AsSpan()) weight = noise.Below(100) < one.PercentZero ? 0 : weight;

        float[] expected = new float[shape.OutputLength], magnitudes = new float[shape.OutputLength];
        ConvolutionF32.Scalar(in shape, x, w, bias, expected, 0, shape.Rows);
        Reals.Add(expected, residual);
        Reals.Clamp(expected, 0, one.Maximum);
        ConvolutionF32.Scalar(in shape, Reals.Magnitudes(x), Reals.Magnitudes(w), Reals.Magnitudes(bias), magnitudes, 0, shape.Rows);
        Reals.Add(magnitudes, Reals.Magnitudes(residual));

        var packed = PackedSparsePointwise.F32(in shape, kernel, w, bias, 0, one.Maximum);
        using var input = new GuardedImage<float>(shape.InputHeight, shape.InputWidth, shape.InputChannels, one.PixelGap, 0, 0, one.AtEnd).Load(x);
        using var output = new GuardedImage<float>(1, packed.Pixels, shape.OutputChannels, one.PixelGap, 0, 0, one.AtEnd);
        using var added = new GuardedImage<float>(1, packed.Pixels, shape.OutputChannels, 0, 0, 0, one.AtEnd);
        if (one.HasResidual) added.Load(residual);
        using var scratch = new GuardedBuffer(packed.ScratchBytes);
        nint room = scratch.Place(packed.ScratchBytes, one.AtEnd);
        int cut = packed.Pixels * one.Cut / 4, panel = packed.Panels / 2;
        Run(cut, packed.Pixels);
        Run(0, cut);

        float[] actual = output.Read();
        if (!output.IsCleanAround()) return Outcome.Failed("wrote between or beyond the pixels of the output");
        return Outcome.OfSums(expected, magnitudes, shape.InputChannels + (one.HasResidual ? 3 : 1), actual, shape.OutputChannels);

        void Run(int begin, int end)
        {
            Panels(panel, packed.Panels);
            Panels(0, panel);

            void Panels(int first, int last) => packed.Run(
                input.View, output.View.Address, output.View.PixelBytes, one.HasResidual ? added.View.Address : 0, added.View.PixelBytes,
                begin, end, first, last, room);
        }
    }

    private sealed class Case
    {
        public Case(SparsePointwiseKernel kernel, SeededNoise noise)
        {
            int pixels = noise.OneIn(2) ? noise.Between(1, 2) * kernel.TilePixels + noise.Between(-1, 1) : noise.Between(1, 5) * kernel.VectorPixels + noise.Between(-1, 1);
            int stride = noise.OneIn(4) ? 2 : 1, height = noise.Between(1, 3), pad = noise.OneIn(4) ? 1 : 0;
            Shape = new ConvolutionShape
            {
                InputHeight = height,
                InputWidth = Math.Max(1, pixels / height),
                InputChannels = noise.OneIn(8) ? noise.Between(100, 300) : noise.Between(1, 67),
                OutputChannels = noise.Between(1, 67),
                KernelHeight = 1,
                KernelWidth = 1,
                StrideHeight = stride,
                StrideWidth = stride,
                PadTop = pad,
                PadRight = pad,
            };
            PercentZero = noise.Pick(0, 70, 80, 90, 98, 100);
            PixelGap = noise.OneIn(3) ? noise.Between(1, 9) : 0;
            AtEnd = !noise.OneIn(3);
            HasResidual = noise.OneIn(3);
            Cut = noise.Below(4);
            Maximum = noise.Pick(6, float.PositiveInfinity);
        }

        public ConvolutionShape Shape { get; }

        public int PercentZero { get; }

        public int PixelGap { get; }

        public bool AtEnd { get; }

        public bool HasResidual { get; }

        /// <summary>Quarters of the pixels that are computed last.</summary>
        public int Cut { get; }

        public float Maximum { get; }

        public override string ToString() =>
            $"{Shape.InputHeight}x{Shape.InputWidth}x{Shape.InputChannels} to {Shape.OutputHeight}x{Shape.OutputWidth}x{Shape.OutputChannels}, "
            + $"stride {Shape.StrideHeight}, padding top and right {Shape.PadTop}, {PercentZero} % zero; pixel gap {PixelGap}, "
            + $"{(AtEnd ? "page after" : "page before")}, cut at {Cut}/4; {(HasResidual ? "residual" : "no residual")}, clamp [0, {Maximum}]";
    }
}
