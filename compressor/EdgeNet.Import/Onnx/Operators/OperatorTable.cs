using System.Collections.Frozen;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>What one ONNX operator becomes.</summary>
internal delegate void OperatorMapping(OnnxNode node);

/// <summary>The operators that are read, by domain.</summary>
internal static class OperatorTable
{
    private static readonly FrozenDictionary<string, OperatorMapping> Onnx = new[]
    {
        ConvolutionOperators.Onnx, ElementwiseOperators.Onnx, LayoutOperators.Onnx, ReductionOperators.Onnx, QuantizationOperators.Onnx, DetectionOperators.Onnx,
    }.SelectMany(family => family).ToFrozenDictionary();

    private static readonly FrozenDictionary<string, OperatorMapping> Microsoft = new[]
    {
        ConvolutionOperators.Microsoft, ElementwiseOperators.Microsoft, QuantizationOperators.Microsoft,
    }.SelectMany(family => family).ToFrozenDictionary();

    /// <summary>
    /// Operators that meant something else, or took their parameters another way, before the version of ONNX given here. The
    /// others mean today what they meant at first, so that old files of them are read too.
    /// </summary>
    private static readonly FrozenDictionary<string, int> ChangedIn = new Dictionary<string, int>
    {
        ["BatchNormalization"] = 7,
        ["Cast"] = 6,
        ["Pad"] = 2,
        ["PRelu"] = 7,
        ["Reshape"] = 5,
        ["Split"] = 2,
        ["Tile"] = 6,
        ["Upsample"] = 7,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Advice = new Dictionary<string, string>
    {
        ["ConvInteger"] = "quantize the model statically (QuantizeLinear/DequantizeLinear or QLinearConv)",
        ["MatMulInteger"] = "quantize the model statically (QuantizeLinear/DequantizeLinear or QLinearMatMul)",
        ["DynamicQuantizeLinear"] = "quantize the model statically (QuantizeLinear with constant scales)",
        ["If"] = "export with the condition fixed: boards run one static graph",
        ["Loop"] = "unroll the loop before export: boards run one static graph",
        ["Scan"] = "unroll the loop before export: boards run one static graph",
        ["LSTM"] = "recurrent layers are not read; export the cell as elementary operators",
        ["GRU"] = "recurrent layers are not read; export the cell as elementary operators",
        ["RNN"] = "recurrent layers are not read; export the cell as elementary operators",
        ["NonZero"] = "its output has no static shape; cut the model before it and do the rest in the program",
        ["MaxUnpool"] = "use Resize (nearest) or ConvTranspose instead",
        ["MaxRoiPool"] = "use a single-stage detector, or Resize",
        ["RoiAlign"] = "use a single-stage detector, or Resize",
        ["GridSample"] = "use Resize instead",
        ["LayerNormalization"] = "export with opset_version=16 or lower, where it is written as elementary operators",
        ["GroupNormalization"] = "export with opset_version=16 or lower, where it is written as elementary operators",
        ["Einsum"] = "write it as MatMul and Transpose",
        ["LpPool"] = "use AveragePool or MaxPool",
    }.ToFrozenDictionary();

    /// <summary>What is read: the operators of ONNX's own domain by their names, Microsoft's with their domain before it.</summary>
    public static IEnumerable<string> Names => Onnx.Keys.Concat(Microsoft.Keys.Select(name => $"com.microsoft.{name}"));

    /// <summary>The mapping of a node.</summary>
    /// <exception cref="Model.UnsupportedOperatorException">There is none.</exception>
    public static OperatorMapping Find(OnnxNode node)
    {
        OperatorMapping? mapping = node.Domain switch
        {
            "" => Onnx.GetValueOrDefault(node.Operator),
            "com.microsoft" => Microsoft.GetValueOrDefault(node.Operator),
            _ => throw node.Unsupported("operators of other domains are not read; inline model-local functions (onnx.inliner) and export without custom operators"),
        };
        if (mapping is null)
            throw node.Unsupported(Advice.GetValueOrDefault(node.Operator, "simplify the model (onnxsim) or write this part with other operators"));
        if (node.Domain.Length == 0 && node.Opset < ChangedIn.GetValueOrDefault(node.Operator, 1))
            throw node.Unsupported($"this form is from operator set {node.Opset}; export the model with opset_version=13");
        return mapping;
    }
}
