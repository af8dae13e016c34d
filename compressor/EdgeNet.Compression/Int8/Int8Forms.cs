using EdgeNet.Model;

namespace EdgeNet.Compression;

/// <summary>What an op does on codes.</summary>
internal enum Int8Form
{
    /// <summary>The runtime computes it on real numbers only.</summary>
    None,
    /// <summary>Sums of products with constant weights: what int8 is for.</summary>
    Weighted,
    /// <summary>Computes codes of parameters of its own.</summary>
    Arithmetic,
    /// <summary>Moves or selects codes, which keep their parameters.</summary>
    Mover,
}

/// <summary>The forms that ops have on codes, as the runtime's kernels are.</summary>
internal static class Int8Forms
{
    // Sums of 32 bits cannot wrap below this many products of codes (docs/numerics.md).
    private const int MostProducts = 65_792;

    /// <summary>The form of a Float32 node.</summary>
    public static Int8Form Of(Node node)
    {
        if (node.Outputs.Length != 1 || node.Output.Type.Element != ElementType.Float32 || Data(node).Any(value => value.Type.Element != ElementType.Float32)) return Int8Form.None;
        switch (node.Op)
        {
            case Conv2D or DepthwiseConv2D or Dense:
                bool constant = node.Inputs[0].Constant is null && node.Inputs.Skip(1).All(input => input.Constant is not null);
                return constant && Products(node) <= MostProducts ? Int8Form.Weighted : Int8Form.None;
            case Add or Sub or Mul or MatMul:
                return node.Inputs.Any(input => input.Constant is null) ? Int8Form.Arithmetic : Int8Form.None;
            case Pool2D { Kind: PoolKind.Average } or ReduceMean or Softmax:
            case Relu or Clip or LeakyRelu or ThresholdedRelu or Elu or Selu or Celu or Sigmoid or HardSigmoid or HardSwish or Tanh or Gelu or Softplus or Softsign or Mish or Abs or Neg:
                return Int8Form.Arithmetic;
            case Pad { Mode: PadMode.Constant, Value: not 0 }:
                return Int8Form.None;
            case Pool2D or ReduceMax or ReduceMin or Concat or Slice or Pad or Expand or Tile or Reshape or Transpose or Gather or GatherElements or GatherNd or Resize:
                return Data(node).All(value => value.Constant is null) ? Int8Form.Mover : Int8Form.None;
            default:
                return Int8Form.None;
        }
    }

    /// <summary>The inputs that hold activations, or constants in their place: no weights, no indices.</summary>
    public static IEnumerable<Value> Data(Node node) => node.Inputs.Take(node.Op switch
    {
        Conv2D or DepthwiseConv2D or Dense or ConvTranspose2D or Gather or GatherElements or GatherNd => 1,
        _ => node.Inputs.Length,
    });

    /// <summary>Whether an op limits numbers and does nothing else to them: codes that end where it does need it no more.</summary>
    public static bool IsClamp(Op op) => op is Relu or Clip;

    /// <summary>Why a node has no form on codes.</summary>
    public static string Reason(Node node) => node.Op switch
    {
        Conv2D or DepthwiseConv2D or Dense when node.Inputs.Skip(1).Any(input => input.Constant is null) => "its weights are computed, not constant",
        Conv2D or DepthwiseConv2D or Dense => $"sums of {Products(node)} products may not fit 32 bits",
        Pad => "its border is not zero",
        Concat => "a part of it is constant",
        _ => "the runtime has no int8 kernel for it",
    };

    private static int Products(Node node)
    {
        Shape weights = node.Inputs[1].Type.Shape;
        return node.Op is DepthwiseConv2D ? weights.Product(0, 2) : weights.Product(1, weights.Rank);
    }
}
