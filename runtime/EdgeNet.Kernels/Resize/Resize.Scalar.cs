namespace EdgeNet.Kernels;

/// <summary>Resizing of one axis at a time: [Outer, Length, Inner] → [Outer, taps.OutputLength, Inner].</summary>
public static partial class ResizeF32
{
    /// <summary>
    /// The reference for rows begin..end of Outer × OutputLength: the weighted sum of the taps, in double, rounded once. Where an output
    /// has no taps it is <paramref name="extrapolation"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, the taps do not fit the axis, or the range the rows.</exception>
    public static void Scalar(
        in AxisShape shape, ResizeTaps taps, float extrapolation, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        ArgumentNullException.ThrowIfNull(taps);
        Require.Length(taps.InputLength, shape.Length, nameof(taps));
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(output.Length, shape.Outer * taps.OutputLength * shape.Inner, nameof(output));
        Require.Range(begin, end, shape.Outer * taps.OutputLength);
        for (int row = begin; row < end; row++)
        {
            int from = row / taps.OutputLength * shape.Length, tap = row % taps.OutputLength * taps.Width;
            ReadOnlySpan<int> indices = taps.Indices.Slice(tap, taps.Width);
            ReadOnlySpan<float> weights = taps.Weights.Slice(tap, taps.Width);
            Span<float> y = output.Slice(row * shape.Inner, shape.Inner);
            if (indices[0] < 0)
            {
                y.Fill(extrapolation);
                continue;
            }
            for (int i = 0; i < y.Length; i++)
            {
                double sum = 0;
                for (int k = 0; k < indices.Length; k++)
                {
                    // A tap without weight does not spread an infinity or a NaN.
                    if (weights[k] != 0) sum += (double)weights[k] * input[(from + indices[k]) * shape.Inner + i];
                }
                y[i] = (float)sum;
            }
        }
    }
}

/// <summary>Resizing of 8-bit codes, one axis at a time; input and output have the same quantization.</summary>
public static partial class ResizeS8
{
    /// <summary>
    /// The reference for rows begin..end of Outer × OutputLength: Σ weight·(q - z) over the taps in order, each operation in fp32 and none
    /// fused, through <see cref="Requantization.Code"/>. Where an output has no taps it is <paramref name="extrapolation"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, the taps do not fit the axis, or the range the rows.</exception>
    public static void Scalar(
        in AxisShape shape, ResizeTaps taps, int zeroPoint, sbyte extrapolation, ReadOnlySpan<sbyte> input, Span<sbyte> output,
        int begin, int end)
    {
        ArgumentNullException.ThrowIfNull(taps);
        Require.Length(taps.InputLength, shape.Length, nameof(taps));
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(output.Length, shape.Outer * taps.OutputLength * shape.Inner, nameof(output));
        Require.Range(begin, end, shape.Outer * taps.OutputLength);
        for (int row = begin; row < end; row++)
        {
            int from = row / taps.OutputLength * shape.Length, tap = row % taps.OutputLength * taps.Width;
            ReadOnlySpan<int> indices = taps.Indices.Slice(tap, taps.Width);
            ReadOnlySpan<float> weights = taps.Weights.Slice(tap, taps.Width);
            Span<sbyte> y = output.Slice(row * shape.Inner, shape.Inner);
            if (indices[0] < 0)
            {
                y.Fill(extrapolation);
                continue;
            }
            for (int i = 0; i < y.Length; i++)
            {
                float sum = 0;
                for (int k = 0; k < indices.Length; k++)
                {
                    float product = weights[k] * (input[(from + indices[k]) * shape.Inner + i] - zeroPoint);
                    sum += product;
                }
                y[i] = (sbyte)Requantization.Code(sum, zeroPoint);
            }
        }
    }
}
