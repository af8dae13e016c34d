using System.Collections.Immutable;

namespace EdgeNet.Model;

/// <summary>An op on each element by itself. Float32, or quantized Int8 by a table of 256 codes.</summary>
public abstract record Unary : Op
{
    private protected Unary() { }

    internal sealed override (int Min, int Max) Arity => (1, 1);

    /// <summary>Whether the op is defined on plain integers too.</summary>
    private protected virtual bool TakesIntegers => false;

    private protected sealed override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        TensorType x = inputs[0];
        Require(x.Element == ElementType.Float32 || x.Quantization is not null || (TakesIntegers && x.Element != ElementType.Bool),
            $"input of {x}; expected Float32{(TakesIntegers ? " or integers" : " or quantized Int8")}");
        return [Computed(x, x.Shape)];
    }
}

/// <summary>max(x, 0).</summary>
public sealed record Relu : Unary { private protected override bool TakesIntegers => true; }
/// <summary>x limited to [Min, Max]; ReLU6 is Clip(0, 6).</summary>
public sealed record Clip(float Min = float.NegativeInfinity, float Max = float.PositiveInfinity) : Unary { private protected override bool TakesIntegers => true; }
/// <summary>|x|.</summary>
public sealed record Abs : Unary { private protected override bool TakesIntegers => true; }
/// <summary>−x.</summary>
public sealed record Neg : Unary { private protected override bool TakesIntegers => true; }
/// <summary>−1, 0 or 1.</summary>
public sealed record Sign : Unary { private protected override bool TakesIntegers => true; }
/// <summary>x for x ≥ 0, else Alpha × x.</summary>
public sealed record LeakyRelu(float Alpha) : Unary;
/// <summary>x for x &gt; Alpha, else 0.</summary>
public sealed record ThresholdedRelu(float Alpha) : Unary;
/// <summary>x for x ≥ 0, else Alpha × (eˣ − 1).</summary>
public sealed record Elu(float Alpha) : Unary;
/// <summary>Gamma × (x for x &gt; 0, else Alpha × (eˣ − 1)); Klambauer et al. 2017.</summary>
public sealed record Selu(float Alpha, float Gamma) : Unary;
/// <summary>max(0, x) + min(0, Alpha × (e^(x ÷ Alpha) − 1)); Barron 2017.</summary>
public sealed record Celu(float Alpha) : Unary;
/// <summary>1 ÷ (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Unary;
/// <summary>Alpha × x + Beta limited to [0, 1].</summary>
public sealed record HardSigmoid(float Alpha, float Beta) : Unary;
/// <summary>x × (x + 3 limited to [0, 6]) ÷ 6; Howard et al. 2019 (MobileNet v3).</summary>
public sealed record HardSwish : Unary;
/// <summary>Hyperbolic tangent.</summary>
public sealed record Tanh : Unary;
/// <summary>eˣ.</summary>
public sealed record Exp : Unary;
/// <summary>Natural logarithm.</summary>
public sealed record Log : Unary;
/// <summary>Square root.</summary>
public sealed record Sqrt : Unary;
/// <summary>1 ÷ x.</summary>
public sealed record Reciprocal : Unary;
/// <summary>The largest integer not above x.</summary>
public sealed record Floor : Unary;
/// <summary>The smallest integer not below x.</summary>
public sealed record Ceil : Unary;
/// <summary>The nearest integer, ties to even.</summary>
public sealed record Round : Unary;
/// <summary>The error function.</summary>
public sealed record Erf : Unary;
/// <summary>x × Φ(x); Hendrycks &amp; Gimpel 2016. Approximate: by the tanh formula.</summary>
public sealed record Gelu(bool Approximate = false) : Unary;
/// <summary>ln(1 + eˣ).</summary>
public sealed record Softplus : Unary;
/// <summary>x ÷ (1 + |x|).</summary>
public sealed record Softsign : Unary;
/// <summary>x × tanh(softplus(x)); Misra 2019.</summary>
public sealed record Mish : Unary;
/// <summary>Sine.</summary>
public sealed record Sin : Unary;
/// <summary>Cosine.</summary>
public sealed record Cos : Unary;

