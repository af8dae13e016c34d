namespace EdgeNet.Kernels;

/// <summary>A reduction of elements of one type: a start, a step for each element in order, an end.</summary>
/// <typeparam name="T">The type of the elements and of the result.</typeparam>
/// <typeparam name="TSum">The type accumulated in.</typeparam>
public interface IReduction<T, TSum>
{
    /// <summary>Whether the reduction also knows fp32 vectors; T is float then.</summary>
    static virtual bool IsVectorized => false;

    TSum Start { get; }

    TSum Step(TSum sum, T x);

    T End(TSum sum, int count);

    /// <summary>The start in fp32.</summary>
    float VectorStart => throw new NotSupportedException();

    /// <summary>A step of each lane in fp32; also joins two sums.</summary>
    TVector Step<TVector>(TVector sum, TVector x) where TVector : struct, IFloatVector<TVector> => throw new NotSupportedException();

    /// <summary>The end of each lane.</summary>
    TVector End<TVector>(TVector sum, int count) where TVector : struct, IFloatVector<TVector> => throw new NotSupportedException();
}

/// <summary>
/// Reductions over any axes:
/// <c>Reduction.Scalar&lt;float, double, Reduction.Mean&gt;(default, new ReduceShape(shape, axes), x, y, 0, y.Length)</c>.
/// </summary>
public static partial class Reduction
{
    /// <summary>Reduces to the outputs begin..end.</summary>
    /// <exception cref="ArgumentException">A span does not fit the shape, or the range does not fit the outputs.</exception>
    public static void Scalar<T, TSum, TReduction>(
        TReduction reduction, in ReduceShape shape, ReadOnlySpan<T> input, Span<T> output, int begin, int end)
        where T : unmanaged
        where TReduction : struct, IReduction<T, TSum>
    {
        shape.Check(input.Length, output.Length, begin, end);
        int lines = shape.LineCount, length = shape.LineLength, stride = shape.LineStride;
        for (int i = begin; i < end; i++)
        {
            int start = shape.StartOf(i);
            TSum sum = reduction.Start;
            for (int line = 0; line < lines; line++)
            {
                int at = start + shape.LineAt(line);
                for (int k = 0; k < length; k++, at += stride) sum = reduction.Step(sum, input[at]);
            }
            output[i] = reduction.End(sum, shape.Count);
        }
    }
}
