namespace EdgeNet.Kernels;

/// <summary>
/// How elements share scales: the tensor seen as [outer, Channels, Inner], one scale and zero point for each channel.
/// </summary>
/// <param name="Channels">The length of the quantized axis; 1 means one scale for the whole tensor.</param>
/// <param name="Inner">The product of the extents after the axis.</param>
public readonly record struct QuantizationAxis(int Channels, int Inner)
{
    /// <summary>One scale for the whole tensor.</summary>
    public static QuantizationAxis PerTensor => new(1, 1);

    internal int ChannelOf(int element) => Channels == 1 ? 0 : element / Inner % Channels;

    /// <summary>How many elements from <paramref name="element"/> on share a scale.</summary>
    internal int StretchAt(int element, int end) => Channels == 1 ? end - element : Math.Min(Inner - element % Inner, end - element);

    internal void Check(int scales, int zeroPoints, int input, int output, int begin, int end)
    {
        Require.That(Channels > 0 && Inner > 0, "the quantized axis must not be empty");
        Require.Length(scales, Channels, nameof(scales));
        Require.LengthOrEmpty(zeroPoints, Channels, nameof(zeroPoints));
        Require.Length(output, input, nameof(output));
        Require.Range(begin, end, output);
    }
}
