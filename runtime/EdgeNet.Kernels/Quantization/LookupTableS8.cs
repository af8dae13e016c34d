namespace EdgeNet.Kernels;

/// <summary>Any function of one 8-bit code as a table of its 256 results, index = code + 128.</summary>
public static partial class LookupTableS8
{
    /// <summary>The number of entries of a table.</summary>
    public const int Length = 256;

    /// <summary>
    /// Fills <paramref name="table"/> at plan time: the code of function(scaleX · (q - zeroX)) for each q. The function must use
    /// <see cref="PortableMath"/>, so that the table has the same bits on every machine.
    /// </summary>
    /// <exception cref="ArgumentException">The table has not 256 elements.</exception>
    public static void Build(
        Func<double, double> function, float inputScale, int inputZeroPoint, float outputScale, int outputZeroPoint, Span<sbyte> table,
        int minimum = sbyte.MinValue, int maximum = sbyte.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(function);
        Require.Length(table.Length, Length, nameof(table));
        for (int code = sbyte.MinValue; code <= sbyte.MaxValue; code++)
        {
            double real = function((double)inputScale * (code - inputZeroPoint));
            table[code - sbyte.MinValue] = (sbyte)Requantization.Code((float)(real / outputScale), outputZeroPoint, minimum, maximum);
        }
    }

    /// <summary>Looks up the elements begin..end.</summary>
    /// <exception cref="ArgumentException">The table has not 256 elements, the spans differ in length, or the range does not fit.</exception>
    public static void Scalar(ReadOnlySpan<sbyte> table, ReadOnlySpan<sbyte> input, Span<sbyte> output, int begin, int end)
    {
        Require.Length(table.Length, Length, nameof(table));
        Require.Length(output.Length, input.Length, nameof(output));
        Require.Range(begin, end, output.Length);
        for (int i = begin; i < end; i++) output[i] = table[input[i] - sbyte.MinValue];
    }
}
