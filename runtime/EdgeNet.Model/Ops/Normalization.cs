using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>eˣ ÷ sum of eˣ along an axis. Float32, or quantized Int8.</summary>
public sealed record Softmax(int Axis) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Element == ElementType.Float32 || inputs[0].Quantization is { IsPerTensor: true }, $"input of {inputs[0]}; expected Float32 or quantized Int8");
        RequireAxis(Axis, inputs[0].Shape);
        return [Computed(inputs[0], inputs[0].Shape)];
    }
}

/// <summary>The logarithm of <see cref="Softmax"/>. Float32.</summary>
public sealed record LogSoftmax(int Axis) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        RequireFloat(inputs[0]);
        RequireAxis(Axis, inputs[0].Shape);
        return [inputs[0]];
    }
}

/// <summary>
/// Inputs: x [..., C], scale, bias, mean, variance [C]: <c>scale × (x − mean) ÷ √(variance + Epsilon) + bias</c> along the last
/// axis (Ioffe &amp; Szegedy 2015, inference form). Float32.
/// </summary>
public sealed record BatchNormalization(float Epsilon) : Op
{
    internal override (int Min, int Max) Arity => (5, 5);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(x.Shape.Rank >= 1, "input is a scalar; expected channels last");
        foreach (TensorType input in inputs) RequireFloat(input);
        foreach (TensorType input in inputs.Skip(1)) Require(input.Shape == new Shape([x.Shape[^1]]), $"parameter of shape {input.Shape}; expected [{x.Shape[^1]}]");
        return [x];
    }
}

/// <summary>
/// Inputs: x [N, ..., C], scale [C], bias [C]: each channel of each sample brought to mean 0 and variance 1, then scaled
/// (Ulyanov et al. 2016). Float32.
/// </summary>
public sealed record InstanceNormalization(float Epsilon) : Op
{
    internal override (int Min, int Max) Arity => (3, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(x.Shape.Rank >= 3, $"input of shape {x.Shape}; expected batch, space, channels");
        foreach (TensorType input in inputs) RequireFloat(input);
        foreach (TensorType input in inputs.Skip(1)) Require(input.Shape == new Shape([x.Shape[^1]]), $"parameter of shape {input.Shape}; expected [{x.Shape[^1]}]");
        return [x];
    }
}

/// <summary>
/// <c>x ÷ (Bias + Alpha ÷ Size × sum of x² over Size neighbouring channels)^Beta</c> along the last axis (Krizhevsky et al. 2012). Float32.
/// </summary>
public sealed record LocalResponseNormalization(int Size, float Alpha, float Beta, float Bias) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        RequireFloat(inputs[0]);
        Require(inputs[0].Shape.Rank >= 1 && Size >= 1, $"window of {Size} channels over shape {inputs[0].Shape}");
        return [inputs[0]];
    }
}
