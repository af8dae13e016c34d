namespace EdgeNet.Kernels;

/// <summary>Batch normalization with given statistics over the last axis, in fp32. ONNX <c>BatchNormalization</c>.</summary>
public static partial class BatchNormalizationF32
{
    /// <summary>
    /// Rows begin..end of input [rows, C]: (x - mean) / √(variance + epsilon) · scale + bias, in double, rounded once. The four
    /// parameters are [C].
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the channels, or the range does not fit the rows.</exception>
    public static void Scalar(
        int channels, ReadOnlySpan<float> input, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance, float epsilon, Span<float> output, int begin, int end)
    {
        Require.That(channels > 0 && input.Length % channels == 0, "the channels do not divide the input");
        Require.Length(scale.Length, channels, nameof(scale));
        Require.Length(bias.Length, channels, nameof(bias));
        Require.Length(mean.Length, channels, nameof(mean));
        Require.Length(variance.Length, channels, nameof(variance));
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, input.Length / channels);
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * channels, channels);
            Span<float> y = output.Slice(row * channels, channels);
            for (int c = 0; c < y.Length; c++)
            {
                y[c] = (float)(((double)x[c] - mean[c]) / Math.Sqrt((double)variance[c] + epsilon) * scale[c] + bias[c]);
            }
        }
    }
}

/// <summary>Normalization of each channel of each image by its own statistics, in fp32. ONNX <c>InstanceNormalization</c>.</summary>
public static partial class InstanceNormalizationF32
{
    /// <summary>
    /// Lines begin..end (Outer images × Inner channels) of input [N, spatial, C], given as <see cref="AxisShape"/>(N, spatial, C), with
    /// the biased variance about the mean, in double.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Scalar(
        in AxisShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, float epsilon,
        Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Require.Length(scale.Length, shape.Inner, nameof(scale));
        Require.Length(bias.Length, shape.Inner, nameof(bias));
        for (int line = begin; line < end; line++)
        {
            int channel = line % shape.Inner;
            int first = shape.StartOf(line), last = first + shape.Length * shape.Inner;
            double sum = 0, squares = 0;
            for (int i = first; i < last; i += shape.Inner) sum += input[i];
            double mean = sum / shape.Length;
            for (int i = first; i < last; i += shape.Inner) squares += (input[i] - mean) * (input[i] - mean);
            double factor = scale[channel] / Math.Sqrt(squares / shape.Length + epsilon);
            for (int i = first; i < last; i += shape.Inner) output[i] = (float)((input[i] - mean) * factor + bias[channel]);
        }
    }
}

/// <summary>Normalization of each value by its neighbours along the last axis, in fp32. ONNX <c>LRN</c>.</summary>
public static partial class LocalResponseNormalizationF32
{
    /// <summary>
    /// Rows begin..end of input [rows, C]: x / (bias + alpha / size · Σ x²)^beta, the sum over the channels from c - ⌊(size - 1) / 2⌋ to
    /// c + ⌈(size - 1) / 2⌉, in double.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the channels, or the range does not fit the rows.</exception>
    public static void Scalar(
        int channels, int size, float alpha, float beta, float bias, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        Require.That(channels > 0 && input.Length % channels == 0, "the channels do not divide the input");
        Require.That(size > 0, "the window must be positive");
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, input.Length / channels);
        int before = (size - 1) / 2, after = size / 2;
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * channels, channels);
            Span<float> y = output.Slice(row * channels, channels);
            for (int c = 0; c < y.Length; c++)
            {
                double squares = 0;
                foreach (float near in x[Math.Max(c - before, 0)..Math.Min(c + after + 1, channels)]) squares += (double)near * near;
                y[c] = (float)(x[c] / Math.Pow(bias + (double)alpha / size * squares, beta));
            }
        }
    }
}
