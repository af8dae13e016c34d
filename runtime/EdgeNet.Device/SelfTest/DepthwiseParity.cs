using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>A depthwise kernel in Float32.</summary>
internal sealed class DepthwiseParityF32(DepthwiseKernel kernel) : KernelParity(kernel.Name)
{
    public override bool IsExact => false;

    public override int Cases => DepthwiseCase.Count;

    public override string Describe(int number) => new DepthwiseCase(kernel, NoiseOf(number)).DescribeReals();

    public override Outcome Check(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new DepthwiseCase(kernel, noise);
        DepthwiseShape shape = one.Shape;
        float[] x = noise.Reals(shape.InputLength, 2), w = noise.Reals(shape.WeightsLength, 1), bias = one.HasBias ? noise.Reals(shape.Channels, 1) : [];
        if (one.HasSpecials) Reals.Spoil(x, noise);

        float[] expected = new float[shape.OutputLength], magnitudes = new float[shape.OutputLength];
        DepthwiseF32.Scalar(in shape, x, w, bias, expected, 0, shape.Rows);
        Reals.Clamp(expected, one.Minimum, one.Maximum);
        DepthwiseF32.Scalar(in shape, Reals.Magnitudes(x), Reals.Magnitudes(w), Reals.Magnitudes(bias), magnitudes, 0, shape.Rows);

        var packed = PackedDepthwise.F32(in shape, kernel, w, bias, one.Minimum, one.Maximum);
        (float[]? actual, string? failure) = one.Run<float>(packed, x);
        // One rounding for each product, one of the reference.
        return actual is null ? Outcome.Failed(failure!) : Outcome.OfSums(expected, magnitudes, one.Products + 1, actual, shape.Channels);
    }
}

/// <summary>A depthwise kernel on 8-bit codes.</summary>
internal sealed class DepthwiseParityS8(DepthwiseKernel kernel) : KernelParity(kernel.Name)
{
    public override bool IsExact => true;

    public override int Cases => DepthwiseCase.Count;

    public override string Describe(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new DepthwiseCase(kernel, noise);
        return $"{one}; {new LayerQuantization(noise, one.Shape.Channels, one.Products)}";
    }

    public override Outcome Check(int number)
    {
        SeededNoise noise = NoiseOf(number);
        var one = new DepthwiseCase(kernel, noise);
        DepthwiseShape shape = one.Shape;
        var quantization = new LayerQuantization(noise, shape.Channels, one.Products);
        (sbyte[] x, sbyte[] w) = LayerQuantization.Codes(noise, shape.InputLength, shape.WeightsLength);
        var expected = new sbyte[shape.OutputLength];
        DepthwiseS8.Scalar(in shape, quantization.Parameters, x, w, quantization.Bias, expected, 0, shape.Rows);

        var packed = PackedDepthwise.S8(in shape, kernel, quantization.Parameters, w, quantization.Bias);
        (sbyte[]? actual, string? failure) = one.Run<sbyte>(packed, x);
        return actual is null ? Outcome.Failed(failure!) : Outcome.OfCodes(expected, actual, shape.Channels);
    }
}
