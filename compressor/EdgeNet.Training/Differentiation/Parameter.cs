using System.Numerics;
using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>What a parameter does in its layer.</summary>
public enum ParameterRole
{
    /// <summary>Weights of a convolution or a matrix product: what pruning, sharing and decay are about.</summary>
    Weight,
    /// <summary>Added to the outputs of a layer.</summary>
    Bias,
    /// <summary>Scale of a normalization, or slope of an activation.</summary>
    Scale,
    /// <summary>Shift of a normalization.</summary>
    Shift,
    /// <summary>Moving mean of a batch normalization: followed, not descended.</summary>
    Mean,
    /// <summary>Moving variance of a batch normalization: followed, not descended.</summary>
    Variance,
}

/// <summary>A constant of the graph that training changes.</summary>
public sealed class Parameter<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal Parameter(Value constant, string name, ParameterRole role, Node node, bool trains)
    {
        (Constant, Name, Role, Node, Trains) = (constant, name, role, node, trains);
        Tensor = Tensor<T>.Alone(constant.Type.Shape);
        if (trains && !IsStatistic) GradientTensor = Tensor<T>.Alone(constant.Type.Shape);
    }

    /// <summary>Its name: that of the constant, or else of its node and role.</summary>
    public string Name { get; }

    /// <summary>What it does.</summary>
    public ParameterRole Role { get; }

    /// <summary>The node that it belongs to.</summary>
    public Node Node { get; }

    /// <summary>The constant that it was.</summary>
    public Value Constant { get; }

    /// <summary>Its shape.</summary>
    public Shape Shape => Constant.Type.Shape;

    /// <summary>Whether it changes; false in layers that are frozen.</summary>
    public bool Trains { get; }

    /// <summary>Whether it is a statistic of the activations, with no gradient.</summary>
    public bool IsStatistic => Role is ParameterRole.Mean or ParameterRole.Variance;

    /// <summary>What it is now.</summary>
    public Span<T> Values => Tensor.Span;

    /// <summary>The gradient of the last backward pass; empty where there is none.</summary>
    public Span<T> Gradient => GradientTensor is null ? [] : GradientTensor.Span;

    internal Tensor<T> Tensor { get; }

    internal Tensor<T>? GradientTensor { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Shape}";
}
