namespace EdgeNet.Device;

/// <summary>Arithmetic of whole tensors in Float32, for references.</summary>
internal static class Reals
{
    public static float[] Magnitudes(ReadOnlySpan<float> values)
    {
        float[] magnitudes = values.ToArray();
        foreach (ref float value in magnitudes.AsSpan()) value = MathF.Abs(value);
        return magnitudes;
    }

    public static void Add(Span<float> sums, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++) sums[i] += values[i];
    }

    /// <summary>NaN stays NaN.</summary>
    public static void Clamp(Span<float> values, float minimum, float maximum)
    {
        foreach (ref float value in values) value = value < minimum ? minimum : value > maximum ? maximum : value;
    }

    /// <summary>NaN and infinities here and there.</summary>
    public static void Spoil(Span<float> values, SeededNoise noise)
    {
        for (int i = noise.Below(values.Length); i < values.Length; i += 1 + noise.Below(values.Length))
            values[i] = noise.Pick(float.NaN, float.PositiveInfinity, float.NegativeInfinity);
    }
}