/// <summary>An op on two tensors element by element; shapes broadcast by the NumPy rule.</summary>
public abstract record Binary : Op
{
    private protected Binary() { }

    internal sealed override (int Min, int Max) Arity => (2, 2);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Check(inputs);
        Require(inputs[0].Element != ElementType.Bool, "arithmetic on Bool");
        return [Computed(inputs[0], Shape.Broadcast(inputs[0].Shape, inputs[1].Shape))];
    }

    private protected static void Check(ImmutableArray<TensorType> inputs)
    {
        TensorType a = inputs[0], b = inputs[1];
        Require(a.Element == b.Element && a.Quantization is null == b.Quantization is null,
            $"operands of {a} and {b}; expected the same element type, both quantized or neither");
        Require(a.Quantization is null or { IsPerTensor: true } && b.Quantization is null or { IsPerTensor: true },
            "activations are quantized per tensor, not per channel");
    }
}

/// <summary>a + b.</summary>
public sealed record Add : Binary;
/// <summary>a − b.</summary>
public sealed record Sub : Binary;
/// <summary>a × b.</summary>
public sealed record Mul : Binary;
/// <summary>a ÷ b; integers truncate.</summary>
public sealed record Div : Binary;
/// <summary>a to the power of b.</summary>
public sealed record Pow : Binary;
/// <summary>The larger.</summary>
public sealed record Max : Binary;
/// <summary>The smaller.</summary>
public sealed record Min : Binary;
/// <summary>a for a ≥ 0, else slope b × a; He et al. 2015. b broadcasts to a.</summary>
public sealed record PRelu : Binary;

/// <summary>A comparison or a logical op: the result is Bool.</summary>
public abstract record Predicate : Binary
{
    private protected Predicate() { }

    private protected sealed override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Check(inputs);
        Require(inputs[0].Quantization is null, "comparison of quantized tensors; dequantize first");
        Require(this is not (And or Or or Xor) || inputs[0].Element == ElementType.Bool, $"logical op on {inputs[0].Element}; expected Bool");
        return [new TensorType(ElementType.Bool, Shape.Broadcast(inputs[0].Shape, inputs[1].Shape))];
    }
}

/// <summary>a = b.</summary>
public sealed record Equal : Predicate;
/// <summary>a &lt; b.</summary>
public sealed record Less : Predicate;
/// <summary>a ≤ b.</summary>
public sealed record LessOrEqual : Predicate;
/// <summary>a &gt; b.</summary>
public sealed record Greater : Predicate;
/// <summary>a ≥ b.</summary>
public sealed record GreaterOrEqual : Predicate;
/// <summary>Both.</summary>
public sealed record And : Predicate;
/// <summary>Either.</summary>
public sealed record Or : Predicate;
/// <summary>One but not the other.</summary>
public sealed record Xor : Predicate;

/// <summary>Not a; Bool.</summary>
public sealed record Not : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Element == ElementType.Bool, $"logical op on {inputs[0].Element}; expected Bool");
        return [inputs[0]];
    }
}

/// <summary>Inputs: condition (Bool), a, b; a where the condition holds, else b. Shapes broadcast; a and b of the same type and quantization.</summary>
public sealed record Where : Op
{
    internal override (int Min, int Max) Arity => (3, 3);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Element == ElementType.Bool, $"condition of {inputs[0].Element}; expected Bool");
        Require(inputs[1].Element == inputs[2].Element && inputs[1].Quantization == inputs[2].Quantization,
            $"choices of {inputs[1]} and {inputs[2]}; expected the same type");
        return [Moved(inputs[1], Shape.Broadcast(Shape.Broadcast(inputs[0].Shape, inputs[1].Shape), inputs[2].Shape))];
    }
}

/// <summary>Another element type. Float to integer truncates and saturates, NaN becomes 0; to Bool is “not zero”.</summary>
public sealed record Cast(ElementType To) : Op
{
    internal override (int Min, int Max) Arity => (1, 1);

    private protected override ImmutableArray<TensorType> InferOutputs(ImmutableArray<TensorType> inputs)
    {
        Require(inputs[0].Quantization is null, "cast of a quantized tensor; dequantize first");
        return [new TensorType(To, inputs[0].Shape)];
    }
}
