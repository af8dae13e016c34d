namespace EdgeNet.Kernels;

/// <summary>Padding, cropping and tiling. ONNX <c>Pad</c>, <c>Tile</c>; TFLite <c>PAD</c>, <c>PADV2</c>, <c>MIRROR_PAD</c>, <c>TILE</c>.</summary>
public static partial class Pad
{
    /// <summary>Writes elements begin..end of the result; <paramref name="value"/> fills constant padding.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the elements.</exception>
    public static void Scalar<T>(in PadShape shape, T value, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
    {
        Require.Length(input.Length, shape.InputLength, nameof(input));
        Require.Length(output.Length, shape.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        int width = shape.LastExtent;
        while (begin < end)
        {
            int start = shape.LineAt(begin / width);
            int first = begin % width;
            int length = Math.Min(width - first, end - begin);
            for (int i = 0; i < length; i++)
            {
                int from = start < 0 ? -1 : shape.LastAt(first + i);
                output[begin + i] = from < 0 ? value : input[start + from];
            }
            begin += length;
        }
    }
}
