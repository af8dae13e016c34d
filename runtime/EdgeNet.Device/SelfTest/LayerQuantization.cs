using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>Zero points, multipliers, bias and clamp of a layer on 8-bit codes, drawn so that every extreme comes up.</summary>
internal sealed class LayerQuantization
{
    private readonly int _inputZeroPoint, _outputZeroPoint, _minimum, _maximum;
    private readonly int[] _weightZeroPoints;
    private readonly float[] _multipliers;
    private readonly string _multiplierKind;

    /// <param name="noise">What decides.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="products">Products of one sum.</param>
    public LayerQuantization(SeededNoise noise, int channels, int products)
    {
        _inputZeroPoint = ZeroPoint(noise);
        _outputZeroPoint = ZeroPoint(noise);
        _weightZeroPoints = noise.Below(3) switch
        {
            0 => noise.Integers(channels, sbyte.MinValue, sbyte.MaxValue),
            _ => [],
        };
        if (_weightZeroPoints.Length > 0) _weightZeroPoints[noise.Below(channels)] = noise.Pick(sbyte.MinValue, 0, sbyte.MaxValue);
        Bias = noise.Below(4) switch
        {
            0 => [],
            1 => noise.Integers(channels, int.MinValue, int.MaxValue),
            _ => noise.Integers(channels, -20000, 20000),
        };
        (_minimum, _maximum) = noise.Below(4) switch
        {
            0 => (noise.Between(-128, 0), noise.Between(0, 127)),
            1 => (_outputZeroPoint, 127),
            _ => (-128, 127),
        };
        _multiplierKind = noise.Pick("natural", "natural", "from 1e-6 to 2", "halves", "extreme");
        // Sums of full-range products spread over about the 256 codes.
        float natural = 40 / (5400 * MathF.Sqrt(products));
        _multipliers = new float[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            _multipliers[channel] = _multiplierKind switch
            {
                "natural" => natural * (0.5f + noise.Below(1000) / 500f),
                "from 1e-6 to 2" => 1e-6f * (1 + noise.Below(1000) / 1000f) * (1 << noise.Below(20)),
                "halves" => 1f / (1 << noise.Between(1, 12)),
                _ => noise.Pick(1e-6f, 2, 1000, 1e30f, float.MaxValue, float.PositiveInfinity, float.NaN, 0, float.Epsilon),
            };
        }
    }

    /// <summary>One for each channel, or empty.</summary>
    public int[] Bias { get; }

    public QuantizationS8 Parameters => new()
    {
        InputZeroPoint = _inputZeroPoint,
        WeightZeroPoints = _weightZeroPoints,
        Multipliers = _multipliers,
        OutputZeroPoint = _outputZeroPoint,
        Minimum = _minimum,
        Maximum = _maximum,
    };

    public override string ToString() =>
        $"zero points x {_inputZeroPoint} w {(_weightZeroPoints.Length > 0 ? "of each channel" : "0")} y {_outputZeroPoint}, multipliers {_multiplierKind}, "
        + $"clamp [{_minimum}, {_maximum}], {(Bias.Length > 0 ? $"bias from {Bias[0]}" : "no bias")}";

    /// <summary>Input and weights: any codes, or only the two that saturate a kernel that adds products pairwise in 16 bits.</summary>
    public static (sbyte[] Input, sbyte[] Weights) Codes(SeededNoise noise, int inputLength, int weightsLength)
    {
        if (!noise.OneIn(4)) return (noise.Codes(inputLength), noise.Codes(weightsLength));
        sbyte x = noise.Pick(sbyte.MinValue, sbyte.MaxValue), w = noise.Pick(sbyte.MinValue, sbyte.MaxValue);
        return (noise.Codes(inputLength, x, x), noise.Codes(weightsLength, w, w));
    }

    private static int ZeroPoint(SeededNoise noise) => noise.Pick(-128, 0, 127, noise.Between(-128, 127));
}
