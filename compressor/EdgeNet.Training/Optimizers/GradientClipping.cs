using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace EdgeNet.Training;

/// <summary>Keeps one bad batch from throwing the weights far away.</summary>
public static class GradientClipping
{
    /// <summary>Limits each element to −limit…limit. NaN stays NaN.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static void ByValue(Span<float> gradient, float limit)
    {
        CheckLimit(limit);
        TensorPrimitives.Clamp(gradient, -limit, limit, gradient);
    }

    /// <summary>
    /// What all gradients are to be multiplied by so that their common norm is at most the limit (Pascanu et al. 2013); 1 where it is
    /// already, or is not finite, for the caller to see and skip the step.
    /// </summary>
    /// <param name="norm">The square root of the sum of all <see cref="SumOfSquares"/>.</param>
    /// <param name="limit">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static float ScaleFor(double norm, float limit)
    {
        CheckLimit(limit);
        return norm > limit && double.IsFinite(norm) ? (float)(limit / norm) : 1;
    }

    /// <summary>The sum of the squares of all elements; finite if they are.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> values)
    {
        // In double, which the square of no float overflows, and in which millions of small ones add up.
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<double> sums = Vector<double>.Zero;
        foreach (Vector<float> vector in vectors)
        {
            Vector.Widen(vector, out Vector<double> low, out Vector<double> high);
            sums += (low * low) + (high * high);
        }

        double sum = Vector.Sum(sums);
        foreach (float value in values[(vectors.Length * Vector<float>.Count)..])
            sum += (double)value * value;
        return sum;
    }

    private static void CheckLimit(float limit)
    {
        if (!(limit > 0)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "Expected a limit above 0.");
    }
}
