using System.Numerics.Tensors;

namespace EdgeNet.Compression;

/// <summary>
/// One layer's weights on evenly spaced values, 0 among them, chosen so that squared error and coded length together are least: an
/// entropy-constrained scalar quantizer (Chou, Lookabaugh and Gray 1989).
/// </summary>
internal sealed class RateQuantizer
{
    /// <summary>The largest code: −127 to 127, so that every grid is one for int8 kernels, too.</summary>
    public const int MostSteps = 127;

    /// <summary>
    /// The squared error, in squares of the step, that a bit is worth where steps are fine against the distribution: error step² ⁄ 12 falls
    /// to a quarter with each bit, by 2 ln 2 ⁄ 12 per bit at that point.
    /// </summary>
    private const double ErrorOfBit = 2 * 0.6931471805599453 / 12;

    /// <summary>How far the bound between two values moves at most towards the larger, in steps.</summary>
    private const double WidestShift = 4;

    private readonly long[] _counts = new long[MostSteps + 1];
    private readonly float[] _bounds = new float[MostSteps + 1];
    private readonly float[] _lengths = new float[MostSteps + 1];

    /// <summary>A quantizer that rounds to the nearest value, until it has seen weights.</summary>
    /// <param name="step">The distance of values, above 0.</param>
    public RateQuantizer(float step)
    {
        // Few digits: then every multiple of the step is exact, and a file may keep the step and whole codes instead of values.
        Step = Bfloat16.Round(step);
        Balance(0);
    }

    /// <summary>The distance of values.</summary>
    public float Step { get; }

    /// <summary>Bits of all weights seen last, by their entropy, with a sign for those that are not zero.</summary>
    public double CodedBits { get; private set; }

    /// <summary>Rounds weights, and counts their codes.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="rounded">As many; multiples of the step.</param>
    public void Round(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        Array.Clear(_counts);
        float inverse = 1 / Step;
        for (int i = 0; i < weights.Length; i++)
        {
            float magnitude = MathF.Min(MathF.Abs(weights[i]) * inverse, MostSteps);
            int code = Math.Min((int)magnitude + 1, MostSteps);
            while (code > 0 && magnitude <= _bounds[code]) code--;
            _counts[code]++;
            rounded[i] = MathF.CopySign(code * Step, weights[i]);
        }
        // -0 would be a value of its own.
        TensorPrimitives.Add(rounded, 0f, rounded);
        CodedBits = BitsOf(_counts, weights.Length);
    }

    /// <summary>Bits of weights that are rounded already, as <see cref="CodedBits"/> has them.</summary>
    /// <param name="rounded">Multiples of the step.</param>
    public double BitsOf(ReadOnlySpan<float> rounded)
    {
        long[] counts = new long[MostSteps + 1];
        foreach (float weight in rounded) counts[(int)MathF.Round(MathF.Abs(weight) / Step)]++;
        return BitsOf(counts, rounded.Length);
    }

    private static double BitsOf(long[] counts, int weights)
    {
        double bits = 0;
        for (int code = 0; code < counts.Length; code++)
        {
            if (counts[code] > 0) bits += counts[code] * (Math.Log2((double)weights / counts[code]) + (code > 0 ? 1 : 0));
        }
        return bits;
    }

    /// <summary>Learns from the weights rounded last how long each code is.</summary>
    public void Learn()
    {
        long count = _counts.Sum();
        // Half a weight more than there are, so that codes nobody uses have a finite length.
        for (int code = 0; code < _counts.Length; code++) _lengths[code] = (float)Math.Log2((count + 1.0) / (_counts[code] + 0.5)) + (code > 0 ? 1 : 0);
    }

    /// <summary>Moves the bounds between values to where error and length balance.</summary>
    /// <param name="weight">What a bit is worth: 0 rounds to the nearest value, 1 is right for fine steps.</param>
    public void Balance(double weight)
    {
        for (int code = 1; code <= MostSteps; code++)
        {
            // Where few bits are left, weights fall by more than a step.
            double shift = Math.Clamp(0.5 * weight * ErrorOfBit * (_lengths[code] - _lengths[code - 1]), 0, WidestShift);
            _bounds[code] = Math.Max(_bounds[code - 1], (float)(code - 0.5 + shift));
        }
    }
}
