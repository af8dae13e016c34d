namespace EdgeNet.Compression;

/// <summary>Evenly spaced values <c>step × k</c> that numbers lie on: what weight sharing on a grid leaves, and 8-bit training.</summary>
/// <param name="Step">The distance between neighbours.</param>
/// <param name="Lowest">The smallest k in use; at most 0.</param>
/// <param name="Highest">The largest k in use; at least 0.</param>
public readonly record struct SharedGrid(float Step, int Lowest, int Highest)
{
    // Values are products of a step and an integer, rounded once or twice to fp32.
    private const double Tolerance = 1e-6;

    /// <summary>Whether codes from −127 to 127 with the zero point 0 reach all of it.</summary>
    public bool IsSymmetric => Lowest >= -127 && Highest <= 127;

    /// <summary>The coarsest grid of at most 255 steps that holds all of some numbers, or null where there is none.</summary>
    public static SharedGrid? Of(ReadOnlySpan<float> values)
    {
        // Signs do not matter to the step. More magnitudes than k there may be are on no such grid.
        var seen = new HashSet<float>();
        float low = 0, high = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) return null;
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            if (value != 0 && seen.Add(MathF.Abs(value)) && seen.Count > 255) return null;
        }
        if (seen.Count == 0) return null;
        float[] magnitudes = [.. seen.Order()];
        double reach = magnitudes[^1], slack = reach * Tolerance;
        double step = magnitudes[0];
        foreach (float magnitude in magnitudes)
        {
            step = Divisor(magnitude, step);
            if (step * 255.5 < reach) return null;
        }
        // The remainders of Euclid's algorithm carry the rounding of what they were made of; the grid through all values does not.
        double products = 0, squares = 0;
        foreach (float magnitude in magnitudes)
        {
            double k = Math.Round(magnitude / step);
            (products, squares) = (products + k * magnitude, squares + k * k);
        }
        float exact = (float)(products / squares);
        foreach (float magnitude in magnitudes)
        {
            if (Math.Abs(magnitude - exact * Math.Round(magnitude / (double)exact)) > slack) return null;
        }
        int lowest = (int)Math.Round(low / (double)exact), highest = (int)Math.Round(high / (double)exact);
        return highest - lowest <= 255 ? new SharedGrid(exact, lowest, highest) : null;

        double Divisor(double a, double b)
        {
            // What is left of a division of multiples is a multiple; of numbers that are none, ever less.
            double least = reach / 300;
            while (b >= least)
            {
                double rest = a - b * Math.Round(a / b);
                if (Math.Abs(rest) <= 255 * slack && Math.Abs(rest) < least / 4) return b;
                (a, b) = (b, Math.Abs(rest));
            }
            return b;
        }
    }
}
