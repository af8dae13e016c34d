namespace EdgeNet.Kernels;

/// <summary>The quantization of an average over codes: its multiplier is InputScale / (OutputScale × taps counted).</summary>
/// <param name="InputScale">sx.</param>
/// <param name="InputZeroPoint">The code of zero in the input.</param>
/// <param name="OutputScale">sy.</param>
/// <param name="OutputZeroPoint">The code of zero in the output.</param>
/// <param name="Minimum">The lowest code written.</param>
/// <param name="Maximum">The highest code written.</param>
public readonly record struct PoolingQuantizationS8(
    float InputScale, int InputZeroPoint, float OutputScale, int OutputZeroPoint,
    int Minimum = sbyte.MinValue, int Maximum = sbyte.MaxValue);
