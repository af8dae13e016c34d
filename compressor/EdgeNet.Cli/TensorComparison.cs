using EdgeNet.Model;

namespace EdgeNet.Cli;

/// <summary>How far a tensor lies from the one that was expected.</summary>
/// <param name="Output">The output's name.</param>
/// <param name="MaxError">The largest absolute difference; infinite where one is NaN and the other is not.</param>
/// <param name="Relative">That, divided by the largest finite magnitude expected; the difference itself where all expected are 0.</param>
/// <param name="Steps">That in steps of the quantization, where the output has one.</param>
internal sealed record TensorComparison(string Output, double MaxError, double Relative, double? Steps)
{
    /// <summary>Compares element by element.</summary>
    /// <param name="output">The output.</param>
    /// <param name="actual">What it was.</param>
    /// <param name="expected">What it should have been.</param>
    /// <param name="source">What messages call the expected array.</param>
    /// <exception cref="InvalidDataException">The shapes differ.</exception>
    public static TensorComparison Compare(GraphOutput output, NpyArray actual, NpyArray expected, string source)
    {
        if (actual.Shape != expected.Shape)
            throw new InvalidDataException($"{source}: shape {expected.Shape}; output '{output.Name}' is {output.Value.Type}");
        (double error, double magnitude) = (0, 0);
        for (int i = 0; i < actual.Shape.ElementCount; i++)
        {
            (double a, double e) = (actual.Real(i), expected.Real(i));
            if (double.IsFinite(e)) magnitude = Math.Max(magnitude, Math.Abs(e));
            if (a == e || (double.IsNaN(a) && double.IsNaN(e))) continue;
            double difference = Math.Abs(a - e);
            error = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(error, difference);
        }
        return new TensorComparison(output.Name, error, magnitude > 0 ? error / magnitude : error, StepOf(output.Value) is { } step ? error / step : null);
    }

    /// <summary>Whether the difference is small enough: relative to the tensor for reals, in steps for what is quantized.</summary>
    public bool Passes(double tolerance, double steps) => Relative <= tolerance || Steps <= steps;

    /// <summary>
    /// What one step is in the units of the output: 1 where it holds the codes themselves, the scale where they are dequantized last of all.
    /// </summary>
    private static double? StepOf(Value output)
    {
        // What only moves elements keeps the steps.
        while (output.Producer is { Op: Reshape or Transpose or Slice } mover) output = mover.Inputs[0];
        return output switch
        {
            { Type.Quantization: not null } => 1,
            { Producer: { Op: Dequantize } node } when node.Inputs[0].Type.Quantization is { IsPerTensor: true } quantization => quantization.Scale,
            _ => null,
        };
    }
}
