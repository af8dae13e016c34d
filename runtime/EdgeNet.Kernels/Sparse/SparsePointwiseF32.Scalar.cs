namespace EdgeNet.Kernels;

/// <summary>Pointwise convolution with sparse weights.</summary>
public static partial class SparsePointwiseF32
{
    /// <summary>
    /// The reference: each output is bias plus the sum over the weights that are not zero, in double, rounded once to fp32; then residual
    /// and clamp in fp32.
    /// </summary>
    /// <param name="depth">Input channels.</param>
    /// <param name="columns">Output channels.</param>
    /// <param name="input">[pixels, depth].</param>
    /// <param name="weights">[columns, depth].</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="residual">[pixels, columns], or empty for none.</param>
    /// <param name="minimum">The least result.</param>
    /// <param name="maximum">The greatest result.</param>
    /// <param name="output">[pixels, columns].</param>
    public static void Scalar(
        int depth, int columns, ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> residual,
        float minimum, float maximum, Span<float> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            (int pixel, int column) = Math.DivRem(i, columns);
            double sum = bias.IsEmpty ? 0 : bias[column];
            for (int k = 0; k < depth; k++)
            {
                float w = weights[column * depth + k];
                if (w != 0) sum += (double)w * input[pixel * depth + k];
            }
            float result = (float)sum + (residual.IsEmpty ? 0 : residual[i]);
            output[i] = Clamp(result, minimum, maximum);
        }
    }

    /// <summary>NaN is neither below nor above, and stays.</summary>
    private static float Clamp(float value, float minimum, float maximum) => value < minimum ? minimum : value > maximum ? maximum : value;
}
