namespace EdgeNet.Kernels;

/// <summary>The dense layer x·Wᵀ + b on 8-bit codes, under the rules of docs/numerics.md.</summary>
public static partial class DenseS8
{
    /// <summary>The reference: the int32 sum of (x - zx)(w - zw) plus bias, through <see cref="Requantization"/>.</summary>
    /// <param name="shape">The lengths of the spans.</param>
    /// <param name="quantization">Zero points, multipliers and clamp; its per-channel spans have Outputs elements.</param>
    /// <param name="input">[Rows, Inputs].</param>
    /// <param name="weights">[Outputs, Inputs].</param>
    /// <param name="bias">[Outputs] in units of input scale × weight scale, or empty for none.</param>
    /// <param name="output">[Rows, Outputs]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in DenseShape shape, in QuantizationS8 quantization,
        ReadOnlySpan<sbyte> input, ReadOnlySpan<sbyte> weights, ReadOnlySpan<int> bias, Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        quantization.Check(shape.Outputs);
        int inputs = shape.Inputs, zero = quantization.InputZeroPoint;
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<sbyte> x = input.Slice(row * inputs, inputs);
            Span<sbyte> y = output.Slice(row * shape.Outputs, shape.Outputs);
            int n = 0;
            for (; n + 4 <= y.Length; n += 4)
            {
                ReadOnlySpan<sbyte> w = weights[(n * inputs)..];
                InnerProduct.Sums<int> sums = default;
                InnerProduct.AddFour(
                    x, zero, w, w[inputs..], w[(2 * inputs)..], w[(3 * inputs)..], quantization.WeightZeroPointsAt(n, four: true), ref sums);
                y[n] = quantization.Output(sums.S0, bias, n);
                y[n + 1] = quantization.Output(sums.S1, bias, n + 1);
                y[n + 2] = quantization.Output(sums.S2, bias, n + 2);
                y[n + 3] = quantization.Output(sums.S3, bias, n + 3);
            }
            for (; n < y.Length; n++)
            {
                int sum = InnerProduct.Add(0, x, zero, weights.Slice(n * inputs, inputs), quantization.WeightZeroPointAt(n));
                y[n] = quantization.Output(sum, bias, n);
            }
        }
    }
}
