namespace EdgeNet.Kernels;

/// <summary>The mean of 8-bit codes over any axes.</summary>
public static partial class MeanS8
{
    /// <summary>
    /// The reference for outputs begin..end: the int32 sum of (q - zx), through <see cref="Requantization"/> with sx / (sy · count).
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the outputs.</exception>
    public static void Scalar(
        in ReduceShape shape, in PoolingQuantizationS8 quantization, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        PoolingQuantizationS8 q = quantization;
        float multiplier = Requantization.MeanMultiplier(q.InputScale, q.OutputScale, Math.Max(shape.Count, 1));
        int lines = shape.LineCount, length = shape.LineLength, stride = shape.LineStride;
        for (int i = begin; i < end; i++)
        {
            int start = shape.StartOf(i), sum = 0;
            for (int line = 0; line < lines; line++)
            {
                int at = start + shape.LineAt(line);
                for (int k = 0; k < length; k++, at += stride) sum += input[at] - q.InputZeroPoint;
            }
            output[i] = (sbyte)Requantization.Apply(sum, multiplier, q.OutputZeroPoint, q.Minimum, q.Maximum);
        }
    }
}
