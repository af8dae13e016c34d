using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>
/// Float32 to codes, or codes to codes of other parameters: <c>real ÷ scale</c>, half to even, plus zero point, saturated.
/// The parameters are <see cref="Op.OutputQuantization"/>.
/// </summary>
public sealed record Quantize(ElementType To) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(To.IsEightBit() && OutputQuantization is not null, "quantization needs an 8-bit type and its parameters");
        Require(x.Element == ElementType.Float32 || (x.Quantization is { IsPerTensor: true } && OutputQuantization!.IsPerTensor), $"input of {x}; expected Float32 or 8-bit codes quantized per tensor");
        return [new TensorType(To, x.Shape, OutputQuantization)];
    }
}

/// <summary>Codes to Float32: <c>scale × (code − zero point)</c>.</summary>
public sealed record Dequantize : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Quantization is not null, $"input of {inputs[0]} is not quantized");
        return [new TensorType(ElementType.Float32, inputs[0].Shape)];
    }
}
