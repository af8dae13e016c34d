using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>A pointwise kernel in Float32, as every convolution that runs on it.</summary>
internal sealed class ConvolutionParityF32(PointwiseKernel kernel) : KernelParity(kernel.Name)
{
    public override bool IsExact => false;

    public override int Cases { get; } = ConvolutionCase.Count(kernel);

    public override string Describe(int number) => new ConvolutionCase(kernel, number, NoiseOf(number)).DescribeReals();

    public override Outcome Check(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new ConvolutionCase(kernel, number, noise);
        ConvolutionShape shape = one.Shape;
        float[] x = noise.Reals(shape.InputLength, 2), w = noise.Reals(shape.WeightsLength, 1);
        float[] bias = one.HasBias ? noise.Reals(shape.OutputChannels, 1) : [], residual = one.HasResidual ? noise.Reals(shape.OutputLength, 4) : [];
        if (one.HasSpecials) Reals.Spoil(x, noise);

        float[] expected = new float[shape.OutputLength], magnitudes = new float[shape.OutputLength];
        ConvolutionF32.Scalar(in shape, x, w, bias, expected, 0, shape.Rows);
        Reals.Add(expected, residual);
        Reals.Clamp(expected, one.Minimum, one.Maximum);
        ConvolutionF32.Scalar(in shape, Reals.Magnitudes(x), Reals.Magnitudes(w), Reals.Magnitudes(bias), magnitudes, 0, shape.Rows);
        Reals.Add(magnitudes, Reals.Magnitudes(residual));

        var packed = PackedConvolution.F32(in shape, kernel, w, bias, one.Minimum, one.Maximum);
        (float[]? actual, string? failure) = one.Run<float>(packed, x, residual);
        // One rounding for each product, one of the reference; with a residual one more of each.
        int roundings = one.Products + (one.HasResidual ? 3 : 1);
        return actual is null ? Outcome.Failed(failure!) : Outcome.OfSums(expected, magnitudes, roundings, actual, shape.OutputChannels);
    }
}

/// <summary>A pointwise kernel on 8-bit codes, as every convolution that runs on it.</summary>
internal sealed class ConvolutionParityS8(PointwiseKernel kernel) : KernelParity(kernel.Name)
{
    public override bool IsExact => true;

    public override int Cases { get; } = ConvolutionCase.Count(kernel);

    public override string Describe(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new ConvolutionCase(kernel, number, noise);
        return $"{one}; {new LayerQuantization(noise, one.Shape.OutputChannels, one.Products)}";
    }

    public override Outcome Check(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new ConvolutionCase(kernel, number, noise);
        ConvolutionShape shape = one.Shape;
        var quantization = new LayerQuantization(noise, shape.OutputChannels, one.Products);
        (sbyte[] x, sbyte[] w) = LayerQuantization.Codes(noise, shape.InputLength, shape.WeightsLength);
        var expected = new sbyte[shape.OutputLength];
        ConvolutionS8.Scalar(in shape, quantization.Parameters, x, w, quantization.Bias, expected, 0, shape.Rows);

        var packed = PackedConvolution.S8(in shape, kernel, quantization.Parameters, w, quantization.Bias);
        (sbyte[]? actual, string? failure) = one.Run<sbyte>(packed, x, []);
        return actual is null ? Outcome.Failed(failure!) : Outcome.OfCodes(expected, actual, shape.OutputChannels);
    }
}
