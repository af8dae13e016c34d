using EdgeNet.Model;

namespace EdgeNet.Runtime.Tests;

/// <summary>Arithmetic on codes against the same op on the real numbers that the codes stand for.</summary>
public sealed class QuantizedOpTests
{
    /// <summary>The real numbers of the reference are scaled by these, too little to matter except where a function jumps: there either side is right.</summary>
    private static readonly float[] Nudges = [1, 1 - 1e-6f, 1 + 1e-6f];

    /// <summary>The nearest code, but for ties.</summary>
    private const double HalfStep = 0.5 + 1e-3;

    public static TheoryData<string> Names() => [.. Sample.Quantized.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Codes_are_those_of_the_float_result(string name)
    {
        Sample sample = Sample.Named(name);
        TensorType type = sample.Graph().Outputs[0].Value.Type;
        byte[] bytes = sample.Run(threads: 1)[0];
        int[] codes = [.. bytes.Select(x => type.Element == ElementType.Int8 ? (sbyte)x : (int)x)];
        double[][] exact = [.. Nudges.Select(nudge => Reference(sample, nudge).Select(real => Code(real, type)).ToArray())];

        Assert.Equal(exact[0].Length, codes.Length);
        for (int i = 0; i < codes.Length; i++)
            Assert.True(exact.Any(row => Math.Abs(row[i] - codes[i]) <= HalfStep), $"element {i} is {codes[i]}, expected {exact[0][i]}");
        Assert.True(codes.Distinct().Count() > 1, "all codes are the same: nothing was tested");
    }

    private static double Code(float real, TensorType type)
    {
        (double low, double high) = type.Element == ElementType.Int8 ? (-128d, 127d) : (0, 255);
        return Math.Clamp((double)real / type.Quantization!.Scale + type.Quantization.ZeroPoint, low, high);
    }

    private static float[] Reference(Sample sample, float nudge)
    {
        var builder = new GraphBuilder();
        Value[] codes = [.. sample.Inputs.Select((type, i) => builder.Input($"x{i}", type))];
        Value[] reals = [.. codes.Select(value => value.Type.Quantization is null ? Bias(builder, value, sample.Inputs) : builder.Add(new Dequantize(), "real", value))];
        reals[0] = builder.Add(new Mul(), "nudged", reals[0], builder.Constant(Constant.Of(nudge)));
        builder.Output("y", sample.Op is Quantize ? reals[0] : builder.Add(sample.Op with { OutputQuantization = null }, "float", reals));
        using var session = new InferenceSession(builder.Build(), new SessionOptions { Threads = 1 });
        sample.Fill(session);
        session.Run();
        return session.Output<float>(0).ToArray();
    }

    /// <summary>A bias counts in steps of input scale × weight scale.</summary>
    private static Value Bias(GraphBuilder builder, Value bias, IReadOnlyList<TensorType> inputs)
    {
        float[] steps = [.. inputs[1].Quantization!.Scales.Select(scale => inputs[0].Quantization!.Scale * scale)];
        return builder.Add(new Mul(), "bias", builder.Add(new Cast(ElementType.Float32), "wide", bias), builder.Constant(Constant.Of(steps)));
    }
}
