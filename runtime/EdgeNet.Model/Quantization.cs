namespace EdgeNet.Model;

/// <summary>
/// Affine quantization: <c>real = scale × (code − zero point)</c>. One scale and zero point for the whole tensor, or one per
/// index of <see cref="Axis"/>.
/// </summary>
/// <param name="Scales">One scale, or one per channel; finite and above zero.</param>
/// <param name="ZeroPoints">As many as scales; within the range of the tensor's element type.</param>
/// <param name="Axis">The channel axis; 0 and without meaning where there is one scale.</param>
public sealed record Quantization(ValueList<float> Scales, ValueList<int> ZeroPoints, int Axis = 0)
{
    /// <summary>Parameters for the whole tensor.</summary>
    public static Quantization PerTensor(float scale, int zeroPoint) => new([scale], [zeroPoint]);

    /// <summary>Symmetric parameters per channel.</summary>
    public static Quantization PerChannel(ValueList<float> scales, int axis) =>
        new(scales, ValueList.Create<int>(new int[scales.Count]), axis);

    /// <summary>Whether one scale serves the whole tensor.</summary>
    public bool IsPerTensor => Scales.Count == 1;

    /// <summary>The scale of a per-tensor quantization.</summary>
    public float Scale => Scales[0];

    /// <summary>The zero point of a per-tensor quantization.</summary>
    public int ZeroPoint => ZeroPoints[0];

    internal void Check(ElementType element, Shape shape)
    {
        if (!element.IsEightBit()) throw new ShapeException($"quantization parameters on a tensor of {element}; they belong on Int8 and UInt8");
        if (Scales.Count == 0 || ZeroPoints.Count != Scales.Count)
            throw new ShapeException($"{Scales.Count} scales with {ZeroPoints.Count} zero points; expected as many of both, at least one");
        if (Scales.Count > 1 && (Axis < 0 || Axis >= shape.Rank || shape[Axis] != Scales.Count))
            throw new ShapeException($"{Scales.Count} scales do not fit axis {Axis} of shape {shape}");
        (int low, int high) = element == ElementType.Int8 ? (-128, 127) : (0, 255);
        for (int i = 0; i < Scales.Count; i++)
        {
            if (!float.IsFinite(Scales[i]) || Scales[i] <= 0) throw new ShapeException($"scale {Scales[i]} is not a finite number above zero");
            if (ZeroPoints[i] < low || ZeroPoints[i] > high) throw new ShapeException($"zero point {ZeroPoints[i]} is outside {element}");
        }
    }
}
