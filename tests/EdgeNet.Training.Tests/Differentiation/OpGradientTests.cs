using EdgeNet.Model;

namespace EdgeNet.Training.Tests;

public sealed class OpGradientTests
{
    public static TheoryData<string> Trained() => [.. Cases.Ops.Where(name => Cases.Of(name)[0].Op is var op && !RuleTable.IsFlat(op) && !RuleTable.IsForInferenceOnly(op) && HasReal(op, name))];

    [Theory]
    [MemberData(nameof(Trained))]
    public void Gradients_are_those_of_centred_differences(string op)
    {
        foreach (Case use in Cases.Of(op))
        {
            if (use.Inputs.Any(type => type.Shape.ElementCount == 0)) continue;
            GradientCheck.Run(use.Graph(), use.Values(seed: 1), what: use.ToString());
        }
    }

    private static bool HasReal(Op op, string name) => op is not (Quantize or Dequantize) && Cases.Of(name)[0].Inputs.Any(type => type.Element == ElementType.Float32);
}
