using EdgeNet.Model;

namespace EdgeNet.Training;

/// <summary>Which constants of a graph are parameters, by where they stand. Others (sizes, priors, means of colours) never change.</summary>
internal static class ParameterRoles
{
    /// <summary>The role of a node's input; null where it is no parameter.</summary>
    public static ParameterRole? Of(Node node, int input)
    {
        Value value = node.Inputs[input];
        if (value.Constant is null || value.Type.Element != ElementType.Float32) return null;
        return (node.Op, input) switch
        {
            (Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense, 1) => ParameterRole.Weight,
            (Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense, 2) => ParameterRole.Bias,
            (MatMul, _) => ParameterRole.Weight,
            (BatchNormalization or InstanceNormalization, 1) => ParameterRole.Scale,
            (BatchNormalization or InstanceNormalization, 2) => ParameterRole.Shift,
            (BatchNormalization, 3) => ParameterRole.Mean,
            (BatchNormalization, 4) => ParameterRole.Variance,
            (PRelu, 1) => ParameterRole.Scale,
            // A vector added to a product is its bias.
            (Add, _) when Product(node.Inputs[1 - input]) is { } product && IsVector(value, product) => ParameterRole.Bias,
            _ => null,
        };
    }

    private static Value? Product(Value value) => value.Producer?.Op is MatMul or Conv2D or DepthwiseConv2D or ConvTranspose2D or Dense ? value : null;

    private static bool IsVector(Value value, Value product) =>
        value.Type.Shape.Rank >= 1 && value.Type.Shape[^1] == product.Type.Shape[^1] && value.Type.Shape.ElementCount == value.Type.Shape[^1] && value.Type.Shape[^1] > 1;
}
