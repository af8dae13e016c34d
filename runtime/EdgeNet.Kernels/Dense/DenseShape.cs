namespace EdgeNet.Kernels;

/// <summary>
/// The geometry of a dense layer: input [Rows, Inputs], weights [Outputs, Inputs], bias [Outputs] or empty,
/// output [Rows, Outputs].
/// </summary>
public readonly record struct DenseShape(int Rows, int Inputs, int Outputs)
{
    internal void Check(int input, int weights, int bias, int output, int begin, int end)
    {
        Require.Length(input, Rows * Inputs, nameof(input));
        Require.Length(weights, Outputs * Inputs, nameof(weights));
        Require.LengthOrEmpty(bias, Outputs, nameof(bias));
        Require.Length(output, Rows * Outputs, nameof(output));
        Require.Range(begin, end, Rows);
    }
}
