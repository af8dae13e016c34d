using EdgeNet.Model;

namespace EdgeNet.Import.Onnx.Operators;

/// <summary>Operators at the end of detectors.</summary>
internal static class DetectionOperators
{
    public static Dictionary<string, OperatorMapping> Onnx { get; } = new()
    {
        ["NonMaxSuppression"] = NonMaxSuppression,
    };

    private static void NonMaxSuppression(OnnxNode node)
    {
        var op = new NonMaxSuppression(
            (int)Math.Clamp(node.KnownLong(2) ?? 0, 0, int.MaxValue), node.KnownFloat(3) ?? 0, node.KnownFloat(4) ?? float.NegativeInfinity,
            node.Attributes.Flag("center_point_box"));
        node.Output(node.Emit(op, node.Input(0), node.Input(1)));
    }
}
