namespace EdgeNet.Kernels;

/// <summary>
/// The quantization of a convolution, depthwise convolution or dense layer on 8-bit codes: input zero point, weight zero points
/// and multipliers per output channel, output zero point and clamp.
/// </summary>
public readonly ref struct QuantizationS8
{
    public QuantizationS8() { }

    /// <summary>zx: the code of zero in the input.</summary>
    public int InputZeroPoint { get; init; }

    /// <summary>zw for each output channel; empty means all zero.</summary>
    public ReadOnlySpan<int> WeightZeroPoints { get; init; }

    /// <summary>sx·sw/sy for each output channel, by <see cref="Requantization.Multiplier(float, float, float)"/>.</summary>
    public required ReadOnlySpan<float> Multipliers { get; init; }

    /// <summary>zy: the code of zero in the output.</summary>
    public int OutputZeroPoint { get; init; }

    /// <summary>The lowest code written: -128, or more where an activation is fused.</summary>
    public int Minimum { get; init; } = sbyte.MinValue;

    /// <summary>The highest code written: 127, or less where an activation is fused.</summary>
    public int Maximum { get; init; } = sbyte.MaxValue;

    internal void Check(int channels)
    {
        Require.Length(Multipliers.Length, channels, nameof(Multipliers));
        Require.LengthOrEmpty(WeightZeroPoints.Length, channels, nameof(WeightZeroPoints));
        Require.That(
            sbyte.MinValue <= Minimum && Minimum <= Maximum && Maximum <= sbyte.MaxValue,
            "the clamp must be an interval within [-128, 127]");
    }

    internal int WeightZeroPointAt(int channel) => WeightZeroPoints.IsEmpty ? 0 : WeightZeroPoints[channel];

    internal InnerProduct.Sums<int> WeightZeroPointsAt(int channel, bool four)
    {
        if (WeightZeroPoints.IsEmpty) return default;
        ReadOnlySpan<int> zeros = WeightZeroPoints[channel..];
        return four ? new(zeros[0], zeros[1], zeros[2], zeros[3]) : new(zeros[0], 0, 0, 0);
    }

    internal sbyte Output(int sum, ReadOnlySpan<int> bias, int channel) =>
        (sbyte)Requantization.Apply(
            bias.IsEmpty ? sum : sum + bias[channel], Multipliers[channel], OutputZeroPoint, Minimum, Maximum);
}
