namespace EdgeNet.Kernels;

/// <summary>The dense layer x·Wᵀ + b in fp32. TFLite <c>FULLY_CONNECTED</c>; ONNX <c>Gemm</c> with transB.</summary>
public static partial class DenseF32
{
    /// <summary>The reference: each output is one inner product plus bias, in double, rounded once to fp32.</summary>
    /// <param name="shape">The lengths of the spans.</param>
    /// <param name="input">[Rows, Inputs].</param>
    /// <param name="weights">[Outputs, Inputs].</param>
    /// <param name="bias">[Outputs], or empty for none.</param>
    /// <param name="output">[Rows, Outputs]; only rows begin..end are written.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">One past the last row.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the rows.</exception>
    public static void Scalar(
        in DenseShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int begin, int end)
    {
        shape.Check(input.Length, weights.Length, bias.Length, output.Length, begin, end);
        int inputs = shape.Inputs;
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * inputs, inputs);
            Span<float> y = output.Slice(row * shape.Outputs, shape.Outputs);
            int n = 0;
            for (; n + 4 <= y.Length; n += 4)
            {
                ReadOnlySpan<float> w = weights[(n * inputs)..];
                InnerProduct.Sums<double> sums = default;
                InnerProduct.AddFour(x, w, w[inputs..], w[(2 * inputs)..], w[(3 * inputs)..], ref sums);
                y[n] = (float)(sums.S0 + (bias.IsEmpty ? 0 : bias[n]));
                y[n + 1] = (float)(sums.S1 + (bias.IsEmpty ? 0 : bias[n + 1]));
                y[n + 2] = (float)(sums.S2 + (bias.IsEmpty ? 0 : bias[n + 2]));
                y[n + 3] = (float)(sums.S3 + (bias.IsEmpty ? 0 : bias[n + 3]));
            }
            for (; n < y.Length; n++)
            {
                double sum = InnerProduct.Add(0, x, weights.Slice(n * inputs, inputs));
                y[n] = (float)(sum + (bias.IsEmpty ? 0 : bias[n]));
            }
        }
    }
}
