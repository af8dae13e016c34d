namespace EdgeNet.Kernels;

/// <summary>The k largest (or smallest) elements of each line with their indices. ONNX <c>TopK</c>, TFLite <c>TOPK_V2</c>.</summary>
public static partial class TopK
{
    /// <summary>
    /// Lines begin..end of <paramref name="shape"/>, best first; of equal elements the one with the lower index comes first, and NaN
    /// counts as the largest. Results are [Outer, k, Inner].
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Scalar(
        in AxisShape shape, int k, bool largest, ReadOnlySpan<float> input, Span<float> values, Span<long> indices, int begin, int end)
    {
        Require.That(0 <= k && k <= shape.Length, $"k = {k} of an axis of {shape.Length}");
        Require.Length(input.Length, shape.Elements, nameof(input));
        Require.Length(values.Length, shape.Lines * k, nameof(values));
        Require.Length(indices.Length, values.Length, nameof(indices));
        Require.Range(begin, end, shape.Lines);
        if (k == 0) return;
        var result = shape with { Length = k };
        for (int line = begin; line < end; line++)
        {
            int from = shape.StartOf(line), to = result.StartOf(line);
            int kept = 0;
            for (int i = 0; i < shape.Length; i++)
            {
                float value = input[from + i * shape.Inner];
                if (kept == k && !Before(value, values[to + (k - 1) * shape.Inner], largest)) continue;
                int place = kept < k ? kept++ : k - 1;
                for (; place > 0 && Before(value, values[to + (place - 1) * shape.Inner], largest); place--)
                {
                    values[to + place * shape.Inner] = values[to + (place - 1) * shape.Inner];
                    indices[to + place * shape.Inner] = indices[to + (place - 1) * shape.Inner];
                }
                values[to + place * shape.Inner] = value;
                indices[to + place * shape.Inner] = i;
            }
        }
    }

    private static bool Before(float a, float b, bool largest) =>
        largest ? a > b || (float.IsNaN(a) && !float.IsNaN(b)) : a < b || (float.IsNaN(b) && !float.IsNaN(a));
}
