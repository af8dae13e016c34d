namespace EdgeNet.Kernels;

/// <summary>Softmax along one axis in fp32. ONNX <c>Softmax</c> (opset 13), TFLite <c>SOFTMAX</c> with its beta.</summary>
public static partial class SoftmaxF32
{
    /// <summary>The reference over lines begin..end: e^(beta·(x - max)) over its sum, in double, rounded once.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Scalar(in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end, float beta = 1)
    {
        shape.Check(input.Length, output.Length, begin, end);
        for (int line = begin; line < end; line++)
        {
            int first = shape.StartOf(line), last = first + shape.Length * shape.Inner;
            double maximum = double.NegativeInfinity, sum = 0;
            for (int i = first; i < last; i += shape.Inner) maximum = Math.Max(maximum, input[i]);
            for (int i = first; i < last; i += shape.Inner) sum += Math.Exp(beta * (input[i] - maximum));
            for (int i = first; i < last; i += shape.Inner) output[i] = (float)(Math.Exp(beta * (input[i] - maximum)) / sum);
        }
    }
}

/// <summary>The logarithm of softmax along one axis in fp32. ONNX <c>LogSoftmax</c>, TFLite <c>LOG_SOFTMAX</c>.</summary>
public static partial class LogSoftmaxF32
{
    /// <summary>The reference over lines begin..end: x - max - ln Σ e^(x - max), in double, rounded once.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Scalar(in AxisShape shape, ReadOnlySpan<float> input, Span<float> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        for (int line = begin; line < end; line++)
        {
            int first = shape.StartOf(line), last = first + shape.Length * shape.Inner;
            double maximum = double.NegativeInfinity, sum = 0;
            for (int i = first; i < last; i += shape.Inner) maximum = Math.Max(maximum, input[i]);
            for (int i = first; i < last; i += shape.Inner) sum += Math.Exp(input[i] - maximum);
            double logarithm = Math.Log(sum);
            for (int i = first; i < last; i += shape.Inner) output[i] = (float)(input[i] - maximum - logarithm);
        }
    }
}

/// <summary>Softmax of 8-bit codes along one axis.</summary>
public static partial class SoftmaxS8
{
    /// <summary>The number of entries of the table: one for each distance of a code from the largest.</summary>
    public const int TableLength = 256;

    /// <summary>Fills the table at plan time: e^(-beta·scale·d) for the distance d, by <see cref="PortableMath"/>.</summary>
    /// <exception cref="ArgumentException">The table has not 256 elements.</exception>
    public static void BuildTable(float inputScale, Span<double> table, float beta = 1)
    {
        Require.Length(table.Length, TableLength, nameof(table));
        for (int distance = 0; distance < table.Length; distance++)
        {
            table[distance] = PortableMath.Exp(-((double)beta * inputScale * distance));
        }
    }

    /// <summary>
    /// The reference over lines begin..end: table entries summed in order in double, each quotient rounded to fp32 and quantized as
    /// <see cref="QuantizeF32ToS8"/> does. TFLite fixes the output at scale 1/256, zero point -128.
    /// </summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the lines.</exception>
    public static void Scalar(
        in AxisShape shape, ReadOnlySpan<double> table, float outputScale, int outputZeroPoint, ReadOnlySpan<sbyte> input,
        Span<sbyte> output, int begin, int end)
    {
        shape.Check(input.Length, output.Length, begin, end);
        Require.Length(table.Length, TableLength, nameof(table));
        for (int line = begin; line < end; line++)
        {
            int first = shape.StartOf(line), last = first + shape.Length * shape.Inner;
            int maximum = sbyte.MinValue;
            double sum = 0;
            for (int i = first; i < last; i += shape.Inner) maximum = Math.Max(maximum, input[i]);
            for (int i = first; i < last; i += shape.Inner) sum += table[maximum - input[i]];
            for (int i = first; i < last; i += shape.Inner)
            {
                float probability = (float)(table[maximum - input[i]] / sum);
                output[i] = (sbyte)Requantization.Code(probability / outputScale, outputZeroPoint);
            }
        }
    }
}
