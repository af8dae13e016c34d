using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace EdgeNet.Model;

/// <summary>
/// What a node computes: one sealed record per op, its parameters and its shape rule. Image ops (convolution, pooling,
/// normalization) take tensors [batch, height, width, channels]; the others work on the axes they are given.
/// </summary>
/// <remarks>
/// On quantized (Int8) inputs the arithmetic ops compute as <c>docs/numerics.md</c> says and requantize to
/// <see cref="OutputQuantization"/>; ops that only move or select elements keep their input's parameters.
/// </remarks>
public abstract partial record Op
{
    /// <summary>The parameters of a quantized result; null where it is not quantized or keeps its input's.</summary>
    public Quantization? OutputQuantization { get; init; }

    /// <summary>The op's name: that of its record.</summary>
    [JsonIgnore]
    public string Name => GetType().Name;

    /// <summary>The fewest and the most inputs.</summary>
    internal abstract (int Min, int Max) Arity { get; }

    /// <summary>The shape rule: the types of the outputs for inputs of these types.</summary>
    /// <exception cref="ShapeException">The op does not accept such inputs.</exception>
    public ImmutableArray<TensorType> InferTypes(ImmutableArray<TensorType> inputs)
    {
        if (inputs.Length < Arity.Min || inputs.Length > Arity.Max)
            throw new ShapeException($"{inputs.Length} inputs; expected {(Arity.Min == Arity.Max ? $"{Arity.Min}" : $"{Arity.Min} to {Arity.Max}")}");
        return InferOutputs(inputs);
    }

    private protected abstract ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs);

    /// <summary>The output of an arithmetic op: Float32 or integers as they are, Int8 codes under <see cref="OutputQuantization"/>.</summary>
    private protected TensorType Computed(TensorType input, Shape shape)
    {
        if (input.Quantization is null)
        {
            Require(OutputQuantization is null, "output quantization was given for an input that is not quantized");
            return new TensorType(input.Element, shape);
        }
        Require(input.Element == ElementType.Int8, $"quantized arithmetic on {input.Element}; expected Int8 (shift UInt8 codes by 128)");
        Require(input.Quantization.IsPerTensor, "quantized arithmetic on codes of several scales; activations are quantized per tensor");
        Require(OutputQuantization is { IsPerTensor: true }, "a quantized input needs per-tensor output quantization");
        return new TensorType(ElementType.Int8, shape, OutputQuantization);
    }

    /// <summary>The output of an op that only moves or selects elements.</summary>
    private protected static TensorType Moved(TensorType input, Shape shape) => new(input.Element, shape, input.Quantization);

    private protected static void Require(bool condition, string message)
    {
        if (!condition) throw new ShapeException(message);
    }

    private protected static void RequireFloat(TensorType input) =>
        Require(input.Element == ElementType.Float32, $"input of {input}; expected Float32");

    private protected static void RequireRank(TensorType input, int rank, string what) =>
        Require(input.Shape.Rank == rank, $"{what} has shape {input.Shape}; expected rank {rank}");

    private protected static void RequireAxis(int axis, Shape shape) =>
        Require(axis >= 0 && axis < shape.Rank, $"axis {axis} is outside shape {shape}");
}
