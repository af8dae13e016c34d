namespace EdgeNet.Kernels;

/// <summary>
/// Functions of one value over whole tensors: <c>Unary.Scalar(new Unary.Relu&lt;float&gt;(), x, y, 0, y.Length)</c>. Input and output
/// may be the same memory.
/// </summary>
public static partial class Unary
{
    /// <summary>Applies an operator to the elements begin..end.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or the range does not fit the elements.</exception>
    public static void Scalar<TIn, TOut, TOperator>(TOperator op, ReadOnlySpan<TIn> input, Span<TOut> output, int begin, int end)
        where TIn : unmanaged
        where TOut : unmanaged
        where TOperator : struct, IUnaryOperator<TIn, TOut>
    {
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        input = input[begin..end];
        output = output[begin..end];
        for (int i = 0; i < output.Length; i++) output[i] = op.Invoke(input[i]);
    }
}
