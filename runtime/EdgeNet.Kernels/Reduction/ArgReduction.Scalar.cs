using System.Numerics;

namespace EdgeNet.Kernels;

/// <summary>
/// Where along an axis the extreme lies, for lines begin..end. ONNX <c>ArgMax</c>, <c>ArgMin</c>; TFLite <c>ARG_MAX</c>, <c>ARG_MIN</c>.
/// The output is [Outer, Inner]. Comparisons with NaN are false: a NaN is found only in first place.
/// </summary>
public static partial class ArgReduction
{
    /// <summary>The index of the largest element: the first of equals, or the last on request.</summary>
    /// <exception cref="ArgumentException">A span does not fit, the axis is empty, or the range does not fit the lines.</exception>
    public static void MaxScalar<T>(in AxisShape shape, bool selectLast, ReadOnlySpan<T> input, Span<long> output, int begin, int end)
        where T : unmanaged, INumber<T>
    {
        Check(in shape, input.Length, output.Length, begin, end);
        for (int line = begin; line < end; line++)
        {
            int first = shape.StartOf(line), best = 0;
            for (int i = 1; i < shape.Length; i++)
            {
                T x = input[first + i * shape.Inner], top = input[first + best * shape.Inner];
                if (x > top || (selectLast && x == top)) best = i;
            }
            output[line] = best;
        }
    }

    /// <summary>The index of the smallest element: the first of equals, or the last on request.</summary>
    /// <exception cref="ArgumentException">A span does not fit, the axis is empty, or the range does not fit the lines.</exception>
    public static void MinScalar<T>(in AxisShape shape, bool selectLast, ReadOnlySpan<T> input, Span<long> output, int begin, int end)
        where T : unmanaged, INumber<T>
    {
        Check(in shape, input.Length, output.Length, begin, end);
        for (int line = begin; line < end; line++)
        {
            int first = shape.StartOf(line), best = 0;
            for (int i = 1; i < shape.Length; i++)
            {
                T x = input[first + i * shape.Inner], bottom = input[first + best * shape.Inner];
                if (x < bottom || (selectLast && x == bottom)) best = i;
            }
            output[line] = best;
        }
    }

    private static void Check(in AxisShape shape, int input, int output, int begin, int end)
    {
        Require.That(shape.Length > 0, "an empty axis has no extreme");
        Require.Length(input, shape.Elements, nameof(input));
        Require.Length(output, shape.Lines, nameof(output));
        Require.Range(begin, end, shape.Lines);
    }
}
