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
    /// Scales all gradients together, where their common norm is above the limit, so that it is the limit (Pascanu et al. 2013). If an
    /// element is not finite they are left as they are, for the caller to see from the norm and skip the step.
    /// </summary>
    /// <returns>The norm before, see <see cref="GlobalNorm"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public static double ByGlobalNorm(ReadOnlySpan<Memory<float>> gradients, float limit)
    {
        CheckLimit(limit);
        double norm = GlobalNorm(gradients);
        if (!(norm > limit) || !double.IsFinite(norm)) return norm;

        float scale = (float)(limit / norm);
        foreach (Memory<float> gradient in gradients)
            TensorPrimitives.Multiply(gradient.Span, scale, gradient.Span);
        return norm;
    }

    /// <summary>The square root of the sum of the squares of all elements; finite if all elements are.</summary>
    public static double GlobalNorm(ReadOnlySpan<Memory<float>> gradients)
    {
        double sum = 0;
        foreach (Memory<float> gradient in gradients)
            sum += SumOfSquares(gradient.Span);
        return Math.Sqrt(sum);
    }

    // In double, which the square of no float overflows, and in which millions of small ones add up.
    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
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
